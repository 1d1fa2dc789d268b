package bsonrpc

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"

	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"
)

// maxRelaxedDate is the last millisecond of the year 9999, the last that Extended JSON writes as text.
const maxRelaxedDate = 253402300799999

// binaryOld is the binary subtype whose data begins with a length of its own.
const binaryOld = 2

// toJSON returns the value of e as Extended JSON, in memory of its own.
func toJSON(e element, depth int) ([]byte, error) {
	return appendJSON(make([]byte, 0, len(e.value)+len(e.value)/4+16), e, depth)
}

// appendJSON appends the value of e as Extended JSON; depth counts the documents around it.
func appendJSON(dst []byte, e element, depth int) ([]byte, error) {
	v := e.value
	switch e.kind {
	case bsoncore.TypeNull:
		return append(dst, "null"...), nil
	case bsoncore.TypeBoolean:
		if v[0] > 1 {
			return nil, fmt.Errorf("boolean is 0x%02x, not 0 or 1", v[0])
		}
		return strconv.AppendBool(dst, v[0] == 1), nil
	case bsoncore.TypeInt32:
		return strconv.AppendInt(dst, int64(int32(binary.LittleEndian.Uint32(v))), 10), nil
	case bsoncore.TypeInt64:
		return appendInt64(dst, int64(binary.LittleEndian.Uint64(v))), nil
	case bsoncore.TypeDouble:
		return appendDouble(dst, binary.LittleEndian.Uint64(v)), nil
	case bsoncore.TypeString:
		return appendString(dst, v)
	case bsoncore.TypeEmbeddedDocument:
		return appendDocument(dst, v, depth)
	case bsoncore.TypeArray:
		return appendMembers(dst, v, '[', depth)
	case bsoncore.TypeDateTime:
		return appendDate(dst, int64(binary.LittleEndian.Uint64(v))), nil
	case bsoncore.TypeObjectID:
		return appendObjectID(dst, v), nil
	case bsoncore.TypeBinary:
		return appendBinary(dst, v)
	default:
		return appendRare(dst, e, depth)
	}
}

// appendRare appends a value of a type that is rarely met in messages.
func appendRare(dst []byte, e element, depth int) ([]byte, error) {
	v := e.value
	var err error
	switch e.kind {
	case bsoncore.TypeDecimal128:
		dst = append(appendDecimalText(append(dst, `{"$numberDecimal":"`...), v), '"')
	case bsoncore.TypeTimestamp:
		dst = append(dst, `{"$timestamp":{"t":`...)
		dst = strconv.AppendUint(dst, uint64(binary.LittleEndian.Uint32(v[4:])), 10)
		dst = append(dst, `,"i":`...)
		dst = append(strconv.AppendUint(dst, uint64(binary.LittleEndian.Uint32(v)), 10), '}')
	case bsoncore.TypeRegex:
		pattern, options := splitRegex(v)
		dst, err = appendQuoted(append(dst, `{"$regularExpression":{"pattern":`...), pattern)
		if err == nil {
			dst, err = appendQuoted(append(dst, `,"options":`...), options)
		}
		dst = append(dst, '}')
	case bsoncore.TypeJavaScript:
		dst, err = appendString(append(dst, `{"$code":`...), v)
	case bsoncore.TypeCodeWithScope:
		code, scope, splitErr := splitCodeWithScope(v)
		if splitErr != nil {
			return nil, splitErr
		}
		dst, err = appendString(append(dst, `{"$code":`...), code)
		if err == nil {
			dst, err = appendDocument(append(dst, `,"$scope":`...), scope, depth)
		}
	case bsoncore.TypeSymbol:
		dst, err = appendString(append(dst, `{"$symbol":`...), v)
	case bsoncore.TypeDBPointer:
		ref, id := v[:len(v)-12], v[len(v)-12:]
		dst, err = appendString(append(dst, `{"$dbPointer":{"$ref":`...), ref)
		dst = append(appendObjectID(append(dst, `,"$id":`...), id), '}')
	case bsoncore.TypeUndefined:
		dst = append(dst, `{"$undefined":true`...)
	case bsoncore.TypeMinKey:
		dst = append(dst, `{"$minKey":1`...)
	case bsoncore.TypeMaxKey:
		dst = append(dst, `{"$maxKey":1`...)
	default:
		err = fmt.Errorf("there is no BSON type 0x%02x", byte(e.kind))
	}
	if err != nil {
		return nil, err
	}
	return append(dst, '}'), nil
}

