package jsonrpc

import (
	"bytes"
	"encoding/json"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsontext"
)

// response reads the response m, which has a result or an error. An error other than null makes it a failure, whatever
// the result; a result other than null is kept as well.
func (c *Codec) response(message *rpcconn.Message, m *members) {
	message.Kind, message.ID, message.Extra = rpcconn.KindResponse, rpcconn.ParseID(m.id), m.others()
	switch {
	case m.err != nil && m.err[0] != 'n':
		message.Err = c.readError(m.err)
		if m.result != nil && m.result[0] != 'n' {
			message.Result = m.result
		}
	case m.result != nil:
		message.Result = m.result
	default:
		message.Result = m.err // null
	}
}

// readError returns the error that text, a JSON value, stands for.
func (c *Codec) readError(text []byte) *rpcconn.Error {
	e, whole := readErrorObject(text)
	switch {
	case c.dialect.anyError && !whole:
		return rpcconn.Uncoded(stringOrCompact(text), text)
	case e == nil:
		return rpcconn.Uncoded(stringOrText(text), nil)
	default:
		return e
	}
}

// readErrorObject returns the error for text if it is an object, else nil; whole reports whether it has an integer code
// and a string message. Of an object with neither all is the message.
func readErrorObject(text []byte) (e *rpcconn.Error, whole bool) {
	if text[0] != '{' {
		return nil, false
	}
	e = rpcconn.Uncoded("", nil)
	var hasCode, hasMessage bool
	// The text was scanned before, so there is no error to expect. If a member occurs twice, the last one counts.
	_, _ = jsontext.Object(text, func(key, value []byte) error {
		switch string(unescape(key)) {
		case "code":
			e.SetCode(value)
			hasCode = true
		case "message":
			e.Message, hasMessage = stringOrText(value), value[0] == '"'
		case "data":
			e.Data = value
		}
		return nil
	})
	if e.Message == "" && !hasMessage && !hasCode {
		e.Message, e.Data = stringOrCompact(text), nil
	}
	return e, hasCode && e.CodeText == nil && hasMessage
}

// unescape returns the name that the key of a member stands for.
func unescape(key []byte) []byte {
	if bytes.IndexByte(key, '\\') < 0 {
		return key
	}
	return []byte(jsontext.Key(key))
}

// stringOrText returns the string that text, a JSON value, is, or else text itself.
func stringOrText(text []byte) string {
	if text[0] != '"' {
		return string(text)
	}
	return jsontext.Key(text[1 : len(text)-1])
}

// stringOrCompact returns the string that text, a valid JSON value, is, or else text without its white space.
func stringOrCompact(text []byte) string {
	text = bytes.TrimSpace(text)
	if text[0] == '"' {
		return stringOrText(text)
	}
	var compact bytes.Buffer
	_ = json.Compact(&compact, text) // valid text can always be compacted
	return compact.String()
}
