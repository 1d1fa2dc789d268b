package rpcrec

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// OpenFile opens a file for a [Writer], which appends to it. It makes the file, readable for its owner only, since a
// recording may have secrets. One that exists is refused by an error that wraps fs.ErrExist, unless appending is set;
// then it has to be empty or a recording of this version, as the error says. What is no regular file, such as a named
// pipe or /dev/stdout, is opened as it is; a named pipe that nobody reads is refused, since opening it would wait.
func OpenFile(path string, appending bool) (*os.File, error) {
	const flags = os.O_APPEND | os.O_CREATE
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return openSpecial(path, info.Mode())
	}
	if !appending {
		return os.OpenFile(path, flags|os.O_WRONLY|os.O_EXCL, 0o600)
	}
	f, err := os.OpenFile(path, flags|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := prepare(f); err != nil {
		return nil, errors.Join(&fs.PathError{Op: "append to", Path: path, Err: err}, f.Close())
	}
	return f, nil
}

// prepare sees to it that a recording can be appended to f.
func prepare(f *os.File) error {
	if err := NewReader(f).Start(); err != nil {
		if err == io.EOF {
			return nil
		}
		return err
	}
	info, err := f.Stat()
	if err != nil {
		return err
	}
	last := make([]byte, 1)
	if _, err := f.ReadAt(last, info.Size()-1); err != nil {
		return fmt.Errorf("reading its end: %w", err)
	}
	if last[0] == '\n' {
		return nil
	}
	_, err = f.Write([]byte{'\n'}) // a line that was cut off stays one
	return err
}
