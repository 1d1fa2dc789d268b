// Package detect finds out what a peer speaks.
//
//   - sniff.go: what the first bytes of a peer mean. It has no state and reads nothing
//   - detect.go: finding out what one target speaks
//   - probe.go: what a peer that waits for us is asked; round.go, child.go: in which order; attempt.go: one probe on a
//     connection; hearing.go: what the peer says on it; answer.go: which of that is believed
//   - needstime.go, settle.go: which peers need a moment before they are asked, and how long
//   - passive.go: finding out what a target speaks without asking it
//   - spent.go: what it has cost to find out
//   - http.go, websearch.go, debugger.go: HTTP servers, and the debuggers that some list
//   - findings.go: what was found, in a file
//
// The owner of a [Detector] (see dial) says how streams and channels are opened, and which protocols there are.
package detect

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/transport"
)

// Time limits of detection.
const (
	probePause   = 150 * time.Millisecond // of silence, before the next probe starts
	probeSettle  = 50 * time.Millisecond  // for a peer that serves one client at a time, to notice that one has gone
	closingTime  = 2 * Grace              // that closing a WebSocket or an HTTP session may take
	defaultLimit = 3 * time.Second        // for finding out what a peer speaks that listens, where nothing else is said
)

// patienceOf is how much of the limit a probe may be silent before it is given up: the next ones want their time, too,
// and a peer may serve one client at a time.
func patienceOf(limit time.Duration) time.Duration { return limit * 3 / 10 }

// Grace is how long a probed peer has for each step of its end.
const Grace = 200 * time.Millisecond

// A Finding is what detection found for a target.
type Finding struct {
	Target   transport.Target
	Protocol string
	Framing  string // "" where the transport frames
	Took     time.Duration
	Of       int // the number of debuggers at that port, Target included; 0: it is not a debugger

	Settled bool     // it needs no time before anything is sent to it
	Opened  int      // connections, or child processes, until this was known
	Sent    []string // what was sent until then, in order

	kept *Kept // the connection, where it can be used further
}

// Take returns the connection that the finding holds, which is the caller's from then on; nil if there is none.
func (f *Finding) Take() *Kept {
	k := f.kept
	f.kept = nil
	return k
}

// Doubtful reports whether the finding holds a connection that is worse than another one.
func (f *Finding) Doubtful() bool { return f.kept != nil && f.kept.Doubtful }

// Heard reports whether the finding holds a connection on which nothing was sent.
func (f *Finding) Heard() bool { return f.kept != nil && !f.kept.Asked }

// Release closes the connection that the finding may hold, if nobody has taken it. f may be nil.
func (f *Finding) Release() {
	if f != nil {
		f.Take().Release()
	}
}

// JSON returns the finding as -o json prints it.
func (f *Finding) JSON() string {
	text, err := json.Marshal(struct {
		URL         string   `json:"url"`
		Protocol    string   `json:"protocol"`
		Framing     string   `json:"framing"`
		MS          float64  `json:"ms"`
		Connections int      `json:"connections"`
		Sent        []string `json:"sent"`
	}{f.Target.String(), f.Protocol, f.Framing,
		float64(f.Took.Round(100*time.Microsecond)) / float64(time.Millisecond),
		f.Opened, append([]string{}, f.Sent...)})
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

	Settle  time.Duration // that a peer has on each stream, to come to itself and to speak first
	Limit   time.Duration // for the whole; 0: defaultLimit, and none for a child process or a Passive detection
	Passive bool          // nothing is sent: the peer has to speak first

	// Stream opens a stream. stderr gets the lines that a child process writes to its stderr. The child has Grace for
	// each step of its end.
	Stream func(ctx context.Context, t transport.Target, stderr func(line string)) (Stream, error)
	// Channel opens a channel of JSON-RPC 2.0 over HTTP or WebSocket.
	Channel func(ctx context.Context, t transport.Target) (rpcconn.Channel, error)
	// Get gets a path by HTTP from the host of t.
	Get func(ctx context.Context, t transport.Target, path string) ([]byte, error)
	// Trace, if not nil, is called with each step, by one goroutine.
	Trace func(step string)
	// Waiting, if not nil, is called when a child process takes long to say what it speaks.
	Waiting func()
	// Stderr, if not nil, gets the lines that a child process has written to its stderr, and those to come, when it
	// takes long, or is not understood.
	Stderr func(line string)
}

