// Package demo is a peer to try everything with: it offers a few methods, calls its caller back, and describes itself
// by rpc.discover. It serves as the peer of --demo and has nothing that other packages need.
package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/dial"
)

// Limits on what one call may request.
const (
	maxTicks = 10_000_000
	maxPause = 24 * time.Hour
)

// A Peer is a running demo peer.
type Peer struct {
	listener *dial.Listener
	wg       sync.WaitGroup

	mu    sync.Mutex // protects what follows
	links map[*dial.Link]bool
}

// Start starts a demo peer that speaks what cfg says on a free port of the loopback interface.
func Start(ctx context.Context, cfg dial.Config) (*Peer, error) {
	ln, err := cfg.Listen(ctx, dial.Target{Scheme: "tcp", Address: "127.0.0.1:0"})
	if err != nil {
		return nil, fmt.Errorf("starting the demo peer: %w", err)
	}
	p := &Peer{listener: ln, links: make(map[*dial.Link]bool)}
	p.wg.Go(p.accept)
	return p, nil
}

// Target is where the peer listens.
func (p *Peer) Target() dial.Target { return p.listener.Target }

// Close ends the peer and waits for it.
func (p *Peer) Close() {
	_ = p.listener.Close()
	p.mu.Lock()
	for link := range p.links {
		go link.Close() // its end is waited for below
	}
	p.links = nil
	p.mu.Unlock()
	p.wg.Wait()
}

func (p *Peer) accept() {
	for {
		link, err := p.listener.Accept(func() *rpcconn.Options { return &rpcconn.Options{Handler: handle} })
		if err != nil {
			return
		}
		p.mu.Lock()
		closed := p.links == nil
		if !closed {
			p.links[link] = true
		}
		p.mu.Unlock()
		if closed {
			_ = link.Close()
		}
		p.wg.Go(func() {
			link.Wait()
			p.mu.Lock()
			delete(p.links, link)
			p.mu.Unlock()
		})
	}
}

// A method is a line of the table of what the peer offers.
type method struct {
	name, summary string
	params        []param
	run           func(ctx context.Context, c *rpcconn.Conn, req *rpcconn.Request, args []json.RawMessage) (any, error)
}

type param struct {
	name, typ string
	required  bool
}

func number(name string) param { return param{name, "number", true} }

func methods() []method {
	return []method{
		{"my_add", "Adds two numbers.", []param{number("a"), number("b")}, add},
		{"my_progress_add", "Adds two numbers; on the way it notifies report_progress and calls your my_double.",
			[]param{number("a"), number("b")}, progressAdd},
		{"echo", "Returns its params as they came.", []param{{"value", "", false}}, nil},
		{"slow", "Answers after so many seconds.", []param{number("seconds")}, slow},
		{"fail", "Answers with an error.", []param{{"code", "integer", false}, {"message", "string", false}}, fail},
		{"ticks", "Sends so many tick notifications, so many milliseconds apart.",
			[]param{{"count", "integer", true}, {"interval", "integer", false}}, ticks},
		{"bye", "Answers, then closes the connection.", nil, bye},
	}
}

func handle(ctx context.Context, c *rpcconn.Conn, req *rpcconn.Request) (json.RawMessage, error) {
	if req.Method == "rpc.discover" {
		return json.Marshal(Document())
	}
	if req.Method == "echo" {
		if req.Params == nil {
			return json.RawMessage("null"), nil
		}
		return req.Params, nil
	}
	for _, m := range methods() {
		if m.name != req.Method {
			continue
		}
		args, err := m.arguments(req.Params)
		if err != nil {
			return nil, rpcconn.NewError(rpcconn.CodeInvalidParams, err.Error())
		}
		result, err := m.run(ctx, c, req, args)
		if err != nil {
			return nil, err
		}
		return json.Marshal(result)
	}
	return nil, rpcconn.NewError(rpcconn.CodeMethodNotFound, "")
}

// arguments returns params in the order of m's parameters, nil for one that is missing.
func (m method) arguments(params json.RawMessage) ([]json.RawMessage, error) {
	args := make([]json.RawMessage, len(m.params))
	var byName map[string]json.RawMessage
	var byPlace []json.RawMessage
	switch {
	case params == nil:
	case params[0] == '[':
		if err := json.Unmarshal(params, &byPlace); err != nil {
			return nil, err
		}
		if len(byPlace) > len(args) {
			return nil, fmt.Errorf("%s takes %d params, got %d", m.name, len(args), len(byPlace))
		}
		copy(args, byPlace)
	default:
		if err := json.Unmarshal(params, &byName); err != nil {
			return nil, err
		}
	}
	for i, p := range m.params {
		if v, ok := byName[p.name]; ok {
			args[i] = v
			delete(byName, p.name)
		}
		if args[i] == nil && p.required {
			return nil, fmt.Errorf("%s is missing", p.name)
		}
	}
	for name := range byName {
		return nil, fmt.Errorf("%s has no param %s", m.name, name)
	}
	return args, nil
}

