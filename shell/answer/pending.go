package answer

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/shell/turn"
)

const (
	maxParked  = 1000 // requests that wait for a person; further ones are answered with an error
	maxSettled = 1000 // requests whose fate is remembered after they no longer wait
)

// PendingOptions say who hears of requests. Any number of goroutines may call the functions, which must not wait for
// answers.
type PendingOptions struct {
	OnParked func(*Parked) // a request waits for a person

	// OnGone is called when a request no longer waits though nobody has answered it: cause is a TimeLimitError, or why
	// the connection has ended. It returns the reason, which those who answer later are told.
	OnGone func(p *Parked, cause error) (why string)
}

// PendingRequests are the requests that wait for a person: an Answerer that answers when it is told to. Any number of
// goroutines may call its methods.
type PendingRequests struct {
	opts PendingOptions

	mu      sync.Mutex        // protects what follows
	parked  []*Parked         // oldest first
	settled map[uint64]string // what became of the others, the last maxSettled
	unsent  map[int]int       // answers that were given and not sent yet, by peer
	news    chan struct{}     // closed when a request is parked
}

// A Parked request is one that waits for a person.
type Parked struct {
	*Request // whose Number is what it is answered by
	Since    time.Time

	answer chan reply
}

// NewPendingRequests returns PendingRequests without any request.
func NewPendingRequests(opts PendingOptions) *PendingRequests {
	return &PendingRequests{
		opts: opts, settled: make(map[uint64]string), unsent: make(map[int]int), news: make(chan struct{}),
	}
}

// Answer implements Answerer: it waits until the request is answered, or ctx ends.
func (pr *PendingRequests) Answer(ctx context.Context, req *Request) (json.RawMessage, error) {
	p := pr.park(req)
	if p == nil {
		return nil, rpcconn.NewError(rpcconn.CodeServerError,
			fmt.Sprintf("%d requests wait for a person already", maxParked))
	}
	req.Enter()
	defer turn.Waits(ctx)()
	pr.opts.OnParked(p)
	select {
	case r := <-p.answer:
		return r.result, r.err
	case <-ctx.Done():
	}
	if _, err := pr.unpark(p.Number, "is gone"); err != nil { // it was answered just now
		r := <-p.answer
		return r.result, r.err
	}
	cause := context.Cause(ctx)
	pr.settle(p.Number, "is gone: "+pr.opts.OnGone(p, cause))
	if IsTimeLimit(ctx) {
		return nil, rpcconn.NewError(rpcconn.CodeServerError, "nobody has answered: "+cause.Error())
	}
	req.Remark = "gone" // OnGone has said why
	return nil, rpcconn.ErrNoAnswer
}

// park adds req to those that wait. It returns nil if there are too many.
func (pr *PendingRequests) park(req *Request) *Parked {
	pr.mu.Lock()
	defer pr.mu.Unlock()
	if len(pr.parked) >= maxParked {
		return nil
	}
	p := &Parked{Request: req, Since: time.Now(), answer: make(chan reply, 1)}
	pr.parked = append(pr.parked, p)
	close(pr.news)
	pr.news = make(chan struct{})
	return p
}

// Reply answers request n with a result. The error says that the request does not wait.
func (pr *PendingRequests) Reply(n uint64, result json.RawMessage) error {
	return pr.answer(n, "was answered already", reply{result: result})
}

// Fail answers request n with an error; see Reply.
func (pr *PendingRequests) Fail(n uint64, e *rpcconn.Error) error {
	return pr.answer(n, "was answered already", reply{err: e})
}

// Drop leaves request n without an answer for good; see Reply.
func (pr *PendingRequests) Drop(n uint64) error {
	return pr.answer(n, "was dropped", reply{err: rpcconn.ErrNoAnswer})
}

// Dropped is the Remark of a request that a person has left without an answer for good.
const Dropped = "dropped"

// Withdraw says that request n does not wait any more, and is not answered: became is what those who answer it later
// are told.
func (pr *PendingRequests) Withdraw(n uint64, became string) error {
	p, err := pr.unpark(n, became)
	if err == nil {
		p.Remark = became
		p.answer <- reply{err: rpcconn.ErrNoAnswer}
	}
	return err
}

