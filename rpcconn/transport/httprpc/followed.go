package httprpc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"
	"unicode"

	"rpcsh/rpcconn"
)

// A followed stream is the response to a POST.
type followed struct {
	stream
	requests []rpcconn.ID // that were posted
	wanted   []rpcconn.ID // of these, which are not answered yet
	refusal  *rpcconn.Error
	answered chan error  // capacity 1; gets nil when all requests are answered, or why they will not be
	over     atomic.Bool // answered has got that
}

func (c *client) followed(requests []rpcconn.ID) *followed {
	f := &followed{stream: stream{c: c}, requests: requests, wanted: requests, answered: make(chan error, 1)}
	f.other = f.broken
	return f
}

// follow reads the stream in res to its end, and opens it again as long as an answer is missing and ctx is not done.
func (f *followed) follow(ctx context.Context, res *http.Response) {
	for {
		err := f.read(res.Body, f.note)
		if f.over.Load() {
			return
		}
		if f.lastID == "" || !f.pause(f.c.ctx) || ctx.Err() != nil {
			f.conclude(f.missing(err))
			return
		}
		if res, err = f.open(f.c.ctx); err != nil {
			f.conclude(f.missing(fmt.Errorf("it ended, and resuming it failed: %w", err)))
			return
		}
	}
}

// conclude says what has come of the requests, unless that was said before.
func (f *followed) conclude(err error) {
	if !f.over.Swap(true) {
		f.answered <- err
	}
}

// note records what a frame answers.
func (f *followed) note(frame []byte, got content) {
	if got.refusal != nil {
		f.refusal = got.refusal
	}
	if !got.answers(f.wanted) {
		switch {
		case f.over.Load():
		case got.refusal != nil: // of all that was posted
			f.conclude(f.missing(io.EOF))
		case len(f.wanted) == 1 && got.unnamed(): // it names no other request
			if err := f.c.settled(f.c.ctx); err == nil {
				f.conclude(unanswered(f.wanted, f.requests, got))
			}
		}
		return
	}
	f.c.session.learn(frame)
	if f.wanted = got.missing(f.wanted); len(f.wanted) == 0 {
		f.conclude(nil)
	}
}

// wordsTime is how long after words an answer may come, that servers put before it.
const wordsTime = 300 * time.Millisecond

// broken takes text that is no message for the answer to the only request that has none. An event of another type is
// not one, and neither is what keeps a stream alive. JSON that is wrong inside is sure; words are if nothing follows.
func (f *followed) broken(kind string, text []byte) bool {
	if f.over.Load() || len(f.wanted) != 1 || !isAnswerType(kind) || isHeartbeat(text) {
		return false
	}
	var wrong *rpcconn.UnansweredError
	if errors.As(unreadable(new(StatusError), text), &wrong) {
		f.conclude(wrong)
		return true
	}
	words := "an event of the stream is no message: " + shownText(text)
	f.c.start(func() {
		select {
		case <-time.After(wordsTime):
			f.conclude(&rpcconn.UnansweredError{Reason: words})
		case <-f.c.ctx.Done():
		}
	})
	return false
}

// isAnswerType reports whether events of this type are messages, or say why there is none.
func isAnswerType(kind string) bool { return kind == "" || kind == "message" || kind == "error" }

// isHeartbeat reports whether text, the data of an event, is what servers send so that a stream is not cut off.
func isHeartbeat(text []byte) bool {
	word := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, string(text[:min(len(text), maxShown)]))
	return slices.Contains([]string{"", "ping", "pong", "heartbeat", "keepalive", "alive"}, word)
}

// missing returns the error for a stream that ended because of err before all requests were answered.
func (f *followed) missing(err error) error {
	if err := f.c.settled(f.c.ctx); err != nil {
		return err
	}
	answered := len(f.requests) - len(f.wanted)
	switch {
	case f.refusal != nil && answered == 0:
		return f.refusal
	case f.refusal != nil:
		return &rpcconn.UnansweredError{Reason: f.refusal.Error(), Cause: f.refusal}
	case answered > 0:
		return &rpcconn.UnansweredError{
			Reason: fmt.Sprintf("the event stream ended with %d of %d answers", answered, len(f.requests)),
		}
	case err == io.EOF:
		return &rpcconn.UnansweredError{Reason: "the event stream ended"}
	case errors.Is(err, io.ErrUnexpectedEOF):
		return &rpcconn.UnansweredError{Reason: "the event stream broke off", Cause: err}
	}
	return &rpcconn.UnansweredError{Reason: "the event stream ended: " + err.Error(), Cause: err}
}
