package detect

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"rpcsh/rpcconn"
)

// errSilent reports that a probe was not answered.
var errSilent = errors.New("silent")

// A connectError reports that no connection could be made for a probe.
type connectError struct{ err error }

func (e *connectError) Error() string { return e.err.Error() }
func (e *connectError) Unwrap() error { return e.err }

// A hangUpError reports that the peer closed the connection without sending anything.
type hangUpError struct {
	err     error
	unasked bool   // nothing had been sent
	status  string // how a child process ended and its last words on stderr; "" for others
}

func (e *hangUpError) Error() string {
	switch {
	case e.status != "":
		return "ended: " + e.status
	case e.unasked:
		return fmt.Sprintf("closed the connection before anything was sent: %v", e.err)
	}
	return fmt.Sprintf("closed the connection: %v", e.err)
}

func (e *hangUpError) Unwrap() error { return e.err }

// An unknownError reports an answer that no known protocol explains.
type unknownError struct {
	first  []byte
	hungUp bool // the peer closed the connection then
}

func (e *unknownError) Error() string {
	return "answered what is not known: " + rpcconn.Excerpt(e.first)
}

// hungUp reports whether err is that the peer closed the connection.
func hungUp(err error) bool {
	var hung *hangUpError
	var unknown *unknownError
	return errors.As(err, &hung) || errors.As(err, &unknown) && unknown.hungUp
}

// An attempt is the outcome of one probe.
type attempt struct {
	probe   probe
	guess   Guess
	err     error
	settled bool       // the peer is of a kind that needs no time
	kept    *Kept      // the connection, where it can be used further
	lines   *heldLines // of a child process
}

// A Kept connection is one on which a peer has said what it speaks, and which can be used further. It may be the only
// one that the peer accepts.
type Kept struct {
	Stream
	Read  []byte // the peer's first bytes: its answer, and what came before and after it
	Asked bool   // a probe was sent, whose answer is in Read
	Own   bool   // that answer has the probe's own id; others may come before it
	// Doubtful says that it is the answer of a peer of another framing than the probe's: how much that has read is not
	// known. Another connection is better, where there is one.
	Doubtful bool

	lines *heldLines
}

// Release closes a connection that is not used. k may be nil.
func (k *Kept) Release() {
	if k != nil {
		_ = k.Close()
	}
}

// openTime is how long the peer has to end a doubtful connection: many do so after an answer to what they cannot read.
const openTime = 50 * time.Millisecond

// IsOpen reports whether the peer has not ended the connection by now; what it says meanwhile is added to Read.
func (k *Kept) IsOpen() bool {
	timed, ok := k.ReadWriteCloser.(deadliner)
	if !ok || timed.SetReadDeadline(time.Now().Add(openTime)) != nil {
		return true
	}
	defer func() { _ = timed.SetReadDeadline(time.Time{}) }()
	buf := make([]byte, 4<<10)
	for {
		n, err := k.ReadWriteCloser.Read(buf)
		k.Read = append(k.Read, buf[:n]...)
		if err != nil {
			return errors.Is(err, os.ErrDeadlineExceeded)
		}
	}
}

// Hear has tell called with the lines that a child process has written to its stderr, and those to come; nil discards
// them.
func (k *Kept) Hear(tell func(line string)) { k.lines.to(tell) }

// heldLines are the lines of a child's stderr, held back until somebody wants them.
type heldLines struct {
	mu   sync.Mutex // protects what follows; held while tell runs, which keeps the lines in order
	held []string
	last string // that says something
	open bool
	tell func(string) // nil: discards
}

// mostHeld is how many lines are held back.
const mostHeld = 200

func (l *heldLines) add(line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if text := strings.TrimSpace(line); text != "" {
		l.last = text
	}
	switch {
	case l.open && l.tell != nil:
		l.tell(line)
	case !l.open && len(l.held) < mostHeld:
		l.held = append(l.held, line)
	}
}

func (l *heldLines) to(tell func(string)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open, l.tell = true, tell
	if tell != nil {
		for _, line := range l.held {
			tell(line)
		}
	}
	l.held = nil
}

func (l *heldLines) lastWords() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last
}

func (a attempt) outcome() string {
	switch {
	case a.err != nil:
		return a.err.Error()
	case a.guess.Other != "":
		return "answered by " + strings.ToUpper(a.guess.Other)
	case a.guess.Protocol == "":
		return "answered in " + a.guess.Framing
	case a.kept != nil && !a.kept.Asked:
		return "said by itself, in " + a.guess.Protocol + ", " + a.guess.Framing
	default:
		return "answered in " + a.guess.Protocol + ", " + a.guess.Framing
	}
}

// try sends one probe on a connection of its own, after the peer has had time to settle, and interprets the answer.
// When it returns, at most the connection is left.
func (d *detection) try(ctx context.Context, p probe, settle time.Duration) attempt {
	lines := new(heldLines)
	stream, err := d.Stream(ctx, d.target, lines.add)
	if err != nil {
		return attempt{probe: p, err: &connectError{err}}
	}
	d.connected.Store(true)
	d.spent.open()
	if !d.target.IsCommand() && !d.Passive { // a command takes time to start, and serves this probe alone
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, settle+d.patience)
		defer cancel()
	}
	closed := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		_ = stream.Close() // unblocks what follows
		close(closed)
	})
	stopWaiting := d.tellWaiting(lines)
	h := &hearing{peer: stream.ReadWriteCloser, probe: p}
	g, err := d.hearOut(ctx, h, settle)
	stopWaiting()
	inTime := stop()
	if other := new(OtherError); errors.As(err, &other) {
		other.Target = d.target
	}
	a := attempt{probe: p, guess: g, err: err, lines: lines, settled: err == nil && !NeedsTime(g.Framing, h.message)}
	switch {
	case !inTime:
		<-closed
	case err == nil && h.canBeRead(g):
		a.kept = &Kept{
			Stream: stream, Read: h.all, Asked: h.asked, Own: h.own, Doubtful: !h.isUsable(g), lines: lines,
		}
	default:
		_ = stream.Close()
	}
	var hungUp *hangUpError
	if errors.As(err, &hungUp) && stream.Status != nil {
		hungUp.status = stream.Status()
		if words := lines.lastWords(); words != "" {
			hungUp.status += ", " + rpcconn.Excerpt([]byte(words))
		}
	}
	return a
}

// hearOut gives the peer time to settle and to speak, and asks it then.
func (d *detection) hearOut(ctx context.Context, h *hearing, settle time.Duration) (Guess, error) {
	if d.Passive {
		return h.listen(ctx)
	}
	if g, err := h.settle(ctx, settle); err != nil || g != (Guess{}) {
		return g, err
	}
	d.spent.send(h.probe.String())
	return h.ask(ctx)
}

// tellWaiting has Waiting called, once, when a child process has not said for a while what it speaks. Its stderr is
// shown from then on: it says what the child is doing.
func (d *detection) tellWaiting(lines *heldLines) (stop func()) {
	if d.Waiting == nil || !d.target.IsCommand() {
		return func() {}
	}
	told := make(chan struct{})
	timer := time.AfterFunc(waitingAfter, func() {
		lines.to(d.Stderr)
		d.Waiting()
		close(told)
	})
	return func() {
		if !timer.Stop() {
			<-told
		}
	}
}

// waitingAfter is how long a child process may take before it is told that it is waited for.
const waitingAfter = 2 * time.Second
