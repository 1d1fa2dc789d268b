package detect

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsontext"
)

// errSilent reports that a probe was not answered.
var errSilent = errors.New("silent")

// A connectError reports that no connection could be made for a probe.
type connectError struct{ err error }

func (e *connectError) Error() string { return e.err.Error() }
func (e *connectError) Unwrap() error { return e.err }

// A hangUpError reports that the peer closed the connection without sending anything.
type hangUpError struct {
	err    error
	status string // how a child process ended and its last words on stderr; "" for others
}

func (e *hangUpError) Error() string {
	if e.status != "" {
		return "ended: " + e.status
	}
	return fmt.Sprintf("closed the connection: %v", e.err)
}

func (e *hangUpError) Unwrap() error { return e.err }

// An unknownError reports an answer that no known protocol explains.
type unknownError struct{ first []byte }

func (e *unknownError) Error() string {
	return "answered what is not known: " + rpcconn.Excerpt(e.first)
}

// An attempt is the outcome of one probe.
type attempt struct {
	probe probe
	guess Guess
	err   error
	kept  *Kept // the connection, where it can be used further
}

// A Kept connection is one on which a probe was answered in its own form. It may be the only one that the peer accepts.
type Kept struct {
	Conn   net.Conn
	Remote string
	Read   []byte // the answer to the probe and the bytes after it
}

// Release closes a connection that is not used. k may be nil.
func (k *Kept) Release() {
	if k != nil {
		_ = k.Conn.Close()
	}
}

func (a attempt) outcome() string {
	switch {
	case a.err != nil:
		return a.err.Error()
	case a.guess.Other != "":
		return "answered by " + strings.ToUpper(a.guess.Other)
	case a.guess.Protocol == "":
		return "answered in " + a.guess.Framing
	default:
		return "answered in " + a.guess.Protocol + ", " + a.guess.Framing
	}
}

// try sends one probe on a connection of its own and interprets the answer. When it returns, at most the connection is
// left.
func (d *detection) try(ctx context.Context, p probe) attempt {
	complaint := ""
	stream, err := d.Stream(ctx, d.target, func(line string) { // runs until Close, which waits for it
		if line = strings.TrimSpace(line); line != "" {
			complaint = line
		}
	})
	if err != nil {
		return attempt{probe: p, err: &connectError{err}}
	}
	d.connected.Store(true)
	if !d.target.IsCommand() { // a command takes time to start, and serves this probe alone
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, probePatience)
		defer cancel()
	}
	closed := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		_ = stream.Close() // unblocks what follows
		close(closed)
	})
	g, read, err := p.ask(ctx, stream)
	inTime := stop()
	useful := inTime && err == nil && read != nil && p.isOf(g.Protocol, g.Framing)
	if nc, ok := stream.ReadWriteCloser.(net.Conn); ok && useful {
		return attempt{probe: p, guess: g, kept: &Kept{nc, stream.Remote, read}}
	}
	if inTime {
		_ = stream.Close()
	} else {
		<-closed
	}
	var hungUp *hangUpError
	if errors.As(err, &hungUp) && stream.Status != nil {
		hungUp.status = stream.Status()
		if complaint != "" {
			hungUp.status += ", " + rpcconn.Excerpt([]byte(complaint))
		}
	}
	return attempt{probe: p, guess: g, err: err}
}

// ask sends p on stream and reads the answer. read has all bytes of it, or is nil if something else came first.
func (p probe) ask(ctx context.Context, stream io.ReadWriter) (g Guess, read []byte, err error) {
	_, writeErr := io.WriteString(stream, p.bytes) // a peer that has closed the connection may have said why before
	g, read, err = readGuess(ctx, stream)
	var hungUp *hangUpError
	if writeErr != nil && errors.As(err, &hungUp) {
		hungUp.err = writeErr
	}
	if p.protocol == "jsonrpc1" && g.Protocol == "cdp" {
		g.Protocol = p.protocol // a version is left out by both; who was asked in 1.0 answers in it
	}
	if g.Protocol == "msgpackrpc" && isNeovim(read) {
		g.Protocol = "nvim"
	}
	return g, read, err
}

// readGuess reads until what came can be told. What a peer says before that is no RPC, words or JSON, is passed over;
// read is nil then, else all that was read.
func readGuess(ctx context.Context, r io.Reader) (g Guess, read []byte, err error) {
	var all, rest []byte
	buf := make([]byte, 4<<10)
	for {
		n, err := r.Read(buf)
		all, rest = append(all, buf[:n]...), append(rest, buf[:n]...)
		var more bool
		g, more, rest = passGreeting(rest)
		switch {
		case g != (Guess{}):
			ended := err != nil
			if more && !ended {
				g, rest = trailing(r, rest, g)
			}
			if ended || len(rest) < len(all) {
				rest = nil
			}
			return g, rest, nil
		case len(all) >= maxSniff, err != nil && len(all) > 0:
			return Guess{}, nil, &unknownError{all[:min(len(all), maxShownSize)]}
		case err != nil && ctx.Err() != nil:
			return Guess{}, nil, errSilent
		case err != nil:
			return Guess{}, nil, &hangUpError{err: err}
		}
	}
}

// maxShownSize is how much of an unknown answer is kept, in bytes: more than an error shows.
const maxShownSize = 2 * rpcconn.ExcerptSize

// passGreeting is sniff for an answer before which lines of words, and JSON that is no RPC, may come; it returns what
// is left of b.
func passGreeting(b []byte) (g Guess, more bool, rest []byte) {
	for len(b) > 0 {
		g, more = Sniff(b)
		switch {
		case g == (Guess{}) && !more:
			_, after, found := bytes.Cut(b, []byte("\n"))
			if !found {
				return Guess{}, true, b
			}
			b = after
		case g.Protocol == "" && (g.Framing == "none" || g.Framing == "line" || g.Framing == "nul"):
			b = bytes.TrimLeft(b, " \t\r\n\x00")
			_, end, err := jsontext.Value(b)
			if err != nil || more {
				return Guess{}, true, b
			}
			b = b[end:]
		default:
			return g, more, b
		}
	}
	return Guess{}, true, nil
}

// trailing waits a moment for the line break that may follow first, since it distinguishes line from none. It returns
// first and what came after it.
func trailing(r io.Reader, first []byte, g Guess) (Guess, []byte) {
	type deadline interface{ SetReadDeadline(time.Time) error }
	d, ok := r.(deadline)
	if !ok || d.SetReadDeadline(time.Now().Add(TrailingWait)) != nil {
		return g, first
	}
	buf := make([]byte, 16)
	n, _ := r.Read(buf)
	_ = d.SetReadDeadline(time.Time{})
	first = append(first, buf[:n]...)
	if better, _ := Sniff(first); better != (Guess{}) {
		return better, first
	}
	return g, first
}
