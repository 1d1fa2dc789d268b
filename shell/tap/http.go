package tap

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strings"

	"rpcsh/rpcconn/rpcrec"
)

// maxBody is how much of a body is looked at, in bytes.
const maxBody = 64 << 20

// lookHTTP records the bodies of HTTP/1.1 (RFC 9112), and goes on with WebSocket where the two have agreed on that.
func (y *way) lookHTTP(in *bufio.Reader) {
	if y.dir == rpcrec.AToB {
		_ = y.lookRequests(in) // what is no HTTP any more passes
	} else {
		_ = y.lookResponses(in)
	}
}

func (y *way) lookRequests(in *bufio.Reader) error {
	for {
		req, err := http.ReadRequest(in)
		if err != nil {
			return err
		}
		if err := y.lookBody(req.Header, req.Body); err != nil {
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

func (y *way) lookResponses(in *bufio.Reader) error {
	defer y.watcher.answer(false, false)
	for {
		resp, err := http.ReadResponse(in, nil)
		if err != nil {
			return err
		}
		if resp.StatusCode == http.StatusSwitchingProtocols {
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
		if err := y.lookBody(resp.Header, resp.Body); err != nil {
			return err
		}
	}
}

// lookBody records a body as a message, and an event stream as one a message.
func (y *way) lookBody(h http.Header, body io.ReadCloser) error {
	defer body.Close()
	if strings.HasPrefix(h.Get("Content-Type"), "text/event-stream") {
		return y.lookEvents(body)
	}
	text, err := io.ReadAll(io.LimitReader(body, maxBody))
	if err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, body); err != nil {
		return err
	}
	if h.Get("Content-Encoding") == "gzip" {
		if z, err := gzip.NewReader(bytes.NewReader(text)); err == nil {
			if plain, err := io.ReadAll(io.LimitReader(z, maxBody)); err == nil {
				text = plain
			}
		}
	}
	if len(bytes.TrimSpace(text)) > 0 {
		y.message(text)
	}
	return nil
}

// lookEvents records the data of an event stream (WHATWG HTML, "Server-sent events").
func (y *way) lookEvents(body io.Reader) error {
	in := bufio.NewReader(body)
	var data []byte
	for {
		line, err := in.ReadBytes('\n')
		line = bytes.TrimRight(line, "\r\n")
		if value, ok := bytes.CutPrefix(line, []byte("data:")); ok && len(data)+len(value) < maxBody {
			if data != nil {
				data = append(data, '\n')
			}
			data = append(data, bytes.TrimPrefix(value, []byte(" "))...)
		}
		if len(line) == 0 && len(data) > 0 {
			y.message(data)
			data = nil
		}
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		}
	}
}
