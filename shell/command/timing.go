package command

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"rpcsh/shell/arguments"
	"rpcsh/shell/event"
	"rpcsh/shell/human"
	"rpcsh/shell/lang"
)

// A timing is what became of the calls of a line at one peer, as events tell it.
type timing struct {
	peer     event.Peer
	asked    time.Time // the last request
	left     time.Time // when its frame was handed to the connection; zero: not yet
	out      int       // bytes of that
	came     time.Time // the last frame that came in
	in       int       // bytes of that
	answered *event.Event
	decoding time.Duration
	received int
}

// see takes note of an event about the peer.
func (t *timing) see(e *event.Event) {
	switch {
	case e.Kind == event.Frame && e.Out && t.left.IsZero() && !t.asked.IsZero():
		t.left, t.out = e.Time, len(e.Frame)
	case e.Kind == event.Frame && !e.Out:
		t.came, t.in = e.Time, len(e.Frame)
	case e.Origin != event.FromLine:
	case e.Kind == event.Request && e.Out:
		t.asked, t.left = e.Time, time.Time{}
	case (e.Kind == event.Response || e.Kind == event.Error) && !e.Out && e.Match == event.Matched:
		t.answered, t.decoding, t.received = e, e.Time.Sub(t.came), t.in
	}
}

// String says how long each step took, and how much was sent and received.
func (t *timing) String() string {
	sending := max(0, t.left.Sub(t.asked))
	waiting := max(0, t.answered.Took-sending-t.decoding)
	return fmt.Sprintf("send %s · wait %s · decode %s · %s out, %s in", human.Took(sending), human.Took(waiting),
		human.Took(t.decoding), human.Size(t.out), human.Size(t.received))
}

// timings are what became of the calls of a line, by the numbers of peers.
type timings map[int]*timing

// follow takes note of events until their subscription ends.
func (ts timings) follow(sub *event.Subscription) {
	for {
		e, err := sub.Next(context.Background())
		if err != nil {
			return
		}
		if ts[e.Peer.Number] == nil {
			ts[e.Peer.Number] = &timing{peer: e.Peer}
		}
		ts[e.Peer.Number].see(e)
	}
}

// lines says of each peer that has answered how long each step took, in order of number.
func (ts timings) lines() (all []string) {
	for _, number := range slices.Sorted(maps.Keys(ts)) {
		if t := ts[number]; t.answered != nil {
			all = append(all, t.peer.At()+" "+t.String())
		}
	}
	if len(all) == 1 {
		_, all[0], _ = strings.Cut(all[0], " ")
	}
	return all
}

// time runs .time LINE.
func (r *repeater) time(ctx context.Context, args lang.Text) error {
	line, err := lineOf(arguments.Read(args))
	if err != nil {
		return err
	}
	sub := r.session.Events().Subscribe(event.Options{
		Policy: event.Wait, Frames: true,
		Filter: event.OfKind(event.Request, event.Response, event.Error, event.Frame),
	})
	ts := make(timings)
	var following sync.WaitGroup
	following.Go(func() { ts.follow(sub) })
	err = r.lines.Eval(ctx, line)
	sub.Close()
	following.Wait()
	all := ts.lines()
	if len(all) == 0 && err == nil {
		all = []string{"nothing was timed: the line has waited for no answer"}
	}
	for _, text := range all {
		r.view.Remark(text)
	}
	return err
}
