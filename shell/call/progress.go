package call

import (
	"encoding/json"
	"fmt"
	"strings"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/dialect"
	"rpcsh/rpcconn/jsontext"
	"rpcsh/shell/event"
)

// A watcher is a call whose progress is told.
type watcher struct {
	tell  func(p dialect.Progress) // nil: nobody looks
	limit *limit
}

// watchProgress has the peer tell the progress of p, where it can and where what is sent is ours to write. stop ends
// the watching.
func (x *exchange) watchProgress(p *Prepared) (stop func()) {
	c := x.caller
	d := c.host.Dialect()
	if d == nil || d.Track == nil || !p.known || p.Raw && p.method.Via == nil {
		return func() {}
	}
	token := fmt.Sprintf("%s%d", ownToken, c.tokens.Add(1))
	with := d.Track(p.Method, p.Params, token)
	if with == nil || string(with) == string(p.Params) {
		return func() {}
	}
	p.Params = with
	c.mu.Lock()
	defer c.mu.Unlock()
	c.progress[token] = &watcher{x.opts.Progress, x.limit}
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.progress, token)
	}
}

// ownToken begins the tokens of ours.
const ownToken = "rpcsh-"

// Untracked returns params as they were before they were made to ask for the progress of the call.
func Untracked(d *dialect.Dialect, method string, params json.RawMessage) json.RawMessage {
	if d == nil || d.Track == nil || jsontext.FirstByte(params) != '{' {
		return params
	}
	without, _ := without(params, d.Track(method, json.RawMessage("{}"), ownToken))
	return without
}

// without returns an object without the tokens of ours that it has where tracked has one, and without what has nothing
// else. had says whether there was one.
func without(object, tracked json.RawMessage) (rest json.RawMessage, had bool) {
	places := jsontext.Index(tracked)
	rest = json.RawMessage("{}")
	for _, member := range jsontext.Members(object) {
		value, isLess := member.Value, false
		switch place := places[member.Name]; jsontext.FirstByte(place) {
		case '"':
			isLess = strings.HasPrefix(jsontext.Text(value), ownToken)
			if isLess {
				value = nil
			}
		case '{':
			if value, isLess = without(value, place); isLess && string(value) == "{}" {
				value = nil
			}
		}
		had = had || isLess
		if value != nil {
			rest, _ = jsontext.With(rest, member.Name, value)
		}
	}
	if !had {
		return object, false
	}
	return rest, true
}

// OnNotification takes a notification that tells the progress of a call, and reports whether it was one, and somebody
// looks. It is called by the goroutine that reads.
func (c *Caller) OnNotification(req *rpcconn.Request) bool {
	d := c.host.Dialect()
	if d == nil || d.Progress == nil {
		return false
	}
	progress, ok := d.Progress(req.Method, req.Params)
	if !ok {
		return false
	}
	token, err := jsontext.Unquote([]byte(progress.Token))
	if err != nil {
		return false // tokens of ours are strings
	}
	c.mu.Lock()
	w := c.progress[token]
	c.mu.Unlock()
	if w == nil {
		return false
	}
	w.limit.extend()
	c.publish(&event.Event{Kind: event.Progress, Method: req.Method, Params: req.Params, Text: progress.Text})
	if w.tell == nil {
		return false
	}
	w.tell(progress)
	return true
}
