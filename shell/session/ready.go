package session

import (
	"context"
	"time"

	"rpcsh/shell/call"
	"rpcsh/shell/event"
	"rpcsh/shell/turn"
)

// methodRoundTrip is a request that a language server answers with an error at once (LSP 3.18, "$ Notifications and
// Requests"): there is no other by which nothing is asked.
const methodRoundTrip = "$/rpcsh/ready"

// awaitReady waits until a language server has done what it does of its own accord once its session has begun: some ask
// for their configuration then, and answer from documents that they have not looked at yet as long as they wait for it.
// Nothing tells when a server is ready. But it has asked before it answers what we ask behind that, so that it is asked
// nothing in particular until it answers without having asked. That is one round trip for those that ask nothing.
func (d *Documents) awaitReady(ctx context.Context) {
	const (
		rounds   = 5
		patience = time.Second // for servers that do not answer
	)
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	p := d.peer
	conn := p.connection.Load()
	for range rounds {
		before := conn.Stats().Served
		ask := call.Plain(call.Request{Method: methodRoundTrip})
		_ = p.caller.Do(ctx, []*call.Prepared{ask}, call.Options{Origin: event.FromSession}) // whatever it says
		turn.Await(ctx, func() bool { return conn.Stats().Serving == 0 && !p.inbox.Busy() || !p.Alive() })
		if ctx.Err() != nil || !p.Alive() || conn.Stats().Served == before {
			return
		}
	}
}
