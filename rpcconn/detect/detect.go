// Package detect finds out what a peer speaks.
//
//   - sniff.go: what the first bytes of a peer mean. It has no state and reads nothing
//   - detect.go: the order in which a peer that waits for us is asked; probe.go: what it is asked; attempt.go: one
//     probe
//   - http.go, debugger.go: HTTP servers, and the debuggers that some list
//   - findings.go: what was found, in a file
//
// The owner of a [Detector] (see dial) says how streams and channels are opened, and which protocols there are.
package detect

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/transport"
)

// Time limits of detection.
const (
	probePause    = 200 * time.Millisecond // of silence, before the next probe starts
	probePatience = 900 * time.Millisecond // of silence, after which a probe is given up
	// for a peer that serves one client at a time, to notice that a client has gone
	probeSettle = 50 * time.Millisecond
	closingTime = time.Second     // that closing a WebSocket or an HTTP session may take
	detectLimit = 3 * time.Second // for the whole detection
	childLimit  = 6 * time.Second // for a child process, which takes time to start
)

// Grace is how long a probed child process has for each step of its end.
const Grace = 200 * time.Millisecond

// A Finding is what detection found for a target.
type Finding struct {
	Target   transport.Target
	Protocol string
	Framing  string // "" where the transport frames
	Took     time.Duration
	Of       int // the number of debuggers at that port, Target included; 0: it is not a debugger

	kept *Kept // the connection, where it can be used further
}

// Take returns the connection that the finding holds, which is the caller's from then on; nil if there is none.
func (f *Finding) Take() *Kept {
	k := f.kept
	f.kept = nil
	return k
}

// Release closes the connection that the finding may hold, if nobody has taken it. f may be nil.
func (f *Finding) Release() {
	if f != nil {
		f.Take().Release()
	}
}

// JSON returns the finding as -o json prints it.
func (f *Finding) JSON() string {
	text, err := json.Marshal(struct {
		URL      string  `json:"url"`
		Protocol string  `json:"protocol"`
		Framing  string  `json:"framing"`
		MS       float64 `json:"ms"`
	}{f.Target.String(), f.Protocol, f.Framing,
		float64(f.Took.Round(100*time.Microsecond)) / float64(time.Millisecond)})
	if err != nil {
		return "{}"
	}
	return string(text)
}

// A Stream is a stream of bytes to a peer.
type Stream struct {
	io.ReadWriteCloser
	Remote string        // the peer's address
	Status func() string // how a child process ended; nil: it is none
}

// A Detector finds out what targets speak. Its functions open the connections for that, and give up when ctx is done.
type Detector struct {
	Protocol string // known in advance; "": to be detected
	Framing  string // the same

	// Stream opens a stream. stderr gets the lines that a child process writes to its stderr. The child has Grace for
	// each step of its end.
	Stream func(ctx context.Context, t transport.Target, stderr func(line string)) (Stream, error)
	// Channel opens a channel of JSON-RPC 2.0 over HTTP or WebSocket.
	Channel func(ctx context.Context, t transport.Target) (rpcconn.Channel, error)
	// Get gets a path by HTTP from the host of t.
	Get func(ctx context.Context, t transport.Target, path string) ([]byte, error)
	// Trace, if not nil, is called with each step, by one goroutine.
	Trace func(step string)
}

// Detect finds out what t speaks, by harmless requests on connections of their own: the likeliest first, and the next
// one if there is no answer for a moment. likely, if not nil, is what t spoke earlier. Detect takes at most 3 seconds,
// or 6 for a child process. It leaves nothing after but the connection that the Finding may hold: it may be the only
// one that the peer accepts. The caller must Take or Release it.
//
// The error is an *UnknownError or a *SilentError because of the peer's answer, or the error of the connection.
func (d Detector) Detect(ctx context.Context, t transport.Target, likely *Finding) (*Finding, error) {
	limit := detectLimit
	if t.IsCommand() {
		limit = childLimit - 2*Grace
	}
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	start := time.Now()
	if d.Trace == nil {
		d.Trace = func(string) {}
	}
	f, err := (&detection{Detector: d, target: t}).run(limited, likely)
	switch {
	case err != nil && ctx.Err() != nil:
		return nil, fmt.Errorf("finding out what %s speaks: %w", t, context.Cause(ctx))
	case err != nil:
		return nil, err
	}
	f.Took = time.Since(start)
	return f, nil
}

