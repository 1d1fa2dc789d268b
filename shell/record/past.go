package record

import (
	"io"
	"math"
	"time"

	"rpcsh/shell/event"
)

// The past of a session is what it has kept: its messages byte for byte, and what has happened beside them.
type past struct {
	frames []event.Event  // the messages, in order; the Number of one is that of the event before it
	events []*event.Event // the rest, in order
	known  map[int]Peer   // those that the messages are from and to
}

// since returns what has happened from a time on.
func (c *Control) since(from time.Time) past {
	c.ring.Sync()
	var p past
	p.frames, p.known = c.tape.since(from)
	p.events = c.ring.Last(math.MaxInt, func(e *event.Event) bool {
		return wanted(e) && !e.Time.Before(from)
	})
	return p
}

func (p past) isEmpty() bool { return len(p.frames) == 0 && len(p.events) == 0 }

// begin returns when the first of it happened.
func (p past) begin() time.Time {
	if len(p.events) == 0 || len(p.frames) > 0 && p.frames[0].Time.Before(p.events[0].Time) {
		return p.frames[0].Time
	}
	return p.events[0].Time
}

// begun returns the numbers of the peers that have connected in p, and not ended before that.
func (p past) begun() map[int]bool {
	begun := make(map[int]bool)
	for _, e := range p.events {
		if _, met := begun[e.Peer.Number]; !met && (e.Kind == event.Connect || e.Kind == event.Close) {
			begun[e.Peer.Number] = e.Kind == event.Connect
		}
	}
	return begun
}

// record writes p into a recording.
func (p past) record(file io.WriteCloser, opts Options) Summary {
	r := newRecorder(file, opts, p.begin())
	r.begun = p.begun()
	var err error
	for _, q := range opts.Peers() {
		if err == nil {
			err = r.open(q, r.start, "", r.isLate(q.Number))
		}
	}
	for err == nil && (len(p.frames) > 0 || len(p.events) > 0) {
		if len(p.frames) == 0 || len(p.events) > 0 && p.events[0].Number <= p.frames[0].Number {
			err = p.happened(r, p.events[0])
			p.events = p.events[1:]
			continue
		}
		e := &p.frames[0]
		if err = r.meet(e, p.peer(r, e)); err == nil {
			err = r.frame(e)
		}
		p.frames = p.frames[1:]
	}
	_ = r.finish(err) // which the summary has
	return r.Summary()
}

// happened writes down what is no message.
func (p past) happened(r *Recorder, e *event.Event) error {
	if err := r.meet(e, p.peer(r, e)); err != nil {
		return err
	}
	return r.take(e)
}

// peer returns what is known of the peer of an event, nil where nothing is.
func (p past) peer(r *Recorder, e *event.Event) *Peer {
	if q := r.peer(e.Peer.Number); q != nil {
		return q
	}
	if q, ok := p.known[e.Peer.Number]; ok {
		return &q
	}
	return nil
}
