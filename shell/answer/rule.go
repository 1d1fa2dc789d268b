// Package answer decides how the peer's requests are answered: by rules that name methods and say what to do. It knows
// neither the terminal nor who connected.
package answer

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsonscan"
	"rpcsh/shell/jq"
)

// A Rule answers the requests whose method its Pattern matches.
type Rule struct {
	Pattern string         // a method, or a glob: * ? [a-z], where / is nothing special
	Text    string         // what the person wrote after the pattern
	Error   *rpcconn.Error // answer with it; nil: with what filter gives
	Delay   time.Duration  // before the answer
	Close   bool           // close the connection after the answer
	Abort   bool           // close it instead of answering

	filter *jq.Filter // nil: the answer is null
}

// SetExpression makes the first value that expression, over the params, gives the answer. Its error is a *jq.Error.
func (r *Rule) SetExpression(expression string) error {
	filter, err := jq.Compile(expression, "method", "peer", "id")
	if err != nil {
		return err
	}
	r.filter = filter
	return nil
}

// timeLimit bounds how long an expression may run.
const timeLimit = 30 * time.Second

var errTimeLimit = errors.New("the expression ran for longer than " + timeLimit.String())

// answer returns the answer to req from the peer of this number.
func (r *Rule) answer(ctx context.Context, c *rpcconn.Conn, req *rpcconn.Request, peer int) (json.RawMessage, error) {
	if r.Delay > 0 {
		select {
		case <-time.After(r.Delay):
		case <-ctx.Done():
			return nil, rpcconn.ErrNoAnswer
		}
	}
	if r.Abort {
		req.After(func() { _ = c.Close() }) // its end is reported like any other
		return nil, rpcconn.ErrNoAnswer
	}
	if r.Close {
		req.After(func() { _ = c.Close() })
	}
	if r.Error != nil {
		return nil, r.Error
	}
	if r.filter == nil {
		return json.RawMessage("null"), nil
	}
	ctx, cancel := context.WithTimeoutCause(ctx, timeLimit, errTimeLimit)
	defer cancel()
	result, err := r.filter.First(ctx, req.Params, jsonscan.AppendQuote(nil, req.Method), json.RawMessage(strconv.Itoa(peer)), req.ID.Append(nil))
	if err != nil {
		return nil, rpcconn.NewError(rpcconn.CodeServerError, err.Error())
	}
	if result == nil {
		return nil, rpcconn.NewError(rpcconn.CodeServerError, "the expression that answers "+req.Method+" gave no value")
	}
	return result, nil
}