// A detection finds out what one target speaks.
type detection struct {
	Detector
	target    transport.Target
	connected atomic.Bool // at least once
	refused   bool        // an HTTP server answered "bad request"
}

func (d *detection) trace(format string, args ...any) { d.Trace(fmt.Sprintf(format, args...)) }

// at returns a detection of another target.
func (d *detection) at(t transport.Target) *detection {
	return &detection{Detector: d.Detector, target: t}
}

func (d *detection) run(ctx context.Context, likely *Finding) (*Finding, error) {
	if likely != nil && likely.Target.String() != d.target.String() {
		if f := d.detectEarlier(ctx, likely); f != nil {
			return f, nil
		}
	}
	if !d.target.IsStream() {
		return d.overHTTP(ctx, []transport.Target{d.target})
	}
	all := probesOf(d.target)
	if likely != nil {
		slices.SortStableFunc(all, func(a, b probe) int {
			return cmp.Compare(unlikely(a, likely), unlikely(b, likely))
		})
	}
	g, kept, err := d.probeAll(ctx, all)
	switch {
	case err != nil:
		return nil, err
	case g.Other == OtherHTTP && (d.target.Scheme == transport.SchemeUnix || d.target.IsCommand()):
		return nil, fmt.Errorf("%s speaks HTTP, which is spoken over tcp and tls only", d.target)
	case g.Other == OtherHTTP:
		f, err := d.overHTTP(ctx, httpTargets(d.target))
		if err != nil && d.refused && d.speaksTLS(ctx) { // many HTTPS servers say in HTTP that they want TLS
			return d.overTLS(ctx)
		}
		return f, err
	case g.Other == OtherTLS:
		return d.overTLS(ctx)
	}
	g = g.With(d.Protocol, d.Framing)
	return &Finding{Target: d.target, Protocol: g.Protocol, Framing: g.Framing, kept: kept}, nil
}

// detectEarlier looks where the peer was found earlier. It returns nil if the peer is no longer there.
func (d *detection) detectEarlier(ctx context.Context, likely *Finding) *Finding {
	ctx, cancel := context.WithTimeout(ctx, probePatience+closingTime)
	defer cancel()
	f, err := d.at(likely.Target).run(ctx, likely)
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

// probeAll sends one probe after the other until one is answered. Probes that a peer may have rejected because it was
// busy with another one are repeated, alone.
func (d *detection) probeAll(ctx context.Context, all []probe) (Guess, *Kept, error) {
	ctx, cancel := context.WithCancel(ctx)
	r := &round{detection: d, probes: all}
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
	return Guess{}, nil, &UnknownError{Target: d.target, Reason: r.reason(), Tried: tried}
}

// A round is a sequence of probes.
type round struct {
	*detection
	probes  []probe
	alone   bool // each starts when the previous one has ended
	running sync.WaitGroup

	attempts []chan attempt // each has room for the whole detection
	guess    Guess
	kept     *Kept
	again    []probe // rejected while another one was running
	unknown  error   // an unknown answer
	hungUp   error
}

// run runs the probes. done says that there is a guess, or an error that makes further probes useless.
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
				r.probes = preferred(r.probes, next, "jsonrpc1") // probably a peer that speaks only 1.0
			}
		}
	}
	return false, nil
}

// drop closes the connections of late answers. No probe is running any more.
func (r *round) drop() {
	for _, attempts := range r.attempts {
		for len(attempts) > 0 {
			(<-attempts).kept.Release()
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

// note records a failed attempt. The error says that the peer cannot be reached.
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

// speaksTLS reports whether a supposed HTTP server wants TLS.
func (d *detection) speaksTLS(ctx context.Context) bool {
	if d.target.Scheme != transport.SchemeTCP {
		return false
	}
	a := d.try(ctx, tlsProbeOf())
	return a.err == nil && a.guess.Other == OtherTLS
}

// overTLS finds out what is spoken inside TLS.
func (d *detection) overTLS(ctx context.Context) (*Finding, error) {
	if d.target.Scheme != transport.SchemeTCP {
		return nil, fmt.Errorf("%s speaks TLS, which is spoken over tcp only", d.target)
	}
	d.trace("%s speaks TLS", d.target)
	return d.at(transport.Target{Scheme: transport.SchemeTLS, Address: d.target.Address}).run(ctx, nil)
}
