package replay

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsontext"
)

// An expectation is a message that had come then.
type expectation struct {
	line    int
	kind    rpcconn.Kind
	id      rpcconn.ID
	method  string
	message json.RawMessage // what of it is compared: an object with result, error, params or value
	turn    *turn           // nil: it is an answer of a request that is only met
}

// maxExpected is how many messages may be expected of a connection before the first of them is waited for.
const maxExpected = 10_000

// expect waits for what a turn has, or keeps it in mind, as the pace wants it.
func (p *player) expect(ctx context.Context, l *link, t *turn) error {
	if t.broken != nil { // what could not be read then may be read now, or come in other pieces
		p.tally.Unread++
		return nil
	}
	for i := range t.packet.Messages {
		m := &t.packet.Messages[i]
		if !l.chosen.plays(t, m) || m.Kind == rpcconn.KindNotification && l.isOptional(m.Method) {
			continue
		}
		x := &expectation{line: t.line, kind: m.Kind, id: m.ID, method: m.Method, message: compared(m), turn: t}
		if p.Pace == Lockstep || p.Pace == "" {
			if err := p.meet(ctx, l, x); err != nil {
				return err
			}
			continue
		}
		if l.expected = append(l.expected, x); len(l.expected) > maxExpected {
			first := l.expected[0]
			l.expected = l.expected[1:]
			if err := p.meet(ctx, l, first); err != nil {
				return err
			}
		}
	}
	return nil
}

// compared returns what of a message is compared.
func compared(m *rpcconn.Message) json.RawMessage {
	switch {
	case m.Kind == rpcconn.KindInvalid:
		return object("value", m.Raw)
	case m.Kind == rpcconn.KindResponse:
		return answered(&rpcconn.Response{Result: m.Result, Err: m.Err})
	}
	return object("params", m.Params)
}

func answered(r *rpcconn.Response) json.RawMessage {
	if r.Err != nil {
		text := object("code", r.Err.AppendCode(nil))
		text, _ = jsontext.With(text, "message", []byte(jsontext.Quote(r.Err.Message)))
		if r.Err.Data != nil {
			text, _ = jsontext.With(text, "data", r.Err.Data)
		}
		return object("error", text)
	}
	return object("result", r.Result)
}

// object returns an object with one member, or none where there is no value.
func object(name string, value json.RawMessage) json.RawMessage {
	if value == nil {
		return json.RawMessage("{}")
	}
	text, _ := jsontext.With(nil, name, value)
	return text
}

// meet waits for what is expected, and compares it. What the peer says of its own accord has had its time where
// something before it was waited for in vain.
func (p *player) meet(ctx context.Context, l *link, x *expectation) error {
	defer p.waits(cmp.Or(x.method, "an answer"))()
	if p.Patience > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, p.Patience, errLate)
		defer cancel()
	}
	if x.kind == rpcconn.KindResponse {
		if c := l.calls[x.id]; c != nil {
			x.method = c.method
			delete(l.calls, x.id)
			return p.meetAnswer(ctx, l, x, c)
		}
	}
	a := l.take(x.fits)
	switch {
	case a != nil:
	case l.late:
		p.differs(p.absent(x))
		return l.lost()
	default:
		var err error
		if a, err = l.await(ctx, x.fits); err != nil {
			return p.missed(ctx, l, x, err)
		}
	}
	l.late = false
	if a.kind == rpcconn.KindRequest {
		l.asked[x.id] = a
	}
	p.compare(x, a.message())
	return nil
}

// meetAnswer waits for the answer to a call.
func (p *player) meetAnswer(ctx context.Context, l *link, x *expectation, c *call) error {
	select {
	case <-c.ended:
	case <-ctx.Done():
		return p.missed(ctx, l, x, context.Cause(ctx))
	}
	if c.answer == nil {
		return p.missed(ctx, l, x, c.err)
	}
	l.late = false
	p.compare(x, answered(c.answer))
	return nil
}

var errLate = errors.New("nothing came in time")

// missed tells that something did not come. The error ends the play.
func (p *player) missed(ctx context.Context, l *link, x *expectation, err error) error {
	late := context.Cause(ctx) == errLate
	if !late && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	d := p.absent(x)
	if l.late = late; !late {
		d.Text = "did not come: " + err.Error()
	}
	p.differs(d)
	return l.lost()
}

