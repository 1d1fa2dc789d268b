package bsonrpc

import (
	"encoding/binary"
	"fmt"
	"math"

	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"

	"rpcsh/rpcconn"
)

// readError returns what the member error says; what is no document is all message.
func readError(e element) (*rpcconn.Error, error) {
	result := rpcconn.Uncoded("", nil)
	var err error
	if e.kind == bsoncore.TypeEmbeddedDocument {
		err = readErrorDocument(result, e)
	} else {
		result.Message, err = stringOrText(e, 1)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", memberError, err)
	}
	return result, nil
}

// readErrorDocument reads e into result. If a member occurs twice, the last one counts.
func readErrorDocument(result *rpcconn.Error, e element) error {
	rest, err := elementsOf(e.value)
	if err != nil {
		return err
	}
	unread := false
	for len(rest) > 0 {
		key, member, after, err := nextElement(rest)
		if err != nil {
			return err
		}
		rest = after
		switch string(key) {
		case memberCode:
			if code, ok := readCode(member); ok {
				result.Code, result.CodeText = code, nil
			} else {
				result.Code = 0
				result.CodeText, err = toJSON(member, 2)
			}
		case memberMessage:
			result.Message, err = stringOrText(member, 2)
		case memberData:
			result.Data, err = toJSON(member, 2)
		default:
			unread = true
		}
		if err != nil {
			return err
		}
	}
	if unread {
		_, err = toJSON(e, 1) // checks what was not read
	}
	return err
}

// stringOrText returns the string that e is, or else its text.
func stringOrText(e element, depth int) (string, error) {
	if e.kind == bsoncore.TypeString {
		return readString(e)
	}
	text, err := toJSON(e, depth)
	return string(text), err
}

// readCode returns e as an integer, and whether it is one; a double without a fraction is one too.
func readCode(e element) (int64, bool) {
	switch e.kind {
	case bsoncore.TypeInt32:
		return int64(int32(binary.LittleEndian.Uint32(e.value))), true
	case bsoncore.TypeInt64:
		return int64(binary.LittleEndian.Uint64(e.value)), true
	case bsoncore.TypeDouble:
		const limit = 1 << 63
		f := math.Float64frombits(binary.LittleEndian.Uint64(e.value))
		if f == math.Trunc(f) && -limit <= f && f < limit {
			return int64(f), true
		}
	}
	return 0, false
}
