package jsonrpc

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsonscan"
)

// AppendEncode implements rpcconn.Codec. The frame is one line: Params, Result and Data, which must be valid JSON, are
// written as they are, except that a line break between their tokens becomes a blank.
func (c *Codec) AppendEncode(dst []byte, p *rpcconn.Packet) ([]byte, error) {
	if !p.Batch {
		if len(p.Messages) != 1 {
			return dst, fmt.Errorf("encoding JSON-RPC: %d messages in a packet that is no batch, want 1", len(p.Messages))
		}
		out, err := appendMessage(dst, &p.Messages[0])
		if err != nil {
			return dst, fmt.Errorf("encoding JSON-RPC: %w", err)
		}
		return out, nil
	}
	out := append(dst, '[')
	for i := range p.Messages {
		if i > 0 {
			out = append(out, ',')
		}
		var err error
		if out, err = appendMessage(out, &p.Messages[i]); err != nil {
			return dst, fmt.Errorf("encoding JSON-RPC: message %d of the batch: %w", i+1, err)
		}
	}
	return append(out, ']'), nil
}

var (
	errInvalid = errors.New("an invalid message has no encoding")
	errNoID    = errors.New("a request needs an id")
)

func appendMessage(dst []byte, m *rpcconn.Message) ([]byte, error) {
	switch m.Kind {
	case rpcconn.KindRequest:
		if m.ID.IsNone() {
			return nil, errNoID
		}
		return appendCall(appendID(appendVersion(dst), m.ID), m), nil
	case rpcconn.KindNotification:
		return appendCall(appendVersion(dst), m), nil
	case rpcconn.KindResponse:
		return appendAnswer(appendID(appendVersion(dst), m.ID), m), nil
	default:
		return nil, errInvalid
	}
}

func appendVersion(dst []byte) []byte {
	return append(dst, `{"jsonrpc":"`+version+`"`...)
}

func appendID(dst []byte, id rpcconn.ID) []byte {
	dst = append(dst, `,"id":`...)
	if id.IsNone() {
		return append(dst, "null"...)
	}
	start := len(dst)
	return joinLines(id.Append(dst), start)
}

func appendCall(dst []byte, m *rpcconn.Message) []byte {
	dst = append(dst, `,"method":`...)
	dst = jsonscan.AppendQuote(dst, m.Method)
	if len(m.Params) > 0 {
		dst = append(dst, `,"params":`...)
		dst = appendText(dst, m.Params)
	}
	return append(dst, '}')
}

func appendAnswer(dst []byte, m *rpcconn.Message) []byte {
	switch {
	case m.Err != nil:
		dst = append(dst, `,"error":`...)
		dst = appendError(dst, m.Err)
	case len(m.Result) > 0:
		dst = append(dst, `,"result":`...)
		dst = appendText(dst, m.Result)
	default:
		dst = append(dst, `,"result":null`...)
	}
	return append(dst, '}')
}

func appendError(dst []byte, e *rpcconn.Error) []byte {
	dst = append(dst, `{"code":`...)
	dst = strconv.AppendInt(dst, e.Code, 10)
	dst = append(dst, `,"message":`...)
	dst = jsonscan.AppendQuote(dst, e.Message)
	if len(e.Data) > 0 {
		dst = append(dst, `,"data":`...)
		dst = appendText(dst, e.Data)
	}
	return append(dst, '}')
}

// appendText appends text, a JSON value, as one line.
func appendText(dst, text []byte) []byte {
	start := len(dst)
	return joinLines(append(dst, text...), start)
}

// joinLines replaces the line breaks in b from start on by blanks and returns b. In a JSON text there are none but
// between tokens.
func joinLines(b []byte, start int) []byte {
	for _, br := range [...]byte{'\n', '\r'} {
		for i := start; ; i++ {
			n := bytes.IndexByte(b[i:], br)
			if n < 0 {
				break
			}
			i += n
			b[i] = ' '
		}
	}
	return b
}
