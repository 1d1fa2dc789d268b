package httprpc

import (
	"bytes"
	"context"
	"errors"
	"net"
	"slices"
	"sync/atomic"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsontext"
)

// A served is the Channel to a client that posts messages on one connection, one POST at a time.
type served struct {
	conn     net.Conn
	content  inspector
	accepted atomic.Bool // somebody owns the Channel

	in      chan received         // to Recv
	waiting chan chan *postAnswer // of the POST that waits for an answer; capacity 1
	ctx     context.Context       // ends with the connection; its cause is the error of Recv
	end     context.CancelCauseFunc
}

// A postAnswer is the answer to a POST.
type postAnswer struct {
	frame []byte
	sent  chan error // capacity 1; gets the result of sending it
}

var (
	_ rpcconn.Channel  = (*served)(nil)
	_ rpcconn.Demander = (*served)(nil)
)

func newServed(conn net.Conn, codec rpcconn.Codec) *served {
	s := &served{conn: conn, content: inspector{codec: codec}, in: make(chan received),
		waiting: make(chan chan *postAnswer, 1)}
	s.ctx, s.end = context.WithCancelCause(context.Background())
	return s
}

// exchange has Recv return frame, and returns what is sent then; nil if the frame wants no answer. It gives up when ctx
// is done.
func (s *served) exchange(ctx context.Context, frame []byte) (*postAnswer, error) {
	var answered chan *postAnswer
	if got, _ := s.content.look(frame); got.asks {
		answered = make(chan *postAnswer, 1)
		s.waiting <- answered
		defer s.stopWaiting()
	}
	select {
	case s.in <- received{frame: frame}:
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-s.ctx.Done():
		return nil, context.Cause(s.ctx)
	}
	if answered == nil {
		return nil, nil
	}
	select {
	case a := <-answered:
		return a, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-s.ctx.Done():
		return nil, context.Cause(s.ctx)
	}
}

// together returns several messages in one body as the batch that is meant; nil: it is one message, or there are no
// batches. Otherwise all answers but one would have nowhere to go.
func (s *served) together(body []byte) []byte {
	var all [][]byte
	for rest := bytes.TrimSpace(body); len(rest) > 0; {
		start, end, err := jsontext.Value(rest)
		if err != nil || rest[start] != '{' {
			return nil
		}
		all = append(all, rest[start:end])
		rest = bytes.TrimSpace(rest[end:])
	}
	if len(all) < 2 {
		return nil
	}
	batch := slices.Concat([]byte("["), bytes.Join(all, []byte(",")), []byte("]"))
	if _, err := s.content.look(batch); err != nil {
		return nil
	}
	return batch
}

// deviates makes Recv tell what the client does against the rules.
func (s *served) deviates(ctx context.Context, rule, text string) {
	select {
	case s.in <- received{deviation: &rpcconn.Deviation{Rule: rule, Text: text}}:
	case <-ctx.Done():
	case <-s.ctx.Done():
	}
}

// stopWaiting ensures that no Send uses the POST, which no longer waits.
func (s *served) stopWaiting() {
	select {
	case <-s.waiting:
	default:
	}
}

// Demands implements rpcconn.Demander: a POST of something that is no message waits for an answer, too.
func (s *served) Demands() bool { return true }

// Send implements rpcconn.Channel: frame is the answer to the POST that waits for one. The error wraps
// errors.ErrUnsupported for a frame that is a request or a notification.
func (s *served) Send(ctx context.Context, frame []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if got, err := s.content.look(frame); err == nil && len(got.responses) == 0 {
		return rpcconn.Unsupported(
			"an HTTP client can be answered, but not be called or notified; WebSocket can do that")
	}
	select {
	case answered := <-s.waiting:
		return s.answer(ctx, answered, frame)
	case <-s.ctx.Done():
		return context.Cause(s.ctx)
	default:
		return errors.New("the HTTP client does not wait for an answer any more")
	}
}

func (s *served) answer(ctx context.Context, answered chan *postAnswer, frame []byte) error {
	a := &postAnswer{frame: bytes.Clone(frame), sent: make(chan error, 1)}
	answered <- a
	select {
	case err := <-a.sent:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-s.ctx.Done():
		return context.Cause(s.ctx)
	}
}

// Recv implements rpcconn.Channel.
func (s *served) Recv() ([]byte, error) {
	select {
	case r := <-s.in:
		if r.deviation != nil {
			return nil, r.deviation
		}
		return r.frame, nil
	case <-s.ctx.Done():
		return nil, context.Cause(s.ctx)
	}
}

// Close implements rpcconn.Channel. A client that waits for an answer gets none.
func (s *served) Close() error {
	s.end(rpcconn.ErrClosed)
	_ = s.conn.Close() // it is not a failure if the client has closed it already
	return nil
}
