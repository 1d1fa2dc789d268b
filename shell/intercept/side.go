package intercept

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"sync"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/dialect/dialects"
	"rpcsh/rpcconn/jsonrpc"
	"rpcsh/rpcconn/jsontext"
	"rpcsh/rpcconn/rpcrec"
	"rpcsh/shell/answer"
	"rpcsh/shell/event"
	"rpcsh/shell/session"
	"rpcsh/shell/tap"
)

// A side is one end of a connection that passes the tap, as a peer of the session: what is sent to it is injected, and
// its answers to that come here instead of passing.
type side struct {
	peer    *session.Peer
	channel *channel
	binary  bool // its protocol is
	conn    *connection
	dir     rpcrec.Direction // of what it gets

	mu    sync.Mutex             // protects what follows
	asked map[rpcconn.ID]*judged // its requests that rules may answer, by their Plain ids
}

// A judged message is one that a rule was asked about.
type judged struct{ number uint64 }

func (c *connection) newSide(name string, dir rpcrec.Direction, label string, wire dial.Wire) *side {
	s := &side{conn: c, dir: dir, binary: wire.Protocol.Binary, asked: make(map[rpcconn.ID]*judged)}
	s.channel = newChannel(s, wire)
	s.peer = session.Join(c.tap.session, session.Joining{
		Channel: s.channel, Wire: wire, Name: name, Label: label, Answered: s.answered,
		Dialled: dir == rpcrec.AToB,
	})
	return s
}

// ask gives a message to the session as a request of the side's, which rules may answer.
func (s *side) ask(m *tap.Message, id rpcconn.ID) {
	s.mu.Lock()
	s.asked[id.Plain()] = &judged{m.Number}
	s.mu.Unlock()
	s.channel.put(m.Data)
}

// withdraws reports whether a notification gives up a request of the side's that a rule is answering: the other side
// has not seen that one, or with another id.
func (s *side) withdraws(e *event.Event) bool {
	id, _, ok := dialects.Withdrawn(e.Method, e.Params)
	s.mu.Lock()
	defer s.mu.Unlock()
	return ok && s.asked[id.Plain()] != nil
}

// done takes what a rule was asked about, which it is not any more; nil where it was not.
func (s *side) done(id rpcconn.ID) *judged {
	s.mu.Lock()
	defer s.mu.Unlock()
	j := s.asked[id.Plain()]
	delete(s.asked, id.Plain())
	return j
}

// send sends a message of the session's: a call, or the answer of a rule, in the place of what it answers.
func (s *side) send(ctx context.Context, frame []byte) error {
	i := tap.Injection{Data: frame, Tag: tagCall}
	var p rpcconn.Packet
	if s.conn.codec().Decode(frame, &p) == nil && len(p.Messages) == 1 && p.Messages[0].Kind == rpcconn.KindResponse {
		if j := s.done(p.Messages[0].ID); j != nil {
			i.For = j.number
		}
	}
	return s.inject(ctx, i)
}

// answered is told that the session is done with a request of the side's, which a rule has left without an answer, or
// which passes, unless it was answered.
func (s *side) answered(req *rpcconn.Request, served bool) {
	j := s.done(req.ID)
	switch {
	case j == nil:
	case served:
		s.conn.tap.control.Drop(j.number)
	default:
		s.conn.tap.control.LetPass(j.number)
	}
}

// reply sends the side an answer to a message that waits, in the place of the other one.
func (s *side) reply(ctx context.Context, h *held, result json.RawMessage, failure *rpcconn.Error) error {
	data, err := s.conn.codec().AppendEncode(nil, &rpcconn.Packet{Messages: []rpcconn.Message{{
		Kind: rpcconn.KindResponse, ID: h.request.ID, Result: result, Err: failure,
	}}})
	if err != nil {
		return err
	}
	return s.inject(ctx, tap.Injection{Data: data, Tag: tagReply, For: h.message.Number})
}

// readable returns a message of the side's as JSON.
func (s *side) readable(data []byte) (json.RawMessage, error) {
	if !s.binary {
		return data, nil
	}
	var p rpcconn.Packet
	if err := s.conn.codec().Decode(data, &p); err != nil {
		return nil, err
	}
	return jsonrpc.NewVersionless().AppendEncode(nil, &p)
}

