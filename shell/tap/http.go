package tap

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"rpcsh/rpcconn/rpcrec"
)

// maxBody is how much of a body is looked at, in bytes.
const maxBody = 64 << 20

// lookHTTP looks at the bodies of HTTP/1.1 (RFC 9112), and goes on with WebSocket where the two have agreed on that. A
// body that is a message passes, and waits, with its head.
func (y *way) lookHTTP(in *stream) {
	y.gate.dress(0)
	y.watcher.conn.speaksHTTP()
	if y.dir == rpcrec.AToB {
		y.frames(y.watcher.conn.asRequest)
		_ = y.lookRequests(in) // what is no HTTP any more passes
	} else {
		y.frames(asResponse)
		_ = y.lookResponses(in)
	}
}

func (y *way) lookRequests(in *stream) error {
	for {
		req, err := http.ReadRequest(in.Reader)
		if err != nil {
			return err
		}
		if req.Method == http.MethodHead {
			y.watcher.headless.Store(true)
		}
		waits := req.Header.Get("Expect") != "" // the body is sent once the head is answered
		if waits {
			y.gate.reached(in.at(), true)
		}
		y.watcher.conn.requested(req)
		if err := y.lookBody(in, req.Header, req.Body, !waits); err != nil {
			return err
		}
		if strings.EqualFold(req.Header.Get("Upgrade"), "websocket") {
			if _, err := in.Peek(1); err != nil { // nothing more comes before the answer
				return err
			}
			<-y.watcher.answered
			if y.watcher.upgraded {
				return y.lookSockets(in)
			}
		}
	}
}

// errHeadless says that a response may have no body though its head says otherwise.
var errHeadless = errors.New("a response to HEAD cannot be told from others")

func (y *way) lookResponses(in *stream) error {
	defer y.watcher.answer(false, false)
	for {
		if _, err := in.Peek(1); err != nil {
			return err
		}
		y.inTurn()
		if y.watcher.headless.Load() {
			return errHeadless
		}
		resp, err := http.ReadResponse(in.Reader, nil)
		if err != nil {
			return err
		}
		if resp.StatusCode == http.StatusSwitchingProtocols {
			y.gate.reached(in.at(), false)
			extensions := resp.Header.Get("Sec-WebSocket-Extensions")
			y.watcher.answer(true, strings.Contains(extensions, "permessage-deflate"))
			return y.lookSockets(in)
		}
		if resp.StatusCode >= http.StatusOK {
			y.watcher.answer(false, false)
		}
		if resp.StatusCode >= http.StatusBadRequest {
			y.watcher.conn.event(rpcrec.Note, "text", "HTTP "+resp.Status)
		}
		if strings.HasPrefix(resp.Header.Get("Content-Type"), "text/event-stream") {
			y.gate.reached(in.at(), false)
			err = y.lookEvents(in, resp)
		} else {
			err = y.lookBody(in, resp.Header, resp.Body, true)
		}
		if err != nil {
			return err
		}
	}
}

// lookBody looks at a body as a message. It can wait where its head has not passed.
func (y *way) lookBody(in *stream, h http.Header, body io.ReadCloser, canWait bool) error {
	defer body.Close()
	text, err := io.ReadAll(io.LimitReader(body, maxBody))
	if err != nil {
		return err
	}
	if len(text) == maxBody { // what is too long passes as it comes
		for err == nil {
			y.gate.reached(in.at(), true)
			_, err = io.CopyN(io.Discard, body, chunk)
		}
		y.gate.reached(in.at(), false)
		y.message(text)
		return eofIsNil(err)
	}
	if h.Get("Content-Encoding") == "gzip" {
		if z, err := gzip.NewReader(bytes.NewReader(text)); err == nil {
			if plain, err := io.ReadAll(io.LimitReader(z, maxBody)); err == nil {
				text = plain
			}
		}
	}
	if len(bytes.TrimSpace(text)) == 0 {
		y.gate.reached(in.at(), false)
		return nil
	}
	if !canWait {
		y.gate.reached(in.at(), false)
		y.message(text)
		return nil
	}
	y.seen(text, in.at(), shape{form: withBody})
	return nil
}

// withBody returns an HTTP message with another body, which its head says.
func withBody(raw, body []byte) []byte {
	head, _, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	lines := bytes.Split(head, []byte("\r\n"))
	out := lines[0]
	for _, line := range lines[1:] {
		name, _, _ := bytes.Cut(line, []byte(":"))
		switch http.CanonicalHeaderKey(string(bytes.TrimSpace(name))) {
		case "Content-Length", "Content-Encoding", "Transfer-Encoding", "Trailer":
			continue
		}
		out = append(append(out[:len(out):len(out)], "\r\n"...), line...)
	}
	out = append(out[:len(out):len(out)], "\r\nContent-Length: "+strconv.Itoa(len(body))+"\r\n\r\n"...)
	return append(out, body...)
}

