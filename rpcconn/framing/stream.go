package framing

import (
	"io"
	"sync"
	"sync/atomic"
	"time"

	"rpcsh/rpcconn"
)

// closeGrace is how long Close waits by default for the peer to read what was sent.
const closeGrace = time.Second

// A stream is the Channel over a stream of bytes. Its two halves know nothing of each other.
type stream struct {
	*writer
	*reader

	rwc     io.ReadWriteCloser
	grace   time.Duration // that Close has
	closing sync.Once
	err     error // of rwc.Close; set in closing
}

var (
	_ rpcconn.RawChannel = (*stream)(nil)
	_ rpcconn.Pacer      = (*stream)(nil)
)

func newStream(rwc io.ReadWriteCloser, f Framing, max int) *stream {
	ended := new(ending)
	s := &stream{
		writer: newWriter(rwc, f, ended),
		reader: newReader(rwc, f.Split(max), max, ended),
		rwc:    rwc,
		grace:  closeGrace,
	}
	s.reader.onWait = s.writer.SendNow
	return s
}

// SetGrace sets how long Close waits for the peer to read what was sent. It is not called at the same time as Close.
func (s *stream) SetGrace(d time.Duration) { s.grace = d }

// Close implements rpcconn.Channel. It takes up to a second, or as SetGrace says, if the peer does not read what was
// sent, and waits for all goroutines of the stream.
func (s *stream) Close() error {
	s.closing.Do(func() {
		s.writer.finish(s.grace)
		s.reader.ended.close()
		if c, ok := s.rwc.(interface{ CloseWrite() error }); ok {
			_ = c.CloseWrite() // Close reports what went wrong
		}
		s.err = s.rwc.Close()
		s.writer.wait()
	})
	return s.err
}

// An ending tells the reader that the stream ended on this side, and why.
type ending struct {
	err atomic.Pointer[error]
}

// fail records that sending failed with err, unless there already is a reason.
func (e *ending) fail(err error) { e.err.CompareAndSwap(nil, &err) }

// close records that the stream was closed, which overrides any other reason.
func (e *ending) close() {
	err := rpcconn.ErrClosed
	e.err.Store(&err)
}

// reason returns nil while the stream is open.
func (e *ending) reason() error {
	if p := e.err.Load(); p != nil {
		return *p
	}
	return nil
}
