package bsonrpc

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsontext"
)

// AppendEncode implements rpcconn.Codec. What BSON cannot express is an error, which says what to write instead if
// possible: integers beyond 64 bits, keys with a zero character, params that are not an array, an object or null.
func (c *Codec) AppendEncode(dst []byte, p *rpcconn.Packet) ([]byte, error) {
	if p.Batch {
		return dst, rpcconn.Unsupported(
			"BSON-RPC has no batches: BSON has no top-level array; send the calls one by one")
	}
	if len(p.Messages) != 1 {
		return dst, fmt.Errorf("BSON-RPC document for %d messages, it holds one", len(p.Messages))
	}
	frame, err := appendMessage(dst, &p.Messages[0])
	if err != nil {
		return dst, err
	}
	if size := len(frame) - len(dst); size > math.MaxInt32 {
		return dst, fmt.Errorf("BSON-RPC document of %d bytes, a BSON document has at most %d", size, math.MaxInt32)
	}
	return frame, nil
}

func appendMessage(dst []byte, m *rpcconn.Message) ([]byte, error) {
	if m.Extra != nil {
		return nil, errors.New("a message of BSON-RPC has no further members")
	}
	dst, start := openDocument(dst)
	dst = appendStringMember(dst, memberVersion, version)
	var err error
	switch m.Kind {
	case rpcconn.KindRequest:
		if m.ID.IsNone() {
			return nil, errors.New("request without an id")
		}
		if dst, err = appendID(dst, m.ID); err == nil {
			dst, err = appendCall(dst, m)
		}
	case rpcconn.KindNotification:
		dst, err = appendCall(dst, m)
	case rpcconn.KindResponse:
		if dst, err = appendID(dst, m.ID); err == nil {
			dst, err = appendOutcome(dst, m)
		}
	default:
		err = fmt.Errorf("message of kind %d cannot be sent", m.Kind)
	}
	if err != nil {
		return nil, err
	}
	return closeDocument(dst, start), nil
}

func appendCall(dst []byte, m *rpcconn.Message) ([]byte, error) {
	if !utf8.ValidString(m.Method) {
		return nil, fmt.Errorf("method: %w", errUTF8)
	}
	dst = appendStringMember(dst, memberMethod, m.Method)
	if m.Params == nil {
		return dst, nil
	}
	dst, kind, err := appendMember(dst, memberParams, m.Params, 1)
	if err != nil {
		return nil, err
	}
	if !isParams(kind) {
		return nil, fmt.Errorf("params must be an array or an object, not BSON %v: put it into an array", kind)
	}
	return dst, nil
}

// isParams reports whether params may be of that type.
func isParams(kind bsoncore.Type) bool {
	return kind == bsoncore.TypeArray || kind == bsoncore.TypeEmbeddedDocument || kind == bsoncore.TypeNull
}

func appendOutcome(dst []byte, m *rpcconn.Message) ([]byte, error) {
	var err error
	switch {
	case m.Result != nil:
		if dst, _, err = appendMember(dst, memberResult, m.Result, 1); err != nil {
			return nil, err
		}
	case m.Err == nil:
		dst = appendHeader(dst, bsoncore.TypeNull, memberResult)
	}
	if m.Err == nil {
		return dst, nil
	}
	dst, start := openDocument(appendHeader(dst, bsoncore.TypeEmbeddedDocument, memberError))
	switch code := m.Err.Code; {
	case string(m.Err.CodeText) == "null":
	case m.Err.CodeText != nil:
		if dst, _, err = appendMember(dst, memberCode, m.Err.CodeText, 2); err != nil {
			return nil, err
		}
	case code == int64(int32(code)):
		dst = binary.LittleEndian.AppendUint32(appendHeader(dst, bsoncore.TypeInt32, memberCode), uint32(code))
	default:
		dst = binary.LittleEndian.AppendUint64(appendHeader(dst, bsoncore.TypeInt64, memberCode), uint64(code))
	}
	dst = appendStringMember(dst, memberMessage, strings.ToValidUTF8(m.Err.Message, "\uFFFD"))
	if m.Err.Data != nil {
		if dst, _, err = appendMember(dst, memberData, m.Err.Data, 2); err != nil {
			return nil, err
		}
	}
	return closeDocument(dst, start), nil
}

// appendID appends the member id, null if there is none.
func appendID(dst []byte, id rpcconn.ID) ([]byte, error) {
	if id.IsNone() {
		return appendHeader(dst, bsoncore.TypeNull, memberID), nil
	}
	if n, ok := id.Int(); ok && n == int64(int32(n)) {
		return binary.LittleEndian.AppendUint32(appendHeader(dst, bsoncore.TypeInt32, memberID), uint32(n)), nil
	}
	dst, _, err := appendMember(dst, memberID, id.Append(nil), 1)
	return dst, err
}

// isID reports whether the id of a request may be of that type.
func isID(kind bsoncore.Type) bool {
	switch kind {
	case bsoncore.TypeInt32, bsoncore.TypeInt64, bsoncore.TypeDouble, bsoncore.TypeString, bsoncore.TypeNull:
		return true
	}
	return false
}

// appendMember appends a member whose value is the Extended JSON text, and returns its type.
func appendMember(dst []byte, name string, text []byte, depth int) ([]byte, bsoncore.Type, error) {
	kindAt := len(dst)
	dst, kind, err := appendValue(appendHeader(dst, 0, name), text, depth)
	if err != nil {
		return nil, 0, jsontext.AtMember(name, err)
	}
	dst[kindAt] = byte(kind)
	return dst, kind, nil
}

func appendStringMember(dst []byte, name, value string) []byte {
	dst = appendHeader(dst, bsoncore.TypeString, name)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(value)+1))
	return append(append(dst, value...), 0)
}

// appendHeader appends what precedes the value of an element.
func appendHeader(dst []byte, kind bsoncore.Type, name string) []byte {
	return append(append(append(dst, byte(kind)), name...), 0)
}
