package httprpc

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsontext"
	"rpcsh/rpcconn/transport/web"
)

// readAnswer reads the body of res, the response to a POST that carried sent, and passes it to Recv if it is a message.
// The error says why it is not a message, or not an answer to sent.
func (c *client) readAnswer(ctx context.Context, res *http.Response, sent content) error {
	body, err := c.readBody(res)
	if err != nil {
		return err
	}
	body = c.unmarked(c.inUTF8(res.Header, body))
	asked, ok := len(sent.requests) > 0, res.StatusCode/100 == 2
	if len(bytes.TrimSpace(body)) == 0 {
		switch {
		case !ok:
			return c.refused(ctx, web.NewStatusError(res, nil))
		case asked && (res.StatusCode != http.StatusAccepted || c.listening.Load() == 0): // or it may come on a stream
			return fmt.Errorf("not answered: HTTP %d with an empty body", res.StatusCode) // perhaps there is no peer
		}
		return nil
	}
	message, got, err := c.message(body)
	readable := err == nil && got.messages > 0
	status := web.NewStatusError(res, body)
	switch {
	case !readable && ok && !asked:
		c.report(fmt.Errorf("what answered a notification is no message: %s", rpcconn.Excerpt(body)))
		return nil
	case !readable && ok:
		return unreadable(status, body)
	case readable && ok && !asked:
		return c.deliver(ctx, message)
	case readable && got.answers(sent.requests):
		if status.Retry != "" {
			c.report(fmt.Errorf("HTTP %d %s: %s", res.StatusCode, http.StatusText(res.StatusCode), status.Retry))
		}
		return c.answered(ctx, message, sent, got)
	case readable && got.refusal != nil:
		return c.refused(ctx, &refusalError{status: status, refusal: got.refusal})
	case readable && ok:
		c.trust.lose()
		return c.answered(ctx, message, sent, got)
	}
	return c.refused(ctx, status)
}

// answered passes message, which has got, to Recv. The error says which of the requests in sent it does not answer: all
// of the response has come, so nothing else will.
func (c *client) answered(ctx context.Context, message []byte, sent, got content) error {
	c.session.learn(message)
	if err := c.deliver(ctx, message); err != nil {
		return err
	}
	missing := got.missing(sent.requests)
	if len(missing) == 0 {
		return nil
	}
	if err := c.settled(ctx); err != nil {
		return err
	}
	return unanswered(missing, sent.requests, got)
}

// unanswered returns the error for a response that has got, which answers all requests but the missing ones.
func unanswered(missing, requests []rpcconn.ID, got content) error {
	e := &rpcconn.UnansweredError{
		Reason: fmt.Sprintf("the HTTP response answers %d of %d requests", len(requests)-len(missing), len(requests)),
	}
	switch {
	case got.refusal != nil:
		e.Reason, e.Cause = e.Reason+" and says "+got.refusal.Error(), got.refusal
	case len(requests) > 1:
	case got.unnamed():
		e.Reason = "the HTTP response has no id"
	case len(got.responses) > 0:
		e.Reason = "the HTTP response answers another request, " + got.responses[0].String()
	default:
		e.Reason = "the HTTP response has no answer"
	}
	return e
}

// maxShown is how much of a text that is no message an error shows, in bytes.
const maxShown = 200

// unreadable returns the error for a response whose body is no message. JSON that is wrong inside is shown with what is
// wrong.
func unreadable(status *StatusError, body []byte) error {
	text := bytes.TrimSpace(body)
	if wrong := jsontext.Valid(text); wrong != nil && len(text) > 0 && (text[0] == '{' || text[0] == '[') {
		return &rpcconn.UnansweredError{Reason: fmt.Sprintf("what came is no JSON (%v): %s", wrong, shownText(text))}
	}
	if status.Advice == "" {
		status.Advice = web.OtherProtocol
	}
	return status
}

// shownText returns text, which is no message, as errors show it: its beginning, quoted.
func shownText(text []byte) string {
	return strconv.Quote(strings.ToValidUTF8(string(text[:min(len(text), maxShown)]), "\ufffd"))
}

// refused returns err, the refusal of a POST. If err says that there is no such session, it ends the connection first.
func (c *client) refused(ctx context.Context, err error) error {
	var status *StatusError
	switch e := err.(type) {
	case *StatusError:
		status = e
	case *refusalError:
		status = e.status
	}
	if status != nil && status.Code == http.StatusNotFound {
		c.sessionLost(err)
	}
	if status != nil && status.Metadata != "" {
		status.ReadMetadata(ctx, c.url, c.http.Transport)
	}
	return err
}

// A refusalError is an error with which the peer answered without naming a request.
type refusalError struct {
	status  *StatusError
	refusal *rpcconn.Error
}

func (e *refusalError) Error() string {
	text := fmt.Sprintf("HTTP %d %s: %v", e.status.Code, http.StatusText(e.status.Code), e.refusal)
	if e.status.Refuses() {
		text += "; " + e.status.Advice
	}
	if e.status.Retry != "" {
		text += "; " + e.status.Retry
	}
	return text
}

func (e *refusalError) Unwrap() []error { return []error{e.status, e.refusal} }

// A brokenBodyError is why not all of a body was read.
type brokenBodyError struct {
	part *rpcconn.Partial // that was
	err  error
}

func (e *brokenBodyError) Error() string {
	text := fmt.Sprintf("the answer broke off after %d bytes, %s", e.part.Got, rpcconn.Excerpt(e.part.Head))
	if errors.Is(e.err, io.ErrUnexpectedEOF) {
		return text
	}
	return text + ": " + e.err.Error()
}

func (e *brokenBodyError) Unwrap() error { return e.err }

// readBody reads the whole body of a response.
func (c *client) readBody(res *http.Response) ([]byte, error) {
	if res.ContentLength > int64(c.max) {
		return nil, &rpcconn.SizeError{What: "the answer", Size: res.ContentLength, Limit: c.max}
	}
	length := plainLength(res.Header, res.ContentLength)
	body, err := readAll(res.Body, length, c.max)
	switch {
	case len(body) > c.max:
		return nil, &rpcconn.SizeError{What: "the answer", Limit: c.max}
	case err != nil:
		part := &rpcconn.Partial{Got: int64(len(body)), Size: max(length, 0), Head: body}
		part.Whole = jsontext.Valid(body) == nil
		return nil, &brokenBodyError{part, err}
	}
	return body, nil
}
