package export

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"rpcsh/rpcconn/rpcrec"
	"rpcsh/shell/event"
	"rpcsh/shell/view"
)

// An inspector writes the text that vscode-languageclient logs with "trace.server": "verbose", and that the LSP
// Inspector reads (microsoft/language-server-protocol-inspector, rawLogParser.ts): a line that says what was sent or
// received, seen from the client, a line with its params or result, and two empty lines. The Inspector reads no log
// further from an entry that it cannot take apart, so that what peers named is written within what it takes.
type inspector struct{ out *bufio.Writer }

func newInspector(out *bufio.Writer) Writer { return inspector{out} }

func (i inspector) Begin(*rpcrec.Header) {}

// Event implements Writer.
func (i inspector) Event(e *Event) {
	verb := "Received"
	if e.fromClient() {
		verb = "Sending"
	}
	method := inspectorText(e.Method)
	called := fmt.Sprintf("'%s - (%s)'", method, inspectorID(e.ID.String()))
	switch e.Kind {
	case event.Request:
		i.entry(e, verb+" request "+called+".", "Params", e.Params)
	case event.Notification:
		i.entry(e, verb+" notification '"+method+"'.", "Params", e.Params)
	case event.Response, event.Error:
		took := fmt.Sprintf(" in %dms.", e.Took.Milliseconds())
		if e.fromClient() {
			took = fmt.Sprintf(". Processing request took %dms", e.Took.Milliseconds())
		}
		value := e.Result
		if e.Err != nil {
			took += fmt.Sprintf(" Request failed: %s (%s).", inspectorText(e.Err.Message),
				inspectorText(string(e.Err.AppendCode(nil))))
			value = event.AppendError(nil, e.Err)
		}
		i.entry(e, verb+" response "+called+took, "Result", value)
	}
}

// entry writes one message.
func (i inspector) entry(e *Event, head, name string, value json.RawMessage) {
	text := []byte("null")
	if value != nil {
		text = compact(value)
	}
	var lines bytes.Buffer
	if json.Indent(&lines, text, "", "    ") == nil {
		text = lines.Bytes()
	}
	body := strings.ReplaceAll(string(text), "[Trace", `\u005bTrace`) // which would begin another entry
	fmt.Fprintf(i.out, "[Trace - %s] %s\n%s: %s\n\n\n", e.Time.Format("15:04:05.000"), head, name,
		view.VisibleLines(body))
}

// inspectorText returns a text for the line that says what was sent: brackets end its time.
func inspectorText(text string) string {
	return strings.NewReplacer("[", `\u005b`, "]", `\u005d`).Replace(view.Visible(text))
}

// inspectorID returns an id of the letters, digits and hyphens that the Inspector takes.
func inspectorID(id string) string {
	plain := strings.Map(func(r rune) rune {
		if r < 0x80 && (r == '-' || '0' <= r && r <= '9' || 'a' <= r|0x20 && r|0x20 <= 'z') {
			return r
		}
		return '-'
	}, strings.Trim(id, `"`))
	if plain == "" {
		return "-"
	}
	return plain
}

// End implements Writer.
func (i inspector) End() error { return nil }
