package replay

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"rpcsh/rpcconn"
	"rpcsh/shell/event"
	"rpcsh/shell/glob"
)

// A link is a connection to the peer, in the place of one of the recording.
type link struct {
	conn *rpcconn.Conn
	asks map[string]int // how often the recording has the peer call which method

	optional []string // globs of methods whose notifications say nothing

	// of the recording, by the ids that they have there; used by the player only
	calls    map[rpcconn.ID]*call    // requests of the client
	asked    map[rpcconn.ID]*arrival // requests of the peer, as they came now
	chosen   *choice
	expected []*expectation // what is not waited for at once
	late     bool           // something was waited for in vain, and nothing has been sent or has come since

	news    chan struct{}  // filled when something has come
	calling sync.WaitGroup // what waits for answers

	mu   sync.Mutex // protects what follows
	came []*arrival // and has not been expected
	seen map[string]int
}

// A call is a request of the client that was sent again.
type call struct {
	method string
	ended  chan struct{} // closed when there is an answer, or will be none
	answer *rpcconn.Response
	err    error
}

// An arrival is what the peer has sent, but for answers that a call waits for.
type arrival struct {
	kind   rpcconn.Kind
	method string
	params json.RawMessage
	stray  *rpcconn.Response // of an answer that no call waits for
	value  json.RawMessage   // of what is no message
	answer chan *rpcconn.Response
}

// id returns the id of an answer, the zero ID of what is none.
func (a *arrival) id() rpcconn.ID {
	if a.stray != nil {
		return a.stray.ID
	}
	return rpcconn.ID{}
}

// event returns what kind of event an arrival is.
func (a *arrival) event() event.Kind {
	if a.kind == rpcconn.KindRequest {
		return event.Request
	}
	return event.Notification
}

// surplus says what came and is not in the recording.
func (a *arrival) surplus() string {
	switch a.kind {
	case rpcconn.KindRequest:
		return "a request that the recording does not have"
	case rpcconn.KindNotification:
		return "a notification that the recording does not have"
	case rpcconn.KindResponse:
		return "an answer that the recording does not have"
	}
	return "a message that the recording does not have"
}

func newLink(asks map[string]int, only event.Filter, optional []string) *link {
	return &link{
		asks: asks, optional: optional, calls: make(map[rpcconn.ID]*call), asked: make(map[rpcconn.ID]*arrival),
		chosen: newChoice(only), news: make(chan struct{}, 1), seen: make(map[string]int),
	}
}

// options has a connection hand on all that comes.
func (l *link) options() *rpcconn.Options {
	return &rpcconn.Options{
		Handler: l.handle,
		OnRequest: func(req *rpcconn.Request) {
			if req.IsNotification() && !l.isOptional(req.Method) {
				req = req.Clone()
				l.add(&arrival{kind: rpcconn.KindNotification, method: req.Method, params: req.Params})
			}
		},
		OnStray: func(r *rpcconn.Response) {
			kept := *r
			l.add(&arrival{kind: rpcconn.KindResponse, stray: &kept})
		},
		OnOther: func(value json.RawMessage) {
			l.add(&arrival{kind: rpcconn.KindInvalid, value: append(json.RawMessage(nil), value...)})
		},
		Refuses: func() bool { return false },
	}
}

// isOptional reports whether notifications of a method are neither waited for nor compared.
func (l *link) isOptional(method string) bool {
	return slices.ContainsFunc(l.optional, func(pattern string) bool { return glob.Match(pattern, method) })
}

// handle has a request of the peer wait for the answer that it got then. One that the recording does not have gets
// none that could be right, and is refused at once.
func (l *link) handle(ctx context.Context, _ *rpcconn.Conn, req *rpcconn.Request) (json.RawMessage, error) {
	a := &arrival{
		kind: rpcconn.KindRequest, method: req.Method, params: req.Params, answer: make(chan *rpcconn.Response, 1),
	}
	l.mu.Lock()
	l.seen[req.Method]++
	surplus := l.seen[req.Method] > l.asks[req.Method]
	l.mu.Unlock()
	l.add(a)
	if surplus {
		return nil, rpcconn.NewError(rpcconn.CodeMethodNotFound, "the recording has no such request")
	}
	select {
	case r := <-a.answer:
		if r.Err != nil {
			return nil, r.Err
		}
		return r.Result, nil
	case <-ctx.Done():
		return nil, rpcconn.ErrNoAnswer
	}
}

func (l *link) add(a *arrival) {
	l.mu.Lock()
	l.came = append(l.came, a)
	l.mu.Unlock()
	select {
	case l.news <- struct{}{}:
	default:
	}
}

// take returns the first arrival that fits, nil if there is none, and no longer has it.
func (l *link) take(fits func(*arrival) bool) *arrival {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, a := range l.came {
		if fits(a) {
			l.came = append(l.came[:i:i], l.came[i+1:]...)
			return a
		}
	}
	return nil
}

// rest returns what came and was not expected.
func (l *link) rest() []*arrival {
	l.mu.Lock()
	defer l.mu.Unlock()
	rest := l.came
	l.came = nil
	return rest
}

// lost returns why the connection has ended, nil while it lasts. The error wraps rpcconn.ErrClosed.
func (l *link) lost() error {
	select {
	case <-l.conn.Done():
	default:
		return nil
	}
	if err := l.conn.Err(); !errors.Is(err, io.EOF) && !errors.Is(err, rpcconn.ErrClosed) {
		return fmt.Errorf("%w before the end of the recording: %w", rpcconn.ErrClosed, err)
	}
	return fmt.Errorf("%w by the peer, before the end of the recording", rpcconn.ErrClosed)
}

func (l *link) close() {
	if l.conn != nil {
		_ = l.conn.Close() // what is wrong with it has been seen
		l.conn.Wait()
		l.calling.Wait()
	}
}
