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
	maxInPipe = 1 << 20 // bytes that a pipe may hold: on Linux, the most that a program may ask for
	cutShort  = "…"
)

// A childOutput reads a pipe that a child writes to. It ends when the child has ended, even if other processes hold the
// pipe: the child's output is in the pipe by then, so it is complete once the pipe has been empty.
type childOutput struct {
	file *os.File

	reading chan struct{} // has an element while a goroutine reads
	last    atomic.Bool   // the child has ended
	left    int           // how many bytes the child may still have in the pipe; used once last is set
	closed  atomic.Bool   // Read has been ended
	behind  sync.WaitGroup
}

func newChildOutput(file *os.File) *childOutput {
	return &childOutput{file: file, left: maxInPipe, reading: make(chan struct{}, 1)}
}

// Read implements io.Reader.
func (o *childOutput) Read(b []byte) (int, error) {
	o.reading <- struct{}{}
	defer func() { <-o.reading }()
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
		_ = o.file.SetReadDeadline(time.Time{}) // if it fails, so does reading
		n, err := readAvailable(o.file, b)
		if !errors.Is(err, os.ErrDeadlineExceeded) { // wake may have set the deadline again
			o.left -= n
			return n, err
		}
	}
}

// ended records that the child has ended. It wakes a waiting reader; if that is not possible, it closes the pipe after
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

// wake ends a waiting Read, if possible.
func (o *childOutput) wake() error { return o.file.SetReadDeadline(time.Unix(1, 0)) }

// discard ends Read and discards what the child still writes, so that the child never waits for a reader. It is called
// once.
func (o *childOutput) discard() {
	o.closed.Store(true)
	_ = o.wake() // if that is not possible, Read continues until the next piece
	o.behind.Go(func() {
		o.reading <- struct{}{}
		defer func() { <-o.reading }()
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

// eachLine calls f with each line of r, without its end, until r ends. For a line over maxLine, f gets its beginning,
// marked, at once.
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
