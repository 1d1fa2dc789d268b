package answer

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"rpcsh/rpcconn"
)

const (
	maxParked  = 1000 // requests that wait for a person; more are answered with an error
	maxSettled = 1000 // requests of which a Desk remembers what became of them
)

// DeskOptions say who hears of requests. The functions are called by any number of goroutines, and must not wait for answers.
type DeskOptions struct {
	OnParked func(*Parked) // one waits for a person

	// OnGone is called when one no longer waits though nobody has answered it: cause is a TimeLimitError, or the connection has ended.
	// It returns why, for who answers it after that.
	OnGone func(p *Parked, cause error) (why string)
}

// A Desk is where requests wait for a person: an Answerer that answers what it is told. Its methods may be called by any number of
// goroutines.
type Desk struct {
	opts DeskOptions

	mu      sync.Mutex     // protects what follows
	last    int            // the last number given out
	parked  []*Parked      // oldest first
	settled map[int]string // what became of the others
	news    chan struct{}  // closed when a request is parked
}

// A Parked request is one that waits for a person.
type Parked struct {
	*Request
	Number int // from 1, of the session
	Since  time.Time

	answer chan reply
}

// NewDesk returns a Desk at which nothing waits.
func NewDesk(opts DeskOptions) *Desk {
	return &Desk{opts: opts, settled: make(map[int]string), news: make(chan struct{})}
}

// Answer implements Answerer: it waits until the request is answered, or ctx ends.
func (d *Desk) Answer(ctx context.Context, req *Request) (json.RawMessage, error) {
	p := d.park(req)
	if p == nil {
		return nil, rpcconn.NewError(rpcconn.CodeServerError, fmt.Sprintf("%d requests wait for a person already", maxParked))
	}
	d.opts.OnParked(p)
	select {
	case r := <-p.answer:
		return r.result, r.err
	case <-ctx.Done():
	}
	if _, err := d.take(p.Number, "is gone"); err != nil { // it has been answered in this moment
		r := <-p.answer
		return r.result, r.err
	}
	cause := context.Cause(ctx)
	d.settle(p.Number, "is gone: "+d.opts.OnGone(p, cause))
	if IsTimeLimit(ctx) {
		return nil, rpcconn.NewError(rpcconn.CodeServerError, "nobody has answered: "+cause.Error())
	}
	req.Remark = "gone" // which has been said
	return nil, rpcconn.ErrNoAnswer
}

// park adds req to those that wait, nil where there are too many.
func (d *Desk) park(req *Request) *Parked {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.parked) >= maxParked {
		return nil
	}
	d.last++
	p := &Parked{Request: req, Number: d.last, Since: time.Now(), answer: make(chan reply, 1)}
	d.parked = append(d.parked, p)
	close(d.news)
	d.news = make(chan struct{})
	return p
}

// Reply answers request n with a result, Fail with an error, Drop not at all, ever. The error says that it does not wait.
func (d *Desk) Reply(n int, result json.RawMessage) error {
	return d.answer(n, "was answered already", reply{result: result})
}

// Fail answers request n with an error; see Reply.
func (d *Desk) Fail(n int, e *rpcconn.Error) error {
	return d.answer(n, "was answered already", reply{err: e})
}

// Drop leaves request n without an answer; see Reply.
func (d *Desk) Drop(n int) error {
	return d.answer(n, "was dropped", reply{err: rpcconn.ErrNoAnswer})
}

func (d *Desk) answer(n int, became string, r reply) error {
	p, err := d.take(n, became)
	if err != nil {
		return err
	}
	if r.err == rpcconn.ErrNoAnswer {
		p.Remark = "dropped" // which is said by who did it
	}
	p.answer <- r
	return nil
}

// take takes request n off the desk; the error says that it is not there.
func (d *Desk) take(n int, became string) (*Parked, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	i := slices.IndexFunc(d.parked, func(p *Parked) bool { return p.Number == n })
	if i < 0 {
		return nil, d.whyNotLocked(n)
	}
	p := d.parked[i]
	d.parked = slices.Delete(d.parked, i, i+1)
	d.settleLocked(n, became)
	return p, nil
}

// whyNotLocked says why request n does not wait.
func (d *Desk) whyNotLocked(n int) error {
	became, known := d.settled[n]
	switch {
	case known:
		return fmt.Errorf("request %d %s", n, became)
	case n >= 1 && n <= d.last:
		return fmt.Errorf("request %d no longer waits", n)
	}
	return fmt.Errorf("no request %d was ever asked (.pending lists those that wait)", n)
}

func (d *Desk) settle(n int, became string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.settleLocked(n, became)
}

func (d *Desk) settleLocked(n int, became string) {
	d.settled[n] = became
	if len(d.settled) > maxSettled {
		oldest := n
		for other := range d.settled {
			oldest = min(oldest, other)
		}
		delete(d.settled, oldest)
	}
}

// List returns the requests that wait, oldest first.
func (d *Desk) List() []*Parked {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.parked)
}

// Await waits until request n has been asked, or any waits where n is 0. It returns at ctx's end too.
func (d *Desk) Await(ctx context.Context, n int) {
	for {
		d.mu.Lock()
		there, news := n > 0 && n <= d.last || n == 0 && len(d.parked) > 0, d.news
		d.mu.Unlock()
		if there {
			return
		}
		select {
		case <-news:
		case <-ctx.Done():
			return
		}
	}
}
