// Package plain tells in words what the operating system refused: "there is no such file", where the error of Go's
// library is "open x: no such file or directory".
package plain

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

// Error returns err with the operating system's part of its text in words, and nil for nil. A file is named before what
// is wrong with it, an address is not: who dialled it has named it. errors.Is and errors.As find in the result what
// they find in err.
func Error(err error) error { return spelled(err, true) }

// Reason is like Error, but names no file: who calls it has named that as the person wrote it.
func Reason(err error) error { return spelled(err, false) }

// Reworded returns err with another text, which is plain.
func Reworded(err error, text string) error { return &reworded{plainError{err, text}} }

func spelled(err error, named bool) error {
	if err == nil {
		return nil
	}
	if p, ok := err.(*plainError); ok {
		if named {
			return err
		}
		err = p.err // it may have been named
	}
	text := err.Error()
	rewrite(err, func(of error, file string) {
		better := words(of)
		if named && file != "" {
			better = file + ": " + better
		}
		text = strings.Replace(text, of.Error(), better, 1)
	})
	if text == err.Error() {
		return err
	}
	return &plainError{err, text}
}

// A plainError has another text than the error it wraps.
type plainError struct {
	err  error
	text string
}

// A reworded error is one whose text is not the operating system's.
type reworded struct{ plainError }

func (e *plainError) Error() string { return e.text }
func (e *plainError) Unwrap() error { return e.err }

// rewrite calls with for each error in err that the operating system's part of a text comes from, and the file that it
// names.
func rewrite(err error, with func(of error, file string)) {
	switch e := err.(type) {
	case *plainError, *reworded: // its text is plain
	case *fs.PathError:
		with(e, e.Path)
	case *os.LinkError:
		with(e, e.New)
	case *net.OpError, *net.DNSError, *os.SyscallError, *exec.Error, syscall.Errno:
		with(e, "")
	case interface{ Unwrap() []error }:
		for _, part := range e.Unwrap() {
			rewrite(part, with)
		}
	case interface{ Unwrap() error }:
		if inner := e.Unwrap(); inner != nil {
			rewrite(inner, with)
		}
	}
}

// words returns what is wrong.
func words(err error) string {
	switch told := innermost(err).(type) {
	case *plainError, *reworded:
		return told.Error()
	}
	if inMissingFolder(err) {
		return "its folder is missing"
	}
	for _, known := range reasons() {
		if known.isOf(err) {
			return string(known.words)
		}
	}
	var dns *net.DNSError
	if errors.As(err, &dns) && dns.IsNotFound {
		return "no host has that name"
	}
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		return "it takes too long"
	}
	return innermost(err).Error()
}

// inMissingFolder reports whether a file was to be in a folder that is not there.
func inMissingFolder(err error) bool {
	var file *fs.PathError
	if !errors.As(err, &file) || !errors.Is(err, fs.ErrNotExist) {
		return false
	}
	_, err = os.Stat(filepath.Dir(file.Path))
	return errors.Is(err, fs.ErrNotExist)
}

// innermost returns the error that says what is wrong, without what was being done.
func innermost(err error) error {
	for {
		switch e := err.(type) {
		case *fs.PathError:
			err = e.Err
		case *os.LinkError:
			err = e.Err
		case *net.OpError:
			err = e.Err
		case *os.SyscallError:
			err = e.Err
		case *exec.Error:
			err = e.Err
		default:
			return err
		}
	}
}

// reasons returns what is known of any system, and of this one. A more special one comes first.
func reasons() []reason {
	return append(ofSystem(), []reason{
		{"there is no such file", []error{fs.ErrNotExist}},
		{"permission is refused", []error{fs.ErrPermission}},
		{"it exists already", []error{fs.ErrExist}},
		{"it is closed", []error{fs.ErrClosed, net.ErrClosed}},
		{"it is not in PATH", []error{exec.ErrNotFound}},
	}...)
}
