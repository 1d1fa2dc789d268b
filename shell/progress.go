package shell

import (
	"context"
	"fmt"
	"math"
	"strings"
	"sync/atomic"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/dialect"
	"rpcsh/rpcconn/jsontext"
)

// tokens numbers the calls that peers are asked to tell the progress of.
type tokens struct{ last atomic.Int64 }

func (t *tokens) next() string { return fmt.Sprintf("rpcsh-%d", t.last.Add(1)) }

// track has the peer tell the progress of c, where it can and where what is sent is ours to write.
func (s *Shell) track(p *peer, c *prepared) {
	d := p.dialect.Load()
	if d == nil || d.Track == nil || c.Notify || !c.known || c.Raw && c.method.Via == nil {
		return
	}
	token := s.tokens.next()
	with := d.Track(c.Method, c.Params, token)
	if with != nil && string(with) != string(c.Params) {
		c.Params, c.token = with, token
	}
}

// A watched call is one whose progress is shown.
type watched struct {
	status  func(text string) // shows how far it has come; nil: nobody looks
	advance func()            // puts off the time limit
}

// showProgress takes a notification that tells the progress of a call of ours, and reports whether it was one. It is called by the
// goroutine that reads from p.
func (s *Shell) showProgress(p *peer, req *rpcconn.Request) bool {
	d := p.dialect.Load()
	if d == nil || d.Progress == nil || !req.IsNotification() {
		return false
	}
	progress, ok := d.Progress(req.Method, req.Params)
	if !ok {
		return false
	}
	token, err := jsontext.Unquote([]byte(progress.Token))
	if err != nil {
		return false // tokens of ours are strings
	}
	w, ok := p.watchedCall(token)
	if !ok {
		return false
	}
	w.advance()
	if w.status == nil {
		return false
	}
	w.status(progressText(progress))
	return true
}

// progressText shows how far something has come: "[████······] 40 % doing this".
func progressText(p dialect.Progress) string {
	const width = 20
	text := visible(clip(p.Text, 60), false)
	switch {
	case p.Total > 0:
		share := math.Max(0, math.Min(1, p.Done/p.Total))
		full := int(share * width)
		bar := strings.Repeat("█", full) + strings.Repeat("·", width-full)
		return strings.TrimSpace(fmt.Sprintf("[%s] %3.0f %% %s", bar, 100*share, text))
	case p.Done > 0:
		return strings.TrimSpace(fmt.Sprintf("%g %s", p.Done, text))
	case text == "":
		return "…"
	}
	return text
}

// limited returns ctx with the time limit of calls, which advance puts off, as long as the peer tells that it is at work.
func (set settings) limited(ctx context.Context) (limited context.Context, advance func(), cancel context.CancelFunc) {
	limited, end := context.WithCancelCause(ctx)
	if set.timeout <= 0 {
		return limited, func() {}, func() { end(nil) }
	}
	timer := time.AfterFunc(set.timeout, func() { end(errTimeout) })
	advance = func() {
		if timer.Stop() { // else it has run out already
			timer.Reset(set.timeout)
		}
	}
	return limited, advance, func() {
		timer.Stop()
		end(nil)
	}
}

// watch has the progress told under token given to w, until the function that it returns is called.
func (p *peer) watch(token string, w *watched) (stop func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.watched == nil {
		p.watched = make(map[string]*watched)
	}
	p.watched[token] = w
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.watched, token)
	}
}

func (p *peer) watchedCall(token string) (*watched, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	w, ok := p.watched[token]
	return w, ok
}

// tellCancelled tells the peer that nobody waits for a call any more, where its protocol has a word for that.
func (s *Shell) tellCancelled(p *peer, link *connection, id rpcconn.ID) {
	d := p.dialect.Load()
	if d == nil || d.Cancel == nil || id.IsNone() {
		return
	}
	method, params := d.Cancel(id)
	const patience = time.Second // a peer that does not read is not waited for
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if link.Notify(ctx, method, params) == nil {
		s.note(fmt.Sprintf("%s was told: %s %s", p.title(s), method, compact(params)))
	}
}
