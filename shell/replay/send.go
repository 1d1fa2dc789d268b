package replay

import (
	"context"
	"encoding/json"
	"time"

	"rpcsh/rpcconn"
)

// send sends what a turn has, as it was then but for what has another value now.
func (p *player) send(ctx context.Context, l *link, t *turn) error {
	if err := l.lost(); err != nil {
		return err
	}
	if err := p.pace(ctx, t.at); err != nil {
		return err
	}
	if t.broken != nil {
		return p.sent(l.conn.SendFrame(ctx, t.frame))
	}
	if t.packet.Batch {
		return p.sendBatch(ctx, l, t)
	}
	m := &t.packet.Messages[0]
	if !l.chosen.plays(t, m) {
		return nil
	}
	if err := p.unmaskedIn(t); err != nil {
		return err
	}
	switch m.Kind {
	case rpcconn.KindRequest:
		return p.sendRequest(ctx, l, m)
	case rpcconn.KindNotification:
		_, err := l.conn.Do(ctx, &rpcconn.Call{
			Method: m.Method, Params: p.replaced.in(m.Params), Extra: p.replaced.in(m.Extra), Notify: true,
		})
		return p.sent(err)
	case rpcconn.KindResponse:
		return p.answer(ctx, l, m)
	}
	return p.sent(l.conn.SendFrame(ctx, p.replaced.in(t.frame)))
}

// pace waits until it is time to send what was sent at a time of the recording.
func (p *player) pace(ctx context.Context, at time.Duration) error {
	if p.began.IsZero() {
		p.began, p.first = time.Now(), at
	}
	if p.Pace != Recorded {
		return ctx.Err()
	}
	defer p.waits("the time of the next message")()
	timer := time.NewTimer(time.Until(p.began.Add(at - p.first)))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// sent counts a message that was sent, unless it was not.
func (p *player) sent(err error) error {
	if err != nil {
		return err
	}
	p.tally.Sent++
	return nil
}

// sendRequest sends a request with the id that it had, and returns when it has been sent.
func (p *player) sendRequest(ctx context.Context, l *link, m *rpcconn.Message) error {
	c := &call{method: m.Method, ended: make(chan struct{})}
	l.calls[m.ID] = c
	sent := make(chan struct{})
	request := rpcconn.Call{
		Method: m.Method, Params: p.replaced.in(m.Params), Extra: p.replaced.in(m.Extra), ID: m.ID,
		OnSent: func() { close(sent) },
	}
	l.calling.Go(func() {
		defer close(c.ended)
		c.answer, c.err = l.conn.Do(ctx, &request)
		if rpcconn.IsIDError(c.err) { // a call that still waits has it
			request.ID = rpcconn.ID{}
			c.answer, c.err = l.conn.Do(ctx, &request)
		}
	})
	select {
	case <-sent:
	case <-c.ended:
		if c.answer == nil {
			return c.err
		}
	}
	return p.sent(nil)
}

// sendBatch sends a batch. Its requests have ids in sequence.
func (p *player) sendBatch(ctx context.Context, l *link, t *turn) error {
	var calls []rpcconn.Call
	var waiting []*call
	for i := range t.packet.Messages {
		m := &t.packet.Messages[i]
		if m.Kind != rpcconn.KindRequest && m.Kind != rpcconn.KindNotification {
			if err := p.unmaskedIn(t); err != nil {
				return err
			}
			return p.sent(l.conn.SendFrame(ctx, p.replaced.in(t.frame)))
		}
		if !l.chosen.plays(t, m) {
			continue
		}
		calls = append(calls, rpcconn.Call{
			Method: m.Method, Params: p.replaced.in(m.Params), Extra: p.replaced.in(m.Extra),
			Notify: m.Kind == rpcconn.KindNotification,
		})
		if m.Kind == rpcconn.KindRequest {
			c := &call{method: m.Method, ended: make(chan struct{})}
			l.calls[m.ID] = c
			waiting = append(waiting, c)
		}
	}
	if len(calls) == 0 {
		return nil
	}
	if err := p.unmaskedIn(t); err != nil {
		return err
	}
	sent, ended := make(chan struct{}), make(chan error, 1)
	calls[0].OnSent = func() { close(sent) }
	l.calling.Go(func() {
		answers, err := l.conn.Batch(ctx, calls)
		for i, c := range waiting {
			if i < len(answers) {
				c.answer = answers[i]
			}
			c.err = err
			close(c.ended)
		}
		ended <- err
	})
	select {
	case <-sent:
	case err := <-ended:
		if err != nil {
			return err
		}
	}
	return p.sent(nil)
}

// answer answers a request of the peer as it was answered then.
func (p *player) answer(ctx context.Context, l *link, m *rpcconn.Message) error {
	x := &expectation{kind: rpcconn.KindRequest, id: m.ID}
	if l.asked[m.ID] == nil { // it is still expected
		for i, other := range l.expected {
			if other.kind == x.kind && other.id == m.ID {
				l.expected = append(l.expected[:i:i], l.expected[i+1:]...)
				if err := p.meet(ctx, l, other); err != nil {
					return err
				}
				break
			}
		}
	}
	a := l.asked[m.ID]
	if a == nil {
		return nil // it did not come, which has been told
	}
	delete(l.asked, m.ID)
	a.answer <- &rpcconn.Response{Result: p.replaced.in(nonNil(m.Result, m.Err)), Err: m.Err}
	return p.sent(nil)
}

// nonNil returns the result of an answer, null where one is missing.
func nonNil(result json.RawMessage, err *rpcconn.Error) json.RawMessage {
	if result == nil && err == nil {
		return json.RawMessage("null")
	}
	return result
}