// appendDocument appends the document doc, in a wrapper where it would be read as another value.
func appendDocument(dst, doc []byte, depth int) ([]byte, error) {
	const keyAt = 5 // behind the length and a type
	if len(doc) > keyAt && doc[keyAt] == '$' {
		key, _, _ := bytes.Cut(doc[keyAt:], []byte{0})
		if isWrapper(key) {
			dst, err := appendMembers(append(dst, `{"$document":`...), doc, '{', depth)
			return append(dst, '}'), err
		}
	}
	return appendMembers(dst, doc, '{', depth)
}

// appendMembers appends the document or array doc; open is the bracket that begins it.
func appendMembers(dst, doc []byte, open byte, depth int) ([]byte, error) {
	if depth >= maxDepth {
		return nil, errTooDeep
	}
	rest, err := elementsOf(doc)
	if err != nil {
		return nil, err
	}
	start := len(dst)
	dst = append(dst, open)
	for len(rest) > 0 {
		key, e, after, err := nextElement(rest)
		if err != nil {
			return nil, err
		}
		rest = after
		if len(dst) > start+1 {
			dst = append(dst, ',')
		}
		if open == '{' {
			if dst, err = appendQuoted(dst, key); err != nil {
				return nil, err
			}
			dst = append(dst, ':')
		} else if !utf8.Valid(key) {
			return nil, errUTF8
		}
		if dst, err = appendJSON(dst, e, depth+1); err != nil {
			return nil, err
		}
	}
	return append(dst, open+2), nil // in ASCII, the closing brackets are two further on
}

func appendInt64(dst []byte, n int64) []byte {
	if n != int64(int32(n)) {
		return strconv.AppendInt(dst, n, 10)
	}
	return append(strconv.AppendInt(append(dst, `{"$numberLong":"`...), n, 10), `"}`...)
}

func appendDate(dst []byte, ms int64) []byte {
	dst = append(dst, `{"$date":`...)
	if ms < 0 || ms > maxRelaxedDate {
		return append(strconv.AppendInt(append(dst, `{"$numberLong":"`...), ms, 10), `"}}`...)
	}
	layout := "2006-01-02T15:04:05Z"
	if ms%1000 != 0 {
		layout = "2006-01-02T15:04:05.000Z"
	}
	return append(time.UnixMilli(ms).UTC().AppendFormat(append(dst, '"'), layout), `"}`...)
}

func appendObjectID(dst, id []byte) []byte {
	return append(hex.AppendEncode(append(dst, `{"$oid":"`...), id), `"}`...)
}

func appendBinary(dst, v []byte) ([]byte, error) {
	subtype, data := v[4], v[5:]
	if subtype == binaryOld {
		if len(data) < 4 || int64(binary.LittleEndian.Uint32(data)) != int64(len(data)-4) {
			return nil, errors.New("binary of subtype 2 whose two lengths do not agree")
		}
		data = data[4:]
	}
	dst = base64.StdEncoding.AppendEncode(append(dst, `{"$binary":{"base64":"`...), data)
	dst = hex.AppendEncode(append(dst, `","subType":"`...), []byte{subtype})
	return append(dst, `"}}`...), nil
}

func splitRegex(v []byte) (pattern, options []byte) {
	for i, c := range v {
		if c == 0 {
			return v[:i], v[i+1 : len(v)-1]
		}
	}
	return nil, nil
}

// splitCodeWithScope splits such a value into the BSON string and the document that are in it.
func splitCodeWithScope(v []byte) (code, scope []byte, err error) {
	n, err := valueSize(bsoncore.TypeString, v[4:])
	if err != nil {
		return nil, nil, err
	}
	return v[4 : 4+n], v[4+n:], nil
}
