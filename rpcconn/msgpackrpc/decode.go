package msgpackrpc

import (
	"fmt"
	"math"

	"github.com/tinylib/msgp/msgp"

	"rpcsh/rpcconn"
)

// Decode implements rpcconn.Codec. The whole frame is checked first. The results in p do not alias frame.
//
// Params are handed on whatever they are, though the specification wants an array. What is no message is of
// KindInvalid, and is to be answered only where it is a request with an id, for an answer needs one.
//
// The error, for what is not exactly one MessagePack value, has the code rpcconn.CodeParseError and, as data, what is
// wrong at which offset. p has no messages then.
func (c *Codec) Decode(frame []byte, p *rpcconn.Packet) error {
	p.Messages, p.Batch = p.Messages[:0], false
	before := c.binText
	m, err := c.message(frame, p)
	if c.binText && !before {
		p.Deviations = append(p.Deviations, &rpcconn.Deviation{
			Rule: "bin for str", Text: "it writes text as bin, where the specification has str; both are read as text",
		})
	}
	if err != nil {
		return rpcconn.NewError(rpcconn.CodeParseError, err.Error())
	}
	p.Messages = append(p.Messages, m)
	return nil
}

// message returns the message that frame is. The error says why frame is not a MessagePack value.
func (c *Codec) message(frame []byte, p *rpcconn.Packet) (rpcconn.Message, error) {
	e := readEnvelope(frame)
	if e.mistake != "" {
		return e.invalid(translator{frame: frame, handles: c.shown()})
	}
	m := rpcconn.Message{Kind: e.kind, ID: e.id}
	c.binText = c.binText || e.bin
	t := translator{frame: frame, handles: c.shown(), binText: c.binText}
	var err error
	rest := e.rest
	if e.kind != rpcconn.KindResponse {
		m.Method = c.methods.Get(e.method)
		if m.Params, rest, err = t.valueIn(p, rest); err != nil {
			return m, fmt.Errorf("params: %w", err)
		}
		return m, t.end(rest)
	}
	if msgp.IsNil(rest) {
		rest = rest[1:]
	} else {
		var failure []byte
		c.binText = c.binText || saysInBin(rest)
		t.binText = c.binText
		if failure, rest, err = t.value(rest); err != nil {
			return m, fmt.Errorf("error: %w", err)
		}
		m.Err = readError(failure)
	}
	result, rest, err := t.valueIn(p, rest)
	if err != nil {
		return m, fmt.Errorf("result: %w", err)
	}
	if m.Err == nil || string(result) != "null" {
		m.Result = result
	}
	return m, t.end(rest)
}

// An envelope is the part of a message that the protocol itself defines.
type envelope struct {
	kind    rpcconn.Kind
	id      rpcconn.ID
	method  []byte // of requests and notifications
	bin     bool   // the method is a bin
	rest    []byte // params, or error and result
	mistake string // why frame is not a message; "" if no mistake was found
}

// readEnvelope reads frame up to the method, or the id of a response. A frame that ends before that has a mistake.
func readEnvelope(frame []byte) (e envelope) {
	if msgp.NextType(frame) != msgp.ArrayType {
		e.mistake = "a message is an array"
		return e
	}
	size, rest, err := msgp.ReadArrayHeaderBytes(frame)
	kind, rest, ok := readUint32(rest)
	if err != nil || !ok || kind > typeNotification {
		e.mistake = "the first element of a message is 0, 1 or 2"
		return e
	}
	e.kind = [...]rpcconn.Kind{rpcconn.KindRequest, rpcconn.KindResponse, rpcconn.KindNotification}[kind]
	want := uint32(4)
	if kind == typeNotification {
		want = 3
	} else {
		var id uint32
		if id, rest, ok = readUint32(rest); !ok {
			e.mistake = "msgid is no integer from 0 to 2^32-1"
			return e
		}
		e.id = rpcconn.IntID(int64(id))
	}
	if size != want {
		e.mistake = fmt.Sprintf("an array of %d elements, want %d", size, want)
		return e
	}
	if kind != typeResponse {
		if e.method, rest, e.bin, ok = readText(rest, true); !ok {
			e.mistake = "method is no string in UTF-8"
		}
	}
	e.rest = rest
	return e
}

// saysInBin reports whether the error that b begins with has its text, which may come behind a code, as a bin.
func saysInBin(b []byte) bool {
	if msgp.NextType(b) == msgp.ArrayType {
		size, elements, err := msgp.ReadArrayHeaderBytes(b)
		if err != nil || size != 2 {
			return false
		}
		if b, err = msgp.Skip(elements); err != nil {
			return false
		}
	}
	text, _, isBin, ok := readText(b, true)
	return ok && isBin && len(text) > 0
}

// readUint32 reads an integer, in whatever form it has.
func readUint32(b []byte) (n uint32, rest []byte, ok bool) {
	var wide uint64
	var err error
	switch msgp.NextType(b) {
	case msgp.IntType:
		var signed int64
		signed, rest, err = msgp.ReadInt64Bytes(b)
		wide = uint64(signed) // too large where it was negative
	case msgp.UintType:
		wide, rest, err = msgp.ReadUint64Bytes(b)
	default:
		return 0, b, false
	}
	return uint32(wide), rest, err == nil && wide <= math.MaxUint32
}

// invalid returns the message for the frame of t, whose envelope has a mistake. It is to be answered if it is a request
// but for that.
func (e *envelope) invalid(t translator) (rpcconn.Message, error) {
	text, rest, err := t.value(t.frame)
	m := rpcconn.Message{Kind: rpcconn.KindInvalid, Raw: text}
	if err == nil {
		err = t.end(rest)
	}
	if e.kind == rpcconn.KindResponse {
		m.ID, m.Broken = e.id, true
	}
	if e.kind == rpcconn.KindRequest && !e.id.IsNone() {
		m.ID = e.id
		m.Err = rpcconn.NewError(rpcconn.CodeInvalidRequest, e.mistake)
	}
	return m, err
}
