package framing

import (
	"bytes"
	"fmt"
	"io"
	"sync"

	"rpcsh/rpcconn"
)

const (
	minBuffer  = 4 << 10   // of a reader that has read nothing big
	keepBuffer = 256 << 10 // a bigger one is dropped when it is no longer needed
	bigBuffer  = 4 << 20   // from this size on, a buffer grows by a lot
	readSize   = 64 << 10  // of a reader with much to read, or with a message that is not small
	emptyReads = 100       // how many Reads in a row may return nothing
)

// A reader is the half of a stream that receives. Recv is called by one goroutine. Others may look at what it holds
// while it waits for the peer.
type reader struct {
	r     io.Reader
	split Splitter
	max   int // limit for a message, in bytes
	ended *ending

	buf        []byte // buf[start:end] has been read and not used yet
	start, end int
	full       bool  // the last Read filled buf
	used       int64 // bytes of the stream before buf[start]
	readErr    error // of r; there is nothing more to read
	err        error // why the channel ended

	onWait func()
	lent   []byte // the memory of the last frame, if that was big
	spare  []byte // memory of a frame that nobody uses any more

	mu      sync.Mutex // protects what follows
	waiting bool       // for the peer, and meanwhile all else but what is in buf after end
}

func newReader(r io.Reader, split Splitter, max int, ended *ending) *reader {
	return &reader{r: r, split: split, max: max, ended: ended}
}

// Recv implements rpcconn.Channel.
func (r *reader) Recv() ([]byte, error) {
	for r.err == nil {
		data, eof := r.buf[r.start:r.end], r.readErr != nil
		s, err := r.split.Split(data, eof)
		if s.Used > len(data) || s.Used < 0 && -s.Used <= len(data) { // or needs what it has
			r.err = fmt.Errorf("the splitter of the framing used %d of %d bytes", s.Used, len(data))
			break
		}
		r.start += max(s.Used, 0)
		r.used += int64(max(s.Used, 0))
		switch {
		case err != nil:
			switch err.(type) {
			case *rpcconn.FrameError, *rpcconn.Deviation:
				return nil, err
			}
			r.err = r.reason(err)
		case s.Frame != nil:
			return r.own(s.Frame), nil
		case s.Used > 0:
		case eof && len(data) == 0:
			r.err = r.reason(io.EOF)
		case eof:
			r.err = r.reason(Truncated(data, 0))
		default:
			r.fill(-s.Used)
		}
	}
	return nil, r.err
}

// own gives a big frame, which lies before r.start, to the caller. A frame that fills half of the buffer keeps it, and
// the bytes after it move to a new one; a smaller frame is copied. So no more is copied than returned, and a frame
// keeps little memory beyond its own. Of a buffer that is large, the rest was hardly written to, and is no memory yet.
func (r *reader) own(frame []byte) []byte {
	size := len(frame)
	if size < rpcconn.OwnSize {
		return frame[:size:size]
	}
	rest := r.buf[r.start:r.end]
	takes := size >= len(r.buf)/2 || size >= bigBuffer && size >= len(r.buf)/8
	if r.lent = r.buf; !takes {
		frame = append(r.spare[:0], frame...)
		r.lent, r.spare = frame, nil
	}
	if takes || len(r.buf) > keepBuffer && len(rest) <= size {
		r.buf, r.start, r.end = nil, 0, 0
		if len(rest) > 0 {
			r.buf = make([]byte, max(minBuffer, 2*len(rest)))
			r.end = copy(r.buf, rest)
		}
	}
	return frame[:size:size]
}

// OnWait implements rpcconn.Pacer.
func (r *reader) OnWait(f func()) {
	before := r.onWait
	r.onWait = func() {
		f()
		before()
	}
}

// Reclaim implements rpcconn.Pacer.
func (r *reader) Reclaim() {
	if cap(r.lent) <= keepBuffer {
		r.spare = r.lent
	}
	r.lent = nil
}

// fill reads more. want is how many bytes are needed from r.start on, 0 if that is not known.
func (r *reader) fill(want int) {
	r.makeRoom(want)
	for range emptyReads {
		n, err := r.wait(r.buf[r.end:])
		r.end += n
		r.readErr = err
		if n > 0 || err != nil {
			r.full = r.end == len(r.buf)
			return
		}
	}
	r.readErr = io.ErrNoProgress
}

// wait reads into room.
func (r *reader) wait(room []byte) (int, error) {
	if r.onWait != nil {
		r.onWait()
	}
	r.setWaiting(true)
	defer r.setWaiting(false)
	return r.r.Read(room)
}

func (r *reader) setWaiting(waiting bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.waiting = waiting
}

// Partial implements rpcconn.Holder.
func (r *reader) Partial() *rpcconn.Partial {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.waiting {
		return nil
	}
	held, begun := r.buf[r.start:r.end], r.split.Begun()
	if begun.Used == 0 && begun.Size == 0 && isBlank(held) {
		return nil
	}
	p := &rpcconn.Partial{
		Got: begun.Used + int64(len(held)), Size: begun.Size,
		Head:    bytes.Clone(held[:min(len(held), rpcconn.HeadSize)]),
		TooLong: begun.Used > 0 || begun.Size > int64(r.max),
	}
	if begun.Used > 0 {
		p.Head = nil // it is from the middle
	}
	p.Whole = begun.Used == 0 && isWhole(held)
	return p
}

// Place returns how many bytes of the stream Recv is done with, and where that is. It is called by who calls Recv, also
// while that reads.
func (r *reader) Place() (used int64, at Place) { return r.used, r.split.Begun().place() }

// makeRoom makes room in buf after end, and for want bytes from start on.
func (r *reader) makeRoom(want int) {
	unused := r.buf[r.start:r.end]
	size := len(r.buf)
	switch {
	case want > size && want >= rpcconn.OwnSize:
		size = want // the message then keeps the buffer
	case want > size || r.full && size < readSize:
		size = readSize
	case size == 0 || size > keepBuffer && max(want, len(unused)) < minBuffer:
		size = minBuffer
	case len(unused) == size || r.full && want == 0 && len(unused) >= size/2 && size <= r.max:
		size = r.bigger(size)
	case len(unused) == 0 || r.end == size || r.start+want > size:
		copy(r.buf, unused)
		r.start, r.end = 0, len(unused)
		return
	default:
		return
	}
	buf := r.spare[:cap(r.spare)]
	if len(buf) < size {
		buf = make([]byte, size)
	}
	r.start, r.end = 0, copy(buf, unused)
	r.buf, r.spare = buf, nil
}

// bigger returns the size of the next buffer after size. The old one is still there when all of it is copied, so that
// what counts is how large the last but one is. A factor of four leaves little to copy and little to discard. From
// bigBuffer on it is a large one, for memory that is not written to costs nothing.
func (r *reader) bigger(size int) int {
	factor := 4
	if size >= bigBuffer {
		factor = 32
	}
	if size > r.max/factor || size > r.max/8 {
		return max(size, r.max) + minBuffer
	}
	return factor * size
}

// reason returns the error that ends the channel; err is the splitter's error at the end of the stream.
func (r *reader) reason(err error) error {
	ended := r.ended.reason()
	switch {
	case r.readErr == nil: // the splitter lost track
		return err
	case ended != nil && (r.readErr != io.EOF || ended == rpcconn.ErrClosed):
		return fmt.Errorf("receiving: %w", ended)
	case r.readErr == io.EOF:
		return err
	case err == io.EOF:
		return fmt.Errorf("receiving: %w", r.readErr)
	}
	return fmt.Errorf("receiving: %w; %w", r.readErr, err)
}
