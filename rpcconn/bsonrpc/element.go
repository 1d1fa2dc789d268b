package bsonrpc

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"
)

// An element is one member of a document or array: a type, and the bytes of the value. The zero element means that
// there is none.
type element struct {
	kind  bsoncore.Type
	value []byte
}

// minDocument is the size of an empty document: its length and the terminator.
const minDocument = 5

var (
	errTruncated  = errors.New("value runs past the end of its document")
	errTerminator = errors.New("terminating zero byte is missing")
	errLength     = errors.New("impossible length")
)

// elementsOf returns what is inside the document doc, without its length and terminator.
func elementsOf(doc []byte) ([]byte, error) {
	switch {
	case len(doc) < minDocument:
		return nil, fmt.Errorf("document of %d bytes, the smallest has %d", len(doc), minDocument)
	case int64(binary.LittleEndian.Uint32(doc)) != int64(len(doc)):
		return nil, fmt.Errorf("document of %d bytes gives its length as %d", len(doc),
			int32(binary.LittleEndian.Uint32(doc)))
	case doc[len(doc)-1] != 0:
		return nil, errTerminator
	}
	return doc[4 : len(doc)-1], nil
}

// nextElement splits the first element off elements. Only the size of the value is checked.
func nextElement(elements []byte) (key []byte, e element, rest []byte, err error) {
	end := 0
	for end < len(elements) && elements[end] != 0 { // keys are short: faster than bytes.IndexByte
		end++
	}
	switch end {
	case 0:
		return nil, element{}, nil, errors.New("document ends before its length says")
	case len(elements):
		return nil, element{}, nil, errTerminator
	}
	e.kind = bsoncore.Type(elements[0])
	key, rest = elements[1:end], elements[end+1:]
	size, err := valueSize(e.kind, rest)
	if err != nil {
		return nil, element{}, nil, err
	}
	e.value = rest[:size]
	return key, e, rest[size:], nil
}

// valueSize returns the size of the value of type kind that b begins with; b has at least that many bytes.
func valueSize(kind bsoncore.Type, b []byte) (int, error) {
	var size int
	switch kind {
	case bsoncore.TypeNull, bsoncore.TypeUndefined, bsoncore.TypeMinKey, bsoncore.TypeMaxKey:
		return 0, nil
	case bsoncore.TypeBoolean:
		size = 1
	case bsoncore.TypeInt32:
		size = 4
	case bsoncore.TypeDouble, bsoncore.TypeInt64, bsoncore.TypeDateTime, bsoncore.TypeTimestamp:
		size = 8
	case bsoncore.TypeObjectID:
		size = 12
	case bsoncore.TypeDecimal128:
		size = 16
	case bsoncore.TypeString, bsoncore.TypeJavaScript, bsoncore.TypeSymbol:
		return prefixed(b, 4, 1)
	case bsoncore.TypeBinary:
		return prefixed(b, 5, 0)
	case bsoncore.TypeDBPointer:
		return prefixed(b, 4+12, 1)
	case bsoncore.TypeEmbeddedDocument, bsoncore.TypeArray:
		return prefixed(b, 0, minDocument)
	case bsoncore.TypeCodeWithScope:
		return prefixed(b, 0, 4+4+1+minDocument)
	case bsoncore.TypeRegex:
		pattern := bytes.IndexByte(b, 0)
		options := bytes.IndexByte(b[pattern+1:], 0)
		if pattern < 0 || options < 0 {
			return 0, errTerminator
		}
		return pattern + 1 + options + 1, nil
	default:
		return 0, fmt.Errorf("there is no BSON type 0x%02x", byte(kind))
	}
	if size > len(b) {
		return 0, errTruncated
	}
	return size, nil
}

// prefixed returns the size of a value that begins with an int32: that number, which must not be below least, plus
// extra.
func prefixed(b []byte, extra, least int) (int, error) {
	if len(b) < 4 {
		return 0, errTruncated
	}
	n := int(int32(binary.LittleEndian.Uint32(b)))
	switch {
	case n < least:
		return 0, errLength
	case n > len(b)-extra:
		return 0, errTruncated
	}
	return n + extra, nil
}
