package httprpc

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/transport/web"
)

// readAnswer reads the body of res, the response to a POST that carried sent, and passes it to Recv if it is a message.
// The error says why it is not a message, or not an answer to sent.
func (c *client) readAnswer(ctx context.Context, res *http.Response, sent content) error {
	body, err := c.readBody(res.Body)
	if err != nil {
		return err
	}
	asked, ok := len(sent.requests) > 0, res.StatusCode/100 == 2
	if len(bytes.TrimSpace(body)) == 0 {
		switch {
		case !ok:
			return c.refused(web.NewStatusError(res, nil))
		case asked && !c.listening.Load(): // the answer may come on the stream
			return fmt.Errorf("HTTP %d with an empty body: the peer answered nothing", res.StatusCode)
		}
		return nil
	}
	got, err := c.content.look(body)
	readable := err == nil && got.messages > 0
	status := web.NewStatusError(res, body)
	switch {
	case !readable && ok && !asked:
		c.report(fmt.Errorf("what answered a notification is no message: %s", rpcconn.Excerpt(body)))
		return nil
	case !readable && ok && status.Advice == "":
		status.Advice = web.OtherProtocol
	case readable && (ok && !asked || got.answers(sent.requests)):
		c.session.learn(body)
		return c.deliver(ctx, body)
	case readable && got.refusal != nil:
		return c.refused(&refusalError{status: status, refusal: got.refusal})
	case readable && ok && status.Advice == "":
		status.Advice = "that answers another request"
		c.trust.lose()
	}
	return c.refused(status)
}

// refused returns err, the refusal of a POST. If err says that there is no such session, it ends the connection first.
func (c *client) refused(err error) error {
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
	return err
}

// A refusalError is an error with which the peer answered without naming a request.
type refusalError struct {
	status  *StatusError
	refusal *rpcconn.Error
}

func (e *refusalError) Error() string {
	return fmt.Sprintf("HTTP %d %s: %v", e.status.Code, http.StatusText(e.status.Code), e.refusal)
}

func (e *refusalError) Unwrap() []error { return []error{e.status, e.refusal} }

// readBody reads the whole body of a response.
func (c *client) readBody(r io.Reader) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, int64(c.max)+1))
	switch {
	case len(body) > c.max:
		return nil, &rpcconn.SizeError{What: "the answer", Limit: c.max}
	case err != nil:
		return nil, fmt.Errorf("the answer broke off after %d bytes, %s: %w", len(body), rpcconn.Excerpt(body), err)
	}
	return body, nil
}
