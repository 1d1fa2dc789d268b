package answer

import (
	"context"
	"encoding/json"

	"rpcsh/rpcconn"
)

// An Error answers with itself.
type Error struct{ Err *rpcconn.Error }

// Answer implements Answerer.
func (e Error) Answer(context.Context, *Request) (json.RawMessage, error) { return nil, e.Err }
