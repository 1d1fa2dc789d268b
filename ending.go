package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"

	"rpcsh/rpcconn/plain"
	"rpcsh/shell/exit"
)

// Why a run ends that was to go on. What waits in it takes either for an interruption.
var (
	errQuit   = &exit.Failure{Code: exit.Quit, Err: exit.ErrInterrupted}
	errUnread = &exit.Failure{Code: exit.Unread, Err: exit.ErrInterrupted}
)

// quitPatience is how long a run that SIGQUIT ends may take to end in good order: a child that ignores SIGTERM is
// killed by then, and what hangs is not waited for.
const quitPatience = 5 * time.Second

// sameSignal is how long what comes behind a signal is taken for the same: who closes a window, or forwards signals,
// has them come twice.
const sameSignal = time.Second

// maxStacks is how much SIGQUIT prints, in bytes.
const maxStacks = 1 << 20

// An ending ends a run in good order: when a signal comes that asks for it, or nobody reads what the run prints.
// Another signal ends it where it is.
type ending struct {
	speaker
	cancel  context.CancelCauseFunc
	asks    chan os.Signal // SIGTERM, SIGHUP
	keys    chan os.Signal // what the keys of a terminal send, where they are for the run
	unheard chan os.Signal // what is to have no effect
	done    chan struct{}
}

// newEnding returns a context that ends with the run, and what ends that. It has to be released.
func newEnding(ctx context.Context, s speaker) (context.Context, *ending) {
	ctx, cancel := context.WithCancelCause(ctx)
	e := &ending{
		speaker: s, cancel: cancel, asks: make(chan os.Signal, 2), keys: make(chan os.Signal, 2),
		unheard: make(chan os.Signal, 1), done: make(chan struct{}),
	}
	signal.Notify(e.asks, syscall.SIGTERM, syscall.SIGHUP)
	e.takeKeys()
	go e.watch()
	return ctx, e
}

func (e *ending) release() {
	for _, c := range []chan os.Signal{e.asks, e.keys, e.unheard} {
		signal.Stop(c)
	}
	close(e.done)
	e.cancel(nil)
}

func (e *ending) watch() {
	for first := (time.Time{}); ; {
		var s os.Signal
		select {
		case s = <-e.asks:
		case s = <-e.keys:
		case <-e.done:
			return
		}
		isFirst, isQuit := first.IsZero(), s == syscall.SIGQUIT
		switch {
		case isFirst && isQuit:
			e.quit()
		case isFirst:
			e.cancel(exit.ErrInterrupted)
		case time.Since(first) < sameSignal:
			continue
		case isQuit:
			os.Exit(exit.Quit)
		default:
			os.Exit(exit.Interrupted)
		}
		first = time.Now()
	}
}

// takeKeys has the keys of a terminal end the run.
func (e *ending) takeKeys() { signal.Notify(e.keys, os.Interrupt, syscall.SIGQUIT) }

// leaveKeys leaves them to a shell that has the terminal, but for those that are named.
func (e *ending) leaveKeys(but ...os.Signal) {
	signal.Stop(e.keys)
	if len(but) > 0 {
		signal.Notify(e.keys, but...)
	}
}

// lendKeys leaves them to another program.
func (e *ending) lendKeys() {
	signal.Notify(e.unheard, os.Interrupt, syscall.SIGQUIT)
	signal.Stop(e.keys)
}

// quit ends the run and says what it is doing: SIGQUIT is the way out of a program that hangs.
func (e *ending) quit() {
	stacks := make([]byte, maxStacks)
	e.printStacks(stacks[:runtime.Stack(stacks, true)])
	e.cancel(errQuit)
	time.AfterFunc(quitPatience, func() { os.Exit(exit.Quit) })
}

// outlivesReaders has writes to standard output fail where nobody reads it: else that ends the program at once.
func (e *ending) outlivesReaders() { signal.Notify(e.unheard, syscall.SIGPIPE) }

// outlet returns out, but that the run ends where nobody reads that any more.
func (e *ending) outlet(out io.Writer) io.Writer {
	e.outlivesReaders()
	return &outlet{out, e.cancel}
}

type outlet struct {
	io.Writer
	end context.CancelCauseFunc
}

// Direct returns what others write to without us.
func (o *outlet) Direct() io.Writer { return o.Writer }

// Write implements io.Writer.
func (o *outlet) Write(b []byte) (int, error) {
	n, err := o.Writer.Write(b)
	if plain.NobodyReads.Is(err) {
		o.end(errUnread)
	}
	return n, err
}
