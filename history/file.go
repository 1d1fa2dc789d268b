package history

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"

	"rpcsh/rpcconn/statefile"
)

const (
	fileMode   = 0o600
	folderMode = 0o700
)

// A file is a history file, shared by all shells that were given the same path. One goroutine at a time uses it.
//
// To add a line, or to replace the file by a shorter one, a shell holds the lock on a second file beside it (the name
// with .lock). A line is written at once, so that it is there as a whole or not at all. Nobody keeps the file open.
type file struct {
	path  string
	limit int
	lock  *flock.Flock
	lines int // how many there are in the file, to the knowledge of this process
}

// openFile returns the file at path, which need not exist, and the newest limit entries in it.
func openFile(path string, limit int) (*file, []string, error) {
	path, err := filepath.Abs(path) // the working directory may change
	if err != nil {
		return nil, nil, fmt.Errorf("find the history file: %w: give its whole name", err)
	}
	// A link, as those who keep their settings in a repository have, stays one when the file is replaced.
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	f := &file{path: path, limit: limit, lock: flock.New(path+".lock", flock.SetPermissions(fileMode))}
	info, err := os.Stat(path)
	switch folder, missing := os.Stat(filepath.Dir(path)); {
	case missing == nil && !folder.IsDir(): // which Windows takes for one that is not there
		return nil, nil, fmt.Errorf("%s: %s is no folder: choose another file", path, filepath.Dir(path))
	case errors.Is(err, fs.ErrNotExist):
		return f, nil, nil
	case err != nil:
		return nil, nil, fmt.Errorf(
			"find the history file: %w: check the folders of that name, or choose another file", err)
	case !info.Mode().IsRegular():
		return nil, nil, fmt.Errorf("%s is no regular file: choose another", path)
	}
	if info.Mode().Perm() != fileMode {
		if err := os.Chmod(path, fileMode); err != nil {
			return nil, nil, fmt.Errorf(
				"keep others from reading the history file: %w: make the file your own, or choose another", err)
		}
	}
	entries, err := f.read()
	if err != nil {
		return nil, nil, fmt.Errorf("%w: make the file readable for you, or choose another", err)
	}
	f.lines = len(entries)
	if locked, err := f.lock.TryLock(); err == nil && locked {
		f.compactIfLong()
		_ = f.lock.Unlock()
	}
	return f, newest(entries, limit), nil
}

// add appends an entry.
func (f *file) add(entry string) error {
	if err := os.MkdirAll(filepath.Dir(f.path), folderMode); err != nil {
		return fmt.Errorf("make the folder of the history file: %w", err)
	}
	if err := statefile.Lock(f.lock); err != nil {
		return fmt.Errorf("lock the history file: %w", err)
	}
	err := f.append(escape(entry) + "\n")
	if err == nil {
		f.lines++
		f.compactIfLong()
	}
	if unlockErr := f.lock.Unlock(); err == nil && unlockErr != nil {
		err = fmt.Errorf("unlock the history file: %w", unlockErr)
	}
	return err
}

// append writes line in one piece. A line before it that a crash left without its end is ended first.
func (f *file) append(line string) (err error) {
	out, err := os.OpenFile(f.path, os.O_RDWR|os.O_APPEND|os.O_CREATE, fileMode)
	if err != nil {
		return fmt.Errorf("open the history file: %w", err)
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	end, err := out.Seek(0, io.SeekEnd)
	if err != nil {
		return fmt.Errorf("find the end of the history file: %w", err)
	}
	last := []byte{'\n'}
	if end > 0 {
		if _, err := out.ReadAt(last, end-1); err != nil {
			return fmt.Errorf("read the end of the history file: %w", err)
		}
	}
	if last[0] != '\n' {
		line = "\n" + line
	}
	if _, err := out.WriteString(line); err != nil {
		return fmt.Errorf("write the history file: %w", err)
	}
	return nil
}

// read returns all entries in the file. It needs no lock, as the file is complete at any time.
func (f *file) read() ([]string, error) {
	text, err := statefile.Read(f.path)
	if err != nil {
		return nil, fmt.Errorf("read the history file: %w", err)
	}
	var entries []string
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r") // editors may add a CR
		if line != "" {
			entries = append(entries, unescape(line))
		}
	}
	return entries, nil
}

// compactIfLong rewrites the file if it has grown clearly beyond the limit, to more than twice that; the lock is held.
// That it cannot do so now, because the disk is full perhaps, does no harm: a later Add tries again.
func (f *file) compactIfLong() {
	if f.lines-f.limit <= f.limit {
		return
	}
	entries, err := f.read()
	if err != nil {
		return
	}
	entries = newest(entries, f.limit)
	if err := f.replace(entries); err == nil {
		f.lines = len(entries)
	}
}

// replace puts a file with the entries in the place of the file.
func (f *file) replace(entries []string) error {
	temp, err := os.CreateTemp(filepath.Dir(f.path), filepath.Base(f.path)+".*.tmp") // its mode is 0600
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name()) // fails once it has its new name
	var text strings.Builder
	for _, e := range entries {
		text.WriteString(escape(e))
		text.WriteByte('\n')
	}
	_, err = temp.WriteString(text.String())
	if err := errors.Join(err, temp.Sync(), temp.Close()); err != nil {
		return err
	}
	return statefile.Rename(temp.Name(), f.path)
}
