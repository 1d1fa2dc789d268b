// Package record writes what happens in a session into a recording. A Recorder is a subscriber of the session's events
// like any other: it takes the frames of messages as they pass, in both directions and whatever carries them.
package record

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"rpcsh/rpcconn/jsontext"
	"rpcsh/rpcconn/rpcrec"
	"rpcsh/shell/event"
	"rpcsh/shell/recording"
	"rpcsh/shell/redact"
)

// A Peer is what a recording tells of a peer.
type Peer struct {
	event.Peer
	Target            string // that was dialled, or where it came from
	Accepted          bool
	Protocol, Framing string // "": not known yet
}

// Options say what is recorded, and where. File, By and Peers are needed.
type Options struct {
	File   string
	Append bool         // to a file that exists
	Filter event.Filter // messages that it fits, and of other events those that it names
	Max    int          // bytes of a message that are written; 0: all
	Rules  redact.Rules // which values are masked

	By   string   // name and version of the program
	Argv []string // its command line
	// SecretFlags are those of Argv whose values are secrets.
	SecretFlags []string
	Peers       func() []Peer // those that are connected; it must not wait for anybody who publishes
	// Fail is told, once, why no more can be written while the session goes on; it may publish. nil: nobody is.
	Fail func(error)
}

// Summary says how much was recorded.
type Summary struct {
	File     string
	Messages int
	Masked   int // values
	Err      error
}

// A Recorder records until Stop, or the end of the session. Its methods may be called by any number of goroutines.
type Recorder struct {
	opts  Options
	start time.Time
	sub   *event.Subscription
	queue *queue
	ended chan struct{}

	// of the goroutine that records

	file    io.WriteCloser
	writer  *rpcrec.Writer
	masker  *redact.Masker
	decoder *recording.Decoder
	known   map[int]Peer // whose connection was written down
	begun   map[int]bool // the connections that begin in what is recorded; nil: all that are met do
	met     int          // the number of one of them; 0: none
	broken  bool         // no more can be written, and nobody has ended the recording: Fail is told

	messages, masked atomic.Int64 // written so far

	mu      sync.Mutex // protects what follows
	stopped bool       // Stop was called: the session may go on
	summary Summary    // but for what is counted
}

// Start begins to record what is published on bus. Stop ends it. The error says why the file cannot be written; it
// wraps fs.ErrExist where it exists and is not to be appended to.
func Start(bus *event.Bus, opts Options) (*Recorder, error) {
	file, err := rpcrec.OpenFile(opts.File, opts.Append)
	if err != nil {
		return nil, err
	}
	r := newRecorder(file, opts, time.Now())
	r.sub = bus.Subscribe(event.Options{Frames: true, Wanted: wanted, Take: r.enqueue})
	for _, p := range opts.Peers() {
		_ = r.open(p, r.start, "", true) // which is not written yet
	}
	var watching sync.WaitGroup
	watching.Go(func() {
		_, _ = r.sub.Next(context.Background()) // there is none: it waits for the end
		r.queue.close()
	})
	go func() {
		err := r.record()
		r.sub.Close()
		watching.Wait()
		err = r.finish(err)
		close(r.ended)
		if r.broken && opts.Fail != nil {
			opts.Fail(fmt.Errorf("%w; the recording ends here", failure(opts.File, err)))
		}
	}()
	return r, nil
}

func newRecorder(file io.WriteCloser, opts Options, start time.Time) *Recorder {
	r := &Recorder{
		opts: opts, file: file, masker: redact.New(opts.Rules), start: start, queue: newQueue(),
		known: make(map[int]Peer), ended: make(chan struct{}), summary: Summary{File: opts.File},
	}
	r.decoder = recording.NewDecoder(start)
	r.writer = rpcrec.NewWriter(file, rpcrec.Header{
		Start: start, By: opts.By, Redacted: opts.Rules.List(),
		Argv: r.masker.Argv(opts.Argv, opts.SecretFlags...),
	}, rpcrec.WriterOptions{Max: opts.Max})
	return r
}

// enqueue puts an event into the queue, with what is known of its peer now.
func (r *Recorder) enqueue(e *event.Event) {
	if e.Kind == event.Frame {
		r.queue.message(e)
		return
	}
	told := &event.Event{
		Kind: e.Kind, Time: e.Time, Peer: e.Peer, Text: e.Text, Orderly: e.Orderly, Out: e.Out, Origin: e.Origin,
	}
	r.queue.put(item{event: told, peer: r.peer(e.Peer.Number)}, nil)
}

