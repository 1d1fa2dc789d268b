package dial

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// How long finding out may take.
const (
	probePause    = 200 * time.Millisecond // of silence, after which the next probe is begun
	probePatience = 900 * time.Millisecond // of silence, after which a probe is given up; a peer may serve one client at a time
	probeSettle   = 50 * time.Millisecond  // after which a peer that serves one client at a time has noticed that one has gone
	probeGrace    = 200 * time.Millisecond // that a child process has for each step of its end
	closingTime   = time.Second            // that closing a WebSocket or an HTTP session may take
	detectLimit   = 3 * time.Second        // for all
	childLimit    = 6 * time.Second        // for all, where the peer is a child process: programs take their time to start, several at once the more
)

// A Finding is what a target was found to speak.
type Finding struct {
	Target   Target
	Protocol string
	Framing  string // "" where the transport frames
	Took     time.Duration
	Of       int // how many debuggers are at that port, of which Target is one; 0: it is none

	kept *kept // a connection that Connect takes over
}

// Release closes the connection that a Finding of DetectKeeping may hold, if Connect has not taken it over.
func (f *Finding) Release() {
	if f != nil {
		f.kept.release()
		f.kept = nil
	}
}

// Config returns cfg with what was found.
func (f *Finding) Config(cfg Config) Config {
	cfg.Protocol, cfg.Framing = f.Protocol, f.Framing
	return cfg
}

// Detect finds out what t speaks, by harmless requests on connections of their own: the likeliest first, the next one only when
// the one before has been silent for a moment. likely, if not nil, is what t spoke earlier. trace, if not nil, is told each step. It takes
// 3 seconds at most, 6 for a child process, and nothing of what it started is left then.
//
// The error says what was tried; it is about the connection where there is none.
func (cfg Config) Detect(ctx context.Context, t Target, likely *Finding, trace func(string)) (*Finding, error) {
	f, err := cfg.DetectKeeping(ctx, t, likely, trace)
	f.Release()
	return f, err
}

// DetectKeeping is Detect, but where a peer answered in the form in which it was asked, the connection is kept for Connect: it may be the
// only one that the peer takes. Release has to be called where Connect is not.
func (cfg Config) DetectKeeping(ctx context.Context, t Target, likely *Finding, trace func(string)) (*Finding, error) {
	if err := cfg.Check(); err != nil {
		return nil, err
	}
	limit := detectLimit
	if t.IsCommand() {
		limit = childLimit - 2*probeGrace
	}
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	start := time.Now()
	if trace == nil {
		trace = func(string) {}
	}
	d := &detector{cfg: cfg, target: t, trace: func(format string, args ...any) { trace(fmt.Sprintf(format, args...)) }}
	f, err := d.detect(limited, likely)
	switch {
	case err != nil && ctx.Err() != nil:
		return nil, fmt.Errorf("finding out what %s speaks: %w", t, context.Cause(ctx))
	case err != nil:
		return nil, err
	}
	f.Took = time.Since(start)
	return f, nil
}

// A detector finds out what one target speaks.
type detector struct {
	cfg       Config
	target    Target
	trace     func(format string, args ...any) // called by one goroutine
	connected atomic.Bool                      // at least once
	refused   bool                             // an HTTP server found a request bad
}

// at returns a detector for another target.
func (d *detector) at(t Target) *detector { return &detector{cfg: d.cfg, target: t, trace: d.trace} }

func (d *detector) detect(ctx context.Context, likely *Finding) (*Finding, error) {
	if likely != nil && likely.Target.String() != d.target.String() {
		if f := d.detectEarlier(ctx, likely); f != nil {
			return f, nil
		}
	}
	if !d.target.isStream() {
		return d.overHTTP(ctx, []Target{d.target})
	}
	all := probesOf(d.target)
	if likely != nil {
		slices.SortStableFunc(all, func(a, b probe) int { return cmp.Compare(unlikely(a, likely), unlikely(b, likely)) })
	}
	g, kept, err := d.probeAll(ctx, all)
	switch {
	case err != nil:
		return nil, err
	case g.other == otherHTTP && (d.target.Scheme == schemeUnix || d.target.IsCommand()):
		return nil, fmt.Errorf("%s speaks HTTP, which is spoken over tcp and tls only", d.target)
	case g.other == otherHTTP:
		f, err := d.overHTTP(ctx, httpTargets(d.target))
		if err != nil && d.refused && d.speaksTLS(ctx) { // many HTTPS servers say in HTTP that they want TLS
			return d.overTLS(ctx)
		}
		return f, err
	case g.other == otherTLS:
		return d.overTLS(ctx)
	}
	w, err := d.cfg.guessed(g)
	if err != nil {
		kept.release()
		return nil, err
	}
	return &Finding{Target: d.target, Protocol: w.Protocol.Name, Framing: w.Framing, kept: kept}, nil
}

// detectEarlier looks where the peer was found earlier, nil where it is there no more.
func (d *detector) detectEarlier(ctx context.Context, likely *Finding) *Finding {
	ctx, cancel := context.WithTimeout(ctx, probePatience+closingTime)
	defer cancel()
	f, err := d.at(likely.Target).detect(ctx, likely)
	if err != nil {
		d.trace("%s, as earlier: %v", likely.Target, err)
		return nil
	}
	return f
}

