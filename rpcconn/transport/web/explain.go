package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"syscall"

	"rpcsh/rpcconn/transport"
)

// Explain returns an http.Client's error with advice if there is any, and without the operation, which the caller adds.
// errors.Is and errors.As find in the result what they find in err.
func Explain(err error) error {
	var outer *url.Error
	if errors.As(err, &outer) {
		err = outer.Err
	}
	if transport.Stalled(err) != "" {
		return err
	}
	text := err.Error()
	reason := transport.TLSReasonOf(err)
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, http.ErrSchemeMismatch):
		return fmt.Errorf("the server does not speak TLS; try without it (http, ws) (%w)", err)
	case reason != "":
		return &transport.TLSError{Reason: reason, Err: err}
	case strings.Contains(text, `malformed HTTP`) && strings.Contains(text, `"\x15\x03`): // a TLS alert
		return fmt.Errorf("the server speaks TLS; try with it (https, wss) (%w)", err)
	case strings.Contains(text, "malformed HTTP"):
		return fmt.Errorf("the server does not speak HTTP; try tcp (%w)", err)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err,
		syscall.EPIPE),
		strings.Contains(text, "server closed idle connection"): // the http package has no value for it
		return fmt.Errorf("the server closed the connection instead of answering (%w)", err)
	}
	return err
}
