package view

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsontext"
	"rpcsh/shell/columns"
	"rpcsh/shell/event"
	"rpcsh/shell/exit"
	"rpcsh/shell/human"
)

// A person types at a terminal, while output appears above the line.
type person struct {
	*View
	terminal Terminal
}

func (p person) wants(e *event.Event) bool { return p.admitsTraffic(e) }

func (p person) event(e *event.Event) {
	switch {
	case e.Kind.IsMessage():
		p.screen.print(p.terminal, p.trafficLine(e, cmp.Or(e.Summary, p.digest(e.Digest))))
	case e.Kind == event.Stderr:
		p.sampled(e, func() string { return p.stderrLine(e) })
	case e.Kind == event.Progress: // the status shows it
	case e.Kind == event.Parked:
		p.screen.sample("requests that wait for you", func() string { return p.note(e) })
	case e.Topic != "":
		p.sampled(e, func() string { return p.note(e) })
	default:
		p.screen.few(p.terminal, brief(e.Name()), p.note(e))
	}
}

// note renders an event other than a message.
func (p person) note(e *event.Event) string {
	if e.Kind == event.Parked {
		return p.asks(e)
	}
	return p.wrapped(p.noteLine(e))
}

// noteLine is note for what asks nothing, on one line.
func (p person) noteLine(e *event.Event) string {
	l := row{style: p.style}
	text := l.note(e)
	switch before := p.before(e); {
	case e.Kind == event.Problem, e.Kind == event.Close && !e.Orderly:
		return p.colors.Dim(before+p.colors.Err(text)) + l.whole(e)
	case e.Asked:
		return text
	default:
		return p.colors.Dim(before+text) + l.whole(e)
	}
}

// before returns what stands before the text of an event other than a message.
func (p person) before(e *event.Event) string { return e.Time.Format(clock) + p.numberOf(e) + " · " }

func (p person) report(text string) { p.screen.print(p.terminal, p.wrapped(text)) }

func (p person) remark(text string) { p.screen.print(p.terminal, p.wrapped(text)) }

func (p person) page(ctx context.Context, text string, whole func() string) error {
	p.Flush() // earlier output comes first
	text = withLineBreak(text)
	switch pager := p.Pager(); {
	case pager == PagerOff || p.terminal.Fits(text):
		_, err := p.terminal.Write([]byte(text))
		return err
	case pager == PagerOn:
		return p.terminal.Page(ctx, text, whole)
	default:
		return p.opts.Pipe(ctx, pager, text)
	}
}

func (p person) raw(peer event.Peer, frame []byte) {
	now := time.Now()
	p.screen.sample("messages shown raw", func() string {
		return p.lineHead(now, false, peer) + p.colors.Dim("raw") + " " + rawExcerpt(frame)
	})
}

func (p person) value(text string, whole func() string, r *Result, several bool) string {
	if several {
		text = p.colors.Bold(r.Peer.At()) + " " + text
	}
	if !several && p.Pager() != PagerOff && !p.terminal.Fits(text) {
		p.long.set(text, whole)
		text = p.colors.Dim(human.Plural(strings.Count(text, "\n")+1, "line") + ", .print $_ shows them again")
	}
	if r.Peer.Number > 0 {
		text = p.withTime(text, p.aside(r))
	}
	return text
}

// aside returns what stands at the right border of a result: how long it took, and its number where that is wanted.
func (p person) aside(r *Result) string {
	took := human.Took(r.Took)
	if r.Event > 0 && p.Numbers() {
		return strconv.FormatUint(r.Event, 10) + " · " + took
	}
	return took
}

func (p person) callError(t *slot, r *Result, several bool) error {
	text := p.reasonText(r.Err)
	if several {
		text = p.colors.Bold(r.Peer.At()) + " " + text
	}
	text = p.wrapped(text)
	for _, remark := range r.Remarks {
		remark = Visible(remark)
		if last := text[strings.LastIndexByte(text, '\n')+1:]; columns.Width(last)+2+columns.Width(remark) < p.Width() {
			text += "  " + p.colors.Dim(remark)
			continue
		}
		for _, row := range columns.Fill(strings.Fields(remark), p.Width()-1, "", "") {
			text += "\n" + p.colors.Dim(row)
		}
	}
	if r.Answered || r.Took >= time.Second {
		text = p.withTime(text, p.aside(r))
	}
	t.print(p.terminal, text)
	return &exit.Shown{Err: r.Err}
}

// reasonText returns why a call failed. What a peer says in lines, such as a traceback, is shown in lines.
func (p person) reasonText(err error) string {
	var e *rpcconn.Error
	if text := causeText(err); len(text) > maxFailure || !errors.As(err, &e) {
		return p.colors.Err(failureText(text))
	}
	text, data := e.Parts()
	all := inLines(text)
	if trace, err := jsontext.Unquote(data); err == nil && strings.Contains(trace, "\n") {
		all = append(all, inLines(trace)...)
	} else if data != nil {
		all[len(all)-1] += " " + failureText(Readable(data))
	}
	for i, line := range all {
		if i > 0 {
			line = "  " + line
		}
		all[i] = p.colors.Err(line)
	}
	return strings.Join(all, "\n")
}

// inLines returns the lines of a text, visible.
func inLines(text string) []string {
	text = strings.ReplaceAll(strings.TrimRight(text, "\r\n"), "\r\n", "\n")
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = Visible(strings.ReplaceAll(line, "\t", "    "))
	}
	return lines
}

func (p person) late(t *slot, r *Result, _ bool) bool {
	if r.Err == nil || isPeerError(r.Err) {
		return false
	}
	p.showValues(t, r, false) // a result may say that the call failed
	t.print(p.terminal, p.wrapped(p.colors.Err(failureText(r.Err.Error()))))
	return true
}

func (p person) tableText(all []*Result, table string, cut bool) string {
	switch {
	case len(all) > fewPeers:
		return table + p.cutRemark(cut) + p.failures(all) + "\n"
	case cut:
		return p.belowEachOther(all)
	}
	return table
}

// The largest results, in bytes, that are shown whole to a person: on the screen, and in a pager.
const (
	maxPretty = 256 << 10
	maxPaged  = 16 << 20
)

func (p person) tooLong(result json.RawMessage) bool {
	if p.Pager() == PagerOff {
		return len(result) > maxPretty
	}
	return len(result) > maxPaged
}

func (p person) defaultOutput() string { return OutputPretty }

func (p person) width() int { return p.terminal.Width() }

func (p person) listWidth() int { return p.terminal.Width() - 1 }
