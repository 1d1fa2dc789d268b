package httprpc

import (
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
	for _, id := range c.responses {
		for _, want := range ids {
			if id == want {
				return true
			}
		}
	}
	return false
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
	defer func() { clear(i.packet.Messages) }() // they hold on to frame
	if err := i.codec.Decode(frame, &i.packet); err != nil {
		return content{asks: true}, err
	}
	c := content{asks: len(i.packet.Messages) == 0}
	for _, m := range i.packet.Messages {
		switch m.Kind {
		case rpcconn.KindInvalid:
			c.asks = c.asks || m.Err != nil
			continue
		case rpcconn.KindRequest:
			c.asks = true
			c.requests = append(c.requests, m.ID)
		case rpcconn.KindResponse:
			c.responses = append(c.responses, m.ID)
			if m.Err != nil && (m.ID.IsNone() || m.ID.IsNull()) {
				c.refusal = &rpcconn.Error{Code: m.Err.Code, Message: m.Err.Message,
					Data: append([]byte(nil), m.Err.Data...)}
			}
		}
		c.messages++
	}
	return c, nil
}
