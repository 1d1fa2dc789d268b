package session

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/shell/advice"
	"rpcsh/shell/event"
)

// connOptions says who gets what p sends, once ready is closed: then p has its connection, and it has been said that it
// came.
func (c *connector) connOptions(p *Peer, ready <-chan struct{}) *rpcconn.Options {
	// of the goroutine that reads, which uses them again and again; framed has the time at which a frame came, if
	// somebody wants frames
	framed := event.Event{Kind: event.Frame}
	var incoming event.Event
	return &rpcconn.Options{
		Handler: func(ctx context.Context, _ *rpcconn.Conn, req *rpcconn.Request) (json.RawMessage, error) {
			ctx, end := p.connection.Load().open.Begin(ctx, req)
			defer end()
			return c.session.responder.answer(ctx, p, req)
		},
		OnRequest: func(req *rpcconn.Request) {
			<-ready
			incoming.Time = framed.Time
			c.onRequest(p, req, &incoming)
		},
		OnAnswer: func(req *rpcconn.Request, r *rpcconn.Response) {
			c.session.responder.publish(p, req, r, req.Remark)
		},
		OnFrame: func(frame []byte, out bool, purpose string) {
			wanted := c.session.bus.Frames()
			if out {
				if wanted {
					p.announce(&event.Event{Kind: event.Frame, Out: true, Frame: frame, Fault: purpose})
				}
				return
			}
			framed.Time, framed.Frame = time.Time{}, frame
			if wanted {
				<-ready // it has been said that p came before anything that p sends
				p.announce(&framed)
			}
		},
		OnOther: func(text json.RawMessage) {
			<-ready
			p.publish(&event.Event{Kind: event.Other, Method: event.Topic(text), Value: text})
		},
		OnStray: func(r *rpcconn.Response) {
			<-ready
			p.publish(p.caller.Stray(r))
		},
		OnDeviation: func(d *rpcconn.Deviation) {
			<-ready
			p.publish(&event.Event{
				Kind: event.Deviation, Text: p.Title() + ": " + d.Text, Topic: d.Rule, Reason: d.Rule,
			})
		},
		OnError: func(err error) {
			<-ready
			p.publish(unreadable(p, err))
		},
		Memory:     c.session.opts.Memory,
		Refuses:    func() bool { return refuses(p) },
		LenientIDs: func() bool { return c.session.Settings().IDs == IDsLenient },
	}
}

// unreadable returns the event for what is wrong with what p sends, or reads. If that was the answer to a call, its
// error says so.
func unreadable(p *Peer, err error) *event.Event {
	if errors.As(err, new(*rpcconn.StalledError)) {
		return &event.Event{Kind: event.Problem, Text: p.Title() + ": " + err.Error()}
	}
	e := &event.Event{Kind: event.Unreadable, Text: advice.For(err).Error()}
	var noise *rpcconn.NoiseError
	if errors.As(err, &noise) {
		e.Topic = event.TopicNoise
	}
	var broken *rpcconn.BrokenAnswerError
	e.Implied = errors.As(err, &broken)
	return e
}

// refuses reports whether p is told what is no message of its. A child process may print on its stdout what it likes,
// and does not expect to be answered; nor do peers whose protocol forbids to send them anything but messages.
func refuses(p *Peer) bool {
	d := p.Dialect()
	return !p.target.IsCommand() && (d == nil || !d.Quiet)
}

// onRequest takes a request or notification, and publishes it as e, which has the time at which it came, if that is
// known. It is called by the goroutine that reads from p.
func (c *connector) onRequest(p *Peer, req *rpcconn.Request, e *event.Event) {
	p.connection.Load().open.Note(req)
	if req.Method != p.lastSeen { // in a flood of one method, learning it once is enough
		p.lastSeen = req.Method
		p.known.Observe(req.Method, true, req.Params, nil)
	}
	*e = event.Event{
		Time: e.Time, Kind: event.Request, ID: req.ID, Method: req.Method, Params: req.Params, Extra: req.Extra,
	}
	if d := p.Dialect(); d != nil && d.Subject != nil {
		e.Subject = d.Subject(req.Method, req.Params)
	}
	if !req.IsNotification() {
		e.Lasting = true
		p.connection.Load().open.Number(req, p.publish(e))
		if after := p.inbox.Behind(); after != nil {
			p.connection.Load().open.Places.Follow(after)
		}
		c.session.discovery.onPeerMessage(p, req)
		return
	}
	e.Kind = event.Notification
	if d := p.Dialect(); d != nil && d.Digest != nil {
		e.Digest = d.Digest(req.Method, req.Params, p.documents.Text)
	}
	p.noise.Hear(req.Params)
	watched := p.caller.OnNotification(req)
	if watched {
		e.Origin = event.FromSession // whoever waits for the call sees how far it has come
	}
	p.announce(e)
	if !watched {
		c.session.discovery.onPeerMessage(p, req)
		c.session.responder.handleNotification(p, req)
	}
	e.Origin = event.FromPeer
	c.session.hooks.fire(p, e)
}