// decode reads text into v, and leaves v as it is where text is missing.
func decode[T any](text json.RawMessage, v *T) error {
	if text == nil {
		return nil
	}
	if err := json.Unmarshal(text, v); err != nil {
		return rpcconn.NewError(rpcconn.CodeInvalidParams, err.Error())
	}
	return nil
}

func add(_ context.Context, _ *rpcconn.Conn, _ *rpcconn.Request, args []json.RawMessage) (any, error) {
	var a, b float64
	if err := errors.Join(decode(args[0], &a), decode(args[1], &b)); err != nil {
		return nil, err
	}
	return a + b, nil
}

// progressAdd is the reference scenario of py-bson-rpc: a server that notifies and calls the one it is about to answer.
func progressAdd(ctx context.Context, c *rpcconn.Conn, req *rpcconn.Request, args []json.RawMessage) (any, error) {
	sum, err := add(ctx, c, req, args)
	if err != nil {
		return nil, err
	}
	if err := c.Notify(ctx, "report_progress", json.RawMessage(`["hi"]`)); err != nil {
		return nil, err
	}
	r, err := c.Call(ctx, "my_double", json.RawMessage(`[3]`))
	if err != nil {
		return nil, err
	}
	if r.Err != nil {
		return nil, &rpcconn.Error{
			Code: rpcconn.CodeServerError, Message: "your my_double failed, .serve it first: .serve my_double .[0]*2",
			Data: json.RawMessage(fmt.Sprintf(`{"code":%d}`, r.Err.Code)),
		}
	}
	return sum, nil
}

func slow(ctx context.Context, _ *rpcconn.Conn, _ *rpcconn.Request, args []json.RawMessage) (any, error) {
	var seconds float64
	if err := decode(args[0], &seconds); err != nil {
		return nil, err
	}
	if err := pause(ctx, seconds*float64(time.Second)); err != nil {
		return nil, err
	}
	return "done", nil
}

// pause waits for so many nanoseconds, not longer than ctx allows.
func pause(ctx context.Context, nanoseconds float64) error {
	if nanoseconds > float64(maxPause) {
		return rpcconn.NewError(rpcconn.CodeInvalidParams, "at most "+maxPause.String())
	}
	select {
	case <-time.After(time.Duration(nanoseconds)):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func fail(_ context.Context, _ *rpcconn.Conn, _ *rpcconn.Request, args []json.RawMessage) (any, error) {
	e := &rpcconn.Error{Code: rpcconn.CodeServerError, Message: "failed as asked",
		Data: json.RawMessage(`"fail always fails"`)}
	if err := errors.Join(decode(args[0], &e.Code), decode(args[1], &e.Message)); err != nil {
		return nil, err
	}
	return nil, e
}

func ticks(ctx context.Context, c *rpcconn.Conn, _ *rpcconn.Request, args []json.RawMessage) (any, error) {
	count, interval := 0, 0
	if err := errors.Join(decode(args[0], &count), decode(args[1], &interval)); err != nil {
		return nil, err
	}
	if count > maxTicks {
		return nil, rpcconn.NewError(rpcconn.CodeInvalidParams, fmt.Sprintf("at most %d ticks", maxTicks))
	}
	for i := range count {
		if err := c.Notify(ctx, "tick", fmt.Appendf(nil, "[%d]", i+1)); err != nil {
			return nil, err
		}
		if interval > 0 {
			if err := pause(ctx, float64(interval)*float64(time.Millisecond)); err != nil {
				return nil, err
			}
		}
	}
	return count, nil
}

func bye(_ context.Context, c *rpcconn.Conn, req *rpcconn.Request, _ []json.RawMessage) (any, error) {
	req.After(func() { _ = c.Close() })
	return "bye", nil
}

// Document returns what rpc.discover answers: an OpenRPC document.
func Document() any {
	type object = map[string]any
	var list []object
	for _, m := range methods() {
		params := []object{}
		for _, p := range m.params {
			schema := object{}
			if p.typ != "" {
				schema["type"] = p.typ
			}
			params = append(params, object{"name": p.name, "required": p.required, "schema": schema})
		}
		described := object{"name": m.name, "summary": m.summary, "params": params,
			"result": object{"name": "result", "schema": object{}}}
		if m.run == nil { // echo takes anything, for which OpenRPC has no word
			described["x-rpcsh-open"] = true
		}
		list = append(list, described)
	}
	return object{"openrpc": "1.3.2", "info": object{"title": "rpcsh demo peer", "version": "1"}, "methods": list}
}
