// Package noise tells whether a peer logs the questions that it is asked and does not know.
package noise

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

// Err is why a peer is asked no further.
var Err = errors.New("it logs what it does not know")

// Patience is how long a child has to log a question, beside its answer.
const Patience = 50 * time.Millisecond

// A Listener hears what a peer logs. Any number of goroutines may call its methods. The zero Listener does not listen.
type Listener struct {
	mu    sync.Mutex // protects what follows
	asked []string   // methods; nil: nobody listens
	heard chan struct{}
}

// Listen listens from now on for what is logged about questions for methods; none: no longer.
func (l *Listener) Listen(methods []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked, l.heard = methods, make(chan struct{})
}

// Hear takes note of a line that the peer has logged. It is about a question if it names its method, or methods as
// such.
func (l *Listener) Hear(line []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.asked == nil || l.hasHeardLocked() {
		return
	}
	about := func(method string) bool { return bytes.Contains(line, []byte(method)) }
	if slices.ContainsFunc(l.asked, about) || bytes.Contains(bytes.ToLower(line), []byte("method")) {
		close(l.heard)
	}
}

// Heard reports whether the peer has logged a question, or does within a time.
func (l *Listener) Heard(ctx context.Context, patience time.Duration) bool {
	l.mu.Lock()
	heard := l.heard
	l.mu.Unlock()
	if patience > 0 {
		select {
		case <-heard:
		case <-time.After(patience):
		case <-ctx.Done():
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.hasHeardLocked()
}

func (l *Listener) hasHeardLocked() bool {
	select {
	case <-l.heard:
		return true
	default:
		return false
	}
}
