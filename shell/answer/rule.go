// Package answer decides how the peer's requests are answered: by rules that name methods and say what to do. It knows
// neither the terminal nor how peers are connected.
package answer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/catalog"
	"rpcsh/shell/glob"
	"rpcsh/shell/turn"
)

// DefaultLimit is how long an answer may take if the rule does not say.
const DefaultLimit = 30 * time.Second

// A Rule answers the requests whose method its Pattern matches, if they fulfil its other conditions.
type Rule struct {
	Pattern string // a method, or a glob: * ? [a-z], where / is nothing special
	Text    string // what the person wrote after the pattern, for lists
	File    string // the script that it comes from; "": none
	Owner   int    // the number of the peer with which the rule is removed; 0: it stays

	// Further conditions.
	For     func(Peer) bool // reports whether the rule is for a peer; nil: it is for all
	ForText string
	If      *Condition   // nil: always
	Times   int          // how many requests it answers; 0: any number
	Kind    catalog.Kind // of the messages that it is for, where Acts says that notifications are

	// What the rule does.
	Answerer Answerer      // nil: the answer is null
	Limit    time.Duration // how long the Answerer may take; 0: for ever
	Delay    Span          // before the answer
	Close    bool          // close the connection after the answer
	Abort    bool          // close the connection instead of answering
	Faults   Faults        // what is wrong with the answer, on purpose
	Acts     bool          // the rule is for notifications, too: the Answerer does something beside answering
}

// A Span is a range of durations.
type Span struct{ Min, Max time.Duration }

// pick returns a duration within the span, at random.
func (s Span) pick() time.Duration {
	if s.Max <= s.Min {
		return s.Min
	}
	return s.Min + rand.N(s.Max-s.Min+1)
}

// narrowed returns the rule's further conditions as text.
func (r *Rule) narrowed() string {
	condition := ""
	if r.If != nil {
		condition = r.If.Text
	}
	times := ""
	if r.Times > 0 {
		times = "times"
	}
	if r.ForText == "" && condition == "" && times == "" {
		return ""
	}
	return r.ForText + "\x00" + condition + "\x00" + times
}

// rank says where a rule is put among others: the narrower, the earlier.
func (r *Rule) rank() int {
	rank := 0
	if glob.Is(r.Pattern) {
		rank = 2
	}
	if r.narrowed() == "" {
		rank++
	}
	return rank
}

// takes reports whether the rule is for notifications, or for requests.
func (r *Rule) takes(notifications bool) bool {
	if notifications {
		return r.Kind != catalog.KindRequest && (r.Acts || r.Close || r.Abort)
	}
	return r.Kind != catalog.KindNotification
}

// answer returns the answer to req.
func (r *Rule) answer(ctx context.Context, req *Request) (json.RawMessage, error) {
	if d := r.Delay.pick(); d > 0 {
		req.Enter()
		if !sleep(ctx, d) {
			return nil, rpcconn.ErrNoAnswer
		}
	}
	if r.Abort || r.Close {
		req.After(func() { _ = req.Peer.Close() }) // the end of the connection is reported like any other
	}
	if r.Abort {
		return nil, rpcconn.ErrNoAnswer
	}
	return r.result(ctx, req)
}

// sleep waits for d, and reports whether ctx stands after that.
func sleep(ctx context.Context, d time.Duration) bool {
	defer turn.Waits(ctx)()
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}

// result returns what the Answerer answers within the time limit.
func (r *Rule) result(ctx context.Context, req *Request) (json.RawMessage, error) {
	if r.Answerer == nil {
		return json.RawMessage("null"), nil
	}
	ctx, cancel := Limited(ctx, r.Limit)
	defer cancel()
	return r.Answerer.Answer(ctx, req)
}

// Limited returns a context that ends with a TimeLimitError after limit; 0: there is none.
func Limited(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	if limit == 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeoutCause(ctx, limit, TimeLimitError{limit})
}

// A TimeLimitError is the cause of a context that ended because an answer took too long.
type TimeLimitError struct{ Limit time.Duration }

func (e TimeLimitError) Error() string {
	return fmt.Sprintf("it took longer than %s (--limit changes that)", e.Limit)
}

// IsTimeLimit reports whether ctx ended because an answer took too long.
func IsTimeLimit(ctx context.Context) bool {
	var e TimeLimitError
	return errors.As(context.Cause(ctx), &e)
}
