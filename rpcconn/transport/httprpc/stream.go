package httprpc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/transport/web"
)

// How long to wait before a stream that ended is opened again: at first, and, after the first attempts, at most.
const (
	firstPause = 500 * time.Millisecond
	lastPause  = 30 * time.Second
)

// A stream is an event stream that is opened again when it ends (MCP 2025-06-18, "Resumability and Redelivery").
type stream struct {
	c      *client
	lastID string        // of the last event; "": none had one
	retry  time.Duration // the pause that the server wants; 0: not given
	pauses int           // since the last event
}

// read passes the messages of body to Recv and to each, until body ends. The error says why it ended; io.EOF is the
// orderly end.
func (s *stream) read(body io.ReadCloser, each func(frame []byte, got content)) error {
	defer body.Close()
	events := newEventReader(body, s.c.max)
	for {
		frame, err := events.next()
		if events.retry > 0 {
			s.retry = events.retry
		}
		if events.lastID != "" {
			s.lastID = events.lastID
		}
		var bad *rpcconn.FrameError
		switch {
		case errors.As(err, &bad):
			s.c.report(fmt.Errorf("an event: %w", err))
			continue
		case err != nil:
			return err
		}
		s.pauses = 0
		got, err := s.c.content.look(frame)
		if err != nil || got.messages == 0 {
			s.c.report(fmt.Errorf("an event that is no message: %s", rpcconn.Excerpt(frame)))
			continue
		}
		if err := s.c.deliver(s.c.ctx, frame); err != nil {
			return err
		}
		each(frame, got)
	}
}

// pause waits before the stream is opened again, longer each time; it reports false if ctx ended.
func (s *stream) pause(ctx context.Context) bool {
	d := s.retry
	if d == 0 {
		d = firstPause
	}
	d = max(d, min(d<<min(s.pauses, 10), lastPause))
	s.pauses++
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// open requests the stream from after the last event. The error is a *StatusError if the server answers with anything
// else.
func (s *stream) open(ctx context.Context) (*http.Response, error) {
	set := map[string]string{"Accept": streamMIME}
	if s.lastID != "" {
		set["Last-Event-ID"] = s.lastID
	}
	res, err := s.c.request(ctx, http.MethodGet, nil, set)
	if err != nil {
		return nil, web.Explain(err)
	}
	if !isStream(res) {
		defer res.Body.Close()
		return nil, web.NewStatusError(res, web.Beginning(res.Body))
	}
	return res, nil
}

// A followed stream is the response to a POST.
type followed struct {
	stream
	wanted   []rpcconn.ID // requests that are not answered yet
	some     bool         // something was answered
	refusal  *rpcconn.Error
	answered chan error // capacity 1; gets nil when all requests are answered, or why they will not be
}

// follow reads the stream in res to its end, and opens it again as long as an answer is missing and ctx is not done.
func (f *followed) follow(ctx context.Context, res *http.Response) {
	asked := len(f.wanted) > 0
	for {
		err := f.read(res.Body, f.note)
		if !asked || len(f.wanted) == 0 {
			return
		}
		if f.lastID == "" || !f.pause(f.c.ctx) || ctx.Err() != nil {
			f.answered <- f.missing(err)
			return
		}
		if res, err = f.open(f.c.ctx); err != nil {
			f.answered <- f.missing(fmt.Errorf("it ended, and resuming it failed: %w", err))
			return
		}
	}
}

// note records what a frame answers.
func (f *followed) note(frame []byte, got content) {
	if got.refusal != nil {
		f.refusal = got.refusal
	}
	if !got.answers(f.wanted) {
		return
	}
	f.some = true
	f.c.session.learn(frame)
	f.wanted = slices.DeleteFunc(slices.Clone(f.wanted), func(id rpcconn.ID) bool {
		return slices.Contains(got.responses, id)
	})
	if len(f.wanted) == 0 {
		f.answered <- nil
	}
}

// missing returns the error for a stream that ended because of err before all requests were answered; nil if some were.
func (f *followed) missing(err error) error {
	switch {
	case f.some:
		return nil
	case f.refusal != nil:
		return f.refusal
	case err == io.EOF:
		return errors.New("the event stream ended without an answer")
	}
	return fmt.Errorf("the event stream ended without an answer: %w", err)
}

// listen opens the stream of the peer's own messages, if the session has none yet (MCP 2025-06-18, "Listening for
// Messages from the Server").
func (c *client) listen() {
	number, _ := c.session.current()
	c.mu.Lock()
	defer c.mu.Unlock()
	if number == c.listensTo || c.ctx.Err() != nil {
		return
	}
	if c.stopListen != nil {
		c.stopListen()
	}
	ctx, stop := context.WithCancel(c.ctx)
	c.listensTo, c.stopListen = number, stop
	c.streams.Go(func() {
		defer stop()
		c.keepListening(ctx)
	})
}

// keepListening reads the GET stream until ctx is done or the server has none.
func (c *client) keepListening(ctx context.Context) {
	s := &stream{c: c}
	for {
		res, err := s.open(ctx)
		var status *StatusError
		switch {
		case ctx.Err() != nil:
			return
		case errors.As(err, &status) && !isPassing(status.Code):
			c.noStream(status)
			return
		case err == nil:
			c.listening.Store(true)
			err = s.read(res.Body, func([]byte, content) {})
			c.listening.Store(false)
		}
		if err != io.EOF && s.pauses == 0 && ctx.Err() == nil {
			c.report(fmt.Errorf("the stream of what the peer sends unasked: %w; trying again", err))
		}
		if !s.pause(ctx) {
			return
		}
	}
}

// isPassing reports whether a status is temporary.
func isPassing(code int) bool {
	return code >= 500 || code == http.StatusTooManyRequests || code == http.StatusRequestTimeout
}

// noStream handles the server's refusal of the GET stream.
func (c *client) noStream(status *StatusError) {
	switch status.Code {
	case http.StatusMethodNotAllowed: // it has none
	case http.StatusNotFound:
		c.sessionLost(status)
	default:
		c.report(fmt.Errorf("the stream of what the peer sends unasked: GET %s: %w", c.shown, status))
	}
}
