package term

import (
	"io"
	"os"
)

// HasUnread reports whether f, a file or a pipe, has bytes that nobody has read and that are there at once. It reads
// nothing, and waits for nothing.
func HasUnread(f *os.File) bool {
	info, err := f.Stat()
	switch {
	case err != nil:
		return false
	case info.Mode().IsRegular():
		at, err := f.Seek(0, io.SeekCurrent)
		return err == nil && at < info.Size()
	case info.Mode()&os.ModeNamedPipe == 0: // the end of a socket looks like bytes in it
		return false
	}
	return pipeHasUnread(f)
}
