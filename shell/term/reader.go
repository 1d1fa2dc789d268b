package term

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"

	"github.com/muesli/cancelreader"
)

// A reader reads the terminal until it is closed or the terminal is gone, and feeds all bytes to an input.
type reader struct {
	from cancelreader.CancelReader
	done chan struct{}
}

func startReader(file *os.File, in *input) (*reader, error) {
	from, err := cancelreader.NewReader(file)
	if err != nil {
		return nil, err
	}
	r := &reader{from: from, done: make(chan struct{})}
	go r.run(in)
	return r, nil
}

func (r *reader) run(in *input) {
	defer close(r.done)
	buf := make([]byte, 4096)
	for {
		n, err := r.from.Read(buf)
		if n > 0 {
			in.feed(buf[:n])
			// Who edits the line runs before the next read, which waits in a system call: with its processor, for some
			// milliseconds, if the others are busy with output or garbage collection.
			runtime.Gosched()
		}
		switch {
		case errors.Is(err, cancelreader.ErrCanceled):
			return
		case err == nil && n > 0:
		case isHangup(err), n == 0 && err == nil:
			in.end(io.EOF)
			return
		case err != nil:
			in.end(fmt.Errorf("reading the terminal: %w", err))
			return
		}
	}
}

// close ends reading, and waits for its end.
func (r *reader) close() {
	if r.from.Cancel() { // a read that cannot be cancelled ends with the next key
		<-r.done
	}
	_ = r.from.Close() // nothing was written
}
