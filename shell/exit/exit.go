// Package exit has the exit codes of rpcsh, and the errors that carry one.
package exit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/plain"
	"rpcsh/shell/lang"
)

// The exit codes, as docs/reference.md lists them.
const (
	Done        = 0
	PeerError   = 1
	Usage       = 2
	Connection  = 3
	Timeout     = 4
	Expectation = 5
	Interrupted = 130
	Quit        = 131 // by SIGQUIT, as what a shell says of a program that ends so
	Unread      = 141 // by SIGPIPE, the same
)

// Why a call or a run was given up.
var (
	ErrTimeout     = errors.New("timed out")
	ErrInterrupted = errors.New("interrupted")
	ErrCancelled   = errors.New("cancelled")
)

// A Failure is an error with its exit code.
type Failure struct {
	Code int
	Err  error
}

// Error implements error.
func (f *Failure) Error() string { return f.Err.Error() }

// Unwrap returns the error without its code.
func (f *Failure) Unwrap() error { return f.Err }

// Usagef returns an error of the command line or of a line of the language.
func Usagef(format string, args ...any) error { return &Failure{Usage, fmt.Errorf(format, args...)} }

// Connectionf returns an error for a connection that does not exist, or no longer.
func Connectionf(format string, args ...any) error {
	return &Failure{Connection, fmt.Errorf(format, args...)}
}

// A Shown is an error that the person has seen already.
type Shown struct{ Err error }

// Error implements error.
func (s *Shown) Error() string { return s.Err.Error() }

// Unwrap returns the error that was shown.
func (s *Shown) Unwrap() error { return s.Err }

// IsShown reports whether err has been shown already.
func IsShown(err error) bool {
	var s *Shown
	return errors.As(err, &s)
}

// Code returns the exit code for err.
func Code(err error) int {
	var f *Failure
	var peer *rpcconn.Error
	var unanswered *rpcconn.UnansweredError
	var broken *rpcconn.BrokenAnswerError
	var wrongID *rpcconn.WrongIDError
	var syntax *lang.Error
	switch {
	case err == nil:
		return Done
	case errors.As(err, &f):
		return f.Code
	case errors.As(err, &peer), errors.As(err, &unanswered), errors.As(err, &broken), errors.As(err, &wrongID):
		return PeerError
	case errors.Is(err, ErrTimeout): // also of a call in a line, which is at a place in it
		return Timeout
	case errors.Is(err, ErrInterrupted), errors.Is(err, ErrCancelled), errors.Is(err, context.Canceled):
		return Interrupted
	case errors.As(err, &syntax):
		return Usage
	default:
		return Connection
	}
}

// Advice returns what err says there is to be done about the errors in it, the innermost first: what their methods
// Advice return.
func Advice(err error) (all []string) {
	var adviser interface {
		error
		Advice() string
		Unwrap() error
	}
	for errors.As(err, &adviser) {
		all = append([]string{adviser.Advice()}, all...)
		err = adviser.Unwrap()
	}
	return all
}

// JSON returns err as the one JSON object that -o json asks for.
func JSON(err error) string {
	type object struct {
		Exit    int             `json:"exit"`
		Message string          `json:"message"`
		Code    json.RawMessage `json:"code,omitempty"` // of the peer's error
		Data    json.RawMessage `json:"data,omitempty"`
		Column  *int            `json:"column,omitempty"` // of the line, from 1
		Hint    string          `json:"hint,omitempty"`   // what to do about the peer's error
	}
	o := object{Exit: Code(err), Message: plain.Error(err).Error()}
	var peer *rpcconn.Error
	var syntax *lang.Error
	if errors.As(err, &peer) {
		o.Message, o.Code, o.Data = peer.Message, peer.AppendCode(nil), peer.Data
		o.Hint = strings.Join(Advice(err), "; ")
	}
	if errors.As(err, &syntax) {
		column := syntax.Column + 1
		o.Column = &column
	}
	text, marshalErr := json.Marshal(map[string]object{"error": o})
	if marshalErr != nil {
		return `{"error":{"exit":1,"message":"the error cannot be shown"}}`
	}
	return string(text)
}
