package shell

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"rpcsh/shell/command"
	"rpcsh/shell/event"
	"rpcsh/shell/exit"
	"rpcsh/shell/human"
	"rpcsh/shell/session"
	"rpcsh/shell/term"
	"rpcsh/shell/turn"
	"rpcsh/shell/view"
)

// A prompter keeps up the prompt of a person: which peer is meant, and which requests wait for them. What they wait for
// gives way to these. Without a person it does nothing.
type prompter struct {
	session  *session.Session
	terminal Terminal // nil: nobody sits there
	desk     *desk
	taps     func() bool // the shell is attached to a tap
	news     *event.Subscription
	watching sync.WaitGroup
	asked    chan struct{} // holds one when a request has begun to wait for the person

	showing sync.Mutex // held while the prompt is made and shown, so that an older one never replaces a newer one

	mu       sync.Mutex // protects what follows
	prompted string     // the prompt that was made last
}

func newPrompter(s *session.Session, terminal Terminal, d *desk, taps func() bool) *prompter {
	p := &prompter{session: s, terminal: terminal, desk: d, taps: taps, asked: make(chan struct{}, 1)}
	d.changed = p.updatePrompt
	return p
}

// follow keeps the prompt and the index of the peers' methods up with what happens, until close is called.
func (p *prompter) follow(index *command.MethodIndex) {
	if p.terminal == nil {
		return
	}
	filter := event.OfKind(
		event.Connect, event.Close, event.Speaks, event.Learned, event.Parked, event.Unparked,
	)
	relist := func() {}
	if t, ok := p.terminal.(interface{ Relist() }); ok {
		relist = t.Relist
	}
	index.OnChange(relist)
	p.news = p.session.Events().Subscribe(event.Options{Filter: filter})
	p.watching.Go(func() {
		for {
			e, err := p.next()
			if errors.Is(err, io.EOF) {
				return
			}
			if e != nil && e.Kind == event.Parked {
				select {
				case p.asked <- struct{}{}:
				default: // that there are some is known already
				}
			}
			if peer := p.session.Peers().Current(); e != nil && peer != nil {
				index.Prepare(peer.Known())
				relist() // a small index is made when it is asked
			}
			p.updatePrompt()
		}
	})
}

// next returns the next event, or none after a second if a request waits, whose age the prompt tells.
func (p *prompter) next() (*event.Event, error) {
	ctx := context.Background()
	if len(p.session.WaitingForPerson()) > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Second)
		defer cancel()
	}
	return p.news.Next(ctx)
}

// close ends what follow began.
func (p *prompter) close() {
	if p.news != nil {
		p.news.Close()
		p.watching.Wait()
	}
}

// prompt returns the prompt as it is now, in the form that is set.
func (p *prompter) prompt() string {
	peer := p.session.Peers().Current()
	if t, ok := p.terminal.(interface{ SetPromptColor(name string) }); ok {
		t.SetPromptColor(p.desk.color(peer))
	}
	form := p.desk.Prompt()
	if form == command.PromptAuto {
		form = usualPrompt
	}
	warning := ""
	if peer != nil && peer.Alive() && peer.Link().Unverified() {
		warning = term.Warning
	}
	prompt := fillPrompt(form, func(name string) string { return p.promptPart(name, peer, warning) })
	if !strings.Contains(form, "{peer}") {
		prompt = warning + prompt
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.prompted = prompt
	return prompt
}

// lastPrompt returns the prompt that was made last.
func (p *prompter) lastPrompt() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.prompted
}

// updatePrompt shows the prompt as it is now.
func (p *prompter) updatePrompt() {
	if p.terminal == nil {
		return
	}
	p.showing.Lock()
	defer p.showing.Unlock()
	p.terminal.SetPrompt(p.prompt())
}

// narrow is how many columns a window has less than that has no room for all that the prompt may say.
const narrow = 60

// isNarrow reports whether the window is one.
func (p *prompter) isNarrow() bool { return p.terminal != nil && p.terminal.Width() < narrow }

// waitingText says what waits for the person: "[2 my_double 12 s, 3 wait] ", in a narrow window "[2 12 s] ".
func (p *prompter) waitingText() string {
	all := p.session.WaitingForPerson()
	if len(all) == 0 {
		return ""
	}
	const longest = 30 // of a method
	next := all[0]
	if p.isNarrow() {
		return fmt.Sprintf("[%d %s] ", next.Number, human.Age(time.Since(next.Since)))
	}
	method := view.Visible(human.Clip(next.Method, longest))
	text := fmt.Sprintf("[%d %s %s", next.Number, method, human.Age(time.Since(next.Since)))
	if len(all) > 1 {
		text += fmt.Sprintf(", %s wait", human.Grouped(len(all)))
	}
	return text + "] "
}

// attentionAfter is how long a wait may hold up a person whom a request waits for already.
const attentionAfter = time.Second

// attention returns a channel that is readable when a request begins to wait for the person from now on; and one that
// is readable after a second if one waits already, nil otherwise.
func (p *prompter) attention() (asked <-chan struct{}, late <-chan time.Time) {
	select {
	case <-p.asked: // before this
	default:
	}
	if len(p.session.WaitingForPerson()) > 0 {
		late = time.After(attentionAfter)
	}
	return p.asked, late
}

// untilAsked is for what waits: it returns a context that ends before ctx when a request waits for the person, who
// cannot answer it while the shell waits for something else; the peer may wait for just that answer. Its cause is an
// *askedError then. cancel ends what watches.
func (p *prompter) untilAsked(ctx context.Context) (asked context.Context, cancel func()) {
	if p.terminal == nil || session.HookOf(ctx) != nil {
		return ctx, turn.Waits(ctx)
	}
	attention, late := p.attention()
	asked, end := context.WithCancelCause(ctx)
	p.session.Go(func() {
		select {
		case <-attention:
		case <-late:
		case <-asked.Done():
			return
		}
		end(p.askedError())
	})
	return asked, func() { end(nil) }
}

// An askedError says that requests wait for the person.
type askedError struct{ text string }

func (e *askedError) Error() string { return e.text }

func (p *prompter) askedError() error {
	all := p.session.WaitingForPerson()
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