// Detect finds out what t speaks, by harmless requests on connections of their own: the likeliest first, and the next
// one if there is no answer for a moment. likely, if not nil, is what t spoke earlier, or others like it. Detect takes
// at most Limit. A child process is waited for as long as it lives. Detect leaves nothing after but the connection that
// the Finding may hold: it may be the only one that the peer accepts. The caller must Take or Release it.
//
// The error is an *UnknownError, a *SilentError, an *OtherError or a *QuietError because of what the peer does, or the
// error of the connection.
func (d Detector) Detect(ctx context.Context, t transport.Target, likely *Finding) (*Finding, error) {
	limited := ctx
	if d.Limit == 0 && !t.IsCommand() && !d.Passive {
		d.Limit = defaultLimit
	}
	if d.Limit > 0 {
		var cancel context.CancelFunc
		limited, cancel = context.WithTimeout(ctx, d.Limit)
		defer cancel()
	}
	start := time.Now()
	if d.Trace == nil {
		d.Trace = func(string) {}
	}
	spent := new(spent)
	of := &detection{Detector: spent.counting(d), target: t, spent: spent, patience: patienceOf(d.Limit)}
	if likely != nil && likely.Settled {
		of.settled = likely
	}
	f, err := of.run(limited, likely)
	switch {
	case err != nil && ctx.Err() != nil:
		opened, _ := spent.all()
		return nil, &GivenUpError{
			Target: t, Opened: opened, Passive: d.Passive, Took: time.Since(start), Cause: context.Cause(ctx),
			Stalled: transport.Stalled(err),
		}
	case err != nil:
		return nil, err
	}
	f.Took = time.Since(start)
	f.Opened, f.Sent = spent.all()
	return f, nil
}

// A detection finds out what one target speaks.
type detection struct {
	Detector
	target   transport.Target
	patience time.Duration // with a probe
	spent    *spent
	settled  *Finding // earlier, of a peer that needs no time where it is still that one; nil: there is none

	connected atomic.Bool // at least once
	refused   bool        // an HTTP server answered "bad request"
}

func (d *detection) trace(format string, args ...any) { d.Trace(fmt.Sprintf(format, args...)) }

// at returns a detection of another target, which is part of this one.
func (d *detection) at(t transport.Target) *detection {
	return &detection{Detector: d.Detector, target: t, patience: d.patience, spent: d.spent, settled: d.settled}
}

func (d *detection) run(ctx context.Context, likely *Finding) (*Finding, error) {
	if d.Passive {
		return d.hear(ctx)
	}
	if likely != nil && likely.Target.String() != d.target.String() {
		if f := d.detectEarlier(ctx, likely); f != nil {
			return f, nil
		}
	}
	if !d.target.IsStream() {
		return d.overHTTP(ctx, []transport.Target{d.target})
	}
	isLikely := func(p probe) bool { return likely != nil && p.isOf(likely.Protocol, likely.Framing) }
	if d.target.IsCommand() {
		a, err := d.probeChild(ctx, preferred(childProbes(), isLikely))
		if err == nil && a.guess.Other == OtherHTTP {
			err = fmt.Errorf("%s speaks HTTP, which is not spoken with a child process", d.target)
		}
		if err != nil {
			return nil, err
		}
		return d.found(a), nil
	}
	r := d.newRound(ctx, preferred(probesOf(d.target), isLikely))
	defer r.end()
	a, err := r.first()
	switch {
	case err != nil:
		return nil, err
	case a.guess.Other == OtherHTTP:
		f, err := d.overHTTP(ctx, httpTargets(d.target))
		if late := r.late(); late != nil { // of who speaks both; over HTTP, it could not call
			f.Release()
			return d.found(*late), nil
		}
		if err != nil && d.refused && d.speaksTLS(ctx) { // many HTTPS servers say in HTTP that they want TLS
			return d.overTLS(ctx)
		}
		return f, err
	case a.guess.Other == OtherTLS:
		return d.overTLS(ctx)
	}
	return d.found(a), nil
}

// found is the finding of an attempt that was answered.
func (d *detection) found(a attempt) *Finding {
	g := a.guess.With(d.Protocol, d.Framing)
	return &Finding{Target: d.target, Protocol: g.Protocol, Framing: g.Framing, Settled: a.settled, kept: a.kept}
}

// detectEarlier looks where the peer was found earlier. It returns nil if the peer is no longer there.
func (d *detection) detectEarlier(ctx context.Context, likely *Finding) *Finding {
	ctx, cancel := context.WithTimeout(ctx, d.Settle+d.patience+closingTime)
	defer cancel()
	f, err := d.at(likely.Target).run(ctx, likely)
	if err != nil {
		d.trace("%s, as earlier: %v", likely.Target, err)
		return nil
	}
	return f
}

// speaksTLS reports whether a supposed HTTP server wants TLS.
func (d *detection) speaksTLS(ctx context.Context) bool {
	if d.target.Scheme != transport.SchemeTCP {
		return false
	}
	a := d.try(ctx, tlsProbeOf(), d.Settle)
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
