package httprpc

import (
	"sync"
	"time"
)

// settleTime is how long after a response a surplus one may come.
const settleTime = 100 * time.Millisecond

// A trust decides whether connections to a server are kept for the next request. They are not where a server has sent
// more than one response to a request, and not yet if that is not known: until settleTime after the first response,
// every request but the first has a connection of its own. Its methods may be called by any goroutine.
type trust struct {
	mu       sync.Mutex // protects what follows
	begun    bool       // there was a first request
	answered time.Time  // when the response to that had been read; zero: not yet
	broken   bool       // there was more than one response
}

// keeps reports whether a request that is sent now may use a kept connection, and keep it.
func (t *trust) keeps() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	first := !t.begun
	t.begun = true
	return !t.broken && (first || !t.answered.IsZero() && time.Since(t.answered) > settleTime)
}

// seen records that a response has been read.
func (t *trust) seen() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.answered.IsZero() {
		t.answered = time.Now()
	}
}

// lose records a surplus response.
func (t *trust) lose() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.broken = true
}
