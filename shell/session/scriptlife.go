package session

import (
	"context"

	"rpcsh/shell/event"
)

// fire has scripts know that p has come, or gone: in its inbox, after what was to be done for it before.
func (ss *Scripts) fire(p *Peer, e *event.Event) {
	if e.Kind != event.Connect && e.Kind != event.Close {
		return
	}
	ss.mu.Lock()
	defer ss.mu.Unlock()
	for _, f := range ss.all {
		f.tell(p, e.Kind)
	}
	for _, f := range ss.mocks {
		f.tell(p, e.Kind)
	}
}

// tell has f know that p has come, or gone, where it is served to p.
func (f *scriptFile) tell(p *Peer, kind event.Kind) {
	if f.rule.For != nil && !f.rule.For(p) {
		return
	}
	hear := f.served.Connected
	if kind == event.Close {
		hear = f.served.Closed
	}
	p.inbox.PutAlways(func() { hear(p.inbox.Within(f.served.Context()), p) })
}

// stopTimers ends the timers of all files.
func (ss *Scripts) stopTimers() {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	for _, f := range ss.all {
		f.served.StopTimers()
	}
}

// A ListedScript is a file that is served.
type ListedScript struct {
	Name      string   // as the person wrote it
	OwnAccord []string // what it does without being asked, each in a few words
}

// List returns the files that are served, in the order in which they came.
func (ss *Scripts) List() []ListedScript {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	var list []ListedScript
	for _, f := range ss.all {
		list = append(list, ListedScript{f.name, f.served.Now().OwnAccord()})
	}
	return list
}

type ownAccordKey struct{}

// ofOwnAccord returns a context for what we do without having been asked: it waits until a peer's session has begun,
// since the peer does not wait for it.
func ofOwnAccord(ctx context.Context) context.Context {
	return context.WithValue(ctx, ownAccordKey{}, true)
}

func isOfOwnAccord(ctx context.Context) bool { return ctx.Value(ownAccordKey{}) != nil }
