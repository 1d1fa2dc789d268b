package shell

import (
	"context"
	"sync"

	"rpcsh/shell/exit"
)

// backgroundCalls counts the calls that go on in the background. Its methods may be called by any number of goroutines.
type backgroundCalls struct {
	mu     sync.Mutex // protects what follows
	n      int
	idle   chan struct{} // closed when n becomes 0; nil while it is
	failed error         // of the first call that failed
}

// begin takes note that a call goes on in the background.
func (b *backgroundCalls) begin() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.n == 0 {
		b.idle = make(chan struct{})
	}
	b.n++
}

// end takes note that such a call is done, and why it has failed; nil: it has not.
func (b *backgroundCalls) end(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failed == nil && err != nil {
		b.failed = &exit.Shown{Err: err}
	}
	if b.n--; b.n == 0 {
		close(b.idle)
		b.idle = nil
	}
}

// wait waits until none is left, and returns the error of the first that failed, or exit.ErrInterrupted if ctx ended
// before.
func (b *backgroundCalls) wait(ctx context.Context) error {
	b.mu.Lock()
	idle := b.idle
	b.mu.Unlock()
	if idle != nil {
		select {
		case <-idle:
		case <-ctx.Done():
			return exit.ErrInterrupted
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.failed
}
