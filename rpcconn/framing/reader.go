package framing

import (
	"bytes"
	"fmt"
	"io"

	"rpcsh/rpcconn"
)

const (
	minBuffer  = 4 << 10   // of a reader that has read nothing big
	keepBuffer = 256 << 10 // a bigger one is dropped once it is not needed
	readSize   = 64 << 10  // of one that has a lot to read, or a message that is not small
	emptyReads = 100       // as many Reads in a row may return nothing at all
)

// A reader is the half of a stream that receives. Recv is called by one goroutine, so it needs no lock.
type reader struct {
	r     io.Reader
	split Splitter
	max   int // how long a message may be
	ended *ending

	buf        []byte // buf[start:end] was read and not yet used
	start, end int
	full       bool  // the last Read filled buf
	readErr    error // of r; there is no more to read
	err        error // that ended the channel
}

func newReader(r io.Reader, split Splitter, max int, ended *ending) *reader {
	return &reader{r: r, split: split, max: max, ended: ended}
}

// Recv implements rpcconn.Channel.
func (r *reader) Recv() ([]byte, error) {
	for r.err == nil {
		data, eof := r.buf[r.start:r.end], r.readErr != nil
		s, err := r.split(data, eof)
		if uint(s.Used) > uint(len(data)) { // or less than none
			r.err = fmt.Errorf("the splitter of the framing used %d of %d bytes", s.Used, len(data))
			break
		}
		r.start += s.Used
		switch {
		case err != nil:
			if _, ok := err.(*rpcconn.FrameError); ok {
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
			r.fill(s.Want)
		}
	}
	return nil, r.err
}

// own makes a big frame, which lies before r.start, the caller's. One that fills half of the buffer takes it along, and
// what was read behind it moves to another; a smaller one is copied. So neither is more copied than returned, nor does
// a frame hold on to much memory that is not its own.
func (r *reader) own(frame []byte) []byte {
	size := len(frame)
	if size < rpcconn.OwnSize {
		return frame[:size:size]
	}
	rest := r.buf[r.start:r.end]
	takes := size >= len(r.buf)/2
	if !takes {
		frame = bytes.Clone(frame)
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

// fill reads more. want is how many bytes are needed from r.start on, 0 where that is not known.
func (r *reader) fill(want int) {
	r.makeRoom(want)
	for range emptyReads {
		n, err := r.r.Read(r.buf[r.end:])
		r.end += n
		r.readErr = err
		if n > 0 || err != nil {
			r.full = r.end == len(r.buf)
			return
		}
	}
	r.readErr = io.ErrNoProgress
}

// makeRoom sees to it that there is room in buf behind end, and, from start on, for want bytes.
func (r *reader) makeRoom(want int) {
	unused := r.buf[r.start:r.end]
	size := len(r.buf)
	switch {
	case want > size && want >= rpcconn.OwnSize:
		size = want // which the message then takes along
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
	buf := make([]byte, size)
	r.start, r.end = 0, copy(buf, unused)
	r.buf = buf
}

// bigger returns the size of the buffer after size. Steps of four leave little to copy and little to throw away; the
// last one goes to the limit, as memory that is not written to costs nothing.
func (r *reader) bigger(size int) int {
	if size > r.max/8 {
		return max(size, r.max) + minBuffer
	}
	return 4 * size
}

// reason returns the error that ends the channel, where err is what the splitter says of the end.
func (r *reader) reason(err error) error {
	ended := r.ended.reason()
	switch {
	case r.readErr == nil: // the framing is lost
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
