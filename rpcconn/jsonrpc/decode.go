package jsonrpc

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsontext"
)

// Decode implements rpcconn.Codec. Params, Result, Raw and the Data of errors alias frame.
//
// The error, for what is no JSON text, has the code rpcconn.CodeParseError and, as data, what is wrong at which offset.
// p has no messages then.
func (c *Codec) Decode(frame []byte, p *rpcconn.Packet) error {
	p.Batch = false
	p.Messages = p.Messages[:0]
	m := members{extra: c.extra}
	if m.readPlain(frame) {
		c.message(next(p), &m, frame, p)
		return nil
	}
	err := c.decode(frame, p)
	if err == nil {
		return nil
	}
	if c.decodeOdd(frame, p) {
		return nil
	}
	clear(p.Messages)
	p.Messages, p.Batch = p.Messages[:0], false
	code, reason := int64(rpcconn.CodeParseError), err.Error()
	switch err {
	case jsontext.ErrIncomplete:
		reason = fmt.Sprintf("offset %d: %s", len(frame), reason)
	case errBatchTooLong:
		code, p.Messages = rpcconn.CodeInvalidRequest, nil
	}
	if encoding := otherUnicode(frame); encoding != "" {
		reason = "this is " + encoding + ", and JSON text is UTF-8 (RFC 8259 section 8.1)"
	}
	return rpcconn.NewError(code, reason)
}

// maxBatch is how many messages a batch may have: a decoded message takes much more memory than a short one in the
// frame.
const maxBatch = 100_000

var errBatchTooLong = fmt.Errorf("a batch of more than %d messages", maxBatch)

func (c *Codec) decode(frame []byte, p *rpcconn.Packet) error {
	end, err := c.decodeText(frame, p)
	if err != nil {
		return err
	}
	return jsontext.End(frame, end)
}

// decodeText decodes the text at the beginning of frame, and returns where it ends.
func (c *Codec) decodeText(frame []byte, p *rpcconn.Packet) (end int, err error) {
	m := members{extra: c.extra} // of the object being read
	start := jsontext.Space(frame, 0)
	switch first(frame[start:]) {
	case '{':
		end, err = jsontext.Object(frame, m.add)
		if err == nil {
			c.message(next(p), &m, frame[start:end:end], p)
		}
	case '[':
		p.Batch = true
		end, err = jsontext.Objects(frame, m.add, func(element []byte) error {
			if len(p.Messages) == maxBatch {
				return errBatchTooLong
			}
			c.message(next(p), &m, element, p)
			m = members{extra: c.extra}
			return nil
		})
	default:
		start, end, err = jsontext.Value(frame)
		if err == nil {
			c.message(next(p), &m, frame[start:end:end], p)
		}
	}
	return end, err
}

// next adds a message to p, and returns it.
func next(p *rpcconn.Packet) *rpcconn.Message {
	if n := len(p.Messages); n < cap(p.Messages) {
		p.Messages = p.Messages[:n+1]
		p.Messages[n] = rpcconn.Message{}
		return &p.Messages[n]
	}
	p.Messages = append(p.Messages, rpcconn.Message{})
	return &p.Messages[len(p.Messages)-1]
}

// first returns the first byte of text, 0 if there is none.
func first(text []byte) byte {
	if len(text) == 0 {
		return 0
	}
	return text[0]
}

// members are the texts of an object's members that say what message it is; nil if there is no such member.
type members struct {
	version, id, method, params, result, err []byte
	twice                                    string // the name of a member that occurs more than once
	further                                  int    // how many further members there are
	// further members, as an object without its closing brace; nil: ignored
	extra []byte
}

// add is called by jsontext.Object.
func (m *members) add(key, value []byte) error {
	name := key
	field := m.field(name)
	if field == nil && bytes.IndexByte(key, '\\') >= 0 {
		name = []byte(jsontext.Key(key))
		field = m.field(name)
	}
	if field == nil {
		m.further++
		if m.extra != nil {
			m.addExtra(key, value)
		}
		return nil
	}
	if *field != nil {
		m.twice = string(name)
	}
	*field = value
	return nil
}

// addExtra adds a member to the further ones.
func (m *members) addExtra(key, value []byte) {
	separator := byte(',')
	if len(m.extra) == 0 {
		separator = '{'
	}
	m.extra = append(append(append(m.extra, separator, '"'), key...), `":`...)
	m.extra = append(m.extra, value...)
}

