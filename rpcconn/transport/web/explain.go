package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"rpcsh/rpcconn/plain"
	"rpcsh/rpcconn/transport"
)

// malformed begins what the http package says of an answer that is not of HTTP.
const malformed = "malformed HTTP"

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
		return plain.Reworded(err, "the server does not speak TLS; try without it (http, ws)")
	case reason != "":
		return &transport.TLSError{Reason: reason, Err: err}
	case strings.Contains(text, malformed) && strings.Contains(text, `"\x15\x03`): // a TLS alert
		return plain.Reworded(err, "the server speaks TLS; try with it (https, wss)")
	case strings.Contains(text, malformed):
		said := text[strings.Index(text, malformed):]
		return plain.Reworded(err, fmt.Sprintf("the server does not speak HTTP; try tcp (%s)", said))
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), plain.Reset.Is(err), plain.NobodyReads.Is(err),
		strings.Contains(text, "server closed idle connection"): // the http package has no value for it
		return plain.Reworded(err, "the server closed the connection instead of answering")
	}
	if _, wrong, is := strings.Cut(text, "transport connection broken: "); is {
		if at := strings.IndexByte(wrong, '"'); at >= 0 && strings.HasPrefix(wrong, "malformed MIME header") {
			wrong = "at " + wrong[at:]
		}
		return plain.Reworded(err, "the server's answer breaks off in its header, or is no HTTP: "+wrong)
	}
	return err
}
