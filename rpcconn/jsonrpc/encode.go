package jsonrpc

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsontext"
)

// AppendEncode implements rpcconn.Codec. The frame is one line: Params, Result and Data, which must be valid JSON, are
// written as they are, except that a line break between their tokens becomes a blank. The members of Extra follow those
// of the message, in every dialect.
func (c *Codec) AppendEncode(dst []byte, p *rpcconn.Packet) ([]byte, error) {
	out, err := c.appendPacket(dst, p)
	if err != nil {
		return dst, fmt.Errorf("encoding %s: %w", c.dialect.name, err)
	}
	return out, nil
}

func (c *Codec) appendPacket(dst []byte, p *rpcconn.Packet) ([]byte, error) {
	if !p.Batch {
		if len(p.Messages) != 1 {
			return nil, fmt.Errorf("%d messages in a packet that is no batch, want 1", len(p.Messages))
		}
		return c.appendMessage(dst, &p.Messages[0])
	}
	if !c.dialect.batches {
		return nil, rpcconn.Unsupported("there are no batches, send the messages one by one")
	}
	dst = append(dst, '[')
	for i := range p.Messages {
		if i > 0 {
			dst = append(dst, ',')
		}
		var err error
		if dst, err = c.appendMessage(dst, &p.Messages[i]); err != nil {
			return nil, fmt.Errorf("message %d of the batch: %w", i+1, err)
		}
	}
	return append(dst, ']'), nil
}

var (
	errInvalid = errors.New("an invalid message has no encoding")
	errNoID    = errors.New("a request needs an id")
	errNullID  = errors.New("the id of a request cannot be null, which says that it is a notification")
)

// appendMessage writes a comma before each member, and makes the first one of them the opening brace.
func (c *Codec) appendMessage(dst []byte, m *rpcconn.Message) ([]byte, error) {
	start := len(dst)
	if c.dialect.versioned {
		dst = append(dst, `,"jsonrpc":"`+version+`"`...)
	}
	switch m.Kind {
	case rpcconn.KindRequest:
		switch {
		case m.ID.IsNone():
			return nil, errNoID
		case c.dialect.anyID && m.ID.IsNull():
			return nil, errNullID
		}
		dst = c.appendCall(appendID(dst, m.ID), m)
	case rpcconn.KindNotification:
		if c.dialect.allMembers {
			dst = append(dst, `,"id":null`...)
		}
		dst = c.appendCall(dst, m)
	case rpcconn.KindResponse:
		dst = c.appendAnswer(appendID(dst, m.ID), m)
	default:
		return nil, errInvalid
	}
	if len(m.Extra) > 0 {
		var err error
		if dst, err = appendExtra(dst, m.Extra); err != nil {
			return nil, fmt.Errorf("further members: %w", err)
		}
	}
	dst[start] = '{'
	return append(dst, '}'), nil
}

// appendID appends the member id, null if there is none.
func appendID(dst []byte, id rpcconn.ID) []byte {
	dst = append(dst, `,"id":`...)
	if id.IsNone() {
		return append(dst, "null"...)
	}
	if n, isInt := id.Int(); isInt {
		return strconv.AppendInt(dst, n, 10)
	}
	start := len(dst)
	return joinLines(id.Append(dst), start)
}

func (c *Codec) appendCall(dst []byte, m *rpcconn.Message) []byte {
	dst = append(dst, `,"method":`...)
	dst = jsontext.AppendQuote(dst, m.Method)
	switch {
	case len(m.Params) > 0:
		dst = append(dst, `,"params":`...)
		dst = appendText(dst, m.Params)
	case c.dialect.allMembers:
		dst = append(dst, `,"params":[]`...)
	}
	return dst
}

func (c *Codec) appendAnswer(dst []byte, m *rpcconn.Message) []byte {
	switch {
	case len(m.Result) > 0:
		dst = append(dst, `,"result":`...)
		dst = appendText(dst, m.Result)
	case m.Err == nil || c.dialect.allMembers:
		dst = append(dst, `,"result":null`...)
	}
	switch {
	case m.Err != nil:
		dst = c.appendError(append(dst, `,"error":`...), m.Err)
	case c.dialect.allMembers:
		dst = append(dst, `,"error":null`...)
	}
	return dst
}

func (c *Codec) appendError(dst []byte, e *rpcconn.Error) []byte {
	if c.dialect.anyError && isAllData(e) {
		return appendText(dst, e.Data)
	}
	dst = append(dst, '{')
	if code := e.AppendCode(nil); string(code) != "null" {
		dst = append(appendText(append(dst, `"code":`...), code), ',')
	}
	dst = append(dst, `"message":`...)
	dst = jsontext.AppendQuote(dst, e.Message)
	if len(e.Data) > 0 {
		dst = append(dst, `,"data":`...)
		dst = appendText(dst, e.Data)
	}
	return append(dst, '}')
}

// isAllData reports whether e consists of its data alone, so that the data can be sent as the error. Null cannot: it
// means that there is no error.
func isAllData(e *rpcconn.Error) bool {
	data := bytes.TrimSpace(e.Data)
	if e.CodeName() != "" || len(data) == 0 || data[0] == 'n' {
		return false
	}
	return e.Message == "" || e.Message == stringOrCompact(data)
}

// appendExtra appends the members of the object extra, which must not be those that every message has.
func appendExtra(dst, extra []byte) ([]byte, error) {
	var known members
	end, err := jsontext.Object(extra, func(key, value []byte) error {
		if name := unescape(key); known.field(name) != nil {
			return fmt.Errorf("%q is a member of the message itself", name)
		}
		dst = append(append(append(dst, `,"`...), key...), `":`...)
		dst = appendText(dst, value)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return dst, jsontext.End(extra, end)
}

// appendText appends text, a JSON value, as one line.
func appendText(dst, text []byte) []byte {
	start := len(dst)
	return joinLines(append(dst, text...), start)
}

// joinLines replaces the line breaks in b from start on by blanks and returns b. A JSON text has line breaks only
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
