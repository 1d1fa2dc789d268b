package replay

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/rpcrec"
	"rpcsh/shell/answer"
	"rpcsh/shell/human"
)

// The ways to find what a request is answered with.
const (
	MatchParams = "params" // as one with the same params was
	MatchMethod = "method" // as one of the same method was
)

// MockOptions say how a recording answers.
type MockOptions struct {
	// Match says when a request is one of the recording: MatchParams, MatchMethod. "": MatchParams.
	Match string
	// Key, if not nil, is what of the params has to be the same, whatever Match says.
	Key     func(ctx context.Context, params json.RawMessage) (json.RawMessage, error)
	InOrder bool            // requests come in the order of the recording; each answers once
	Pace    Pace            // Recorded: all takes the time that it took
	Miss    answer.Answerer // answers what the recording does not have; nil: an error that says what is nearest
	Passes  bool            // Miss gets notifications, too
	// Run runs what is sent of the server's own accord, for as long as Served lasts.
	Run    func(f func())
	Served context.Context
}

// Orders returns the orders in which requests may come, the default one first.
func Orders() []string { return []string{"any", string(Recorded)} }

// A Mock answers clients as the server of a recording has. Any number of goroutines may call its methods.
type Mock struct {
	tape *tape
	opts MockOptions

	mu      sync.Mutex // protects what follows
	clients map[int]*mocked
}

// mocked is how far the recording has been played to a client.
type mocked struct {
	used []bool // by exchange
	next int    // the exchange that comes next
}

// NewMock reads a recording. codec returns a codec for a protocol by its name.
func NewMock(
	recording *rpcrec.Reader, codec func(string) (rpcconn.Codec, error), opts MockOptions,
) (*Mock, error) {
	tp, err := readTape(recording, codec, maxServed)
	if err != nil {
		return nil, err
	}
	return &Mock{tape: tp, opts: opts, clients: make(map[int]*mocked)}, nil
}

// A MockedMethod is a method of the client's requests and notifications in a recording.
type MockedMethod struct {
	Name    string
	Line    int // of the first
	Count   int
	Answers bool // there are answers
}

// Methods returns what the recording answers, in the order of its first use.
func (m *Mock) Methods() []MockedMethod {
	var all []MockedMethod
	at := make(map[string]int)
	for _, x := range m.tape.exchanges {
		i, ok := at[x.method]
		if !ok {
			i = len(all)
			at[x.method] = i
			all = append(all, MockedMethod{Name: x.method, Line: x.line})
		}
		all[i].Count++
		all[i].Answers = all[i].Answers || !x.notifies
	}
	return all
}

// Greets reports whether the server has spoken before the client has.
func (m *Mock) Greets() bool { return len(m.tape.greeting) > 0 }

// Connected plays what the server has sent before the client has.
func (m *Mock) Connected(ctx context.Context, p answer.Peer) {
	var began time.Duration
	if len(m.tape.greeting) > 0 {
		began = m.tape.greeting[0].at
	}
	m.say(ctx, p, m.tape.greeting, began)
}

// Closed forgets a client.
func (m *Mock) Closed(p answer.Peer) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.clients, p.Number())
}

// Answer implements answer.Answerer.
func (m *Mock) Answer(ctx context.Context, req *answer.Request) (json.RawMessage, error) {
	x, near, err := m.find(ctx, req)
	switch {
	case err != nil:
		return nil, err
	case x == nil && m.opts.Miss != nil && (m.opts.Passes || !req.IsNotification()):
		return m.opts.Miss.Answer(ctx, req)
	case x == nil:
		return nil, rpcconn.NewError(rpcconn.CodeServerError, near)
	}
	req.Enter()
	m.say(ctx, req.Peer, x.before, x.at)
	last := x.answered
	if x.notifies || last == 0 {
		last = x.at
	}
	if m.opts.Pace == Recorded && !pause(ctx, last-latest(x.before, x.at)) {
		return nil, rpcconn.ErrNoAnswer
	}
	if len(x.after) > 0 {
		req.After(func() { m.opts.Run(func() { m.say(m.opts.Served, req.Peer, x.after, last) }) })
	}
	switch {
	case x.err != nil:
		return nil, x.err
	case x.result == nil:
		return nil, rpcconn.ErrNoAnswer
	}
	return x.result, nil
}

// latest returns when the last of all was said; from if there is none.
func latest(all []*said, from time.Duration) time.Duration {
	if len(all) == 0 {
		return from
	}
	return all[len(all)-1].at
}

