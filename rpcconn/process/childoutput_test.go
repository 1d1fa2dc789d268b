package process

import (
	"io"
	"os"
	"testing"
	"time"
)

// TestOutputAfterTheEndIsBounded keeps writing to the pipe of a child that has ended, as a child of it may do.
func TestOutputAfterTheEndIsBounded(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	o := newChildOutput(r)
	defer o.close()
	o.ended(time.Minute)
	piece := make([]byte, 4<<10)
	for read := 0; read <= 2*maxInPipe; {
		if _, err := w.Write(piece); err != nil {
			t.Fatal(err)
		}
		n, err := o.Read(piece)
		if read += n; err == io.EOF {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Errorf("more than %d bytes are read after the end", 2*maxInPipe)
}
