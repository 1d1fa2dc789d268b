package answer

import (
	"context"
	"encoding/json"

	"rpcsh/rpcconn"
)

// A FixedError answers every request with the same error.
type FixedError struct{ Err *rpcconn.Error }

// Answer implements Answerer.
func (e FixedError) Answer(context.Context, *Request) (json.RawMessage, error) { return nil, e.Err }
