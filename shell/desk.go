package shell

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"rpcsh/shell/command"
	"rpcsh/shell/event"
	"rpcsh/shell/exit"
	"rpcsh/shell/human"
	"rpcsh/shell/session"
	"rpcsh/shell/term"
	"rpcsh/shell/view"
)

// A desk is where a person sits: the prompt says what waits for them, and what they wait for gives way to it. Without a person it does
// nothing.
type desk struct {
	session  *session.Session
	terminal Terminal // nil: nobody sits there
	news     *event.Subscription
	watching sync.WaitGroup
	asked    chan struct{} // holds one when a request has begun to wait for the person

	mu       sync.Mutex // protects what follows
	prompted string     // the prompt that was made last
}

func newDesk(s *session.Session, terminal Terminal) *desk {
	return &desk{session: s, terminal: terminal, asked: make(chan struct{}, 1)}
}

// follow keeps the prompt and the index of the peers' methods up with what happens, until close is called.
func (d *desk) follow(index *command.MethodIndex) {
	if d.terminal == nil {
		return
	}
	filter, err := event.ParseFilter("kind:connect kind:close kind:learned kind:parked kind:unparked")
	if err != nil {
		panic(err) // it is a constant
	}
	d.news = d.session.Events().Subscribe(event.Options{Filter: filter})
	d.watching.Go(func() {
		for {
			e, err := d.next()
			if errors.Is(err, io.EOF) {
				return
			}
			if e != nil && e.Kind == event.Parked {
				select {
				case d.asked <- struct{}{}:
				default: // that there are some is known already
				}
			}
			if p := d.session.Peers().Current(); e != nil && p != nil {
				index.Prepare(p.Known())
			}
			d.updatePrompt()
		}
	})
}

// next returns the next event, or none after a second if a request waits, whose age the prompt tells.
func (d *desk) next() (*event.Event, error) {
	ctx := context.Background()
	if len(d.session.WaitingForPerson()) > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Second)
		defer cancel()
	}
	return d.news.Next(ctx)
}

// close ends what follow began.
func (d *desk) close() {
	if d.news != nil {
		d.news.Close()
		d.watching.Wait()
	}
}

// prompt says what waits for the person, which peer is meant where none is named, and whether its certificate was not verified.
func (d *desk) prompt() string {
	prompt := d.waitingText() + d.peerPrompt()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.prompted = prompt
	return prompt
}

// lastPrompt returns the prompt that was made last.
func (d *desk) lastPrompt() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.prompted
}

// updatePrompt shows the prompt as it is now.
func (d *desk) updatePrompt() {
	if d.terminal != nil {
		d.terminal.SetPrompt(d.prompt())
	}
}

// peerPrompt says which peer is meant where none is named.
func (d *desk) peerPrompt() string {
	p := d.session.Peers().Current()
	switch {
	case p == nil:
		if l := d.session.Listeners(); len(l) > 0 {
			return "(listening on " + l[0].Target.Short() + ")> "
		}
		return "(not connected)> "
	case !p.Alive() && p.Accepted():
		return "(" + p.At() + " has gone)> "
	case !p.Alive():
		return "(not connected)> "
	}
	const longest = 40 // the URL of a debugger has twice as much
	prompt := view.Visible(human.Clip(p.Label(), longest)) + "> "
	if p.Accepted() || len(d.session.Peers().List()) > 1 || p.Name() != "" {
		prompt = p.At() + " " + prompt
	}
	if p.Link().Unverified() {
		prompt = term.Warning + prompt
	}
	return prompt
}

// waitingText says what waits for the person: "[2 my_double 12 s, 3 wait] ".
func (d *desk) waitingText() string {
	all := d.session.WaitingForPerson()
	if len(all) == 0 {
		return ""
	}
	const longest = 30 // of a method
	next := all[0]
	text := fmt.Sprintf("[%d %s %s", next.Number, view.Visible(human.Clip(next.Method, longest)), human.Age(time.Since(next.Since)))
	if len(all) > 1 {
		text += fmt.Sprintf(", %s wait", human.Grouped(len(all)))
	}
	return text + "] "
}

// attentionAfter is how long a wait may hold up a person whom a request waits for already.
const attentionAfter = time.Second

// attention returns a channel that is readable when a request begins to wait for the person from now on; and one that is readable after
// a second if one waits already, nil otherwise.
func (d *desk) attention() (asked <-chan struct{}, late <-chan time.Time) {
	select {
	case <-d.asked: // before this
	default:
	}
	if len(d.session.WaitingForPerson()) > 0 {
		late = time.After(attentionAfter)
	}
	return d.asked, late
}

// untilAsked returns a context that ends before ctx when a request waits for the person, who cannot answer it while the shell waits for
// something else; the peer may wait for just that answer. Its cause is errAsked then. cancel ends what watches.
func (d *desk) untilAsked(ctx context.Context) (asked context.Context, cancel func()) {
	if d.terminal == nil || session.HookOf(ctx) != nil {
		return ctx, func() {}
	}
	attention, late := d.attention()
	asked, end := context.WithCancelCause(ctx)
	d.session.Go(func() {
		select {
		case <-attention:
		case <-late:
		case <-asked.Done():
			return
		}
		end(d.askedError())
	})
	return asked, func() { end(nil) }
}

// An askedError says that requests wait for the person.
type askedError struct{ text string }

func (e *askedError) Error() string { return e.text }

func (d *desk) askedError() error {
	all := d.session.WaitingForPerson()
	if len(all) == 0 {
		return &askedError{"a request waited for you"} // and is gone
	}
	next := all[0]
	return &askedError{fmt.Sprintf("request %d, %s, waits for you, and perhaps for that: .reply %d VALUE",
		next.Number, view.Visible(next.Method), next.Number)}
}

// interruption is why a wait ended with ctx: a request that waits for the person, or Ctrl-C.
func interruption(ctx context.Context, doing string) error {
	var asked *askedError
	if errors.As(context.Cause(ctx), &asked) {
		return fmt.Errorf("%s: %w", doing, asked)
	}
	return exit.ErrInterrupted
}
