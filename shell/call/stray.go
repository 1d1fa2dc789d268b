package call

import (
	"fmt"

	"rpcsh/rpcconn"
	"rpcsh/shell/event"
)

// answered is a call that has had its response.
type answered struct {
	id     rpcconn.ID // Plain
	method string
}

// Stray returns the event for a response that no call waits for, which says what call it may belong to. It is called
// once for each, by the goroutine that reads.
func (c *Caller) Stray(r *rpcconn.Response) *event.Event {
	e := ResponseEvent(r)
	e.Match, e.Method = event.Late, c.Late(r.ID)
	if e.Method == "" {
		e.Match, e.Text = event.Unmatched, c.meant(r.ID)
	}
	return e
}

// Late returns the method of the call that was given up before its response came, once for each call; "" if there is
// none. It is called for responses that no call waits for, by the goroutine that reads.
func (c *Caller) Late(id rpcconn.ID) (method string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	id = id.Plain()
	if p := c.pending[id]; p != nil { // the connection has given it up, and Do is about to take note
		delete(c.pending, id)
		return p.Method
	}
	if _, known := c.givenUp[id]; !known {
		id = id.Meant()
	}
	method = c.givenUp[id]
	delete(c.givenUp, id)
	return method
}

// meant says which call a response with this id, which is no pending call's, may belong to; "": that is not known.
func (c *Caller) meant(id rpcconn.ID) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	meant := id.Meant()
	if p := c.pending[meant]; p != nil {
		return fmt.Sprintf("perhaps the answer to %s, whose id is %s", p.Method, p.ID)
	}
	for _, a := range c.answered {
		if !a.id.IsNone() && (a.id == meant || a.id == id.Plain()) {
			return fmt.Sprintf("%s has been answered before", a.method)
		}
	}
	if len(c.pending) == 1 {
		for _, p := range c.pending {
			return fmt.Sprintf("perhaps the answer to %s, whose id is %s, the only call that waits", p.Method, p.ID)
		}
	}
	if n := len(c.order); n > 0 && !id.IsOrdinary() && len(c.pending) == 0 {
		last := c.order[n-1]
		if method, known := c.givenUp[last]; known {
			return fmt.Sprintf("perhaps the answer to %s, whose id was %s, which was given up", method, last)
		}
	}
	return ""
}
