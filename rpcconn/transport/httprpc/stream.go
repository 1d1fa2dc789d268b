package httprpc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
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
	// gets what is no message, with the type of its event, and reports whether it was of use; nil: nobody wants it
	other func(kind string, text []byte) bool
}

// read passes the messages of body to Recv and to each, until body ends. The error says why it ended; io.EOF is the
// orderly end.
func (s *stream) read(body io.ReadCloser, each func(frame []byte, got content)) error {
	defer body.Close()
	return s.readEvents(newEventReader(body, s.c.max), each)
}

// readEvents is read for events of which some may have been read.
func (s *stream) readEvents(events *eventReader, each func(frame []byte, got content)) error {
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
		frame = s.c.unmarked(frame)
		got, err := s.c.content.look(frame)
		if err != nil || got.messages == 0 {
			if s.other == nil || !s.other(events.kind, frame) {
				s.c.report(fmt.Errorf("an event that is no message: %s", rpcconn.Excerpt(frame)))
			}
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
	if err := s.c.decode(res); err != nil {
		_ = res.Body.Close()
		return nil, err
	}
	if !isStream(res) {
		defer res.Body.Close()
		return nil, web.NewStatusError(res, web.Beginning(res.Body))
	}
	return res, nil
}

// listen opens the stream of the peer's own messages, if the session has none yet (MCP 2025-06-18, "Listening for
// Messages from the Server").
func (c *client) listen() {
	number, _ := c.session.current()
	c.mu.Lock()
	defer c.mu.Unlock()
	if number == c.listensTo || c.ctx.Err() != nil || c.endpoint.Load() != nil {
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
			c.listening.Add(1)
			err = s.read(res.Body, func([]byte, content) {})
			c.listening.Add(-1)
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
	gone := status.Code == http.StatusNotFound || saysGone(status.Code, []byte(status.Summary))
	switch {
	case status.Code == http.StatusMethodNotAllowed: // it has none
	case gone && c.session.canRenew(): // the next POST begins another session
	case status.Code == http.StatusNotFound:
		c.sessionLost(status)
	default:
		c.report(fmt.Errorf("the stream of what the peer sends unasked: GET %s: %w", c.shown, status))
	}
}
