package view

import (
	"encoding/json"
	"errors"
	"strings"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsontext"
)

// Compact returns JSON text without white space between its tokens, and other text as it is.
func Compact(text json.RawMessage) string {
	if jsontext.IsCompact(text) || jsontext.Valid(text) != nil {
		return string(text)
	}
	var b strings.Builder
	b.Grow(len(text))
	for run := range jsontext.Runs(text) {
		b.Write(run)
	}
	return b.String()
}

// maxParsed is the largest params that are spelled as arguments for a line of traffic, in bytes. Of more, hardly any
// would be seen.
const maxParsed = 100 * maxShown

// beginning returns as much of a value as it takes to show the beginning of it, or all.
func beginning(value json.RawMessage) json.RawMessage {
	const enough = (len(`\u0041`) + 2) * maxShown // of which there is more than maxShown, whatever is escaped
	if len(value) > enough && jsontext.IsCompact(value[:enough]) {
		return value[:enough]
	}
	return value[:min(len(value), maxParsed)]
}

// Arguments returns params as a person would type them, visible, or "" if there are none.
func Arguments(params json.RawMessage) string { return arguments(params, Readable) }

// arguments is Arguments, where spell spells a value.
func arguments(params json.RawMessage, spell func(json.RawMessage) string) string {
	if params == nil {
		return ""
	}
	if len(params) > maxParsed {
		return spell(params[:maxParsed])
	}
	if jsontext.FirstByte(params) != '[' {
		return spell(params)
	}
	words := make([]string, 0, 8)
	container := false
	_, err := jsontext.Array(params, func(value []byte) error {
		words = append(words, spell(value))
		container = isContainer(value)
		return nil
	})
	if err != nil || len(words) == 0 || len(words) == 1 && container {
		return spell(params)
	}
	return strings.Join(words, " ")
}

// requestText returns a call as a person would type it, shortened and visible.
func requestText(method string, params json.RawMessage) string {
	text := brief(method)
	if args := Arguments(params); args != "" {
		text += " " + Shorten(args, len(params))
	}
	return text
}

// ErrorText returns a peer's error on one line, not yet visible: "error -32601: Method not found".
func ErrorText(e *rpcconn.Error) string { return errorText(e, Readable) }

// errorText is ErrorText, where spell spells the data.
func errorText(e *rpcconn.Error, spell func(json.RawMessage) string) string {
	text, data := e.Parts()
	if data != nil {
		text += " " + spell(data)
	}
	return text
}

// CompactError returns any error on one line, shortened and visible; an error of a peer has its code and data.
func CompactError(err error) string {
	text := causeText(err)
	return Shorten(text, len(text))
}

// causeText returns the text of err, not yet visible. Of a peer's error that is code, message and data only.
func causeText(err error) string {
	var e *rpcconn.Error
	if errors.As(err, &e) {
		return ErrorText(e)
	}
	return err.Error()
}

func isContainer(value []byte) bool { return len(value) > 0 && (value[0] == '{' || value[0] == '[') }
