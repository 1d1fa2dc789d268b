package replay

import (
	"context"
	"encoding/json"
	"sync"

	"rpcsh/rpcconn"
	"rpcsh/shell/answer"
)

// A Relay answers requests as another peer answers them, to which each client has a connection of its own. What that
// peer asks, and tells, goes to the client. Any number of goroutines may call its methods.
type Relay struct {
	dial func(ctx context.Context, opts *rpcconn.Options) (*rpcconn.Conn, error)

	ending sync.WaitGroup // connections that are closed

	mu    sync.Mutex       // protects what follows
	conns map[int]*relayed // nil: the Relay is closed
}

// A relayed connection is the one of a client.
type relayed struct {
	made chan struct{} // closed when what follows is known
	conn *rpcconn.Conn
	err  error
}

// NewRelay returns a Relay to the peer that dial connects to.
func NewRelay(dial func(ctx context.Context, opts *rpcconn.Options) (*rpcconn.Conn, error)) *Relay {
	return &Relay{dial: dial, conns: make(map[int]*relayed)}
}

// Answer implements answer.Answerer.
func (r *Relay) Answer(ctx context.Context, req *answer.Request) (json.RawMessage, error) {
	conn, err := r.of(ctx, req.Peer)
	if err != nil {
		return nil, err
	}
	req.Enter()
	if req.IsNotification() {
		_, err := conn.Do(ctx, &rpcconn.Call{Method: req.Method, Params: req.Params, Extra: req.Extra, Notify: true})
		return nil, err
	}
	response, err := conn.Do(ctx, &rpcconn.Call{Method: req.Method, Params: req.Params, Extra: req.Extra})
	switch {
	case err != nil:
		return nil, err
	case response.Err != nil:
		return nil, response.Err
	}
	return nonNil(response.Result, nil), nil
}

// of returns the connection for a client, which it makes where there is none that stands.
func (r *Relay) of(ctx context.Context, client answer.Peer) (*rpcconn.Conn, error) {
	r.mu.Lock()
	if r.conns == nil {
		r.mu.Unlock()
		return nil, rpcconn.ErrClosed
	}
	c := r.conns[client.Number()]
	mine := c == nil
	if mine {
		c = &relayed{made: make(chan struct{})}
		r.conns[client.Number()] = c
	}
	r.mu.Unlock()
	if mine {
		c.conn, c.err = r.dial(ctx, toClient(client))
		close(c.made)
		r.mu.Lock()
		wanted := r.conns[client.Number()] == c
		r.mu.Unlock()
		if !wanted { // the client has gone meanwhile
			r.end(c)
		}
	}
	select {
	case <-c.made:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	if c.err != nil || c.conn.Err() != nil {
		r.Forget(client.Number()) // the next request tries again
	}
	return c.conn, c.err
}

// toClient hands what the other peer sends to a client.
func toClient(client answer.Peer) *rpcconn.Options {
	return &rpcconn.Options{
		Handler: func(ctx context.Context, _ *rpcconn.Conn, req *rpcconn.Request) (json.RawMessage, error) {
			response, err := client.Call(ctx, req.Method, req.Params, 0)
			switch {
			case err != nil:
				return nil, err
			case response.Err != nil:
				return nil, response.Err
			}
			return nonNil(response.Result, nil), nil
		},
		OnRequest: func(req *rpcconn.Request) {
			if req.IsNotification() {
				_ = client.Notify(context.Background(), req.Method, req.Params) // that the client has gone is told
			}
		},
	}
}

// Forget ends the connection for a client, which has gone.
func (r *Relay) Forget(client int) {
	r.mu.Lock()
	c := r.conns[client]
	delete(r.conns, client)
	r.mu.Unlock()
	r.end(c)
}

// Close ends all connections.
func (r *Relay) Close() error {
	r.mu.Lock()
	conns := r.conns
	r.conns = nil
	r.mu.Unlock()
	for _, c := range conns {
		r.end(c)
	}
	r.ending.Wait()
	return nil
}

// end ends a connection that has been made. Who is making one sees that nobody wants it.
func (r *Relay) end(c *relayed) {
	if c == nil {
		return
	}
	select {
	case <-c.made:
		if c.conn != nil {
			_ = c.conn.Close() // what is wrong with it has been told
			r.ending.Go(c.conn.Wait)
		}
	default:
	}
}