func (pr *PendingRequests) answer(n uint64, became string, r reply) error {
	if p := pr.Find(n); p != nil && p.IsNotification() && r.err != rpcconn.ErrNoAnswer {
		return fmt.Errorf("message %d wants no answer: .pass, .edit or .drop it", n)
	}
	p, err := pr.unpark(n, became)
	if err != nil {
		return err
	}
	if r.err == rpcconn.ErrNoAnswer {
		p.Remark = Dropped // who dropped it says so
	}
	if !p.Held && !p.IsNotification() {
		pr.count(p.Peer, 1)
		p.After(func() { pr.count(p.Peer, -1) }) // who waits for the answer touches nothing before it has that
	}
	p.answer <- r
	return nil
}

func (pr *PendingRequests) count(to Peer, n int) {
	pr.mu.Lock()
	defer pr.mu.Unlock()
	if pr.unsent[to.Number()] += n; pr.unsent[to.Number()] == 0 {
		delete(pr.unsent, to.Number())
	}
}

// Sent reports whether all answers that were given to a peer have been sent.
func (pr *PendingRequests) Sent(peer int) bool {
	pr.mu.Lock()
	defer pr.mu.Unlock()
	return pr.unsent[peer] == 0
}

// unpark removes request n from those that wait. The error says why it does not wait.
func (pr *PendingRequests) unpark(n uint64, became string) (*Parked, error) {
	pr.mu.Lock()
	defer pr.mu.Unlock()
	i := slices.IndexFunc(pr.parked, func(p *Parked) bool { return p.Number == n })
	if i < 0 {
		return nil, pr.whyNotLocked(n)
	}
	p := pr.parked[i]
	pr.parked = slices.Delete(pr.parked, i, i+1)
	pr.settleLocked(n, became)
	return p, nil
}

// whyNotLocked says why request n does not wait.
func (pr *PendingRequests) whyNotLocked(n uint64) error {
	became, known := pr.settled[n]
	if known {
		return fmt.Errorf("request %d %s", n, became)
	}
	return fmt.Errorf("no request %d waits for you (.pending lists those that do)", n)
}

func (pr *PendingRequests) settle(n uint64, became string) {
	pr.mu.Lock()
	defer pr.mu.Unlock()
	pr.settleLocked(n, became)
}

func (pr *PendingRequests) settleLocked(n uint64, became string) {
	pr.settled[n] = became
	if len(pr.settled) > maxSettled {
		oldest := n
		for other := range pr.settled {
			oldest = min(oldest, other)
		}
		delete(pr.settled, oldest)
	}
}

// Find returns request n, nil where it does not wait.
func (pr *PendingRequests) Find(n uint64) *Parked {
	pr.mu.Lock()
	defer pr.mu.Unlock()
	if i := slices.IndexFunc(pr.parked, func(p *Parked) bool { return p.Number == n }); i >= 0 {
		return pr.parked[i]
	}
	return nil
}

// List returns the requests that wait, oldest first.
func (pr *PendingRequests) List() []*Parked {
	pr.mu.Lock()
	defer pr.mu.Unlock()
	return slices.Clone(pr.parked)
}

// Await waits until request n waits, or has ceased to, or, if n is 0, until any request waits. It also returns when ctx
// ends.
func (pr *PendingRequests) Await(ctx context.Context, n uint64) {
	defer turn.Waits(ctx)()
	for {
		pr.mu.Lock()
		there, news := pr.cameLocked(n), pr.news
		pr.mu.Unlock()
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

// cameLocked reports whether request n waits, or has ceased to; if n is 0, whether any waits.
func (pr *PendingRequests) cameLocked(n uint64) bool {
	if n == 0 {
		return len(pr.parked) > 0
	}
	_, settled := pr.settled[n]
	return settled || slices.ContainsFunc(pr.parked, func(p *Parked) bool { return p.Number == n })
}
