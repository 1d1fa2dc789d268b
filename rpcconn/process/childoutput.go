package process

import (
	"bufio"
	"errors"
	"io"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	maxLine   = 4 << 10 // bytes of a line of a child's stderr
	maxInPipe = 1 << 20 // bytes that a pipe may hold: on Linux the most that a program may ask for
	cutShort  = "…"
)

// A childOutput reads a pipe that a child writes to. Its end is that of the child, even though others may have the
// pipe: what the child has written is in it by then, so when it has been empty once, that was all.
type childOutput struct {
	file *os.File

	mu     sync.Mutex  // held by who reads
	last   atomic.Bool // the child has ended
	left   int         // how many bytes that can have written are yet to be read, where last is set
	closed atomic.Bool // nobody wants to read any more
	behind sync.WaitGroup
}

func newChildOutput(file *os.File) *childOutput { return &childOutput{file: file, left: maxInPipe} }

// Read implements io.Reader.
func (o *childOutput) Read(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed.Load() {
		return 0, os.ErrClosed
	}
	n, err := o.read(b)
	if errors.Is(err, os.ErrDeadlineExceeded) && o.closed.Load() {
		err = os.ErrClosed
	}
	return n, err
}

func (o *childOutput) read(b []byte) (int, error) {
	if !o.last.Load() {
		n, err := o.file.Read(b)
		if !errors.Is(err, os.ErrDeadlineExceeded) || !o.last.Load() {
			return n, err
		}
	}
	if o.left <= 0 {
		return 0, io.EOF
	}
	for {
		_ = o.file.SetReadDeadline(time.Time{}) // where that fails, so does reading
		n, err := readAvailable(o.file, b)
		if !errors.Is(err, os.ErrDeadlineExceeded) { // which wake may have set again
			o.left -= n
			return n, err
		}
	}
}

// ended says that the child has ended. It wakes who waits to read; where that cannot be done, the pipe is closed after
// grace.
func (o *childOutput) ended(grace time.Duration) {
	o.last.Store(true)
	if o.wake() != nil {
		o.behind.Go(func() {
			time.Sleep(grace)
			_ = o.file.Close()
		})
	}
}

// wake ends a Read that waits, if that can be done.
func (o *childOutput) wake() error { return o.file.SetReadDeadline(time.Unix(1, 0)) }

// discard ends Read, and lets what the child still writes go nowhere, so that it does not wait for a reader. It is
// called once.
func (o *childOutput) discard() {
	o.closed.Store(true)
	_ = o.wake() // where that cannot be done, Read goes on until the next piece
	o.behind.Go(func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		if !o.last.Load() {
			_ = o.file.SetReadDeadline(time.Time{})
		}
		_, _ = io.Copy(io.Discard, readerFunc(o.read))
	})
}

// close closes the pipe, and waits for what discard started.
func (o *childOutput) close() error {
	err := o.file.Close()
	o.behind.Wait()
	return err
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(b []byte) (int, error) { return f(b) }

// eachLine calls f with each line that r gives, without its end, until r ends. Of one over maxLine it is the beginning,
// marked, as soon as that is known.
func eachLine(r io.Reader, f func(line string)) {
	lines := bufio.NewReaderSize(r, maxLine)
	for within := false; ; {
		line, goesOn, err := lines.ReadLine()
		switch {
		case err != nil:
			return
		case goesOn && !within:
			f(strings.ToValidUTF8(string(line), "") + cutShort)
		case !within:
			f(string(line))
		}
		within = goesOn
	}
}
