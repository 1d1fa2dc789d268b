package event

import (
	"encoding/base64"
	"encoding/json"
	"strconv"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsontext"
)

// AppendJSON appends e as a JSON object on one line: the form of --linger, of a service's log, and of all else that
// writes events. Members that have nothing to say are left out:
//
//	time     when it happened, RFC 3339 with nanoseconds
//	number   of the event in its session
//	peer     the number of the peer; name: what the person calls it
//	dir      of messages and frames: in or out
//	kind     as in Kind
//	pending  the number of the request that waits for a person, by which it is answered
//	id       of the message, as it is on the wire
//	method   of a response, that of its request; of other, its member event, notification or type
//	params, result, error, value, extra   as they are on the wire, without blanks between tokens
//	frame    the bytes of a frame, base64
//	fault    for which purpose a frame is sent though it may be no message
//	ms       of a response: milliseconds since its request
//	match    of a response: late or unmatched
//	rule     of a deviation: which rule the peer breaks
//	text     a remark, or what there is to say
func (e *Event) AppendJSON(b []byte) []byte {
	b = append(e.Time.AppendFormat(append(b, `{"time":"`...), time.RFC3339Nano), '"')
	if e.Number > 0 {
		b = strconv.AppendUint(append(b, `,"number":`...), e.Number, 10)
	}
	if e.Peer.Number > 0 {
		b = e.Peer.appendMembers(append(b, ','))
	}
	if e.Kind.IsMessage() || e.Kind == Frame {
		b = append(b, `,"dir":"in"`...)
		if e.Out {
			b = append(b[:len(b)-len(`in"`)], `out"`...)
		}
	}
	b = append(append(append(b, `,"kind":"`...), e.Kind...), '"')
	if e.Pending > 0 {
		b = strconv.AppendUint(append(b, `,"pending":`...), e.Pending, 10)
	}
	if !e.ID.IsNone() {
		b = e.ID.Append(append(b, `,"id":`...))
	}
	if e.Method != "" {
		b = jsontext.AppendQuote(append(b, `,"method":`...), e.Method)
	}
	b = appendMember(b, "params", e.Params)
	b = appendMember(b, "result", e.Result)
	if e.Err != nil {
		b = AppendError(append(b, `,"error":`...), e.Err)
	}
	b = appendMember(b, "value", e.Value)
	b = appendMember(b, "extra", e.Extra)
	if e.Frame != nil {
		b = append(base64.StdEncoding.AppendEncode(append(b, `,"frame":"`...), e.Frame), '"')
	}
	if e.Fault != "" {
		b = jsontext.AppendQuote(append(b, `,"fault":`...), e.Fault)
	}
	if e.Took > 0 {
		ms := float64(e.Took) / float64(time.Millisecond)
		b = strconv.AppendFloat(append(b, `,"ms":`...), ms, 'f', 3, 64)
	}
	switch e.Match {
	case Late:
		b = append(b, `,"match":"late"`...)
	case Unmatched:
		b = append(b, `,"match":"unmatched"`...)
	}
	if e.Kind == Deviation {
		b = jsontext.AppendQuote(append(b, `,"rule":`...), e.Reason)
	}
	if e.Text != "" {
		b = jsontext.AppendQuote(append(b, `,"text":`...), e.Text)
	}
	return append(b, '}')
}

// appendMembers appends "peer":N and, where p has a name, "name":NAME, with a comma between them.
func (p Peer) appendMembers(b []byte) []byte {
	b = strconv.AppendInt(append(b, `"peer":`...), int64(p.Number), 10)
	if p.Name != "" {
		b = jsontext.AppendQuote(append(b, `,"name":`...), p.Name)
	}
	return b
}

// Members returns the members of a JSON object that say which peer it is about: "peer":2,"name":"web".
func (p Peer) Members() string { return string(p.appendMembers(nil)) }

// appendMember appends a member, where there is a value.
func appendMember(b []byte, name string, value json.RawMessage) []byte {
	if value == nil {
		return b
	}
	return appendValue(append(append(append(b, `,"`...), name...), `":`...), value)
}

// appendValue appends a value on one line.
func appendValue(b []byte, value json.RawMessage) []byte {
	compact, err := jsontext.AppendCompact(b, value)
	if err != nil {
		return jsontext.AppendQuote(b, string(value)) // text of a codec's own that is no JSON does not break the line
	}
	return compact
}

// AppendError appends the object that says what an error is: code, message and, where there is any, data (JSON-RPC 2.0
// section 5.1).
func AppendError(b []byte, e *rpcconn.Error) []byte {
	b = appendValue(append(b, `{"code":`...), e.AppendCode(nil))
	b = jsontext.AppendQuote(append(b, `,"message":`...), e.Message)
	b = appendMember(b, "data", e.Data)
	return append(b, '}')
}
