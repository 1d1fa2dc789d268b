package export

import (
	"bufio"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"rpcsh/rpcconn/rpcrec"
	"rpcsh/shell/event"
	"rpcsh/shell/human"
	"rpcsh/shell/view"
)

// maxDiagram is how long a diagram may be, in bytes: Mermaid draws none of more than 50,000 characters (maxTextSize).
const maxDiagram = 47_000

// A mermaid writes a sequence diagram: https://mermaid.js.org/syntax/sequenceDiagram.html.
type mermaid struct {
	out   *bufio.Writer
	text  strings.Builder // what follows the participants
	size  int             // of all
	conns []*Conn         // in the order of their coming
	left  int             // events that are beyond maxDiagram
}

func newMermaid(out *bufio.Writer) Writer { return &mermaid{out: out} }

func (m *mermaid) Begin(*rpcrec.Header) {}

// Event implements Writer.
func (m *mermaid) Event(e *Event) {
	if m.size >= maxDiagram {
		m.left++
		return
	}
	us, peer := m.names(e.Conn)
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
	i := slices.Index(m.conns, c)
	if i < 0 {
		i = len(m.conns)
		m.conns = append(m.conns, c)
		m.size += len(participant("peer", c.peer()) + participant("us", c.us()))
	}
	peer = fmt.Sprintf("p%d", i+1)
	if c.Tapped {
		return fmt.Sprintf("c%d", i+1), peer
	}
	return "us", peer
}

// participant declares a side.
func participant(name, title string) string {
	return "    participant " + name + " as " + escapeMermaid(cut(view.Visible(title), maxLabel)) + "\n"
}

// End implements Writer.
func (m *mermaid) End() error {
	m.out.WriteString("sequenceDiagram\n")
	isDeclared := false
	for _, c := range m.conns {
		us, peer := m.names(c)
		if c.Tapped || !isDeclared {
			m.out.WriteString(participant(us, c.us()))
			isDeclared = isDeclared || !c.Tapped
		}
		if c.Number > 0 {
			m.out.WriteString(participant(peer, c.peer()))
		}
	}
	if m.left > 0 {
		_, over := m.names(m.conns[0])
		m.line("    Note over %s: … and %s, for which a diagram has no room", over, human.Plural(m.left, "more event"))
	}
	m.out.WriteString(m.text.String())
	return nil
}

func (m *mermaid) line(format string, args ...any) {
	n, _ := fmt.Fprintf(&m.text, format+"\n", args...)
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
