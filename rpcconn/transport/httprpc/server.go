package httprpc

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/transport/web"
)

// ServerOptions say whom to serve. NewCodec is required. Programs are served wherever they run; web pages only as
// AllowOrigins says, see web.Guard.
type ServerOptions struct {
	Path string // the only path that is served; "": any
	// further names of this machine to accept in the Host header, without port
	AllowHosts   []string
	AllowOrigins []string             // further Origin headers to accept: scheme://host:port, or host:port; "*" is all
	OriginAdvice string               // is appended to the refusal of an Origin
	MaxMessage   int                  // bytes that a received message may have; 0: rpcconn.DefaultMaxMessage
	NewCodec     func() rpcconn.Codec // of what is spoken
	// gets why a request was refused, beside the client, on any goroutine; nil: discarded
	OnRefused func(remote, reason string)
}

// A Server is an http.Handler that makes a Channel for each connection on which a message is posted. One POST is served
// at a time on a connection. Its methods may be called by any goroutine.
type Server struct {
	opts   ServerOptions
	guard  web.Guard
	accept func(rpcconn.Channel, *Info)

	sendTime time.Duration // for each part of a body

	mu    sync.Mutex // protects what follows
	conns map[net.Conn]*served
}

// NewServer returns a Server that hands Channels to accept, which then owns them. accept runs on the goroutine of the
// first POST and may block.
func NewServer(opts ServerOptions, accept func(rpcconn.Channel, *Info)) *Server {
	return &Server{
		opts: opts, accept: accept, conns: make(map[net.Conn]*served), sendTime: web.SendTime,
		guard: web.Guard{Hosts: opts.AllowHosts, Origins: opts.AllowOrigins, Advice: opts.OriginAdvice},
	}
}

type servedKey struct{} // context key for the *served of a connection

// Attach makes hs, which must not have been started, report its connections to s: it sets ConnContext and ConnState.
func (s *Server) Attach(hs *http.Server) {
	hs.ConnContext = func(ctx context.Context, conn net.Conn) context.Context {
		ch := newServed(conn, s.opts.NewCodec())
		s.mu.Lock()
		s.conns[conn] = ch
		s.mu.Unlock()
		return context.WithValue(ctx, servedKey{}, ch)
	}
	hs.ConnState = func(conn net.Conn, state http.ConnState) {
		if state != http.StateClosed && state != http.StateHijacked {
			return
		}
		s.mu.Lock()
		ch := s.conns[conn]
		delete(s.conns, conn)
		s.mu.Unlock()
		if ch != nil {
			ch.end(io.EOF)
		}
	}
}

// CloseStrangers ends the connections on which no message has come.
func (s *Server) CloseStrangers() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, ch := range s.conns {
		if !ch.accepted.Load() {
			_ = ch.conn.Close()
		}
	}
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	web.Hurry(w, r, s.sendTime)
	if refused := s.guard.Refuse(r); refused != "" {
		s.refuse(w, r, http.StatusForbidden, refused)
		return
	}
	if origin := r.Header.Get("Origin"); origin != "" { // the browser asks whether its page may see the answer
		w.Header().Set("Access-Control-Allow-Origin", origin)
		w.Header().Set("Vary", "Origin")
	}
	switch kind := r.Header.Get("Content-Type"); {
	case s.opts.Path != "" && r.URL.Path != s.opts.Path:
		s.refuse(w, r, http.StatusNotFound, "nothing here, only at "+s.opts.Path)
	case r.Method == http.MethodOptions:
		w.Header().Set("Access-Control-Allow-Methods", http.MethodPost)
		w.Header().Set("Access-Control-Allow-Headers", r.Header.Get("Access-Control-Request-Headers"))
		w.WriteHeader(http.StatusNoContent)
	case r.Method != http.MethodPost:
		w.Header().Set("Allow", http.MethodPost)
		s.refuse(w, r, http.StatusMethodNotAllowed, "messages are sent by POST")
	case !isJSON(kind) && web.FromBrowser(r):
		s.refuse(w, r, http.StatusUnsupportedMediaType,
			fmt.Sprintf("from a browser, the Content-Type must be %s, not %q", jsonMIME, kind))
	default:
		s.serve(w, r)
	}
}

// refuse answers r with status and reason, and reports that.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, status int, reason string) {
	http.Error(w, reason, status)
	if s.opts.OnRefused != nil {
		s.opts.OnRefused(r.RemoteAddr, fmt.Sprintf("%s %.60q: HTTP %d, %s", r.Method, r.URL.Path, status, reason))
	}
}

