package export

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"rpcsh/rpcconn/rpcrec"
	"rpcsh/shell/event"
	"rpcsh/shell/human"
	"rpcsh/shell/view"
)

const (
	// maxValue is how much of a value a report has, in bytes.
	maxValue = 4000
	// maxRow is how long a value is that stands on one line, in bytes.
	maxRow = 100
)

// A markdown writes a report for people: CommonMark, as forges draw it.
type markdown struct{ out *bufio.Writer }

func newMarkdown(out *bufio.Writer) Writer { return markdown{out} }

func (m markdown) Begin(h *rpcrec.Header) {
	m.out.WriteString("### Recorded")
	if !h.Start.IsZero() { // as it is where the log of another program does not tell
		m.out.WriteString(h.Start.Local().Format(" 2006-01-02 15:04:05"))
	}
	if h.By != "" {
		fmt.Fprintf(m.out, " by %s", codeSpan(h.By))
	}
	m.out.WriteString("\n\n")
	if len(h.Argv) > 0 {
		fmt.Fprintf(m.out, "%s\n\n", codeSpan(strings.Join(h.Argv, " ")))
	}
}

// Event implements Writer.
func (m markdown) Event(e *Event) {
	at := e.Time.Format("15:04:05.000")
	if !e.Kind.IsMessage() {
		fmt.Fprintf(m.out, "%s · %s %s\n\n", at, e.Kind, codeSpan(e.Event.Text))
		return
	}
	what, value := e.Kind, e.Params
	switch e.Kind {
	case event.Response:
		value = e.Result
	case event.Error:
		value = nil
		if e.Err != nil {
			value = event.AppendError(nil, e.Err)
		}
	case event.Other:
		value = e.Value
	}
	words := []string{at, arrow(e.Out), string(what)}
	if number := e.number(); number != "" {
		words = append(words, codeSpan(number))
	}
	if e.Method != "" {
		words = append(words, "**"+codeSpan(e.Method)+"**")
	}
	from := "from"
	if e.Out {
		from = "to"
	}
	words = append(words, from, codeSpan(e.Conn.peer()))
	if e.Took > 0 {
		words = append(words, "after "+human.Took(e.Took))
	}
	if e.Event.Text != "" {
		words = append(words, "· "+codeSpan(e.Event.Text))
	}
	m.out.WriteString(strings.Join(words, " ") + "\n\n")
	m.value(value)
}

// value writes a value as a block of code.
func (m markdown) value(value json.RawMessage) {
	if value == nil {
		return
	}
	text := compact(value)
	if len(text) > maxRow {
		var lines bytes.Buffer
		if json.Indent(&lines, text, "", "  ") == nil {
			text = lines.Bytes()
		}
	}
	whole := len(text)
	shown := view.VisibleLines(view.Prefix(string(text), maxValue))
	fence := fenceFor(shown, 3)
	fmt.Fprintf(m.out, "%sjson\n%s\n%s\n\n", fence, shown, fence)
	if whole > maxValue {
		fmt.Fprintf(m.out, "The first %s of %s.\n\n", human.Size(maxValue), human.Size(whole))
	}
}

// codeSpan returns a text as code in a line.
func codeSpan(text string) string {
	text = cut(view.Visible(text), 4*maxLabel)
	fence := fenceFor(text, 1)
	if text == "" || strings.HasPrefix(text, "`") || strings.HasSuffix(text, "`") || strings.TrimSpace(text) != text {
		text = " " + text + " "
	}
	return fence + text + fence
}

// fenceFor returns backticks that end no sooner than a text does: more of them, at least least, than it has in a row.
func fenceFor(text string, least int) string {
	longest, run := 0, 0
	for i := range len(text) {
		if run++; text[i] != '`' {
			run = 0
		}
		longest = max(longest, run)
	}
	return strings.Repeat("`", max(longest+1, least))
}

// End implements Writer.
func (m markdown) End() error { return nil }
