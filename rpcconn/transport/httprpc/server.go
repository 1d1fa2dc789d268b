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
	"strconv"
	"strings"
	"sync"

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
}

// A Server is an http.Handler that makes a Channel for each connection on which a message is posted. One POST is served
// at a time on a connection. Its methods may be called by any goroutine.
type Server struct {
	opts   ServerOptions
	guard  web.Guard
	accept func(rpcconn.Channel, *Info)

	mu    sync.Mutex // protects what follows
	conns map[net.Conn]*served
}

// NewServer returns a Server that hands Channels to accept, which then owns them. accept runs on the goroutine of the
// first POST and may block.
func NewServer(opts ServerOptions, accept func(rpcconn.Channel, *Info)) *Server {
	return &Server{
		opts: opts, accept: accept, conns: make(map[net.Conn]*served),
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
	if refused := s.guard.Refuse(r); refused != "" {
		http.Error(w, refused, http.StatusForbidden)
		return
	}
	if origin := r.Header.Get("Origin"); origin != "" { // the browser asks whether its page may see the answer
		w.Header().Set("Access-Control-Allow-Origin", origin)
		w.Header().Set("Vary", "Origin")
	}
	switch {
	case s.opts.Path != "" && r.URL.Path != s.opts.Path:
		http.Error(w, "nothing here, only at "+s.opts.Path, http.StatusNotFound)
	case r.Method == http.MethodOptions:
		w.Header().Set("Access-Control-Allow-Methods", http.MethodPost)
		w.Header().Set("Access-Control-Allow-Headers", r.Header.Get("Access-Control-Request-Headers"))
		w.WriteHeader(http.StatusNoContent)
	case r.Method != http.MethodPost:
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "messages are sent by POST", http.StatusMethodNotAllowed)
	case !isJSON(r.Header.Get("Content-Type")):
		http.Error(w, "the Content-Type must be "+jsonMIME, http.StatusUnsupportedMediaType)
	default:
		s.serve(w, r)
	}
}

// isJSON reports whether a body of this Content-Type may be a message. Many clients sends none.
func isJSON(contentType string) bool {
	kind, _, _ := mime.ParseMediaType(contentType)
	switch kind {
	// the latter two: https://www.jsonrpc.org/historical/json-rpc-over-http.html
	case jsonMIME, "application/json-rpc", "application/jsonrequest":
		return true
	}
	return contentType == "" || strings.HasSuffix(kind, "+json")
}

// serve passes the body of r to the Channel of the connection, and answers with what the Channel sends.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	ch, _ := r.Context().Value(servedKey{}).(*served)
	if ch == nil {
		http.Error(w, "this server is not attached to its connections", http.StatusInternalServerError)
		return
	}
	max := limit(s.opts.MaxMessage)
	frame, err := io.ReadAll(http.MaxBytesReader(w, r.Body, int64(max)))
	var tooLong *http.MaxBytesError
	switch {
	case errors.As(err, &tooLong):
		http.Error(w, fmt.Sprintf("the message is over the limit of %d bytes", max), http.StatusRequestEntityTooLarge)
		return
	case err != nil:
		http.Error(w, "the message broke off", http.StatusBadRequest)
		return
	case len(bytes.TrimSpace(frame)) == 0:
		http.Error(w, "the body is empty; a message belongs there", http.StatusBadRequest)
		return
	}
	if !ch.accepted.Swap(true) {
		s.accept(ch, &Info{RemoteAddr: ch.conn.RemoteAddr()})
	}
	answer, err := ch.exchange(r.Context(), frame)
	switch {
	case err != nil:
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
	case answer == nil:
		w.WriteHeader(http.StatusAccepted)
	default:
		w.Header().Set("Content-Type", jsonMIME)
		w.Header().Set("Content-Length", strconv.Itoa(len(answer.frame)))
		_, err := w.Write(answer.frame)
		if err == nil {
			err = http.NewResponseController(w).Flush()
		}
		answer.sent <- err
	}
}
