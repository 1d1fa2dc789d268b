package msgpackrpc

import (
	"bytes"
	"encoding/json"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsontext"
)

// In MessagePack-RPC the error of a response is any value. Peers send neovim's [type, message], a string, or a map with
// code and message. What neovim shows of an error that it gets (0.7, tried) is a string, and [0, message] and [1,
// message], 0 and 1 being its own types; of all else it says "unknown error".

// readError returns the error that text, the JSON text of any value, says. Its data is text, so that nothing is lost.
func readError(text []byte) *rpcconn.Error {
	e := rpcconn.Uncoded("", text)
	var code, message []byte
	switch text[0] {
	case '"':
		e.Message, _ = jsontext.Unquote(text) // it is a string
		return e
	case '[':
		var elements [][]byte
		// the text is valid, so there is no error to expect, here and below
		_, _ = jsontext.Array(text, func(value []byte) error {
			elements = append(elements, value)
			return nil
		})
		if len(elements) == 2 && len(bytes.Trim(elements[0], "-0123456789")) == 0 {
			code, message = elements[0], elements[1]
		}
	case '{':
		_, _ = jsontext.Object(text, func(key, value []byte) error {
			switch string(key) {
			case "code":
				code = value
			case "message":
				message = value
			}
			return nil
		})
	}
	if s, err := jsontext.Unquote(message); err == nil && code != nil {
		e.SetCode(code)
		e.Message = s
		return e
	}
	e.Message = compact(text)
	return e
}

// compact returns valid JSON text without its white space.
func compact(text []byte) string {
	var b bytes.Buffer
	_ = json.Compact(&b, text) // what is valid can always be compacted
	return b.String()
}

// errorText returns the error that a peer is sent for e, as JSON text: an e that was received as it was, the data alone
// where e has nothing else, and for all others code, message and data in a form that peers show.
func errorText(e *rpcconn.Error) ([]byte, error) {
	data := bytes.TrimSpace(e.Data)
	if len(data) > 0 {
		if err := jsontext.Valid(data); err != nil {
			return nil, err
		}
		if data[0] != 'n' { // null says that there is no error
			read := readError(data)
			if e.CodeName() == "" && e.Message == "" || e.CodeName() == read.CodeName() && e.Message == read.Message {
				return data, nil
			}
		}
	}
	message := e.Message
	if len(data) > 0 {
		said := compact(data)
		if s, err := jsontext.Unquote(data); err == nil {
			said = s
		}
		if message != "" {
			message += ": "
		}
		message += said
	}
	switch code := e.CodeName(); code {
	case "":
		return jsontext.AppendQuote(nil, message), nil
	case "1":
		return append(jsontext.AppendQuote([]byte("[1,"), message), ']'), nil
	default:
		return jsontext.AppendQuote(nil, message+" ("+code+")"), nil
	}
}
