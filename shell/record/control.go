package record

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"sync"
	"time"

	"rpcsh/rpcconn/rpcrec"
	"rpcsh/shell/event"
	"rpcsh/shell/recording"
	"rpcsh/shell/redact"
	"rpcsh/shell/ring"
)

// A Control starts and stops the recording of a session: there is one at a time. Its methods may be called by any
// number of goroutines.
type Control struct {
	bus  *event.Bus
	ring *ring.Ring
	opts Options // of each recording, but for those of a Request

	mu  sync.Mutex // protects what follows
	now *Recorder  // nil: nothing was recorded yet
}

// A Request says what is to be recorded, and where.
type Request struct {
	File   string
	Append bool
	Filter event.Filter
}

// NewControl returns the Control of a session, with the Options of its recordings.
func NewControl(bus *event.Bus, kept *ring.Ring, opts Options) *Control {
	return &Control{bus: bus, ring: kept, opts: opts}
}

func (c *Control) options(req Request) Options {
	opts := c.opts
	opts.File, opts.Append, opts.Filter = req.File, req.Append, req.Filter
	return opts
}

// Start begins to record.
func (c *Control) Start(req Request) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.runsLocked() {
		return fmt.Errorf("recording to %s already; .record off ends that", c.now.opts.File)
	}
	now, err := Start(c.bus, c.options(req))
	if err != nil {
		return refused(req.File, err)
	}
	c.now = now
	return nil
}

// refused says why a file is not recorded to.
func refused(file string, err error) error {
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("recording to %s: it exists; --append appends to it", file)
	}
	return failure(file, err)
}

// failure says why a file cannot be written to.
func failure(file string, err error) error {
	return fmt.Errorf("recording to %s: %w", file, withoutPath(err))
}

// withoutPath returns what is wrong with a file that is named already.
func withoutPath(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

func (c *Control) runsLocked() bool {
	if c.now == nil {
		return false
	}
	select {
	case <-c.now.Done():
		return false
	default:
		return true
	}
}

// Stop ends the recording, and says how much it has. runs is false where there is none.
func (c *Control) Stop() (s Summary, runs bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if runs = c.runsLocked(); c.now != nil {
		s = c.now.Stop()
	}
	if s.Err != nil {
		s.Err = failure(s.File, s.Err)
	}
	return s, runs
}

// Close waits until the recording has ended with the bus, which has been closed. It may be called more than once. The
// error says why not all was written, unless Stop has said it or the Fail of the Options was told.
func (c *Control) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.now == nil {
		return nil
	}
	<-c.now.Done()
	if err := c.now.unsaid(); err != nil {
		return failure(c.now.opts.File, err)
	}
	return nil
}

// Now says how much the recording has that goes on. runs is false where there is none.
func (c *Control) Now() (s Summary, runs bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.runsLocked() {
		return Summary{}, false
	}
	c.now.queue.flush()
	return c.now.Summary(), true
}

// Last records what has happened in the last time, as far as the session's ring has it. The ring has what messages say,
// and not their bytes: they are written anew from that.
func (c *Control) Last(d time.Duration, req Request) (Summary, error) {
	c.ring.Sync()
	from := time.Now().Add(-d)
	events := c.ring.Last(math.MaxInt, func(e *event.Event) bool { return !e.Time.Before(from) })
	if len(events) == 0 {
		return Summary{}, errors.New("nothing that is kept has happened in that time; .show lists what is kept")
	}
	opts := c.options(req)
	file, err := rpcrec.OpenFile(opts.File, opts.Append)
	if err != nil {
		return Summary{}, refused(req.File, err)
	}
	s := rebuilt(file, opts, events)
	if s.Err != nil {
		s.Err = failure(req.File, s.Err)
	}
	return s, s.Err
}

// Copy writes all that the session's ring has as a recording, as Last does, to out.
func (c *Control) Copy(out io.Writer) error {
	c.ring.Sync()
	events := c.ring.Last(math.MaxInt, func(*event.Event) bool { return true })
	if len(events) == 0 {
		return errors.New("nothing that has happened is kept")
	}
	opts := c.options(Request{})
	opts.Max = 0
	return rebuilt(writeCloser{out}, opts, events).Err
}

// Rules returns which values are masked.
func (c *Control) Rules() redact.Rules { return c.opts.Rules }

// A writeCloser is a writer that need not be closed.
type writeCloser struct{ io.Writer }

// Close implements io.Closer.
func (writeCloser) Close() error { return nil }

// rebuilt writes events of the ring into a recording.
func rebuilt(file io.WriteCloser, opts Options, events []*event.Event) Summary {
	r := newRecorder(file, opts, events[0].Time)
	var err error
	for _, p := range opts.Peers() {
		if err == nil {
			err = r.open(p, r.start, "")
		}
	}
	for _, e := range events {
		if err == nil {
			err = r.rebuild(e)
		}
	}
	_ = r.finish(err) // which the summary has
	return r.Summary()
}

// rebuild writes down an event of the ring, and a message as it would be sent.
func (r *Recorder) rebuild(e *event.Event) error {
	if err := r.meet(e, r.peer(e.Peer.Number)); err != nil {
		return err
	}
	switch {
	case !e.Kind.IsMessage() || e.Kind == event.Unreadable:
		return r.take(e)
	case !r.opts.Filter.Match(e):
		return nil
	}
	data, err := r.decoder.Build(e)
	if err != nil {
		return r.write(e, rpcrec.Lost, recording.Details{Count: 1, Reason: err.Error()})
	}
	if data == nil {
		return nil
	}
	rec := rpcrec.Record{Data: data, Kind: rpcrec.Rebuilt}
	return r.message(e, &rec)
}
