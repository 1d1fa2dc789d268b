package main

import (
	"context"

	"rpcsh/rpcconn/demo"
	"rpcsh/rpcconn/dial"
)

// greeting says what to type first at the demo peer.
const greeting = `This is the demo peer. Try, one after the other (Tab completes):
  my_add 40 2                     a call; x = my_add 40 2 keeps it in $x
  .serve my_double .[0]*2         answer the peer's own requests
  my_progress_add 2 2             it notifies and calls you before it answers
  ticks 5 500 &                   notifications come while you type
  .methods                        what it offers;  .help  all commands;  .quit`

func (p *program) startDemo(ctx context.Context) error {
	if p.wire.Protocol == dial.Auto && p.wire.Framing == dial.Auto { // there is nothing to find out about one's own
		p.wire.Protocol, p.wire.Framing = dial.Protocols()[0].Name, dial.Protocols()[0].Framing
	}
	p.wire.Settle = 0 // nor does one's own peer need time
	var err error
	if p.peer, err = demo.Start(ctx, p.wire); err != nil {
		return err
	}
	if p.interactive() {
		p.shell.Greet(greeting)
	}
	return p.shell.Connect(ctx, p.peer.Target().String(), p.wire)
}
