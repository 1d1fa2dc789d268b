package detect

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sync"
	"time"

	"rpcsh/rpcconn/plain"
	"rpcsh/rpcconn/transport"
)

// A round is a sequence of probes. Who begins one ends it.
type round struct {
	*detection
	ctx     context.Context // of the probes
	cancel  context.CancelFunc
	probes  []probe // that have not been sent
	alone   bool    // each starts when the previous one has ended
	running sync.WaitGroup

	attempts []chan attempt // each has room for the whole detection
	answer   attempt
	tried    []string
	again    []probe // rejected while another one was running
	unknown  error   // an unknown answer
	hungUp   error
	gone     bool // nobody listens any more
	cut      bool // the peer has hung up on a probe
	silent   bool // it has been silent on one
	unasked  int  // how often it hung up before anything was sent
}

func (d *detection) newRound(ctx context.Context, all []probe) *round {
	r := &round{detection: d, probes: all}
	r.ctx, r.cancel = context.WithCancel(ctx)
	return r
}

// end ends the probes that are running, and closes the connections of answers that nobody has asked for.
func (r *round) end() {
	r.cancel()
	r.running.Wait()
	for a := r.late(); a != nil; a = r.late() {
		a.kept.Release()
	}
}

// first sends one probe after the other until one is answered. Probes that a peer may have rejected because it was busy
// with another one are repeated, alone.
func (r *round) first() (attempt, error) {
	if done, err := r.run(); done {
		return r.answer, err
	}
	if len(r.again) > 0 && r.ctx.Err() == nil {
		r.trace("once more, one at a time")
		r.probes, r.again, r.alone = r.again, nil, true
		if done, err := r.run(); done {
			return r.answer, err
		}
	}
	failure := &UnknownError{Target: r.target, Reason: r.reason(), Tried: r.tried, HungUp: r.cut, Gone: r.gone}
	failure.Opened, _ = r.spent.all()
	return attempt{}, failure
}

// run runs the probes. done says that there is an answer, or an error that makes further probes useless.
func (r *round) run() (done bool, err error) {
	ctx := r.ctx
	attempts := make(chan attempt, len(r.probes))
	r.attempts = append(r.attempts, attempts)
	var settle time.Duration
	for running := 0; len(r.probes) > 0 || running > 0; {
		if len(r.probes) > 0 {
			if r.alone {
				sleep(ctx, probeSettle)
			}
			if ctx.Err() != nil {
				r.probes = nil
				continue
			}
			running++
			settle = r.start(ctx, attempts)
		}
		var pause <-chan time.Time
		if len(r.probes) > 0 && !r.alone {
			pause = time.After(settle + probePause)
		}
		select {
		case <-pause:
			r.silent = true
			r.probes = after(r.cut, r.silent, r.probes)
		case a := <-attempts:
			running--
			r.trace("%s: %s", a.probe, a.outcome())
			if a.err == nil {
				r.answer = a
				return true, nil
			}
			if err := r.note(a, running > 0); err != nil {
				return true, err
			}
			r.cut, r.silent = r.cut || hungUp(a.err), r.silent || !hungUp(a.err)
			r.probes = after(r.cut, r.silent, r.probes)
		}
	}
	return false, nil
}

// start sends the next probe, and returns how long the peer has before it.
func (r *round) start(ctx context.Context, attempts chan<- attempt) (settle time.Duration) {
	p := r.probes[0]
	r.probes = r.probes[1:]
	settle = r.settleFor(p, r.cut)
	if !r.alone {
		r.tried = append(r.tried, p.String())
	}
	r.running.Go(func() { attempts <- r.try(ctx, p, settle) })
	return settle
}

// late returns an answer in a protocol of RPC that has come since the first one, nil if there is none.
func (r *round) late() *attempt {
	for _, attempts := range r.attempts {
		for len(attempts) > 0 {
			a := <-attempts
			if a.err == nil && a.guess.Other == "" {
				return &a
			}
			a.kept.Release()
		}
	}
	return nil
}

// sleep waits for d, or until ctx is done.
func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// mostUnasked is how often a peer may hang up before anything is sent to it.
const mostUnasked = 3

// note records a failed attempt. The error says that further ones are useless.
func (r *round) note(a attempt, busy bool) error {
	var connect *connectError
	var hung *hangUpError
	var unknown *unknownError
	var other *OtherError
	var tls *transport.TLSError
	switch {
	case errors.As(a.err, &tls) && isAlert(tls): // which is about who we are, not about what was sent
		return fmt.Errorf("%s: %w", r.target, tls)
	case errors.As(a.err, &other):
		return a.err
	case errors.As(a.err, &connect) && !r.connected.Load() && busy && transport.Stalled(connect) == "" && late(connect):
		return nil // those before it may tell more
	case errors.As(a.err, &connect) && !r.connected.Load():
		if stalled := transport.Stalled(connect); stalled != "" {
			return &SilentError{Target: r.target, Stalled: stalled}
		}
		return connect.err
	case errors.As(a.err, &unknown):
		r.unknown = a.err
	case errors.As(a.err, &hung):
		r.hungUp = a.err
		if hung.unasked {
			r.unasked++
		}
	}
	switch {
	case connect != nil && IsRefused(connect):
		r.gone, r.probes, r.again = true, nil, nil
		r.tried = slices.DeleteFunc(r.tried, func(p string) bool { return p == a.probe.String() })
	case busy && (connect != nil || hung != nil):
		r.again = append(r.again, a.probe)
	case r.unasked >= mostUnasked: // what is sent makes no difference
		r.probes = nil
	}
	return nil
}

// IsRefused reports whether err is that nobody listens there.
func IsRefused(err error) bool {
	return plain.Refused.Is(err) || errors.Is(err, fs.ErrNotExist)
}

// late reports whether err is that time has run out.
func late(err error) bool {
	var timed interface{ Timeout() bool }
	return errors.As(err, &timed) && timed.Timeout()
}

// reason says what the peer does instead of answering.
func (r *round) reason() string {
	switch {
	case r.unknown != nil:
		return reason(r.unknown)
	case r.hungUp != nil:
		return reason(r.hungUp)
	}
	return stillSilent
}
