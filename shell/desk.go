package shell

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/shell/answer"
)

// parked says that a request waits for the person. It is called by the goroutine that handles the request.
func (s *Shell) parked(r *answer.Parked) {
	if p, ok := r.Peer.(partner); ok {
		p.p.link.Load().open.park(r.ID)
	}
	if !s.interactive() {
		s.note(fmt.Sprintf("asks %d: %s", r.Number, askedText(r.Request.Request)))
		return
	}
	const longest = 60 // of the request, which stands above this
	now := time.Now()
	s.screen.sample("requests that wait for you", func() string {
		return s.colors.dim(now.Format(clock)+" · ") + "asks " + strconv.Itoa(r.Number) + ": " + clip(askedText(r.Request.Request), longest) +
			s.colors.dim(fmt.Sprintf(" · .reply %d VALUE, .fail %d CODE MESSAGE", r.Number, r.Number))
	})
	s.updatePrompt()
	s.putOffLimits()
	s.keepTicking()
	select {
	case s.attention <- struct{}{}:
	default: // that there are some is known already
	}
}

// unparked says that a request no longer waits for the person, and returns why. It is called by the goroutine that handles the request.
func (s *Shell) unparked(r *answer.Parked, cause error) (why string) {
	why = cause.Error()
	var limit answer.TimeLimitError
	var withdrawn *withdrawnError
	if p, ok := r.Peer.(partner); ok && !errors.As(cause, &limit) && !errors.As(cause, &withdrawn) {
		<-p.p.link.Load().reported // so that the reason is seen before its consequence
		reason, _ := p.p.ending()
		why = p.p.at() + " " + reason
	}
	if s.done.Err() == nil {
		s.note(fmt.Sprintf("request %d, %s, is gone: %s", r.Number, visible(r.Method, false), visible(why, false)))
		s.updatePrompt()
	}
	return why
}

// askedText shows a peer's request as one would type it.
func askedText(r *rpcconn.Request) string {
	text := visible(r.Method, false)
	if args := arguments(r.Params); args != "" {
		text += " " + shorten(args, len(r.Params))
	}
	return text
}

// waitingForPerson returns the requests that wait for the person, the next one first.
func (s *Shell) waitingForPerson() []*answer.Parked {
	all := s.desk.List()
	if s.settings().order == orderNewest {
		slices.Reverse(all)
	}
	return all
}

// waitingText says in the prompt what waits for the person: "[2 my_double 12 s, 3 wait] ".
func (s *Shell) waitingText() string {
	all := s.waitingForPerson()
	if len(all) == 0 {
		return ""
	}
	const longest = 30 // of a method
	next := all[0]
	text := fmt.Sprintf("[%d %s %s", next.Number, visible(clip(next.Method, longest), false), age(time.Since(next.Since)))
	if len(all) > 1 {
		text += fmt.Sprintf(", %s wait", grouped(len(all)))
	}
	return text + "] "
}

// keepTicking keeps the age in the prompt up as long as a request waits for the person, and what may wait for its answer in time.
func (s *Shell) keepTicking() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ticking {
		return
	}
	s.ticking = true
	s.tasks.Go(func() {
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for s.goesOnTicking() {
			select {
			case <-tick.C:
				s.updatePrompt()
				s.putOffLimits()
			case <-s.done.Done():
				return
			}
		}
	})
}

// putOffLimits keeps calls from running out of time while a request of their peer waits for the person: they may wait for just that.
func (s *Shell) putOffLimits() {
	asking := make(map[*peer]bool)
	for _, r := range s.desk.List() {
		if a, ok := r.Peer.(partner); ok && !asking[a.p] {
			asking[a.p] = true
			for _, c := range a.p.outstanding() {
				if c.advance != nil {
					c.advance()
				}
			}
		}
	}
}

// goesOnTicking reports whether a request waits; else the ticking has to be begun anew.
func (s *Shell) goesOnTicking() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ticking = len(s.desk.List()) > 0
	return s.ticking
}

// at returns @NAME, or @N where p has no name.
func at(p answer.Peer) string { return "@" + cmp.Or(p.Name(), strconv.Itoa(p.Number())) }

// attentionAfter is how long a wait may hold up a person whom a request waits for already.
const attentionAfter = time.Second

// untilAsked returns a context that ends before ctx when a request waits for the person, who cannot answer it while the shell waits for
// something else; the peer may wait for just that answer. Its cause is an *askedError then. cancel ends what watches.
func (s *Shell) untilAsked(ctx context.Context) (asked context.Context, cancel func()) {
	if !s.interactive() || occasionOf(ctx) != nil {
		return ctx, func() {}
	}
	select {
	case <-s.attention: // before this
	default:
	}
	var late <-chan time.Time
	if len(s.desk.List()) > 0 {
		late = time.After(attentionAfter)
	}
	asked, end := context.WithCancelCause(ctx)
	s.tasks.Go(func() {
		select {
		case <-s.attention:
		case <-late:
		case <-asked.Done():
			return
		}
		end(&askedError{s.waitingForPerson()})
	})
	return asked, func() { end(nil) }
}

// An askedError says that requests wait for the person.
type askedError struct{ waiting []*answer.Parked }

func (e *askedError) Error() string {
	if len(e.waiting) == 0 {
		return "a request waited for you" // and is gone
	}
	next := e.waiting[0]
	return fmt.Sprintf("request %d, %s, waits for you, and perhaps for that: .reply %d VALUE", next.Number, visible(next.Method, false), next.Number)
}

// interruption is why a wait ended with ctx: a request that waits for the person, or Ctrl-C.
func interruption(ctx context.Context, doing string) error {
	var asked *askedError
	if errors.As(context.Cause(ctx), &asked) {
		return fmt.Errorf("%s: %w", doing, asked)
	}
	return errInterrupted
}

// attend is foreground for a person who may be asked something meanwhile: then the call goes on in the background, or nobody could answer,
// and the peer might wait for that before it answers the call.
func (s *Shell) attend(ctx context.Context, peers []*peer, j *job) error {
	if !s.interactive() {
		return s.foreground(ctx, peers, j)
	}
	asked, stop := s.untilAsked(ctx)
	defer stop()
	own, cancel := context.WithCancelCause(s.done)
	follows := context.AfterFunc(ctx, func() { cancel(context.Cause(ctx)) })
	done := make(chan error, 1)
	s.tasks.Go(func() {
		defer cancel(nil)
		done <- s.foreground(own, peers, j)
	})
	select {
	case err := <-done:
		follows()
		return err
	case <-asked.Done():
	}
	if !follows() { // it is being given up
		return <-done
	}
	j.left.Store(true)
	select {
	case err := <-done:
		return err
	default:
	}
	s.note(j.title() + " goes on in the background; its result is shown when it comes")
	return nil
}