func unlikely(p probe, likely *Finding) int {
	if p.isOf(likely.Protocol, likely.Framing) {
		return 0
	}
	return 1
}

// probeAll sends one probe after the other until one is answered. Those whom a peer turned away that may have been busy with another of
// them are sent once more, alone.
func (d *detector) probeAll(ctx context.Context, all []probe) (guess, *kept, error) {
	ctx, cancel := context.WithCancel(ctx)
	r := &round{detector: d, probes: all}
	defer r.drop()
	defer r.running.Wait()
	defer cancel()
	if done, err := r.run(ctx); done {
		return r.guess, r.kept, err
	}
	if len(r.again) > 0 {
		d.trace("once more, one at a time")
		r.probes, r.again, r.alone = r.again, nil, true
		if done, err := r.run(ctx); done {
			return r.guess, r.kept, err
		}
	}
	var tried []string
	for _, p := range all {
		tried = append(tried, p.String())
	}
	return guess{}, nil, fmt.Errorf("%s answers nothing that is known: it %s; tried %s; -p and -f say what is spoken", d.target, r.reason(), strings.Join(tried, "; "))
}

// A round is a sequence of probes.
type round struct {
	*detector
	probes  []probe
	alone   bool // each begins when the one before has ended
	running sync.WaitGroup

	attempts []chan attempt // each has room for all
	guess    guess
	kept     *kept
	again    []probe // turned away while another was running
	unknown  error   // an answer that is not known
	hungUp   error
}

// run reports whether it is done: with a guess, or an error that makes further probes useless.
func (r *round) run(ctx context.Context) (done bool, err error) {
	attempts := make(chan attempt, len(r.probes))
	r.attempts = append(r.attempts, attempts)
	for next, running := 0, 0; next < len(r.probes) || running > 0; {
		if next < len(r.probes) {
			p := r.probes[next]
			next++
			if r.alone {
				sleep(ctx, probeSettle)
			}
			if ctx.Err() != nil {
				continue
			}
			running++
			r.running.Go(func() {
				attempts <- r.try(ctx, p)
			})
		}
		var pause <-chan time.Time
		if next < len(r.probes) && !r.alone {
			pause = time.After(probePause)
		}
		select {
		case <-pause:
			continue
		case a := <-attempts:
			running--
			r.trace("%s: %s", a.probe, a.outcome())
			if a.err == nil {
				r.guess, r.kept = a.guess, a.kept
				return true, nil
			}
			if err := r.note(a, running > 0); err != nil {
				return true, err
			}
			if closes := new(hangUpError); a.probe.framing == "line" && errors.As(a.err, &closes) {
				r.probes = preferred(r.probes, next, "jsonrpc1") // most likely a peer that speaks 1.0 and nothing else
			}
		}
	}
	return false, nil
}

// drop closes the connections of those who were answered too late. Nothing runs any more.
func (r *round) drop() {
	for _, attempts := range r.attempts {
		for len(attempts) > 0 {
			(<-attempts).kept.release()
		}
	}
}

// sleep waits for d, or until ctx is done.
func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// note remembers what a failed attempt tells. The error is that of a peer to whom there is no connection.
func (r *round) note(a attempt, busy bool) error {
	var connect *connectError
	var hungUp *hangUpError
	var unknown *unknownError
	switch {
	case errors.As(a.err, &connect) && !r.connected.Load():
		return connect.err
	case errors.As(a.err, &unknown):
		r.unknown = a.err
	case errors.As(a.err, &hungUp):
		r.hungUp = a.err
	}
	if busy && (connect != nil || hungUp != nil) {
		r.again = append(r.again, a.probe)
	}
	return nil
}

// reason says what the peer does instead of answering.
func (r *round) reason() string {
	switch {
	case r.unknown != nil:
		return r.unknown.Error()
	case r.hungUp != nil:
		return r.hungUp.Error()
	}
	return "stays silent"
}

// preferred returns probes with the one for protocol moved forward to i, if it comes later.
func preferred(probes []probe, i int, protocol string) []probe {
	j := slices.IndexFunc(probes, func(p probe) bool { return p.protocol == protocol })
	if j <= i {
		return probes
	}
	p := probes[j]
	return slices.Insert(slices.Delete(slices.Clone(probes), j, j+1), i, p)
}

// speaksTLS reports whether a server that was taken for one of HTTP wants TLS.
func (d *detector) speaksTLS(ctx context.Context) bool {
	if d.target.Scheme != schemeTCP {
		return false
	}
	a := d.try(ctx, tlsProbeOf())
	return a.err == nil && a.guess.other == otherTLS
}

// overTLS finds out what is spoken inside TLS.
func (d *detector) overTLS(ctx context.Context) (*Finding, error) {
	if d.target.Scheme != schemeTCP {
		return nil, fmt.Errorf("%s speaks TLS, which is spoken over tcp only", d.target)
	}
	d.trace("%s speaks TLS", d.target)
	return d.at(Target{Scheme: schemeTLS, Address: d.target.Address}).detect(ctx, nil)
}
