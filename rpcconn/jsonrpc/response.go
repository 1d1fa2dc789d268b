package jsonrpc

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"

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
		return &rpcconn.Error{Message: stringOrCompact(text), Data: text}
	case e == nil:
		return &rpcconn.Error{Message: stringOrText(text)}
	default:
		return e
	}
}

// readErrorObject returns the error for text if it is an object, else nil; whole reports whether it has an integer code
// and a string message. What no member of an Error can hold is not lost: of an object without a message all is the
// message, and one whose code is no number is the data.
func readErrorObject(text []byte) (e *rpcconn.Error, whole bool) {
	if text[0] != '{' {
		return nil, false
	}
	e = new(rpcconn.Error)
	var hasCode, oddCode, hasMessage bool
	// The text was scanned before, so there is no error to expect. If a member occurs twice, the last one counts.
	_, _ = jsontext.Object(text, func(key, value []byte) error {
		switch string(unescape(key)) {
		case "code":
			e.Code, hasCode = readCode(value)
			oddCode = !hasCode
		case "message":
			e.Message, hasMessage = stringOrText(value), value[0] == '"'
		case "data":
			e.Data = value
		}
		return nil
	})
	switch {
	case e.Message == "" && !hasMessage && !hasCode:
		e.Message, e.Data = stringOrCompact(text), nil
	case oddCode && e.Data == nil:
		e.Data = text
	}
	return e, hasCode && hasMessage
}

// unescape returns the name that the key of a member stands for.
func unescape(key []byte) []byte {
	if bytes.IndexByte(key, '\\') < 0 {
		return key
	}
	return []byte(jsontext.Key(key))
}

// readCode returns the whole number that text is, however it is written, and whether it is exactly one.
func readCode(text []byte) (code int64, ok bool) {
	if code, err := strconv.ParseInt(string(text), 10, 64); err == nil {
		return code, true
	}
	f, err := strconv.ParseFloat(string(text), 64)
	if err != nil || f != math.Trunc(f) || math.Abs(f) > 1<<53 {
		return 0, false
	}
	return int64(f), true
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
