// Package replay plays one side of a recording again, and tells where the peer says something else than it said then.
//
// Two passes go over a recording: a Survey learns what cannot be known on the way, such as which secrets are masked,
// and Play sends what the client has sent. Neither holds more of the recording than a message at a time, and what is
// still waited for. The package knows neither files nor terminals, nor how a peer is reached.
package replay

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/rpcrec"
	"rpcsh/rpcconn/schema"
	"rpcsh/shell/event"
)

// A Pace says when a message is sent.
type Pace string

// The paces.
const (
	Lockstep Pace = "lockstep" // when all that had come before it has come again
	Recorded Pace = "recorded" // when it was sent then, counted from the first message
	Max      Pace = "max"      // at once
)

// Paces returns all paces, the default one first.
func Paces() []string { return []string{string(Lockstep), string(Recorded), string(Max)} }

// Spoken is what a recording says of one of its connections.
type Spoken struct {
	Target   string // where the peer was; "": that is not known
	Protocol string // "": that is not known
	Framing  string // "" where the transport frames, or that is not known
}

// Options say how a recording is played.
type Options struct {
	Pace     Pace          // "": Lockstep
	Patience time.Duration // how long is waited for what had come then; 0: for as long as the connection lasts
	Only     event.Filter  // the messages, of either side, that are played
	Equality Equality      // "": Exact
	Ignore   []Pointer     // places in messages that may differ
	Optional []string      // globs of the methods whose notifications may come or not, and say anything
	Let      []Let         // values that are others now
	Secrets  map[int]string

	// Dial connects to the peer, once for each connection of the recording. codec reads what it speaks.
	Dial func(ctx context.Context, spoken Spoken, opts *rpcconn.Options) (*rpcconn.Conn, error)
	// Codec returns a codec for a protocol by its name.
	Codec func(protocol string) (rpcconn.Codec, error)
	// Differs gets each difference, when it is seen; never two at a time.
	Differs func(*Difference)
	// Changed gets what a message that differs is now, as its protocol has it, with the line of the recording; nil
	// where it cannot be written into the recording, as the reason says. Nil: nobody wants it.
	Changed func(line int, message []byte, reason string)
	// LeftOut is told of each line that is no record; nil: nobody is.
	LeftOut func(*rpcrec.LineError)
	// Waiting is told what is waited for, and "" when it has come; nil: nobody is.
	Waiting func(what string)
}

// A Difference is what is not as it was.
type Difference struct {
	Line   int             // of the recording; 0: what came is not in it
	ID     rpcconn.ID      // of the request, as recorded; none: it is no response
	Method string          // of the request or notification; "": not known
	Path   string          // where in the message, such as "result.contents[0]"; "": the message as a whole
	Then   json.RawMessage // the value there; nil: none
	Now    json.RawMessage // nil: none
	Text   string          // what is wrong where no two values are: "no answer within 10s"
}

// A Tally counts what was played.
type Tally struct {
	Sent    int // messages
	Same    int // messages of the peer that are as they were
	Differ  int // that are not, or did not come, or were not there
	Skipped int // lines of the recording that are no records
	Unread  int // messages of the peer in the recording that say nothing that could be compared
}

// A MaskError says that a message has a masked value, which is never sent.
type MaskError struct {
	Line   int
	Number int // 0: one without a number
}

func (e *MaskError) Error() string {
	if e.Number == 0 {
		return fmt.Sprintf("line %d of the recording has a masked value without a number, which is not sent", e.Line)
	}
	return fmt.Sprintf("line %d of the recording has the masked value ***%d, which is not sent", e.Line, e.Number)
}

// A CutError says that only the beginning of a message was recorded, which is never sent.
type CutError struct{ Line int }

func (e *CutError) Error() string {
	return fmt.Sprintf("line %d of the recording has only the beginning of a message (--record-max), which is not sent",
		e.Line)
}

