package jsonrpc

import (
	"bytes"
	"math"
	"strconv"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsonscan"
)

// response returns the response that m, which has a result or an error, makes up. An error other than null makes it a
// failure whatever the result.
func response(m *members) rpcconn.Message {
	message := rpcconn.Message{Kind: rpcconn.KindResponse, ID: rpcconn.ParseID(m.id)}
	switch {
	case m.err != nil && m.err[0] != 'n':
		message.Err = readError(m.err)
	case m.result != nil:
		message.Result = m.result
	default:
		message.Result = m.err // null
	}
	return message
}

// readError returns the error that text, a JSON value, stands for; what is no object is all message.
func readError(text []byte) *rpcconn.Error {
	if text[0] != '{' {
		return &rpcconn.Error{Message: stringOrText(text)}
	}
	e := new(rpcconn.Error)
	// The text was scanned before, so there is no error to expect. Of members that are there twice the last one counts.
	_, _ = jsonscan.Object(text, func(key, value []byte) error {
		if bytes.IndexByte(key, '\\') >= 0 {
			key = []byte(jsonscan.Key(key))
		}
		switch string(key) {
		case "code":
			e.Code = readCode(value)
		case "message":
			e.Message = stringOrText(value)
		case "data":
			e.Data = value
		}
		return nil
	})
	return e
}

// readCode returns the whole number that text, a JSON value, is, however it is written; 0 for anything else.
func readCode(text []byte) int64 {
	if code, err := strconv.ParseInt(string(text), 10, 64); err == nil {
		return code
	}
	code, err := strconv.ParseFloat(string(text), 64)
	if err != nil || code != math.Trunc(code) || math.Abs(code) > 1<<53 {
		return 0
	}
	return int64(code)
}

// stringOrText returns the string that text, a JSON value, is, or else text itself.
func stringOrText(text []byte) string {
	if text[0] != '"' {
		return string(text)
	}
	return jsonscan.Key(text[1 : len(text)-1])
}
