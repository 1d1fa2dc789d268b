package statefile

import (
	"errors"
	"io/fs"
	"time"

	"golang.org/x/sys/windows"
)

// busyRetry is how often it is asked whether nobody uses a file any more. A moment between two who read it is enough.
const busyRetry = time.Millisecond

// patiently does what concerns a file that others may be using. Windows refuses to replace a file that somebody reads,
// and to read one that somebody replaces.
func patiently(do func() error) error {
	for end := time.Now().Add(lockWait); ; time.Sleep(busyRetry) {
		err := do()
		busy := errors.Is(err, fs.ErrPermission) || errors.Is(err, windows.ERROR_SHARING_VIOLATION)
		if !busy || time.Now().After(end) {
			return err
		}
	}
}