// isJSON reports whether a body of this Content-Type is said to be JSON. Many clients send none.
func isJSON(contentType string) bool {
	kind, _, _ := mime.ParseMediaType(contentType)
	switch kind {
	// the latter two: https://www.jsonrpc.org/historical/json-rpc-over-http.html
	case jsonMIME, "application/json-rpc", "application/jsonrequest":
		return true
	}
	return contentType == "" || strings.HasSuffix(kind, "+json")
}

// binaryMIME is the kind of messages that are no JSON.
const binaryMIME = "application/octet-stream"

// serve passes the body of r to the Channel of the connection, and answers with what the Channel sends.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	ch, _ := r.Context().Value(servedKey{}).(*served)
	if ch == nil {
		http.Error(w, "this server is not attached to its connections", http.StatusInternalServerError)
		return
	}
	max := limit(s.opts.MaxMessage)
	tooMuch := fmt.Sprintf("the message is over the limit of %d bytes", max)
	if r.ContentLength > int64(max) {
		w.Header().Set("Connection", "close") // or all of it would be read first
		s.refuse(w, r, http.StatusRequestEntityTooLarge, tooMuch)
		return
	}
	sent := &hurried{ReadCloser: r.Body, conn: http.NewResponseController(w), each: s.sendTime}
	body, encodings, err := decoding(r.Header, http.MaxBytesReader(w, sent, int64(max)))
	if err != nil {
		w.Header().Set("Accept-Encoding", readable) // RFC 9110 section 12.5.3
		s.refuse(w, r, http.StatusUnsupportedMediaType, "the message is "+err.Error())
		return
	}
	frame, err := readAll(body, plainLength(r.Header, r.ContentLength), max)
	if err == nil { // else the rest, which is read before the connection is used again, has the time of a part
		sent.done()
	}
	var tooLong *http.MaxBytesError
	switch {
	case errors.As(err, &tooLong), len(frame) > max:
		s.refuse(w, r, http.StatusRequestEntityTooLarge, tooMuch)
		return
	case errors.Is(err, os.ErrDeadlineExceeded):
		s.refuse(w, r, http.StatusRequestTimeout,
			fmt.Sprintf("the message stops after %d bytes, and nothing more came", len(frame)))
		return
	case err != nil && len(encodings) > 0:
		s.refuse(w, r, http.StatusBadRequest, fmt.Sprintf("the message is not %s, as Content-Encoding has it: %v",
			strings.Join(encodings, ", "), err))
		return
	case err != nil:
		s.refuse(w, r, http.StatusBadRequest, "the message broke off")
		return
	case len(bytes.TrimSpace(frame)) == 0:
		s.refuse(w, r, http.StatusBadRequest, "the body is empty; a message belongs there")
		return
	}
	if !ch.accepted.Swap(true) {
		s.accept(ch, &Info{RemoteAddr: ch.conn.RemoteAddr(), First: frame})
	}
	for _, name := range encodings {
		ch.deviates(r.Context(), ruleEncoding, "posts with Content-Encoding: "+name+" unasked (RFC 9110 section 8.4)")
	}
	if kind := r.Header.Get("Content-Type"); !isJSON(kind) && looksLikeJSON(frame) {
		const text = "posts JSON with the Content-Type %.60q, not %s"
		ch.deviates(r.Context(), "content type", fmt.Sprintf(text, kind, jsonMIME))
	}
	if batch := ch.together(frame); batch != nil {
		ch.deviates(r.Context(), "several messages", "posts several messages at once, which are taken as a batch")
		frame = batch
	}
	answer, err := ch.exchange(r.Context(), frame)
	switch {
	case err != nil:
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
	case answer == nil:
		w.WriteHeader(http.StatusAccepted)
	default:
		kind := jsonMIME
		if !looksLikeJSON(answer.frame) {
			kind = binaryMIME
		}
		w.Header().Set("Content-Type", kind)
		w.Header().Set("Content-Length", strconv.Itoa(len(answer.frame)))
		_, err := w.Write(answer.frame)
		if err == nil {
			err = http.NewResponseController(w).Flush()
		}
		answer.sent <- err
	}
}

// looksLikeJSON reports whether frame begins as JSON messages do.
func looksLikeJSON(frame []byte) bool {
	text := bytes.TrimSpace(frame)
	return len(text) > 0 && (text[0] == '{' || text[0] == '[')
}