// others returns the further members as an object, nil if there are none.
func (m *members) others() []byte {
	if len(m.extra) == 0 {
		return nil
	}
	return bytes.Clone(append(m.extra, '}'))
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

// message reads text into message, which is zero, and belongs to p; m has its members if it is an object.
func (c *Codec) message(message *rpcconn.Message, m *members, text []byte, p *rpcconn.Packet) {
	switch {
	case text[0] != '{':
		c.invalid(message, m, text, "a message is an object")
	case m.twice != "":
		c.invalid(message, m, text, "more than one member "+strconv.Quote(m.twice))
		if m.method == nil && (m.result != nil || m.err != nil) {
			message.Broken, message.Err = true, nil // an answer is not answered
		}
	case m.method != nil:
		c.called(message, m, text, p)
	case m.result != nil || m.err != nil:
		c.response(message, m)
	default:
		c.invalid(message, m, text, "neither method nor result nor error")
		switch {
		case !message.ID.IsNone():
			message.Broken = true
			if m.params == nil && (m.further == 0 || m.version != nil) {
				message.Result = json.RawMessage("null")
			}
		case m.version == nil && m.further > 0 && !p.Batch:
			message.Err = nil // it does not claim to be a message
		}
	}
}

// called reads the request or notification m, the members of text. A notification of another version wants no answer,
// so it gets none, and is taken.
func (c *Codec) called(message *rpcconn.Message, m *members, text []byte, p *rpcconn.Packet) {
	mistake := c.mistake(m)
	if mistake == "" && c.dialect.versioned && !isString(m.version, version) {
		if m.id != nil && m.id[0] != 'n' || p.Batch {
			mistake = `jsonrpc is not "2.0"`
			if m.version == nil {
				mistake = `no member "jsonrpc", want "2.0"`
			}
		} else {
			m.id = nil
			p.Deviations = append(p.Deviations, &rpcconn.Deviation{
				Rule: "notification of another version",
				Text: `a notification lacks "jsonrpc":"2.0" (JSON-RPC 2.0 section 4)`,
			})
		}
	}
	if mistake != "" {
		c.invalid(message, m, text, mistake)
		return
	}
	c.request(message, m)
}

// mistake returns what is wrong with the request or notification m, section 4, but for its version; "" where nothing
// is.
func (c *Codec) mistake(m *members) string {
	switch {
	case m.method[0] != '"':
		return "method is no string"
	case m.id != nil && !c.isID(m.id) && m.id[0] != 'n':
		return "id is no string, number or null"
	case m.params != nil && m.params[0] != '[' && m.params[0] != '{' && m.params[0] != 'n':
		return "params is no array or object"
	default:
		return ""
	}
}

// request reads the request or notification m, which has no mistake.
func (c *Codec) request(message *rpcconn.Message, m *members) {
	message.Kind, message.Method, message.Params = rpcconn.KindNotification, c.method(m.method), m.params
	message.Extra = m.others()
	if m.id != nil && c.isID(m.id) {
		message.Kind, message.ID = rpcconn.KindRequest, rpcconn.ParseID(m.id)
	}
}

// method returns the string that text, a JSON string, stands for.
func (c *Codec) method(text []byte) string {
	inner := text[1 : len(text)-1]
	if bytes.IndexByte(inner, '\\') < 0 {
		return c.methods.Get(inner)
	}
	return jsontext.Key(inner)
}

// invalid makes message a KindInvalid one for text, with the reason. It has an id, for the answer, if that is beyond
// doubt.
func (c *Codec) invalid(message *rpcconn.Message, m *members, text []byte, reason string) {
	message.Kind, message.Raw = rpcconn.KindInvalid, text
	if m.id != nil && m.twice != "id" && c.isID(m.id) && m.id[0] != 'n' {
		message.ID = rpcconn.ParseID(m.id)
	}
	if c.dialect.answersAll || m.method != nil && !message.ID.IsNone() {
		message.Err = rpcconn.NewError(rpcconn.CodeInvalidRequest, reason)
	}
}

// isID reports whether text, a JSON value, is the id of a request.
func (c *Codec) isID(text []byte) bool {
	switch text[0] {
	case '{', '[', 't', 'f':
		return c.dialect.anyID
	case 'n':
		return !c.dialect.anyID
	default:
		return true
	}
}

// isString reports whether text, a JSON value, is the string s.
func isString(text []byte, s string) bool {
	if len(text) == 0 || text[0] != '"' {
		return false
	}
	inner := text[1 : len(text)-1]
	return string(inner) == s || bytes.IndexByte(inner, '\\') >= 0 && jsontext.Key(inner) == s
}
