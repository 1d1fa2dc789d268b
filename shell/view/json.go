package view

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsontext"
)

// Compact returns JSON text without blanks between its tokens, and other text as it is.
func Compact(text json.RawMessage) string {
	if !hasSpace(text) {
		return string(text)
	}
	var b bytes.Buffer
	if err := json.Compact(&b, text); err != nil {
		return string(text)
	}
	return b.String()
}

// hasSpace reports whether text has a blank, inside of a string or not. It is faster than bytes.ContainsAny.
func hasSpace(text []byte) bool {
	return bytes.IndexByte(text, ' ') >= 0 || bytes.IndexByte(text, '\n') >= 0 ||
		bytes.IndexByte(text, '\t') >= 0 || bytes.IndexByte(text, '\r') >= 0
}

// maxParsed is the most of a message that is laid out for a line of traffic, in bytes. Of more, hardly any would be
// seen.
const maxParsed = 100 * maxShown

// Arguments returns params as one would type them; "" for none.
func Arguments(params json.RawMessage) string {
	if params == nil {
		return ""
	}
	if len(params) > maxParsed {
		return string(params[:maxParsed])
	}
	var words []string
	container := false
	_, err := jsontext.Array(params, func(value []byte) error {
		words = append(words, Compact(value))
		container = isContainer(value)
		return nil
	})
	if err != nil || len(words) == 0 || len(words) == 1 && container {
		return Compact(params)
	}
	return strings.Join(words, " ")
}

// requestText returns a call as one would type it, shortened and visible.
func requestText(method string, params json.RawMessage) string {
	text := Visible(method)
	if args := Arguments(params); args != "" {
		text += " " + Shorten(args, len(params))
	}
	return text
}

// compactValue returns a value, shortened and visible.
func compactValue(value json.RawMessage) string {
	return Shorten(Compact(value[:min(len(value), maxParsed)]), len(value))
}

// ErrorText returns a peer's error on one line, not yet visible: "error -32601: Method not found".
func ErrorText(e *rpcconn.Error) string {
	text := fmt.Sprintf("error %d: %s", e.Code, e.Message)
	if e.Data != nil {
		text += " " + Compact(e.Data)
	}
	return text
}

// CompactError returns any error on one line, shortened and visible; a peer's has its code and data.
func CompactError(err error) string {
	text := causeText(err)
	return Shorten(text, len(text))
}

// causeText returns what err says, not yet visible. Of a peer's error that is its code, message and data alone.
func causeText(err error) string {
	var e *rpcconn.Error
	if errors.As(err, &e) {
		return ErrorText(e)
	}
	return err.Error()
}

func isContainer(value []byte) bool { return len(value) > 0 && (value[0] == '{' || value[0] == '[') }
