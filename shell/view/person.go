package view

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"rpcsh/shell/columns"
	"rpcsh/shell/event"
	"rpcsh/shell/exit"
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
		p.screen.print(p.terminal, p.trafficLine(e, e.Summary))
	case e.Kind == event.Stderr:
		p.sampled(e, func() string { return p.stderrLine(e) })
	case e.Kind == event.Progress: // the status shows it
	case e.Kind == event.Parked:
		p.screen.sample("requests that wait for you", func() string { return p.note(e) })
	case e.Topic != "":
		p.sampled(e, func() string { return p.note(e) })
	default:
		p.screen.few(p.terminal, Visible(e.Name()), p.note(e))
	}
}

// note renders an event other than a message.
func (p person) note(e *event.Event) string {
	text := noteText(e)
	before := e.Time.Format(clock) + " · "
	switch {
	case e.Kind == event.Parked:
		const longest = 60 // columns of a request that stands above as traffic
		request := columns.Clip(requestText(e.Method, e.Params), longest, "…")
		hint := fmt.Sprintf(" · .reply %d VALUE, .fail %d CODE MESSAGE", e.Pending, e.Pending)
		return p.colors.Dim(before) + fmt.Sprintf("asks %d: %s", e.Pending, request) + p.colors.Dim(hint)
	case e.Kind == event.Problem, e.Kind == event.Close && !e.Orderly:
		return p.colors.Dim(before + p.colors.Err(text))
	case e.Asked:
		return text
	}
	return p.colors.Dim(before + text)
}

func (p person) report(text string) { p.screen.print(p.terminal, text) }

func (p person) remark(text string) { p.screen.print(p.terminal, text) }

func (p person) page(ctx context.Context, text string) error {
	p.Flush() // earlier output comes first
	return p.terminal.Page(ctx, withLineBreak(text))
}

func (p person) raw(peer event.Peer, frame []byte) {
	now := time.Now()
	p.screen.sample("messages shown raw", func() string {
		return p.lineHead(now, false, peer) + p.colors.Dim("raw") + " " + rawExcerpt(frame)
	})
}

func (p person) value(text string, r *Result, several bool) string {
	if several {
		text = p.colors.Bold(r.Peer.At()) + " " + text
	}
	if r.Peer.Number > 0 {
		text = p.withTime(text, r.Took)
	}
	return text
}

func (p person) callError(t *slot, r *Result, several bool) error {
	text := p.colors.Err(Visible(causeText(r.Err)))
	if several {
		text = p.colors.Bold(r.Peer.At()) + " " + text
	}
	for _, remark := range r.Remarks {
		text += "  " + p.colors.Dim(Visible(remark))
	}
	if r.Answered || r.Took >= time.Second {
		text = p.withTime(text, r.Took)
	}
	t.print(p.terminal, text)
	return &exit.Shown{Err: r.Err}
}

func (p person) late(t *slot, r *Result, _ bool) bool {
	if r.Err == nil || isPeerError(r.Err) {
		return false
	}
	t.print(p.terminal, p.colors.Err(Visible(r.Err.Error())))
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

// maxPretty is the largest result, in bytes, that is shown whole to a person.
const maxPretty = 256 << 10

func (p person) tooLong(result json.RawMessage) bool { return len(result) > maxPretty }

func (p person) defaultOutput() string { return OutputPretty }

func (p person) width() int { return p.terminal.Width() }

func (p person) listWidth() int { return p.terminal.Width() - 1 }