// say sends what the server has said from a time of the recording on.
func (m *Mock) say(ctx context.Context, p answer.Peer, all []*said, from time.Duration) {
	for _, s := range all {
		if m.opts.Pace == Recorded && !pause(ctx, s.at-from) {
			return
		}
		from = s.at
		switch {
		case s.id.IsNone():
			if p.Notify(ctx, s.method, s.params) != nil {
				return // the end of the connection is told
			}
		case s.waits:
			_, _ = p.Call(ctx, s.method, s.params, answer.DefaultLimit) // what it is answered is seen
		default:
			m.opts.Run(func() { _, _ = p.Call(ctx, s.method, s.params, answer.DefaultLimit) })
		}
	}
}

// pause waits for d, and reports whether ctx stands after that.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// find returns the exchange that a request is answered as; nil: there is none, and near says what is nearest.
func (m *Mock) find(ctx context.Context, req *answer.Request) (x *exchange, near string, err error) {
	wanted, err := m.key(ctx, req.Method, req.Params)
	if err != nil {
		return nil, "", err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	c := m.clients[req.Peer.Number()]
	if c == nil {
		c = &mocked{used: make([]bool, len(m.tape.exchanges))}
		m.clients[req.Peer.Number()] = c
	}
	if m.opts.InOrder {
		return m.nextLocked(ctx, c, req, wanted)
	}
	best := -1
	var nearest []*Difference
	var nearestLine int
	for i, x := range m.tape.exchanges {
		if x.method != req.Method || x.notifies != req.IsNotification() {
			continue
		}
		differences, err := m.differ(ctx, x, wanted)
		if err != nil {
			return nil, "", err
		}
		switch {
		case len(differences) == 0 && (best < 0 || c.used[best]):
			best = i // of those that were used already, the last one
		case len(differences) > 0 && (nearest == nil || len(differences) < len(nearest)):
			nearest, nearestLine = differences, x.line
		}
		if best == i && !c.used[i] {
			break
		}
	}
	if best < 0 {
		return nil, missed(req.Method, nearestLine, nearest), nil
	}
	c.used[best] = true
	return m.tape.exchanges[best], "", nil
}

// nextLocked is find where the order of the recording counts.
func (m *Mock) nextLocked(
	ctx context.Context, c *mocked, req *answer.Request, wanted json.RawMessage,
) (*exchange, string, error) {
	if c.next == len(m.tape.exchanges) {
		return nil, "the recording has ended: it has nothing after " + m.tape.exchanges[c.next-1].method, nil
	}
	x := m.tape.exchanges[c.next]
	if x.method != req.Method || x.notifies != req.IsNotification() {
		return nil, fmt.Sprintf("the recording has %s next, in line %d", x.method, x.line), nil
	}
	differences, err := m.differ(ctx, x, wanted)
	if err != nil {
		return nil, "", err
	}
	if len(differences) > 0 {
		return nil, missed(req.Method, x.line, differences), nil
	}
	c.next++
	return x, "", nil
}

// initialize is what a client says of itself, in LSP, MCP and others: another client says something else.
const initialize = "initialize"

// key returns what of params has to be the same, nil where nothing has to.
func (m *Mock) key(ctx context.Context, method string, params json.RawMessage) (json.RawMessage, error) {
	switch {
	case m.opts.Key != nil:
		if params == nil {
			params = json.RawMessage("null")
		}
		return m.opts.Key(ctx, params)
	case m.opts.Match == MatchMethod || method == initialize:
		return nil, nil
	case params == nil:
		return json.RawMessage("[]"), nil // JSON-RPC 2.0 knows no difference
	}
	return params, nil
}

// differ returns how what is wanted differs from what an exchange has.
func (m *Mock) differ(ctx context.Context, x *exchange, wanted json.RawMessage) ([]*Difference, error) {
	has, err := m.key(ctx, x.method, x.params)
	if err != nil || has == nil || wanted == nil {
		return nil, err
	}
	return newReplacements(nil, nil).compare(Exact, nil, object("params", has), object("params", wanted)), nil
}

// missed says what a recording has instead.
func missed(method string, line int, differences []*Difference) string {
	if len(differences) == 0 {
		return "the recording has no request " + method
	}
	var at []string
	for _, d := range differences[:min(3, len(differences))] {
		at = append(at, fmt.Sprintf("%s: %s instead of %s", d.Path, spelt(d.Now), spelt(d.Then)))
	}
	return fmt.Sprintf("the recording has no such request; the nearest one, in line %d, differs: %s", line,
		strings.Join(at, ", "))
}

// maxSpelt is how many characters of a value an error has.
const maxSpelt = 60

func spelt(value json.RawMessage) string {
	if value == nil {
		return "nothing"
	}
	return human.Clip(string(value), maxSpelt)
}
