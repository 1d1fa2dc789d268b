package detect

import (
	"fmt"
	"strings"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/transport"
)

// An UnknownError reports that a target answers no probe in a known way.
type UnknownError struct {
	Target transport.Target
	Reason string   // what it does instead: "stays silent"
	Tried  []string // the probes
	Opened int      // connections, or child processes, which have been closed
	HungUp bool     // the peer closed one of them itself, which may be because of a probe
	Gone   bool     // after one or more connections nobody listens there any more
}

func (e *UnknownError) Error() string {
	tried := strings.Join(e.Tried, "; ")
	if e.Gone {
		return fmt.Sprintf("%s %s: it %s; tried %s", e.Target, gone(e.Opened), e.Reason, tried)
	}
	return fmt.Sprintf("%s answers nothing that is known: it %s; tried %s%s", e.Target, e.Reason, tried,
		opened(e.Target, e.Opened))
}

// gone says that a peer listens no more after n connections.
func gone(n int) string {
	if n > 1 {
		return fmt.Sprintf("took %d connections, and listens no more", n)
	}
	return "took one connection, and listens no more"
}

// A GoneError reports that what a target speaks was found out, on a connection that cannot be used further, and that it
// listens no more.
type GoneError struct {
	Found *Finding
	Err   error // of connecting anew
}

func (e *GoneError) Error() string {
	spoken := e.Found.Protocol
	if e.Found.Framing != "" {
		spoken += ", " + e.Found.Framing
	}
	return fmt.Sprintf("%s %s; it speaks %s", e.Found.Target, gone(e.Found.Opened), spoken)
}

// Unwrap returns Err.
func (e *GoneError) Unwrap() error { return e.Err }

// Timeout reports whether the time for finding out has run out: none of the probes had an answer of any kind.
func (e *UnknownError) Timeout() bool { return e.Reason == stillSilent }

// stillSilent is what a peer does that does nothing.
const stillSilent = "stays silent"

// opened says how many connections were opened and closed, as the end of a sentence.
func opened(t transport.Target, n int) string {
	switch {
	case t.IsCommand() && n > 1:
		return fmt.Sprintf("; it was started %d times", n)
	case t.IsCommand() || n == 0:
		return ""
	case n > 1:
		return fmt.Sprintf("; %d connections were opened and closed, which it may not have taken well", n)
	}
	return "; one connection was opened and closed, which it may not have taken well"
}

// A GivenUpError reports that whoever wanted to know what a target speaks did not wait until that was found out.
type GivenUpError struct {
	Target  transport.Target
	Opened  int           // connections, or child processes, which have been closed
	Passive bool          // nothing was sent
	Took    time.Duration // until then
	Cause   error
	Stalled string // what the target left without an answer before it could be asked; "": it could
}

func (e *GivenUpError) Error() string {
	text := fmt.Sprintf("finding out what %s speaks: %v after %.1f s", e.Target, e.Cause, e.Took.Seconds())
	switch {
	case e.Stalled != "":
		return text + "; " + e.Stalled
	case e.Passive:
		return text + "; nothing was sent, and it has said nothing that tells"
	}
	return text + opened(e.Target, e.Opened)
}

// Unwrap returns why.
func (e *GivenUpError) Unwrap() error { return e.Cause }

// An OtherError reports that a target speaks a protocol of JSON objects that is not JSON-RPC.
type OtherError struct {
	Target   transport.Target
	Protocol string // "QMP"
	Said     string // the text of its error; "": it reports none
}

func (e *OtherError) Error() string {
	text := fmt.Sprintf("%s speaks %s, which is not JSON-RPC", e.Target, e.Protocol)
	if e.Said != "" {
		text += "; it says: " + rpcconn.Excerpt([]byte(e.Said))
	}
	return text
}

// A QuietError reports that a target to which nothing was sent has said nothing that tells what it speaks.
type QuietError struct {
	Target transport.Target
	Said   string // instead; "": nothing
}

func (e *QuietError) Error() string {
	if e.Said != "" {
		return fmt.Sprintf("%s does not tell by itself what it speaks: it %s", e.Target, e.Said)
	}
	return fmt.Sprintf("%s says nothing by itself, and nothing was sent to it", e.Target)
}

// A SilentError reports that a target does not answer in time.
type SilentError struct {
	Target  transport.Target
	Asked   string // the request
	Stalled string // in place of Asked: what is missing before anything can be asked
}

func (e *SilentError) Error() string {
	if e.Stalled != "" {
		return fmt.Sprintf("%s accepts connections, but there is %s", e.Target, e.Stalled)
	}
	return fmt.Sprintf("%s does not answer %s", e.Target, e.Asked)
}

// Timeout reports that the time for finding out has run out.
func (e *SilentError) Timeout() bool { return true }

// A BeginningError reports that no known protocol begins with a peer's first bytes.
type BeginningError struct{ Data []byte }

func (e *BeginningError) Error() string {
	return "no protocol that is known begins like this: " + rpcconn.Excerpt(e.Data)
}