// asResponse returns an answer in the place of the server's.
func asResponse(data []byte, _ bool) ([]byte, error) {
	return withBody([]byte("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"), data), nil
}

// lookEvents looks at the data of an event stream (WHATWG HTML, "Server-sent events") as one message an event. One that
// is a chunk of its own can wait; others pass as they come.
func (y *way) lookEvents(in *stream, resp *http.Response) error {
	events := eventParser{}
	if len(resp.TransferEncoding) == 0 || resp.TransferEncoding[0] != "chunked" {
		defer resp.Body.Close()
		body := bufio.NewReader(resp.Body)
		for {
			line, err := body.ReadBytes('\n')
			for _, data := range events.take(line) {
				y.message(data)
			}
			y.gate.reached(in.at(), true)
			if err != nil {
				y.gate.reached(in.at(), false)
				return eofIsNil(err)
			}
		}
	}
	for { // the body would read on where it is closed, and is not read at all
		chunk, err := readChunk(in.Reader)
		if err != nil {
			return err
		}
		if len(chunk) == 0 { // the end passes by no event
			y.allPassed()
		}
		alone := events.isEmpty()
		messages := events.take(chunk)
		switch {
		case len(messages) == 1 && alone && events.isEmpty():
			y.seen(messages[0], in.at(), shape{form: withData})
		default:
			for _, data := range messages {
				y.message(data)
			}
			y.gate.reached(in.at(), false)
		}
		if len(chunk) == 0 {
			return nil
		}
	}
}

func eofIsNil(err error) error {
	if err == io.EOF {
		return nil
	}
	return err
}

// readChunk reads a chunk (RFC 9112 section 7.1), with the trailer behind the last one, which is empty.
func readChunk(in *bufio.Reader) (data []byte, err error) {
	line, err := in.ReadString('\n')
	if err != nil {
		return nil, err
	}
	size, _, _ := strings.Cut(strings.TrimSpace(line), ";")
	n, err := strconv.ParseUint(strings.TrimSpace(size), 16, 32)
	if err != nil || n > maxBody {
		return nil, errLost
	}
	data = make([]byte, n)
	if _, err := io.ReadFull(in, data); err != nil {
		return nil, err
	}
	for {
		line, err := in.ReadString('\n')
		if err != nil || n > 0 || strings.TrimSpace(line) == "" {
			return data, err
		}
	}
}

// An eventParser reads an event stream piece by piece.
type eventParser struct {
	line []byte // that has no end yet
	data []byte // of the event that has begun; nil: it has none
	open bool   // one has begun
}

// isEmpty reports whether no event has begun.
func (p *eventParser) isEmpty() bool { return !p.open && len(p.line) == 0 }

// take returns the data of the events that end in text.
func (p *eventParser) take(text []byte) (messages [][]byte) {
	for line := range bytes.Lines(text) {
		if len(p.line)+len(line) <= maxBody {
			p.line = append(p.line, line...)
		}
		if !bytes.HasSuffix(line, []byte("\n")) {
			continue
		}
		whole := bytes.TrimRight(p.line, "\r\n")
		p.line = nil
		value, isData := bytes.CutPrefix(whole, []byte("data:"))
		switch {
		case isData && len(p.data)+len(value) < maxBody:
			if p.data != nil {
				p.data = append(p.data, '\n')
			}
			p.data = append(p.data, bytes.TrimPrefix(value, []byte(" "))...)
			p.open = true
		case len(whole) > 0:
			p.open = true
		default:
			if len(p.data) > 0 {
				messages = append(messages, p.data)
			}
			p.data, p.open = nil, false
		}
	}
	return messages
}

// withData returns a chunk with an event that has other data.
func withData(raw, data []byte) []byte {
	_, event, _ := bytes.Cut(raw, []byte("\n")) // behind the size
	var out []byte
	for line := range bytes.Lines(bytes.TrimSuffix(event, []byte("\r\n"))) {
		name, _, _ := bytes.Cut(bytes.TrimRight(line, "\r\n"), []byte(":"))
		if len(name) > 0 && string(name) != "data" {
			out = append(out, line...)
		}
	}
	for line := range bytes.SplitSeq(data, []byte("\n")) {
		out = append(append(append(out, "data: "...), line...), '\n')
	}
	out = append(out, '\n')
	return append(append([]byte(strconv.FormatInt(int64(len(out)), 16)+"\r\n"), out...), "\r\n"...)
}
