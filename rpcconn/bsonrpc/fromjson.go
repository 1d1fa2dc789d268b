package bsonrpc

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strconv"

	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"

	"rpcsh/rpcconn/jsontext"
)

var (
	errTooDeep = fmt.Errorf("documents and arrays nested deeper than %d", maxDepth)
	errZeroKey = errors.New("a key, a pattern or an option contains a zero character, which BSON has no way to say")
)

// appendValue appends the BSON value that the Extended JSON text stands for, and returns its type; depth counts the
// documents around it. On error, the returned dst is meaningless; what is no JSON is a *jsontext.SyntaxError or
// jsontext.ErrIncomplete, all else a *jsontext.PlaceError.
func appendValue(dst, text []byte, depth int) ([]byte, bsoncore.Type, error) {
	r := jsonReader{Walker: jsontext.Walker{Text: text}}
	dst, kind, err := r.value(dst, depth)
	if err == nil && jsontext.Space(text, r.Pos) == len(text) {
		return dst, kind, nil
	}
	if syntax := jsontext.Valid(text); syntax != nil { // which comes first
		return nil, 0, syntax
	}
	return nil, 0, &jsontext.PlaceError{Place: jsontext.Path(text, r.at), Err: err}
}

// A jsonReader goes through JSON text and appends it as BSON.
type jsonReader struct {
	jsontext.Walker
	at int // where the value that was met last begins
}

func (r *jsonReader) value(dst []byte, depth int) ([]byte, bsoncore.Type, error) {
	r.Pos = jsontext.Space(r.Text, r.Pos)
	r.at = r.Pos
	switch r.Peek() {
	case '{':
		return r.object(dst, depth)
	case '[':
		return r.array(dst, depth)
	}
	s, err := r.Scan()
	if err != nil {
		return nil, 0, err
	}
	switch s[0] {
	case '"':
		return appendBSONString(dst, s[1:len(s)-1]), bsoncore.TypeString, nil
	case 'n':
		return dst, bsoncore.TypeNull, nil
	case 't':
		return append(dst, 1), bsoncore.TypeBoolean, nil
	case 'f':
		return append(dst, 0), bsoncore.TypeBoolean, nil
	default:
		return appendNumber(dst, s)
	}
}

func (r *jsonReader) object(dst []byte, depth int) ([]byte, bsoncore.Type, error) {
	brace, start := r.Pos, len(dst)
	dst, _, err := r.document(dst, depth, true)
	if err == errWrapper {
		r.Pos = brace
		return r.wrapper(dst[:start], depth)
	}
	return dst, bsoncore.TypeEmbeddedDocument, err
}

// document appends an object as a document. If its first key is that of a wrapper, and it may be one, it stops with
// errWrapper.
func (r *jsonReader) document(dst []byte, depth int, wrapper bool) ([]byte, bsoncore.Type, error) {
	if depth >= maxDepth {
		return nil, 0, errTooDeep
	}
	dst, start := openDocument(dst)
	r.Pos++
	for first := true; ; first = false {
		more, err := r.More('}', first)
		if err != nil {
			return nil, 0, err
		}
		if !more {
			return closeDocument(dst, start), bsoncore.TypeEmbeddedDocument, nil
		}
		key, err := r.Key()
		if err != nil {
			return nil, 0, err
		}
		kindAt := len(dst)
		dst = appendText(append(dst, 0), key[1:len(key)-1])
		name := dst[kindAt+1:]
		if bytes.IndexByte(name, 0) >= 0 {
			return nil, 0, errZeroKey
		}
		if wrapper && kindAt == start+4 && isWrapper(name) {
			return dst, 0, errWrapper
		}
		dst = append(dst, 0)
		var kind bsoncore.Type
		if dst, kind, err = r.value(dst, depth+1); err != nil {
			return nil, 0, err
		}
		dst[kindAt] = byte(kind)
	}
}

func (r *jsonReader) array(dst []byte, depth int) ([]byte, bsoncore.Type, error) {
	if depth >= maxDepth {
		return nil, 0, errTooDeep
	}
	dst, start := openDocument(dst)
	r.Pos++
	for i := int64(0); ; i++ {
		more, err := r.More(']', i == 0)
		if err != nil {
			return nil, 0, err
		}
		if !more {
			return closeDocument(dst, start), bsoncore.TypeArray, nil
		}
		kindAt := len(dst)
		dst = append(strconv.AppendInt(append(dst, 0), i, 10), 0)
		var kind bsoncore.Type
		if dst, kind, err = r.value(dst, depth+1); err != nil {
			return nil, 0, err
		}
		dst[kindAt] = byte(kind)
	}
}

// openDocument leaves room for the length of a document that begins at start.
func openDocument(dst []byte) (_ []byte, start int) {
	return append(dst, 0, 0, 0, 0), len(dst)
}

// closeDocument ends the document that begins at start. AppendEncode finds lengths that are too large: no part is
// longer than the whole.
func closeDocument(dst []byte, start int) []byte {
	dst = append(dst, 0)
	binary.LittleEndian.PutUint32(dst[start:], uint32(len(dst)-start))
	return dst
}

// appendText appends the characters that s, the inside of a JSON string, stands for.
func appendText(dst, s []byte) []byte {
	return jsontext.AppendKey(dst, s)
}

// appendBSONString appends s, the inside of a JSON string, as a BSON string.
func appendBSONString(dst, s []byte) []byte {
	start := len(dst)
	dst = append(appendText(append(dst, 0, 0, 0, 0), s), 0)
	binary.LittleEndian.PutUint32(dst[start:], uint32(len(dst)-start-4))
	return dst
}

// appendNumber appends a JSON number: a double where it has a fraction or an exponent, else the smallest integer.
func appendNumber(dst, s []byte) ([]byte, bsoncore.Type, error) {
	if n, ok := jsontext.Int(s); ok && n == int64(int32(n)) {
		return binary.LittleEndian.AppendUint32(dst, uint32(n)), bsoncore.TypeInt32, nil
	}
	if bytes.ContainsAny(s, ".eE") {
		f, err := strconv.ParseFloat(string(s), 64)
		if err != nil {
			return nil, 0, fmt.Errorf(`number %s is out of the range of a double: write {"$numberDecimal":"…"}`,
				shorten(s))
		}
		return binary.LittleEndian.AppendUint64(dst, math.Float64bits(f)), bsoncore.TypeDouble, nil
	}
	n, err := strconv.ParseInt(string(s), 10, 64)
	if err != nil {
		return nil, 0, fmt.Errorf(`integer %s does not fit 64 bits, and BSON has none longer: write %[1]se0 for a `+
			`double, or {"$numberDecimal":"%[1]s"}`, shorten(s))
	}
	if n == int64(int32(n)) {
		return binary.LittleEndian.AppendUint32(dst, uint32(n)), bsoncore.TypeInt32, nil
	}
	return binary.LittleEndian.AppendUint64(dst, uint64(n)), bsoncore.TypeInt64, nil
}

// shorten returns ASCII text for an error message.
func shorten(s []byte) string {
	const limit = 50
	if len(s) > limit {
		return string(s[:limit]) + "…"
	}
	return string(s)
}
