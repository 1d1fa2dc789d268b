package jsonrpc

import (
	"bytes"
	"fmt"
	"strconv"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsonscan"
)

// Decode implements rpcconn.Codec. Params, Result, Raw and the Data of errors alias frame.
//
// The error, for what is no JSON text, has the code rpcconn.CodeParseError and, as data, what is wrong at which offset.
// p has no messages then.
func (c *Codec) Decode(frame []byte, p *rpcconn.Packet) error {
	p.Batch = false
	p.Messages = p.Messages[:0]
	err := c.decode(frame, p)
	if err == nil {
		return nil
	}
	clear(p.Messages)
	p.Messages = p.Messages[:0]
	reason := err.Error()
	if err == jsonscan.ErrIncomplete {
		reason = fmt.Sprintf("offset %d: %s", len(frame), reason)
	}
	return rpcconn.NewError(rpcconn.CodeParseError, reason)
}

func (c *Codec) decode(frame []byte, p *rpcconn.Packet) error {
	var m members // of the object being read
	var end int
	var err error
	start := jsonscan.Space(frame, 0)
	switch first(frame[start:]) {
	case '{':
		end, err = jsonscan.Object(frame, m.add)
		if err == nil {
			p.Messages = append(p.Messages, c.message(&m, frame[start:end:end]))
		}
	case '[':
		p.Batch = true
		end, err = jsonscan.Objects(frame, m.add, func(element []byte) error {
			p.Messages = append(p.Messages, c.message(&m, element))
			m = members{}
			return nil
		})
	default:
		start, end, err = jsonscan.Value(frame)
		if err == nil {
			p.Messages = append(p.Messages, c.message(&m, frame[start:end:end]))
		}
	}
	if err != nil {
		return err
	}
	return jsonscan.End(frame, end)
}

// first returns the first byte of text, 0 where there is none.
func first(text []byte) byte {
	if len(text) == 0 {
		return 0
	}
	return text[0]
}

// members are the texts of an object's members that say what message it is; nil where there is no such member.
type members struct {
	version, id, method, params, result, err []byte
	twice                                    string // the name of one that is there more than once
}

// add is for jsonscan.Object.
func (m *members) add(key, value []byte) error {
	name := key
	field := m.field(name)
	if field == nil && bytes.IndexByte(key, '\\') >= 0 {
		name = []byte(jsonscan.Key(key))
		field = m.field(name)
	}
	if field == nil {
		return nil
	}
	if *field != nil {
		m.twice = string(name)
	}
	*field = value
	return nil
}

func (m *members) field(name []byte) *[]byte {
	switch string(name) {
	case "jsonrpc":
		return &m.version
	case "id":
		return &m.id
	case "method":
		return &m.method
	case "params":
		return &m.params
	case "result":
		return &m.result
	case "error":
		return &m.err
	default:
		return nil
	}
}

// message returns the message that text, with the members m where it is an object, is.
func (c *Codec) message(m *members, text []byte) rpcconn.Message {
	switch {
	case text[0] != '{':
		return invalid(m, text, "a message is an object")
	case m.twice != "":
		return invalid(m, text, "more than one member "+strconv.Quote(m.twice))
	case m.method != nil:
		return c.request(m, text)
	case m.result != nil || m.err != nil:
		return response(m)
	default:
		return invalid(m, text, "neither method nor result nor error")
	}
}

// request returns the request or notification that text is, section 4.
func (c *Codec) request(m *members, text []byte) rpcconn.Message {
	switch {
	case m.method[0] != '"':
		return invalid(m, text, "method is no string")
	case m.version == nil:
		return invalid(m, text, `no member "jsonrpc", want "2.0"`)
	case !isString(m.version, version):
		return invalid(m, text, `jsonrpc is not "2.0"`)
	case m.id != nil && !isScalarID(m.id):
		return invalid(m, text, "id is no string, number or null")
	case m.params != nil && m.params[0] != '[' && m.params[0] != '{' && m.params[0] != 'n':
		return invalid(m, text, "params is no array or object")
	}
	message := rpcconn.Message{Kind: rpcconn.KindNotification, Method: c.method(m.method), Params: m.params}
	if m.id != nil {
		message.Kind = rpcconn.KindRequest
		message.ID = rpcconn.ParseID(m.id)
	}
	return message
}

// method returns the string that text, a JSON string, stands for.
func (c *Codec) method(text []byte) string {
	inner := text[1 : len(text)-1]
	if bytes.IndexByte(inner, '\\') < 0 {
		return c.methods.get(inner)
	}
	return jsonscan.Key(inner)
}

// invalid returns the message for text, which is none for the reason given. It has the id, for the answer, where that is
// beyond doubt.
func invalid(m *members, text []byte, reason string) rpcconn.Message {
	message := rpcconn.Message{
		Kind: rpcconn.KindInvalid,
		Err:  rpcconn.NewError(rpcconn.CodeInvalidRequest, reason),
		Raw:  text,
	}
	if m.id != nil && m.twice != "id" && isScalarID(m.id) && m.id[0] != 'n' {
		message.ID = rpcconn.ParseID(m.id)
	}
	return message
}

// isScalarID reports whether text, a JSON value, is what an id may be: a string, a number or null.
func isScalarID(text []byte) bool {
	switch text[0] {
	case '{', '[', 't', 'f':
		return false
	default:
		return true
	}
}

// isString reports whether text, a JSON value, is the string s.
func isString(text []byte, s string) bool {
	if text[0] != '"' {
		return false
	}
	inner := text[1 : len(text)-1]
	return string(inner) == s || bytes.IndexByte(inner, '\\') >= 0 && jsonscan.Key(inner) == s
}
