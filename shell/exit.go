package shell

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"rpcsh/rpcconn"
	"rpcsh/shell/lang"
)

// The exit codes of rpcsh, as docs/reference.md lists them.
const (
	ExitDone        = 0
	ExitPeerError   = 1
	ExitUsage       = 2
	ExitConnection  = 3
	ExitTimeout     = 4
	ExitExpectation = 5
	ExitInterrupted = 130
)

// A failure is an error with the exit code that it is worth.
type failure struct {
	code int
	err  error
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// UsageError says that the command line or a line of the language is wrong.
func UsageError(format string, args ...any) error {
	return &failure{ExitUsage, fmt.Errorf(format, args...)}
}

func connectionError(format string, args ...any) error {
	return &failure{ExitConnection, fmt.Errorf(format, args...)}
}

// Causes for which a call is given up.
var (
	errTimeout     = errors.New("timed out")
	errInterrupted = errors.New("interrupted")
	errCancelled   = errors.New("cancelled")
)

// ExitCode returns the exit code that err is worth.
func ExitCode(err error) int {
	var f *failure
	var peer *rpcconn.Error
	var syntax *lang.Error
	switch {
	case err == nil:
		return ExitDone
	case errors.As(err, &f):
		return f.code
	case errors.As(err, &peer):
		return ExitPeerError
	case errors.As(err, &syntax):
		return ExitUsage
	case errors.Is(err, errTimeout):
		return ExitTimeout
	case errors.Is(err, errInterrupted), errors.Is(err, context.Canceled):
		return ExitInterrupted
	case errors.Is(err, rpcconn.ErrClosed):
		return ExitConnection
	default:
		return ExitConnection
	}
}

// ErrorJSON returns err as the one JSON object that -o json asks for.
func ErrorJSON(err error) string {
	type object struct {
		Exit    int             `json:"exit"`
		Message string          `json:"message"`
		Code    *int64          `json:"code,omitempty"` // of the peer's error
		Data    json.RawMessage `json:"data,omitempty"`
		Column  *int            `json:"column,omitempty"` // of the line, from 1
	}
	o := object{Exit: ExitCode(err), Message: err.Error()}
	var peer *rpcconn.Error
	var syntax *lang.Error
	if errors.As(err, &peer) {
		o.Message, o.Code, o.Data = peer.Message, &peer.Code, peer.Data
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