// peer returns what is known of a peer, nil where it is not connected.
func (r *Recorder) peer(number int) *Peer {
	if number == 0 {
		return nil
	}
	for _, p := range r.opts.Peers() {
		if p.Number == number {
			return &p
		}
	}
	return nil
}

// wanted chooses the events that a recording has: those of messages are there as frames.
func wanted(e *event.Event) bool {
	switch e.Kind {
	case event.Frame, event.Connect, event.Close, event.Speaks, event.Stderr, event.Deviation, event.Note,
		event.Problem, event.Unreadable, event.Learned:
		return true
	}
	return false
}

// Stop writes what has happened so far, ends the recording, and says how much it has.
func (r *Recorder) Stop() Summary {
	r.mu.Lock()
	r.stopped = true
	r.mu.Unlock()
	r.sub.Close()
	<-r.ended
	return r.Summary()
}

// unsaid returns the error of a recording that has ended, nil where somebody was told.
func (r *Recorder) unsaid() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stopped || r.broken {
		return nil
	}
	return r.summary.Err
}

// Done returns a channel that is closed when nothing is recorded any more.
func (r *Recorder) Done() <-chan struct{} { return r.ended }

// Summary says how much was recorded so far.
func (r *Recorder) Summary() Summary {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.summary
	s.Messages, s.Masked = int(r.messages.Load()), int(r.masked.Load())
	return s
}

// gathering is how long what happens is gathered before it is recorded: waking up for each message would cost whoever
// publishes it more than all else.
const gathering = 2 * time.Millisecond

// record records what is in the queue, until that is closed. The error says why no more can be written; the queue takes
// no more then.
func (r *Recorder) record() error {
	var b batch
	for {
		var more bool
		if b, more = r.queue.take(b); !more {
			return r.end()
		}
		for i := range b.items {
			if err := r.item(&b.items[i], b.bytes); err != nil {
				r.broken = r.queue.close()
				return err
			}
		}
		time.Sleep(gathering)
	}
}

func (r *Recorder) item(i *item, bytes []byte) error {
	if i.event != nil {
		if err := r.meet(i.event, i.peer); err != nil {
			return err
		}
		return r.take(i.event)
	}
	e := event.Event{
		Kind: event.Frame, Time: i.at, Peer: event.Peer{Number: i.conn}, Out: i.out, Fault: i.fault,
		Frame: bytes[i.from:i.to:i.to],
	}
	if i.conn != r.met {
		if _, known := r.known[i.conn]; !known {
			if err := r.meet(&e, r.peer(i.conn)); err != nil {
				return err
			}
		}
		r.met = i.conn
	}
	return r.frame(&e)
}

// end writes down that connections have ended with the session, which nobody is told.
func (r *Recorder) end() (err error) {
	r.mu.Lock()
	stopped := r.stopped
	r.mu.Unlock()
	for _, number := range slices.Sorted(maps.Keys(r.known)) {
		e := &event.Event{Kind: event.Close, Time: time.Now(), Peer: r.known[number].Peer, Orderly: true}
		e.Text = e.Peer.Title + ": closed with the session"
		if err == nil && !stopped {
			err = r.take(e)
		}
	}
	return err
}

