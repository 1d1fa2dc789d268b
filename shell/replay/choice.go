package replay

import (
	"rpcsh/rpcconn"
	"rpcsh/rpcconn/dialect/dialects"
	"rpcsh/shell/event"
)

// A choice says which messages of a connection are played. It sees them in their order.
type choice struct {
	only event.Filter
	left map[asker]bool // requests that are not played, and have no answer yet
}

// An asker is who has sent a request, and with which id: both sides number theirs.
type asker struct {
	client bool
	id     rpcconn.ID
}

func newChoice(only event.Filter) *choice { return &choice{only: only, left: make(map[asker]bool)} }

// plays reports whether a message is one that is played. An answer follows its request.
func (c *choice) plays(t *turn, m *rpcconn.Message) bool {
	if m.Kind == rpcconn.KindResponse {
		by := asker{!t.sent, m.ID}
		defer delete(c.left, by)
		return !c.left[by]
	}
	e := event.Event{Method: m.Method, Params: m.Params, Out: t.sent, ID: m.ID, Kind: event.Other}
	switch m.Kind {
	case rpcconn.KindRequest:
		e.Kind, e.Subject = event.Request, dialects.Subject(m.Method, m.Params)
	case rpcconn.KindNotification:
		e.Kind = event.Notification
	}
	played := c.only.Match(&e)
	if m.Kind == rpcconn.KindRequest {
		if by := (asker{t.sent, m.ID}); played {
			delete(c.left, by)
		} else {
			c.left[by] = true
		}
	}
	return played
}
