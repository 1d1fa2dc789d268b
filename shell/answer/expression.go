package answer

import (
	"context"
	"encoding/json"
	"strconv"
	"sync"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsontext"
	"rpcsh/shell/jq"
)

// ExpressionVariables returns the names of the variables that an Expression may use, without their $, and what each is.
func ExpressionVariables() [][2]string {
	return [][2]string{
		{"method", "the method that is called"},
		{"peer", "the number of the peer that calls it"},
		{"id", "the id of the request"},
		{"count", "how many calls the rule has answered before"},
		{"last", "what the rule answered last; null before that"},
		{"results", "what it answered before, oldest first, the last 100"},
		{"vars", "the shell's variables: $vars.x is $x, $vars._ the last result"},
	}
}

// maxResults is how many earlier answers an Expression remembers.
const maxResults = 100

// An Expression answers with the first value that a jq expression yields for the params.
type Expression struct {
	filter *jq.Filter

	mu      sync.Mutex // protects what follows
	results []json.RawMessage
}

// NewExpression compiles a jq expression. Its error is a *jq.Error.
func NewExpression(text string) (*Expression, error) {
	filter, err := compile(text)
	if err != nil {
		return nil, err
	}
	return &Expression{filter: filter}, nil
}

func compile(text string) (*jq.Filter, error) {
	var names []string
	for _, v := range ExpressionVariables() {
		names = append(names, v[0])
	}
	return jq.Compile(text, names...)
}

// Answer implements Answerer.
func (e *Expression) Answer(ctx context.Context, req *Request) (json.RawMessage, error) {
	values := variables(e.filter, req, e.earlier())
	req.Enter()
	result, err := e.filter.First(ctx, req.Params, values...)
	if err != nil {
		return nil, rpcconn.NewError(rpcconn.CodeServerError, err.Error())
	}
	if result == nil {
		return nil, rpcconn.NewError(rpcconn.CodeServerError,
			"the expression that answers "+req.Method+" gave no value")
	}
	if e.filter.Uses("last") || e.filter.Uses("results") {
		e.keep(result)
	}
	return result, nil
}

// variables returns the values of ExpressionVariables for req, with the earlier answers of its rule.
func variables(filter *jq.Filter, req *Request, results []json.RawMessage) []json.RawMessage {
	last, all, vars := json.RawMessage("null"), json.RawMessage("[]"), json.RawMessage("{}")
	if n := len(results); n > 0 {
		last, all = results[n-1], array(results)
	}
	if filter.Uses("vars") && req.Vars != nil {
		vars = req.Vars()
	}
	return []json.RawMessage{
		jsontext.AppendQuote(nil, req.Method), json.RawMessage(strconv.Itoa(req.Peer.Number())), idValue(req.ID),
		json.RawMessage(strconv.Itoa(req.Count)), last, all, vars,
	}
}

// idValue returns an id as JSON. The id of a notification is null.
func idValue(id rpcconn.ID) json.RawMessage {
	if id.IsNone() {
		return json.RawMessage("null")
	}
	return id.Append(nil)
}

func array(values []json.RawMessage) json.RawMessage {
	b := []byte{'['}
	for i, v := range values {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, v...)
	}
	return append(b, ']')
}

// earlier returns the answers that were given before.
func (e *Expression) earlier() []json.RawMessage {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.results
}

func (e *Expression) keep(result json.RawMessage) {
	e.mu.Lock()
	defer e.mu.Unlock()
	// a copy: others may be reading
	kept := append(make([]json.RawMessage, 0, maxResults), e.results[max(0, len(e.results)-maxResults+1):]...)
	e.results = append(kept, result)
}

// A Condition says which requests a rule is for.
type Condition struct {
	Text   string
	filter *jq.Filter
	limit  time.Duration // of one evaluation; a condition that takes longer does not hold
}

// NewCondition compiles a jq expression over the params. Its error is a *jq.Error.
func NewCondition(text string) (*Condition, error) {
	filter, err := compile(text)
	if err != nil {
		return nil, err
	}
	return &Condition{Text: text, filter: filter, limit: DefaultLimit}, nil
}

// holds reports whether the first value of the expression for req is neither null nor false. A condition that fails
// does not hold.
func (c *Condition) holds(ctx context.Context, req *Request) bool {
	ctx, cancel := context.WithTimeout(ctx, c.limit)
	defer cancel()
	v, err := c.filter.First(ctx, req.Params, variables(c.filter, req, nil)...)
	return err == nil && v != nil && string(v) != "null" && string(v) != "false"
}