// finish writes what is left, and closes the file. It returns the first error of the recording.
func (r *Recorder) finish(err error) error {
	if flushed := r.writer.Flush(); err == nil {
		err = flushed
	}
	if closed := r.file.Close(); err == nil {
		err = closed
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.summary.Err = err
	return err
}

// take writes an event down that is no message.
func (r *Recorder) take(e *event.Event) error {
	switch e.Kind {
	case event.Stderr:
		return r.tell(e, rpcrec.Stderr, recording.Details{Text: e.Text})
	case event.Close:
		delete(r.known, e.Peer.Number)
		r.met = 0
		if r.begun != nil { // it begins again
			r.begun[e.Peer.Number] = true
		}
		if !r.ofPeer(e) {
			return nil
		}
		return r.write(e, rpcrec.Close, recording.Details{Text: e.Text, Orderly: e.Orderly})
	case event.Note, event.Problem, event.Deviation, event.Unreadable:
		return r.tell(e, rpcrec.Note, recording.Details{Text: e.Text, Kind: string(e.Kind)})
	}
	return nil
}

// meet writes down what has become known of the peer that an event is about; p is nil where nothing is.
func (r *Recorder) meet(e *event.Event, p *Peer) error {
	known, met := r.known[e.Peer.Number]
	if e.Peer.Number == 0 || e.Kind == event.Close {
		return nil
	}
	now := Peer{Peer: e.Peer}
	if p != nil {
		now = *p
	}
	text := ""
	if e.Kind == event.Connect || e.Kind == event.Speaks {
		text = e.Text
	}
	switch {
	case !met:
		return r.open(now, e.Time, text, r.isLate(now.Number))
	case now.Protocol != "" && (now.Protocol != known.Protocol || now.Framing != known.Framing):
		r.known[e.Peer.Number] = now
		r.decoder.Speaks(now.Number, now.Protocol)
		if !r.ofPeer(e) {
			return nil
		}
		return r.write(e, rpcrec.Detect, recording.Details{Protocol: now.Protocol, Framing: now.Framing, Text: text})
	}
	return nil
}

// isLate reports whether a connection that is met was there before the recording began.
func (r *Recorder) isLate(number int) bool { return r.begun != nil && !r.begun[number] }

// open writes down that a peer is connected; late, that it was so before the recording began.
func (r *Recorder) open(p Peer, at time.Time, text string, late bool) error {
	r.known[p.Number] = p
	r.decoder.Speaks(p.Number, p.Protocol)
	e := &event.Event{Kind: event.Connect, Peer: p.Peer, Time: at}
	if !r.ofPeer(e) {
		return nil
	}
	return r.write(e, rpcrec.Open, recording.Details{
		Target: p.Target, Accepted: p.Accepted, Late: late, Name: p.Name, Title: p.Title, Protocol: p.Protocol,
		Framing: p.Framing, Text: text,
	})
}

// ofPeer reports whether an event is about a peer that is recorded.
func (r *Recorder) ofPeer(e *event.Event) bool { return r.opts.Filter.FitsPeer(e) }

// tell writes down what the filter chooses of what is no message.
func (r *Recorder) tell(e *event.Event, name string, x recording.Details) error {
	if !r.opts.Filter.Match(e) {
		return nil
	}
	return r.write(e, name, x)
}

// write writes an event down.
func (r *Recorder) write(e *event.Event, name string, x recording.Details) error {
	x.Target, x.Title, x.Text = r.masker.Text(x.Target), r.masker.Text(x.Title), r.masker.Text(x.Text)
	return r.writer.Write(&rpcrec.Record{
		At: e.Time.Sub(r.start), Conn: e.Peer.Number, Event: name, Details: jsontext.Encode(x),
	})
}

// frame writes a message down as it passed.
func (r *Recorder) frame(e *event.Event) error {
	rec := rpcrec.Record{At: e.Time.Sub(r.start), Conn: e.Peer.Number, Dir: direction(e), Data: e.Frame, Fault: e.Fault}
	if r.opts.Filter.String() != "" && !r.chooses(&rec) {
		return nil
	}
	return r.message(e, &rec)
}

func direction(e *event.Event) rpcrec.Direction {
	if e.Out {
		return rpcrec.Out
	}
	return rpcrec.In
}

// message writes a message down, without its secrets.
func (r *Recorder) message(e *event.Event, rec *rpcrec.Record) error {
	rec.At, rec.Conn, rec.Dir = e.Time.Sub(r.start), e.Peer.Number, direction(e)
	if err := r.decoder.Mask(r.masker, rec); err != nil {
		return r.write(e, rpcrec.Lost, recording.Details{Count: 1, Reason: err.Error()})
	}
	if err := r.writer.Write(rec); err != nil {
		return err
	}
	r.messages.Add(1)
	r.masked.Add(int64(rec.Redacted))
	return nil
}

// chooses reports whether the filter does, which takes a batch for one of its messages.
func (r *Recorder) chooses(rec *rpcrec.Record) (chosen bool) {
	for _, e := range r.decoder.Events(rec) {
		chosen = chosen || r.opts.Filter.Match(&e)
	}
	return chosen
}
