package export

import (
	"bufio"
	"fmt"
	"strings"
	"unicode"

	"rpcsh/rpcconn/rpcrec"
	"rpcsh/shell/event"
	"rpcsh/shell/human"
	"rpcsh/shell/view"
)

// maxDiagram is how long a diagram may be, in bytes: Mermaid draws none of more than 50,000 characters (maxTextSize).
const maxDiagram = 48_000

// A mermaid writes a sequence diagram: https://mermaid.js.org/syntax/sequenceDiagram.html.
type mermaid struct {
	out   *bufio.Writer
	size  int
	known map[string]bool // participants
	conns map[*Conn]int   // by their order
	left  int             // events that are beyond maxDiagram
}

func newMermaid(out *bufio.Writer) Writer {
	return &mermaid{out: out, known: make(map[string]bool), conns: make(map[*Conn]int)}
}

func (m *mermaid) Begin(*rpcrec.Header) {
	if m.size == 0 {
		m.line("sequenceDiagram")
	}
}

// Event implements Writer.
func (m *mermaid) Event(e *Event) {
	if m.size >= maxDiagram {
		m.left++
		return
	}
	us, peer := m.names(e.Conn)
	if e.Kind.IsMessage() || e.Conn.Number == 0 {
		m.declare(us, e.Conn.us())
	}
	if e.Conn.Number > 0 {
		m.declare(peer, e.Conn.peer())
	}
	from, to := peer, us
	if e.Out {
		from, to = us, peer
	}
	text := escapeMermaid(e.label())
	switch e.Kind {
	case event.Request:
		m.line("    %s->>%s: %s", from, to, text)
	case event.Response:
		m.line("    %s-->>%s: %s", from, to, text)
	case event.Error:
		m.line("    %s--x%s: %s", from, to, text)
	case event.Notification, event.Other, event.Unreadable:
		m.line("    %s-)%s: %s", from, to, text)
	default:
		over := peer
		if e.Conn.Number == 0 {
			over = us
		}
		m.line("    Note over %s: %s", over, text)
	}
}

// names returns the names of both sides of a connection.
func (m *mermaid) names(c *Conn) (us, peer string) {
	n, known := m.conns[c]
	if !known {
		n = len(m.conns) + 1
		m.conns[c] = n
	}
	if c.Tapped {
		return fmt.Sprintf("c%d", n), fmt.Sprintf("p%d", n)
	}
	return "us", fmt.Sprintf("p%d", n)
}

func (m *mermaid) declare(name, title string) {
	if !m.known[name] {
		m.known[name] = true
		m.line("    participant %s as %s", name, escapeMermaid(cut(view.Visible(title), maxLabel)))
	}
}

// End implements Writer.
func (m *mermaid) End() {
	if m.left > 0 {
		m.declare("us", "rpcsh")
		m.line("    Note over us: … and %s, for which a diagram has no room", human.Plural(m.left, "more event"))
	}
}

func (m *mermaid) line(format string, args ...any) {
	n, _ := fmt.Fprintf(m.out, format+"\n", args...)
	m.size += n
}

// plainMermaid are the characters beside letters and digits that stand for themselves wherever text may stand. A colon
// is none of them: behind the word style, Mermaid would take it for CSS.
const plainMermaid = ` ._-/,()[]{}"'=+*!?@|~→←…·`

// escapeMermaid returns a text for a place where a text may stand; other characters become entities, such as #59;.
func escapeMermaid(text string) string {
	var b strings.Builder
	for _, r := range text {
		if unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r) || strings.ContainsRune(plainMermaid, r) {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, "#%d;", r)
		}
	}
	if strings.TrimSpace(text) == "" {
		return "#32;" // a line without a text is a mistake
	}
	return b.String()
}
