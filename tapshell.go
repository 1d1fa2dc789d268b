package main

import (
	"context"
	"errors"
	"io"
	"net"

	"rpcsh/shell/tap"
)

// seesAll reports whether a person sits there who has asked for nothing but a shell.
func (p tapping) seesAll() bool {
	return isTerminal(p.stdin) && isTerminal(p.stdout) && len(p.verbArgs) == 1 && p.output == "" && !p.scripted()
}

// scripted reports whether flags say what a shell without a person does at the tap.
func (p tapping) scripted() bool { return len(p.execute) > 0 || len(p.scripts) > 0 || p.lingers }

// shellOf runs the shell of a tap to its end, for which at says all but the stream.
func (p tapping) shellOf(ctx context.Context, t *tap.Tap, at tapSeat) error {
	near, far := net.Pipe()
	left := make(chan struct{})
	go func() {
		t.Controlled(far)
		close(left)
	}()
	at.stream = near
	err := p.runShell(ctx, at)
	_ = near.Close()
	<-left
	return err
}

// withShell has pass pass on what comes, once the lines of -e have run, if there are any, and as long as what they have
// set is in force: the end of either, which cancel brings about for pass, ends the other. Without -e, lines come from
// in; what they print goes to out.
func (p tapping) withShell(
	ctx context.Context, t *tap.Tap, in io.Reader, out io.Writer, pass func() error, cancel func(),
) error {
	if !p.scripted() {
		return pass()
	}
	ctx, leave := context.WithCancel(ctx)
	defer leave()
	ready, left := make(chan struct{}), make(chan error, 1)
	shell := tapping{&program{options: p.options, stdin: in, speaker: speaker{out, p.stderr}, ending: p.ending}}
	go func() {
		left <- shell.shellOf(ctx, t, tapSeat{watches: func() { close(ready) }, stays: true})
		cancel()
	}()
	select {
	case err := <-left: // a line has failed
		return err
	case <-ready:
	}
	err := pass()
	leave()
	return errors.Join(err, <-left)
}
