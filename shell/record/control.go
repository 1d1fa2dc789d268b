package record

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync"
	"time"

	"rpcsh/rpcconn/plain"
	"rpcsh/rpcconn/rpcrec"
	"rpcsh/shell/event"
	"rpcsh/shell/redact"
	"rpcsh/shell/ring"
)

// A Control starts and stops the recording of a session: there is one at a time. Its methods may be called by any
// number of goroutines.
type Control struct {
	bus  *event.Bus
	ring *ring.Ring
	tape *tape
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

// NewControl returns the Control of a session, with the Options of its recordings. It keeps as many bytes of messages
// as the ring keeps of events.
func NewControl(bus *event.Bus, kept *ring.Ring, opts Options) *Control {
	return &Control{bus: bus, ring: kept, tape: newTape(bus, kept.Limit, opts.Peers), opts: opts}
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
	return fmt.Errorf("recording to %s: %w", file, plain.Reason(err))
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

// Last records what has happened in the last time, as far as it is kept.
func (c *Control) Last(d time.Duration, req Request) (Summary, error) {
	past := c.since(time.Now().Add(-d))
	if past.isEmpty() {
		return Summary{}, errors.New("nothing that is kept has happened in that time; .show lists what is kept")
	}
	opts := c.options(req)
	file, err := rpcrec.OpenFile(opts.File, opts.Append)
	if err != nil {
		return Summary{}, refused(req.File, err)
	}
	s := past.record(file, opts)
	if s.Err != nil {
		s.Err = failure(req.File, s.Err)
	}
	return s, s.Err
}

// Copy writes all that is kept as a recording to out, as Last does.
func (c *Control) Copy(out io.Writer) error {
	past := c.since(time.Time{})
	if past.isEmpty() {
		return errors.New("nothing that has happened is kept")
	}
	opts := c.options(Request{})
	opts.Max = 0
	return past.record(writeCloser{out}, opts).Err
}

// Rules returns which values are masked.
func (c *Control) Rules() redact.Rules { return c.opts.Rules }

// A writeCloser is a writer that need not be closed.
type writeCloser struct{ io.Writer }

// Close implements io.Closer.
func (writeCloser) Close() error { return nil }
