package shell

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsontext"
)

// settle makes the outcome of the responses.
func (s *Shell) settle(o *outcome, j *job, responses []*rpcconn.Response, ctx context.Context) {
	switch {
	case o.err != nil:
		o.err = s.callError(o.err, j, ctx)
	case j.Batch:
	case responses[0].Err != nil:
		o.err = responses[0].Err
	default:
		o.result = responses[0].Result
	}
	if j.Batch && slices.ContainsFunc(responses, func(r *rpcconn.Response) bool { return r != nil }) {
		o.result = batchResult(responses)
	}
}

// batchResult returns the answers to a batch as one array, an error in its place as {"error":{…}}.
func batchResult(responses []*rpcconn.Response) json.RawMessage {
	b := []byte("[")
	for i, r := range responses {
		if i > 0 {
			b = append(b, ',')
		}
		switch {
		case r == nil:
			b = append(b, errorObject(&rpcconn.Error{Message: "no answer"})...)
		case r.Err != nil:
			b = append(b, errorObject(r.Err)...)
		default:
			b = append(b, r.Result...)
		}
	}
	return append(b, ']')
}

// errorObject returns {"error":{…}}, as an error stands among results.
func errorObject(e *rpcconn.Error) []byte {
	b := fmt.Appendf(nil, `{"error":{"code":%d,"message":`, e.Code)
	b = jsontext.AppendQuote(b, e.Message)
	if e.Data != nil {
		b = append(append(b, `,"data":`...), e.Data...)
	}
	return append(b, "}}"...)
}

// together returns the results of all peers as an array, errors in their places.
func together(outcomes []outcome) json.RawMessage {
	var all []string
	for _, o := range outcomes {
		var e *rpcconn.Error
		switch {
		case o.err == nil:
			all = append(all, string(o.result))
		case errors.As(o.err, &e):
			all = append(all, string(errorObject(e)))
		default:
			all = append(all, string(errorObject(&rpcconn.Error{Message: o.err.Error()})))
		}
	}
	return json.RawMessage("[" + strings.Join(all, ",") + "]")
}

// oneValue returns what a filter gave as one value: itself where it is one, else an array, null where it gave nothing.
func oneValue(values []json.RawMessage) json.RawMessage {
	switch len(values) {
	case 0:
		return json.RawMessage("null")
	case 1:
		return values[0]
	}
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = string(v)
	}
	return json.RawMessage("[" + strings.Join(texts, ",") + "]")
}
