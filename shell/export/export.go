// Package export writes what has happened on connections in the forms of other programs: a diagram, a page, a trace, a
// log. A form is a file of this package and an element of Forms. What a peer has sent is data in each of them: it can
// neither end a text of the form nor begin one.
//
// The package knows neither where events come from nor where a form goes to.
package export

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"rpcsh/rpcconn/jsontext"
	"rpcsh/rpcconn/rpcrec"
	"rpcsh/shell/event"
)

// A Form is a form that can be written.
type Form struct {
	Name    string
	Summary string
	Suffix  string // of the names of its files
	New     func(out *bufio.Writer) Writer
}

// Forms returns all forms, in the order of their use.
func Forms() []Form {
	return []Form{
		{"mermaid", "a sequence diagram that GitHub and others draw", ".mmd", newMermaid},
		{"md", "markdown, for a bug report", ".md", newMarkdown},
		{"html", "a page to look through in a browser, which needs nothing else", ".html", newPage},
		{"trace", "a trace for Perfetto and chrome://tracing, a slice for each call", ".json", newTrace},
		{"har", "an HTTP archive, with the messages of each connection as of a WebSocket", ".har", newHAR},
		{"lsp-inspector", "the log that the LSP Inspector reads, as VS Code writes it", ".log", newInspector},
		{"mcpsnoop", "the log of mcpsnoop, an envelope a line", ".jsonl", newSnoop},
	}
}

// Names returns the names of all forms.
func Names() (names []string) {
	for _, f := range Forms() {
		names = append(names, f.Name)
	}
	return names
}

// Find returns the form of a name.
func Find(name string) (f Form, found bool) {
	for _, f := range Forms() {
		if f.Name == name {
			return f, true
		}
	}
	return Form{}, false
}

// IsFile reports whether a word looks like the file that a form is written to: it ends as the files of one do, or it is
// there, or its folder is.
func IsFile(word string) bool {
	if word == "" || strings.ContainsAny(word, " *?[") {
		return false
	}
	suffix := filepath.Ext(word)
	if suffix != "" && slices.ContainsFunc(Forms(), func(f Form) bool { return f.Suffix == suffix }) {
		return true
	}
	folder, _ := filepath.Split(word)
	for _, path := range []string{word, folder} {
		if _, err := os.Stat(path); path != "" && err == nil {
			return true
		}
	}
	return false
}

// A Writer writes a form. Whether that could be written its output tells.
type Writer interface {
	Begin(h *rpcrec.Header) // a recording begins; all others have ended
	Event(e *Event)
	End() error // there is nothing more; the error says what the form has no room for
}

// A Conn is what is known of the connection that an event is about. It is the same for all events of one, and changes
// when more becomes known.
type Conn struct {
	Number   int    // 0: the event is about none
	Title    string // of the peer, as it is called in sentences
	Target   string // where the peer is, as a URL or a command line; "": not known
	Protocol string // "": not known
	Accepted bool   // the peer has dialled us
	Tapped   bool   // who recorded stood between two peers

	form any // what the Writer keeps of it, so that it is forgotten with the connection; nil: nothing yet
}

// us returns what the side is called that an event with Out comes from.
func (c *Conn) us() string {
	if c.Tapped {
		return "client"
	}
	return "rpcsh"
}

// peer returns what the other side is called.
func (c *Conn) peer() string {
	switch {
	case c.Tapped:
		return "server " + c.Title
	case c.Title == "":
		return "peer"
	}
	return c.Title
}

// An Event is something that has happened, with the message that says it. It is valid for one call.
type Event struct {
	event.Event
	Conn *Conn

	// Of messages:

	Text   []byte // the message as JSON on one line; nil: it is none, or Event.Text says what is wrong
	Data   []byte // as it passed; of a batch, all of it
	Batch  bool   // it is one of several in Data
	Masked bool   // there were secrets in Data
	Again  bool   // another Event had the same Data
}

// Message returns the message that an event is, as JSON on one line: one that was no JSON when it passed, or one of
// several, of JSON-RPC or of another protocol.
func Message(e *event.Event, isJSONRPC bool) []byte {
	var b []byte
	member := func(name string, value []byte) {
		if value != nil {
			b = append(append(append(append(b, `,"`...), name...), `":`...), value...)
		}
	}
	if e.Kind == event.Other {
		return compact(e.Value)
	}
	if isJSONRPC {
		member("jsonrpc", []byte(`"2.0"`))
	}
	if !e.ID.IsNone() {
		member("id", e.ID.Append(nil))
	}
	if !isAnswer(e) {
		member("method", jsontext.AppendQuote(nil, e.Method))
	}
	for _, m := range []struct {
		name  string
		value json.RawMessage
	}{{"params", e.Params}, {"result", e.Result}} {
		if m.value != nil {
			member(m.name, compact(m.value))
		}
	}
	if e.Err != nil {
		member("error", event.AppendError(nil, e.Err))
	}
	if b == nil {
		return []byte("{}")
	}
	b[0] = '{'
	return append(b, '}')
}

// fromClient reports whether the side has sent e that has dialled.
func (e *Event) fromClient() bool { return e.Out != e.Conn.Accepted }

// arrow returns the direction of a message, from us to the peer or back.
func arrow(out bool) string {
	if out {
		return "→"
	}
	return "←"
}

// direction returns arrow as a word.
func direction(out bool) string {
	if out {
		return "out"
	}
	return "in"
}

// isAnswer reports whether an event answers a request.
func isAnswer(e *event.Event) bool { return e.Kind == event.Response || e.Kind == event.Error }

// number returns how people write the id of a message, "" where it has none.
func (e *Event) number() string {
	if e.ID.IsNone() {
		return ""
	}
	return "#" + e.ID.String()
}

// joined joins the words that are not empty.
func joined(words ...string) string {
	all := words[:0:0]
	for _, w := range words {
		if w != "" {
			all = append(all, w)
		}
	}
	return strings.Join(all, " ")
}
