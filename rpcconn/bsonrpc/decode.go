package bsonrpc

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"

	"rpcsh/rpcconn"
)

// Decode implements rpcconn.Codec. The whole document is checked first, including members that no message has. The
// results in p do not alias frame.
//
// A message with a method is a request or a notification, even if it has a result or an error. In a response, bsonrpc
// may be missing or have any value, and the id may be missing or of any type. An error other than null makes it a
// failure, whatever the result; a result other than null is kept as well. If the peer turned the integer id into an
// int64, it is read as the integer that was sent.
func (c *Codec) Decode(frame []byte, p *rpcconn.Packet) error {
	p.Messages, p.Batch = p.Messages[:0], false
	m, err := c.message(frame, p)
	if err != nil {
		return rpcconn.NewError(rpcconn.CodeParseError, err.Error())
	}
	p.Messages = append(p.Messages, m)
	return nil
}

// message returns the message for document, of KindInvalid if it is not one. The error says why document is not BSON.
func (c *Codec) message(document []byte, p *rpcconn.Packet) (rpcconn.Message, error) {
	var e envelope
	if err := e.scan(document); err != nil {
		return rpcconn.Message{}, err
	}
	kind, reason := e.classify()
	m := rpcconn.Message{Kind: kind}
	var err error
	if e.hasID(kind) {
		if m.ID, err = readID(e.id, kind); err != nil {
			return m, fmt.Errorf("id: %w", err)
		}
	}
	unread := e.unknown
	switch kind {
	case rpcconn.KindInvalid:
		m.Err = rpcconn.NewError(rpcconn.CodeInvalidRequest, reason)
		e.settle(&m)
		m.Raw, err = toJSON(element{bsoncore.TypeEmbeddedDocument, document}, 0)
		return m, err
	case rpcconn.KindResponse:
		unread = unread || e.version.kind != 0 && !e.isVersion() || e.params.kind != 0
		switch {
		case e.err.kind != 0 && e.err.kind != bsoncore.TypeNull:
			if m.Err, err = readError(e.err); err == nil && e.result.kind != 0 && e.result.kind != bsoncore.TypeNull {
				m.Result, err = memberJSON(e.result, memberResult, p)
			}
		case e.result.kind != 0:
			m.Result, err = memberJSON(e.result, memberResult, p)
		default:
			m.Result, err = memberJSON(e.err, memberError, p) // null
		}
	default:
		unread = unread || e.result.kind != 0 || e.err.kind != 0
		if m.Method, err = c.methodName(e.method); err == nil && e.params.kind != 0 {
			m.Params, err = memberJSON(e.params, memberParams, p)
		}
	}
	if err == nil && unread {
		_, err = toJSON(element{bsoncore.TypeEmbeddedDocument, document}, 0) // checks what was not read
	}
	return m, err
}

// classify says what kind of message e is and, for KindInvalid, why.
func (e *envelope) classify() (kind rpcconn.Kind, reason string) {
	switch {
	case e.duplicate != "":
		return rpcconn.KindInvalid, "member " + e.duplicate + " is there twice"
	case e.method.kind == 0 && (e.result.kind != 0 || e.err.kind != 0):
		return rpcconn.KindResponse, ""
	case e.method.kind == 0:
		return rpcconn.KindInvalid, "message has neither method nor result nor error"
	case e.method.kind != bsoncore.TypeString:
		return rpcconn.KindInvalid, "method must be a string"
	case e.version.kind == 0:
		return rpcconn.KindInvalid, `member bsonrpc is missing, it must be the string "2.0"`
	case !e.isVersion():
		return rpcconn.KindInvalid, `bsonrpc must be the string "2.0"`
	case e.params.kind != 0 && !isParams(e.params.kind):
		return rpcconn.KindInvalid, "params must be an array or a document"
	case e.id.kind == 0:
		return rpcconn.KindNotification, ""
	case !isID(e.id.kind):
		return rpcconn.KindInvalid, "id must be a string, a number or null"
	default:
		return rpcconn.KindRequest, ""
	}
}

// settle says what m, an invalid message without a method, may be: a broken response, which is not answered, or an
// object that does not claim to be a message, which is not answered either.
func (e *envelope) settle(m *rpcconn.Message) {
	outcome := e.result.kind != 0 || e.err.kind != 0
	switch {
	case e.method.kind != 0:
	case outcome:
		m.Broken, m.Err = true, nil
	case !m.ID.IsNone():
		m.Broken = true
		if !e.unknown && e.params.kind == 0 && e.duplicate == "" {
			m.Result = json.RawMessage("null")
		}
	case e.version.kind == 0 && e.unknown:
		m.Err = nil
	}
}

func (e *envelope) isVersion() bool {
	v := e.version.value
	return e.version.kind == bsoncore.TypeString && string(v[4:]) == version+"\x00"
}

// hasID reports whether a message of that kind has an id. An invalid one has an id, for the answer, if that is beyond
// doubt.
func (e *envelope) hasID(kind rpcconn.Kind) bool {
	if kind != rpcconn.KindInvalid {
		return e.id.kind != 0
	}
	return isID(e.id.kind) && e.id.kind != bsoncore.TypeNull && e.duplicate != memberID
}

// memberJSON returns the value of the member called name as Extended JSON, in memory of p if that has some.
func memberJSON(e element, name string, p *rpcconn.Packet) (text []byte, err error) {
	if p.Text == nil {
		text, err = toJSON(e, 1)
	} else if text, err = appendJSON(p.Text[:0], e, 1); err == nil {
		p.Text = text
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return text, nil
}

// readID returns the id of a message of that kind.
func readID(e element, kind rpcconn.Kind) (rpcconn.ID, error) {
	switch e.kind {
	case bsoncore.TypeInt32:
		return rpcconn.IntID(int64(int32(binary.LittleEndian.Uint32(e.value)))), nil
	case bsoncore.TypeInt64:
		n := int64(binary.LittleEndian.Uint64(e.value))
		if kind == rpcconn.KindResponse && n == int64(int32(n)) {
			return rpcconn.IntID(n), nil
		}
	}
	text, err := toJSON(e, 1)
	return rpcconn.ParseID(text), err
}

// methodName returns the string that e is.
func (c *Codec) methodName(e element) (string, error) {
	name, err := stringText(e)
	if err != nil {
		return "", fmt.Errorf("%s: %w", memberMethod, err)
	}
	return c.methods.Get(name), nil
}

func readString(e element) (string, error) {
	text, err := stringText(e)
	return string(text), err
}

// stringText returns what the string that e is says.
func stringText(e element) ([]byte, error) {
	v := e.value
	switch {
	case v[len(v)-1] != 0:
		return nil, errTerminator
	case !utf8.Valid(v[4:]):
		return nil, errUTF8
	}
	return v[4 : len(v)-1], nil
}