// absent returns the difference that what is expected has not come in time.
func (p *player) absent(x *expectation) *Difference {
	d := &Difference{
		Line: x.line, Method: x.method, Text: "did not come within " + p.Patience.Round(time.Millisecond).String(),
	}
	if x.kind == rpcconn.KindResponse {
		d.ID = x.id
	}
	return d
}

// fits reports whether an arrival may be what is expected.
func (x *expectation) fits(a *arrival) bool {
	switch {
	case a.kind != x.kind:
		return false
	case x.kind == rpcconn.KindResponse:
		return a.stray.ID.Plain() == x.id.Plain()
	}
	return a.method == x.method
}

// message returns what of an arrival is compared.
func (a *arrival) message() json.RawMessage {
	switch a.kind {
	case rpcconn.KindResponse:
		return answered(a.stray)
	case rpcconn.KindInvalid:
		return object("value", a.value)
	}
	return object("params", a.params)
}

// await returns the first arrival that fits.
func (l *link) await(ctx context.Context, fits func(*arrival) bool) (*arrival, error) {
	for {
		if a := l.take(fits); a != nil {
			return a, nil
		}
		select {
		case <-l.news:
		case <-l.conn.Done():
			if a := l.take(fits); a != nil {
				return a, nil
			}
			return nil, l.lost()
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// compare tells how what came differs from what was expected.
func (p *player) compare(x *expectation, now json.RawMessage) {
	p.replaced.note(x.message, now)
	if x.turn != nil && x.turn.redacted {
		p.replaced.learn(x.message, now)
	}
	differences := p.differences(x, now)
	if len(differences) == 0 {
		p.tally.Same++
		return
	}
	p.tally.Differ++
	p.change(x, now)
	for _, d := range differences {
		d.Line, d.Method = x.line, x.method
		d.Then, d.Now = p.replaced.hidden(d.Then), p.replaced.hidden(d.Now)
		if x.kind == rpcconn.KindResponse {
			d.ID = x.id
		}
		p.Differs(d)
	}
}

// change hands on what a message that differs is now.
func (p *player) change(x *expectation, now json.RawMessage) {
	if p.Changed == nil || x.turn == nil {
		return
	}
	switch {
	case x.turn.redacted:
		p.Changed(x.line, nil, "it has masked values")
		return
	case x.turn.packet.Batch || len(x.turn.packet.Messages) != 1:
		p.Changed(x.line, nil, "it is a batch")
		return
	}
	m := x.turn.packet.Messages[0]
	switch {
	case m.Kind == rpcconn.KindResponse:
		m.Result, m.Err = jsontext.Get(now, "result"), errorOf(jsontext.Get(now, "error"))
	case m.Kind == rpcconn.KindRequest || m.Kind == rpcconn.KindNotification:
		m.Params = jsontext.Get(now, "params")
	default:
		p.Changed(x.line, jsontext.Get(now, "value"), "")
		return
	}
	codec, err := p.Codec(x.turn.spoken.Protocol)
	var frame []byte
	if err == nil {
		frame, err = codec.AppendEncode(nil, &rpcconn.Packet{Messages: []rpcconn.Message{m}})
	}
	if err != nil {
		p.Changed(x.line, nil, err.Error())
		return
	}
	p.Changed(x.line, frame, "")
}

// errorOf is the opposite of answered, for the member error.
func errorOf(object json.RawMessage) *rpcconn.Error {
	if object == nil {
		return nil
	}
	e := &rpcconn.Error{Message: jsontext.Text(jsontext.Get(object, "message")), Data: jsontext.Get(object, "data")}
	e.SetCode(jsontext.Get(object, "code"))
	return e
}

// differences returns how what came differs from what was expected.
func (p *player) differences(x *expectation, now json.RawMessage) []*Difference {
	result := jsontext.Get(now, "result")
	known := p.survey.Results[x.method]
	if p.Equality != Schema || x.kind != rpcconn.KindResponse || known == nil || result == nil {
		e := p.Equality
		if e == Schema { // of this, there is none
			e = Shape
		}
		return p.replaced.compare(e, p.Ignore, x.message, now)
	}
	var all []*Difference
	for _, problem := range p.checker.Check(known, result) {
		all = append(all, &Difference{Path: "result" + problem.Path, Text: problem.Reason})
	}
	return all
}
