package httprpc

import (
	"bytes"
	"encoding/json"
	"slices"
	"sync"

	"rpcsh/rpcconn"
)

// A content is what this package has to know of a frame.
type content struct {
	requests  []rpcconn.ID   // ids of the requests
	responses []rpcconn.ID   // ids of the responses
	refusal   *rpcconn.Error // the error of a response that names no request
	messages  int            // how many there are, notifications included
	asks      bool           // the receiver answers the frame, if only with an error
}

// answers reports whether one of the responses in c is to one of ids.
func (c content) answers(ids []rpcconn.ID) bool {
	return len(c.missing(ids)) < len(ids)
}

// unnamed reports whether there is one response in c, and that has no id, or null.
func (c content) unnamed() bool {
	return len(c.responses) == 1 && (c.responses[0].IsNone() || c.responses[0].IsNull())
}

// missing returns those of ids that no response in c answers.
func (c content) missing(ids []rpcconn.ID) []rpcconn.ID {
	var missing []rpcconn.ID
	for _, id := range ids {
		if !slices.ContainsFunc(c.responses, func(got rpcconn.ID) bool { return got.Meant() == id.Meant() }) {
			missing = append(missing, id)
		}
	}
	return missing
}

// An inspector looks into frames. Its method may be called by any goroutine.
type inspector struct {
	mu     sync.Mutex // protects what follows
	codec  rpcconn.Codec
	packet rpcconn.Packet
}

// look returns what is in frame. The error says that it is not a frame of the protocol.
func (i *inspector) look(frame []byte) (content, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	defer func() { // they hold on to frame
		clear(i.packet.Messages)
		i.packet.Deviations = nil // Conn tells them
	}()
	if err := i.codec.Decode(frame, &i.packet); err != nil {
		return content{asks: true}, err
	}
	c := content{asks: len(i.packet.Messages) == 0}
	for _, m := range i.packet.Messages {
		switch m.Kind {
		case rpcconn.KindInvalid:
			c.asks = true
			if !m.Broken || m.Result == nil {
				continue
			}
			c.responses = append(c.responses, m.ID) // Conn takes it for one without a result, if it waits for that
		case rpcconn.KindRequest:
			c.asks = true
			c.requests = append(c.requests, m.ID)
		case rpcconn.KindResponse:
			unnamed := m.Err != nil && (m.ID.IsNone() || m.ID.IsNull())
			if unnamed && !isRefusal(frame) {
				continue
			}
			c.responses = append(c.responses, m.ID)
			if unnamed {
				refusal := *m.Err
				refusal.Data, refusal.CodeText = bytes.Clone(m.Err.Data), bytes.Clone(m.Err.CodeText)
				c.refusal = &refusal
			}
		}
		c.messages++
	}
	return c, nil
}

// isRefusal reports whether frame, an error for no certain request, is of JSON-RPC, and not what a web server says of
// its own accord, such as {"error":"Not Found"} or {"error":{"code":404,"message":"no such page"}}. What is no single
// JSON object the codec knows better.
func isRefusal(frame []byte) bool {
	var m struct{ JSONRPC, ID, Result, Error json.RawMessage }
	if json.Unmarshal(frame, &m) != nil || m.JSONRPC != nil {
		return true
	}
	var object struct {
		Code    *json.Number
		Message *string
	}
	whole := json.Unmarshal(m.Error, &object) == nil && object.Code != nil && object.Message != nil
	return m.ID != nil && (whole || m.Result != nil) // JSON-RPC 1.0 has all three, and errors of any form
}
