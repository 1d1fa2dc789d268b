// Package statefile changes small files that several processes have in common: nobody ever reads a half of one, and
// what two change at the same time is not lost.
package statefile

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

const (
	fileMode   = 0o600
	folderMode = 0o700

	// How long Lock waits while another process makes a change, which takes milliseconds, and how often it asks.
	lockWait  = 2 * time.Second
	lockRetry = 5 * time.Millisecond
)

// A File is a file that several processes change.
type File struct {
	Path string
	// Lock is a second file, on which a process holds a lock while it replaces the first. It stays. "": Path with .lock
	// behind it; many files may have one in common.
	Lock string
}

// Update replaces the text of the file by what change makes of it; the text is nil where there is no file.
// Where change returns an error, or the same text, nothing is written. The file, which its owner alone may read, and
// its folder are made where they are missing; a link stays one. Any number of processes and goroutines may call it:
// each sees what the others have made.
func (f File) Update(change func(text []byte) ([]byte, error)) (err error) {
	path := f.Path
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	if err := os.MkdirAll(filepath.Dir(path), folderMode); err != nil {
		return err
	}
	lock := flock.New(cmp.Or(f.Lock, path+".lock"), flock.SetPermissions(fileMode))
	if err := Lock(lock); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Unlock()) }()
	old, err := Read(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	text, err := change(old)
	if err != nil || bytes.Equal(text, old) {
		return err
	}
	return replace(path, text)
}

// Lock waits until this process holds lock, two seconds at most.
func Lock(lock *flock.Flock) error {
	ctx, cancel := context.WithTimeout(context.Background(), lockWait)
	defer cancel()
	_, err := lock.TryLockContext(ctx, lockRetry)
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%s has been locked by another program for %v: end that program", lock.Path(), lockWait)
	}
	return err
}

// Read returns the text of a file that other processes may be replacing: what it was before, or after that.
func Read(path string) (text []byte, err error) {
	err = patiently(func() error {
		text, err = os.ReadFile(path)
		return err
	})
	return text, err
}

// Rename gives a file the name of another, which it replaces, though other processes may be reading that.
func Rename(from, to string) error { return patiently(func() error { return os.Rename(from, to) }) }

func replace(path string, text []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*") // its mode is 0600
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Close()); err == nil {
		err = Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}