// encoded returns what goes on the wire for a message that readable has returned, or what that was changed to. The
// error says what is wrong with it.
func (s *side) encoded(text []byte) ([]byte, error) {
	compact, err := jsontext.AppendCompact(nil, text) // on one line, which all framings carry
	if err != nil || !s.binary {
		return compact, err
	}
	var p rpcconn.Packet
	if err := jsonrpc.NewVersionless().Decode(compact, &p); err != nil {
		return nil, err
	}
	return s.conn.codec().AppendEncode(nil, &p)
}

// inject has the tap send the side something.
func (s *side) inject(ctx context.Context, i tap.Injection) error {
	i.Conn, i.Dir = s.conn.number, s.dir
	return s.conn.tap.control.Inject(ctx, i)
}

// A channel is a side as a connection of the session sees it.
type channel struct {
	side   *side
	frames rpcconn.RawChannel // frames messages; nil: they have no framing of their own

	mu      sync.Mutex // protects what follows
	changed *sync.Cond
	coming  [][]byte
	ended   bool // the connection has ended
	closed  bool // by us
}

func newChannel(s *side, wire dial.Wire) *channel {
	c := &channel{side: s}
	c.changed = sync.NewCond(&c.mu)
	if f, err := dial.NewFraming(wire.Framing, 0); wire.Framing != "" && err == nil {
		c.frames = f(nothing{})
	}
	return c
}

// put has a frame received.
func (c *channel) put(data []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.coming = append(c.coming, append([]byte(nil), data...))
	c.changed.Broadcast()
}

// end says that the connection has ended.
func (c *channel) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended = true
	c.changed.Broadcast()
}

// Send implements rpcconn.Channel.
func (c *channel) Send(ctx context.Context, frame []byte) error {
	return c.side.send(ctx, frame)
}

// AppendFrame implements rpcconn.RawChannel.
func (c *channel) AppendFrame(dst, frame []byte) ([]byte, error) {
	if c.frames == nil {
		return nil, rpcconn.Unsupported("over WebSocket, whole messages are sent only")
	}
	return c.frames.AppendFrame(dst, frame)
}

// SendRaw implements rpcconn.RawChannel. The tap sends at once what is injected.
func (c *channel) SendRaw(ctx context.Context, raw []byte, rate int) error {
	if rate > 0 {
		return rpcconn.Unsupported("a tap sends at once what it injects, and not slowly")
	}
	return c.side.inject(ctx, tap.Injection{Data: raw, Tag: tagCall, Raw: true})
}

// Recv implements rpcconn.Channel.
func (c *channel) Recv() ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.coming) == 0 && !c.ended && !c.closed {
		c.changed.Wait()
	}
	switch {
	case c.closed:
		return nil, fmt.Errorf("receiving: %w", rpcconn.ErrClosed)
	case len(c.coming) == 0:
		return nil, io.EOF
	}
	frame := c.coming[0]
	c.coming = c.coming[1:]
	return frame, nil
}

// Close implements rpcconn.Channel: it ends the connection between the two sides, unless the session ends.
func (c *channel) Close() error {
	c.mu.Lock()
	was := c.closed || c.ended
	c.closed = true
	c.changed.Broadcast()
	c.mu.Unlock()
	t := c.side.conn.tap
	t.mu.Lock()
	leaving := t.leaving
	t.mu.Unlock()
	if !was && !leaving {
		t.control.HangUp(c.side.conn.number)
	}
	return nil
}

// nothing is a stream that is never read or written: a framing is asked for its frames only.
type nothing struct{}

// Read implements io.Reader.
func (nothing) Read([]byte) (int, error) { return 0, io.EOF }

// Write implements io.Writer.
func (nothing) Write(b []byte) (int, error) { return len(b), nil }

// Close implements io.Closer.
func (nothing) Close() error { return nil }

// Pass has a request answered by the other side: it is made again there, with an id of our own.
type Pass struct{ Tap *Tap }

// Answer implements answer.Answerer.
func (p Pass) Answer(ctx context.Context, req *answer.Request) (json.RawMessage, error) {
	other, err := p.Tap.Other(req.Peer.Number())
	if err != nil {
		return nil, err
	}
	req.Enter()
	r, err := other.Call(ctx, req.Method, req.Params, 0)
	switch {
	case err != nil:
		return nil, err
	case r.Err != nil:
		return nil, r.Err
	}
	return r.Result, nil
}
