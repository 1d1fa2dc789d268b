package shell

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"rpcsh/shell/event"
	"rpcsh/shell/human"
	"rpcsh/shell/session"
	"rpcsh/shell/view"
)

// A statusBar tells of the connection in a row below the line being typed: the current peer, its state, what waits both
// ways, messages per second, and how long the last answer took. It looks when something happens, and as long as
// something does, four times a second; when nothing does, it sleeps.
type statusBar struct {
	session *session.Session
	show    func(name, rest string) // nil: there is no such row
	news    *event.Subscription
	changed chan struct{} // has room for one
	running sync.WaitGroup
	quit    context.CancelFunc

	on       atomic.Bool
	messages atomic.Int64
	took     atomic.Int64 // the last answer, in nanoseconds; 0: there was none
}

// barInterval is how long the bar shows the same at least.
const barInterval = 250 * time.Millisecond

func newStatusBar(s *session.Session, terminal Terminal) *statusBar {
	b := &statusBar{session: s, changed: make(chan struct{}, 1), quit: func() {}}
	t, ok := terminal.(interface{ SetFoot(name, rest string) })
	if !ok {
		return b
	}
	b.show = t.SetFoot
	b.on.Store(true)
	b.news = s.Events().Subscribe(event.Options{Wanted: b.count}) // of which none is kept
	ctx, cancel := context.WithCancel(context.Background())
	b.quit = cancel
	b.running.Go(func() { b.run(ctx) })
	b.poke()
	return b
}

// close removes the bar, and ends what newStatusBar began.
func (b *statusBar) close() {
	if b.news != nil {
		b.news.Close()
	}
	b.quit()
	b.running.Wait()
}

// turn turns the bar on or off.
func (b *statusBar) turn(on bool) {
	b.on.Store(on)
	b.poke()
}

func (b *statusBar) poke() {
	select {
	case b.changed <- struct{}{}:
	default: // it is about to look
	}
}

// count counts what happens. Publishers call it.
func (b *statusBar) count(e *event.Event) bool {
	if e.Kind.IsMessage() {
		b.messages.Add(1)
	}
	if e.Took > 0 && !e.Out {
		b.took.Store(int64(e.Took))
	}
	b.poke()
	return false
}

func (b *statusBar) run(ctx context.Context) {
	defer b.show("", "")
	seen, since := b.messages.Load(), time.Now()
	rate, idle := 0, true
	for {
		b.look(rate)
		if idle {
			if !b.awaitChange(ctx) {
				return
			}
			idle, since = false, time.Now() // what has come since then comes now
			b.look(rate)
		}
		select {
		case <-time.After(barInterval):
		case <-ctx.Done():
			return
		}
		if now, n := time.Now(), b.messages.Load(); now.Sub(since) >= time.Second {
			rate = int(float64(n-seen)/now.Sub(since).Seconds() + 0.5)
			idle = n == seen
			seen, since = n, now
		}
	}
}

// awaitChange waits until something happens, and reports whether it has.
func (b *statusBar) awaitChange(ctx context.Context) bool {
	select {
	case <-b.changed:
		return true
	case <-ctx.Done():
		return false
	}
}

// look shows how things are.
func (b *statusBar) look(rate int) {
	if !b.on.Load() {
		b.show("", "")
		return
	}
	b.show(b.text(rate))
}

// text returns how things are: who is there, and the rest.
func (b *statusBar) text(rate int) (name, rest string) {
	name, state := b.state()
	parts := []string{state}
	if p := b.session.Peers().Current(); p != nil && p.Alive() {
		stats := p.Stats()
		parts = append(parts, fmt.Sprintf("waits: %s out, %s in",
			human.Grouped(stats.Calling), human.Grouped(stats.Serving)), human.Grouped(rate)+"/s")
	}
	if took := b.took.Load(); took > 0 {
		parts = append(parts, "last answer "+human.Took(time.Duration(took)))
	}
	return name, strings.Join(parts, " · ")
}

// state says who the current peer is, and whether it is there.
func (b *statusBar) state() (name, state string) {
	const longest = 40 // of a name
	all := b.session.Peers().List()
	p := b.session.Peers().Current()
	listening := ""
	if l := b.session.Listeners(); len(l) > 0 {
		listening = "listening on " + view.Visible(l[0].Target.Short())
	}
	if p == nil {
		return "", cmp.Or(listening, "not connected")
	}
	name = view.Visible(human.Clip(p.Label(), longest))
	if len(all) > 1 {
		name = p.At() + " " + name
		state = fmt.Sprintf(" (%s peers)", human.Grouped(len(all)))
	}
	if !p.Alive() {
		state += " · not connected"
		if listening != "" {
			state += " · " + listening
		}
		return name, state
	}
	return name, state + " · connected"
}
