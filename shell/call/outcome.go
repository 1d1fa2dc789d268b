package call

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/shell/event"
	"rpcsh/shell/exit"
	"rpcsh/shell/human"
)

// An Outcome is what became of calls at one peer.
type Outcome struct {
	Origin    event.Origin
	ID        rpcconn.ID          // of the request, or of a batch's last one; none if there was no request
	Responses []*rpcconn.Response // in the order of the requests; nil where one had no answer
	Result    json.RawMessage     // of a batch: an array, errors in their places as {"error":{…}}; nil: none

	// Err is why there is no result: the peer's *rpcconn.Error; an *Unanswered; what wraps rpcconn.ErrClosed, or
	// errors.ErrUnsupported; or why nothing could be sent. A *Failed comes with the result that says it.
	Err error

	Event    uint64 // the number of the response's event, where it was Awaited; 0: there was none
	Answered bool   // all requests were answered
	Took     time.Duration
	At       time.Time // when the last answer came, or was no longer waited for
	Remarks  []string  // about the result
}

// Failed says that a call was answered by a result that says that it failed, as MCP's tools do.
type Failed struct{ Text string }

// Error implements error.
func (f *Failed) Error() string { return f.Text }

// Unanswered says that a call was given up before its answer came.
type Unanswered struct {
	Cause   error         // exit.ErrTimeout, exit.ErrCancelled, or what else ended the context
	Timeout time.Duration // the limit that was set; it ran out where Cause is exit.ErrTimeout
	Passed  time.Duration // of Timeout, before they were sent
	Unsent  bool          // they were notifications, and not all of them was written
	Seen    string        // what has come that may have been the answer; "": nothing
}

// Error implements error.
func (u *Unanswered) Error() string {
	text := u.Cause.Error()
	switch {
	case !errors.Is(u.Cause, exit.ErrTimeout):
	case u.Unsent:
		text = fmt.Sprintf("%v: the peer has not taken all of it within %s", exit.ErrTimeout, u.Timeout)
	default:
		text = fmt.Sprintf("%v: no answer within %s", exit.ErrTimeout, u.Timeout)
		if u.Passed >= u.Timeout/10 {
			text += fmt.Sprintf(", of which connecting took %s", human.Took(u.Passed))
		}
	}
	if u.Seen != "" {
		text += "; " + u.Seen
	}
	return text
}

// Unwrap returns the cause.
func (u *Unanswered) Unwrap() error { return u.Cause }

// Is reports whether the call was given up by whoever ended its context.
func (u *Unanswered) Is(target error) bool {
	return target == exit.ErrInterrupted && errors.Is(u.Cause, context.Canceled)
}

// batchResult returns the answers to a batch as one array, an error in its place as {"error":{…}}.
func batchResult(responses []*rpcconn.Response) json.RawMessage {
	b := []byte("[")
	for i, r := range responses {
		if i > 0 {
			b = append(b, ',')
		}
		switch {
		case r == nil:
			b = append(b, errorObject(errors.New("no answer"))...)
		case r.Err != nil:
			b = append(b, errorObject(r.Err)...)
		default:
			b = append(b, r.Result...)
		}
	}
	return append(b, ']')
}

// errorObject returns {"error":{…}}, which stands for an error among results. An error that is not a peer's has the
// code 0.
func errorObject(err error) json.RawMessage {
	var e *rpcconn.Error
	if !errors.As(err, &e) {
		e = &rpcconn.Error{Message: err.Error()}
	}
	return append(event.AppendError([]byte(`{"error":`), e), '}')
}

// Gather returns the results of several peers as one array, errors in their places.
func Gather(outcomes []*Outcome) json.RawMessage {
	all := make([]string, len(outcomes))
	for i, o := range outcomes {
		if all[i] = string(o.Result); o.Err != nil {
			all[i] = string(errorObject(o.Err))
		}
	}
	return json.RawMessage("[" + strings.Join(all, ",") + "]")
}

// ResponseEvent returns a response as an event: what it says, and no more.
func ResponseEvent(r *rpcconn.Response) *event.Event {
	e := &event.Event{Kind: event.Response, ID: r.ID, Result: r.Result, Err: r.Err, Extra: r.Extra, Lasting: true}
	if r.Err != nil {
		e.Kind = event.Error
	}
	return e
}

// besideError says that r, wrongly, has a result beside its error, "" where it has not.
func besideError(r *rpcconn.Response) string {
	if r.Err == nil || r.Result == nil {
		return ""
	}
	const most = 600
	if len(r.Result) > most {
		return fmt.Sprintf("with a result beside it: %s… (%s)", r.Result[:most], human.Size(len(r.Result)))
	}
	return fmt.Sprintf("with a result beside it: %s", r.Result)
}
