package view

import (
	"context"
	"encoding/json"

	"rpcsh/shell/event"
	"rpcsh/shell/exit"
)

// A pipe is an audience without a terminal: a program reads stdout, and a person may read stderr later.
type pipe struct{ *View }

// prefix begins lines on stderr, since other programs may write there, too.
const prefix = "rpcsh: "

func (p pipe) wants(e *event.Event) bool { return p.admitsTraffic(e) }

func (p pipe) event(e *event.Event) {
	switch {
	case e.Kind.IsMessage():
		p.screen.print(p.opts.Stderr, p.trafficLine(e, ""))
	case e.Kind == event.Stderr:
		p.sampled(e, func() string { return p.stderrLine(e) })
	case e.Kind == event.Progress:
	case e.Kind == event.Deviation: // what is taken against the rules is never taken silently
		p.sampled(e, func() string { return p.wrapped(p.colors.Dim(prefix + noteText(e))) })
	case isScriptNote(e) && e.Topic != "":
		p.sampled(e, func() string { return p.wrapped(prefix + noteText(e)) })
	case e.Kind == event.Problem, e.Refused, isScriptNote(e), p.opts.Verbose:
		p.screen.few(p.opts.Stderr, brief(e.Name()), p.wrapped(prefix+noteText(e)))
	}
}

func (p pipe) report(text string) {
	if p.opts.Verbose {
		p.screen.print(p.opts.Stderr, p.wrapped(prefix+text))
	}
}

func (p pipe) remark(text string) { p.screen.print(p.opts.Stderr, p.wrapped(text)) }

func (p pipe) fail(_ string, _ int, err error) { p.failure(err) }

func (p pipe) page(_ context.Context, text string, _ func() string) error {
	p.Say("%s", text)
	return nil
}

func (p pipe) raw(peer event.Peer, frame []byte) {
	text := RawText(frame)
	if p.several() {
		text = peer.At() + " " + text
	}
	p.screen.printAll(p.opts.Stderr, text)
}

func (p pipe) value(text string, _ func() string, _ *Result, _ bool) string { return text }

// callError leaves the error of a single peer to the caller, whose run ends with it.
func (p pipe) callError(t *slot, r *Result, several bool) error {
	if !several {
		return r.Err
	}
	t.print(p.opts.Stderr, prefix+r.Peer.At()+": "+failureText(r.Err.Error()))
	return &exit.Shown{Err: r.Err}
}

func (p pipe) late(t *slot, r *Result, background bool) bool {
	switch {
	case r.Err == nil && background && len(r.Values) == 0: // a filter has chosen nothing
	case r.Err == nil && background:
		t.print(p.opts.Stdout, shaper(p).text([]json.RawMessage{OneValue(r.Values)}, r.Shaping))
	case r.Err != nil && !isPeerError(r.Err):
		if background {
			p.showValues(t, r, false) // a result may say that the call failed
		}
		t.print(p.opts.Stderr, prefix+failureText(r.Err.Error()))
	default:
		return false
	}
	return true
}

func (p pipe) tableText(_ []*Result, table string, cut bool) string { return table + p.cutRemark(cut) }

func (p pipe) tooLong(json.RawMessage) bool { return false }

func (p pipe) defaultOutput() string { return OutputJSON }

func (p pipe) width() int { return 80 }

func (p pipe) listWidth() int { return unbounded }

// unbounded is the width of lines that need not fit into a window.
const unbounded = 1 << 20
