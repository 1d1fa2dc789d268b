// Package rpcconn is one connection in which both sides may call: it numbers requests, matches responses with them, and
// hands the peer's own requests and notifications to whoever owns the connection.
//
// Three layers, none of which knows the one above: bytes ([Channel], one frame at a time), messages ([Codec], a frame
// is a [Packet]) and calls ([Conn]). Codecs, transports and what is built on them live in the packages below this one.
// Nothing here knows a terminal, a command or a file.
//
// Above the codec everything is JSON text: what a person types is what is sent, the order of keys and big numbers
// survive, and codecs of other forms translate at their own border.
package rpcconn

import (
	"bytes"
	"encoding/json"
	"time"
)

// Kind says what a message is.
type Kind uint8

// The kinds of message.
const (
	// well-formed, but not a message: Message.Raw is its text, Message.Err is the answer; nil: it is not answered
	KindInvalid      Kind = iota
	KindRequest           // wants a response
	KindNotification      // wants none
	KindResponse
)

// A Message is one request, notification or response; Kind says which fields count.
type Message struct {
	Kind   Kind
	ID     ID              // the zero ID in a notification, and in a response that has none
	Method string          // of requests and notifications
	Params json.RawMessage // of requests and notifications; nil: no params member
	Result json.RawMessage // of responses; nil if Err is set, except in an invalid response that has both
	Err    *Error          // of responses; for KindInvalid, the answer
	Raw    json.RawMessage // of KindInvalid: the whole text
	// further top-level members, as an object, if the protocol has any (CDP's sessionId); else nil
	Extra json.RawMessage
	// of KindInvalid: it is a response to the request ID, though a broken one. It is never answered where a call waits
	// for it; a Result that is not nil is what it is taken for.
	Broken bool
}

// A Packet is what one frame carries: one message, or a batch.
type Packet struct {
	Messages []Message
	Batch    bool // the messages are in an array, even if there is only one (or, decoded, none)
	// what is against the specification and was taken nevertheless; Decode appends to it
	Deviations []*Deviation
	// memory for the text of params and results that a codec makes of a frame of another form: valid until Decode is
	// called again. nil: each text has memory of its own.
	Text []byte
}

// forget has p keep neither the memory of a frame nor that of a long batch.
func (p *Packet) forget() {
	const few = 16
	clear(p.Messages)
	if p.Messages = p.Messages[:0]; cap(p.Messages) > few {
		p.Messages = nil
	}
}

// A Request is a request or, without an ID, a notification that the peer sent.
type Request struct {
	ID     ID
	Method string
	Params json.RawMessage // nil: no params member
	Extra  json.RawMessage // as in Message
	Time   time.Time       // when a request came; zero for a notification
	Remark string          // the Handler's remark on its answer, for OnAnswer

	conn    *Conn         // that it came over
	held    int           // bytes that are counted for it
	refusal *Error        // the answer to an invalid request, which the Handler does not see
	batch   *batchAnswers // the batch that the answer belongs to; nil: it is sent alone
	place   int           // of the answer in the batch
	after   []func()
	memory  []byte // for the params of a request that is used again
}

// Clone returns a copy of r that shares nothing with the connection.
func (r *Request) Clone() *Request {
	return &Request{ID: r.ID, Method: r.Method, Params: bytes.Clone(r.Params), Extra: bytes.Clone(r.Extra),
		Time: r.Time}
}

// IsNotification reports whether the peer wants no response.
func (r *Request) IsNotification() bool { return r.ID.IsNone() }

// A Response is the peer's answer to a request: Err, or else Result. No protocol allows both; a response with both is a
// failure.
type Response struct {
	ID     ID
	Result json.RawMessage
	Err    *Error
	Extra  json.RawMessage // as in Message
}

// A Codec turns packets into frames and frames into packets. It never blocks.
//
// A Codec belongs to one connection: Decode is called by one goroutine at a time, AppendEncode by any number of them,
// even while Decode runs.
type Codec interface {
	// AppendEncode appends the frame for p to dst. The error wraps errors.ErrUnsupported for a batch if the protocol
	// has no batches; any other error says what in p the protocol cannot express. In both cases dst is returned
	// unchanged.
	AppendEncode(dst []byte, p *Packet) ([]byte, error)

	// Decode reads frame into p, reusing p.Messages and p.Text. The results may alias frame and p.Text. p.Deviations is
	// appended to, whether or not there is an error.
	//
	// The error, an *Error with a standard code, concerns the frame as a whole: it is not well-formed text. What is
	// well-formed but not a message becomes a Message of KindInvalid.
	Decode(frame []byte, p *Packet) error
}
