//go:build !windows

package rpcrec

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// openSpecial opens what is no regular file.
func openSpecial(path string, mode fs.FileMode) (*os.File, error) {
	if mode&fs.ModeNamedPipe == 0 {
		return os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|syscall.O_NONBLOCK, 0)
	if errors.Is(err, syscall.ENXIO) {
		return nil, &fs.PathError{Op: "open", Path: path, Err: errNoReader}
	}
	return f, err
}

var errNoReader = errors.New("nobody reads this pipe; start its reader first")
