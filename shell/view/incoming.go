package view

import "rpcsh/shell/event"

// An incoming is a pipe whose reader wants all that comes in. Peers wait if it is slow.
type incoming struct{ pipe }

func (in incoming) event(e *event.Event) {
	switch {
	case e.Match != event.Matched, !e.Out && e.Origin == event.FromPeer && isIncoming(e.Kind):
		in.screen.printAll(in.opts.Stdout, in.Safe(string(e.AppendJSON(nil))))
	case e.Out && e.Origin == event.FromPeer && (e.Result != nil || e.Err != nil):
		// Answers go out; only what comes in was asked for.
	default:
		in.pipe.event(e)
	}
}

func isIncoming(k event.Kind) bool {
	return k == event.Request || k == event.Notification || k == event.Other
}