// Play plays a recording of which survey is the Survey. The error says why it came to an end before that of the
// recording; differences are none.
func Play(ctx context.Context, recording *rpcrec.Reader, survey *Survey, opts Options) (Tally, error) {
	p := &player{
		Options: opts, survey: survey, links: make(map[connection]*link),
		replaced: newReplacements(opts.Secrets, opts.Let), checker: schema.NewChecker(nil),
	}
	if err := p.unmasked(); err != nil {
		return p.tally, err
	}
	if survey.Cut > 0 {
		return p.tally, &CutError{survey.Cut}
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	err := p.play(ctx, newTurns(recording, opts.Codec))
	for _, l := range p.links {
		l.close()
	}
	return p.tally, err
}

// waits tells what is waited for, until the function that it returns is called.
func (p *player) waits(what string) (stop func()) {
	if p.Waiting == nil {
		return func() {}
	}
	p.Waiting(what)
	return func() { p.Waiting("") }
}

// A player plays a recording.
type player struct {
	Options
	survey   *Survey
	links    map[connection]*link
	replaced *replacements
	checker  *schema.Checker
	tally    Tally
	began    time.Time     // when the first message was sent
	first    time.Duration // and when that was in the recording
}

// unmasked refuses a recording with masks that nothing stands for.
func (p *player) unmasked() error {
	for _, m := range p.survey.Masks {
		if !p.replaced.knows(m.Number) {
			return &MaskError{m.Line, m.Number}
		}
	}
	return nil
}

// unmaskedIn refuses a message with masks that nothing stands for.
func (p *player) unmaskedIn(t *turn) error {
	for _, n := range t.masks() {
		if !p.replaced.knows(n) {
			return &MaskError{t.line, n}
		}
	}
	return nil
}

func (p *player) play(ctx context.Context, turns *turns) error {
	for {
		t, err := turns.next()
		var line *rpcrec.LineError
		switch {
		case errors.As(err, &line):
			p.tally.Skipped++
			if p.LeftOut != nil {
				p.LeftOut(line)
			}
			continue
		case errors.Is(err, io.EOF):
			return p.finish(ctx)
		case err != nil:
			return err
		}
		if err := p.turn(ctx, t); err != nil {
			return err
		}
	}
}

// turn plays one message, or the end of a connection.
func (p *player) turn(ctx context.Context, t *turn) error {
	l := p.links[t.conn]
	switch {
	case t.closes && l == nil:
		return nil
	case t.closes:
		delete(p.links, t.conn)
		return p.end(ctx, l)
	case l == nil && !t.sent && !p.survey.Sends[t.conn]:
		return nil // nothing is sent there that it could follow
	case l == nil:
		var err error
		if l, err = p.open(ctx, t); err != nil {
			return err
		}
	}
	if t.sent {
		l.late = false
		err := p.send(ctx, l, t)
		if lost := l.lost(); err != nil && lost != nil {
			return lost
		}
		return err
	}
	return p.expect(ctx, l, t)
}

// open connects.
func (p *player) open(ctx context.Context, t *turn) (*link, error) {
	l := newLink(p.survey.Asks[t.conn], p.Only, p.Optional)
	conn, err := p.Dial(ctx, t.spoken, l.options())
	if err != nil {
		return nil, err
	}
	l.conn = conn
	p.links[t.conn] = l
	return l, nil
}

// finish waits for what is still expected, and ends all connections.
func (p *player) finish(ctx context.Context) error {
	for _, at := range slices.SortedFunc(maps.Keys(p.links), connection.compare) {
		l := p.links[at]
		delete(p.links, at)
		if err := p.end(ctx, l); err != nil {
			return err
		}
	}
	return nil
}

// end waits for what is still expected of a peer, and ends its connection.
func (p *player) end(ctx context.Context, l *link) error {
	defer l.close()
	for _, x := range l.expected {
		if err := p.meet(ctx, l, x); err != nil {
			return err
		}
	}
	l.expected = nil
	for _, a := range l.rest() {
		if a.method != "" && !p.Only.Match(&event.Event{Method: a.method, Params: a.params, Kind: a.event()}) {
			continue
		}
		p.differs(&Difference{ID: a.id(), Method: a.method, Text: a.surplus()})
	}
	return nil
}

func (p *player) differs(d *Difference) {
	p.tally.Differ++
	p.Differs(d)
}
