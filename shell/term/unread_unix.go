//go:build unix

package term

import (
	"os"

	"golang.org/x/sys/unix"
)

// pipeHasUnread reports whether bytes are in a pipe.
func pipeHasUnread(f *os.File) bool {
	ready := []unix.PollFd{{Fd: int32(f.Fd()), Events: unix.POLLIN}}
	n, err := unix.Poll(ready, 0)
	return err == nil && n > 0 && ready[0].Revents&unix.POLLIN != 0
}
