package export

import (
	"encoding/json"
	"unicode/utf8"

	"rpcsh/rpcconn/jsontext"
	"rpcsh/shell/event"
	"rpcsh/shell/human"
	"rpcsh/shell/view"
)

// maxLabel is how many characters of what a message says stand in one line.
const maxLabel = 80

// label returns what happened in one line in which every character can be seen.
func (e *Event) label() string {
	var took string
	if e.Took > 0 {
		took = "· " + human.Took(e.Took)
	}
	line := func(text string) string { return cut(view.Visible(text), maxLabel) }
	number, method := line(e.number()), line(e.Method)
	switch e.Kind {
	case event.Request, event.Notification:
		return joined(number, method, short(e.Params))
	case event.Response:
		return joined(number, short(e.Result), took)
	case event.Error:
		if e.Err == nil {
			return joined(number, "error")
		}
		return joined(number, "error", line(e.Err.CodeName()), line(e.Err.Message), took)
	case event.Other:
		return joined(method, short(e.Value))
	}
	return cut(view.Visible(e.Event.Text), 2*maxLabel)
}

// short returns the beginning of a JSON text in one line.
func short(value json.RawMessage) string {
	if value == nil {
		return ""
	}
	return cut(view.Visible(string(compact(value))), maxLabel)
}

// compact returns a JSON text on one line; text of a codec's own that is no JSON becomes a string.
func compact(value json.RawMessage) []byte {
	text, err := jsontext.AppendCompact(nil, value)
	if err != nil {
		return jsontext.AppendQuote(nil, string(value))
	}
	return text
}

// cut returns the first n characters of a text, and a mark where there are more.
func cut(text string, n int) string {
	if len(text) <= n || utf8.RuneCountInString(text) <= n {
		return text
	}
	for i := range text {
		if n--; n == 0 {
			return text[:i] + "…"
		}
	}
	return text
}
