package view

import "rpcsh/shell/event"

// An incoming is a pipe whose reader wants all that comes in. Peers wait if it is slow.
type incoming struct{ pipe }

func (in incoming) wants(e *event.Event) bool {
	switch {
	case in.isResult(e):
		return true
	case e.Out && e.Origin == event.FromPeer && (e.Result != nil || e.Err != nil):
		return false // answers go out; only what comes in was asked for
	}
	return in.admitsTraffic(e)
}

func (in incoming) event(e *event.Event) {
	if in.isResult(e) {
		var room [512]byte // enough for most
		in.screen.printAll(in.opts.Stdout, in.Safe(string(append(e.AppendJSON(room[:0]), '\n'))))
		return
	}
	in.pipe.event(e)
}

// isResult reports whether e came in unasked, and so is a line on stdout.
func (in incoming) isResult(e *event.Event) bool {
	return e.Match != event.Matched || !e.Out && e.Origin == event.FromPeer && isIncoming(e.Kind)
}

func isIncoming(k event.Kind) bool {
	return k == event.Request || k == event.Notification || k == event.Other
}
