package msgpackrpc

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/tinylib/msgp/msgp"

	"rpcsh/rpcconn/jsontext"
)

// appendValue appends the MessagePack value that text, which must be one JSON value, stands for. On error, the returned
// dst is meaningless.
func appendValue(dst, text []byte, h handles) ([]byte, error) {
	if err := jsontext.Valid(text); err != nil {
		return nil, err
	}
	r := jsonReader{jsontext.Cursor{Text: text}, h}
	return r.value(dst, 1)
}

// A jsonReader goes through valid JSON text and appends it as MessagePack.
type jsonReader struct {
	jsontext.Cursor
	handles handles
}

func (r *jsonReader) value(dst []byte, depth int) ([]byte, error) {
	r.Pos = jsontext.Space(r.Text, r.Pos)
	switch r.Text[r.Pos] {
	case '{':
		return r.object(dst, depth)
	case '[':
		return r.array(dst, depth)
	}
	s, err := r.Scan()
	if err != nil {
		return nil, err
	}
	switch s[0] {
	case '"':
		return msgp.AppendStringFromBytes(dst, unescape(s)), nil
	case 'n':
		return msgp.AppendNil(dst), nil
	case 't':
		return msgp.AppendBool(dst, true), nil
	case 'f':
		return msgp.AppendBool(dst, false), nil
	default:
		return appendNumber(dst, s)
	}
}

func (r *jsonReader) array(dst []byte, depth int) ([]byte, error) {
	if depth >= maxDepth {
		return nil, errTooDeep
	}
	start := len(dst)
	dst = append(dst, 0)
	r.Pos++
	size := 0
	for ; r.More(']'); size++ {
		var err error
		if dst, err = r.value(dst, depth+1); err != nil {
			return nil, err
		}
	}
	return closeArray(dst, start, size)
}

func (r *jsonReader) object(dst []byte, depth int) ([]byte, error) {
	if depth >= maxDepth {
		return nil, errTooDeep
	}
	start := len(dst)
	dst = append(dst, 0)
	r.Pos++
	size := 0
	for ; r.More('}'); size++ {
		quoted, err := r.Scan()
		if err != nil {
			return nil, err
		}
		key := unescape(quoted)
		r.More('}') // past the colon
		if size == 0 && (isWrapper(key) || r.handles.isHandle(key)) {
			return r.wrapper(dst[:start], string(key), depth)
		}
		if dst, err = r.value(msgp.AppendStringFromBytes(dst, key), depth+1); err != nil {
			return nil, err
		}
	}
	return closeMap(dst, start, size)
}

// unescape returns the characters that s, a JSON string, stands for.
func unescape(s []byte) []byte {
	inner := s[1 : len(s)-1]
	if bytes.IndexByte(inner, '\\') < 0 {
		return inner
	}
	return []byte(jsontext.Key(inner))
}

// appendNumber appends a JSON number: a float 64 where it has a fraction or an exponent, else an int.
func appendNumber(dst, s []byte) ([]byte, error) {
	if bytes.ContainsAny(s, ".eE") {
		f, err := strconv.ParseFloat(string(s), 64)
		if err != nil {
			return nil, fmt.Errorf("number %s is out of the range of a float 64", shorten(string(s)))
		}
		return msgp.AppendFloat64(dst, f), nil
	}
	if s[0] == '-' {
		if n, err := strconv.ParseInt(string(s), 10, 64); err == nil {
			return appendInt(dst, n), nil
		}
	} else if n, err := strconv.ParseUint(string(s), 10, 64); err == nil {
		return msgp.AppendUint64(dst, n), nil
	}
	return nil, fmt.Errorf("integer %s does not fit 64 bits, and MessagePack has none longer: write %[1]se0 for a "+
		"float 64", shorten(string(s)))
}

// appendInt appends n in the shortest form.
func appendInt(dst []byte, n int64) []byte {
	if n >= 0 {
		return msgp.AppendUint64(dst, uint64(n))
	}
	return msgp.AppendInt64(dst, n)
}

// What begins arrays and maps, by the number of what is in them.
const (
	fixArray, array16, array32 = 0x90, 0xdc, 0xdd
	fixMap, map16, map32       = 0x80, 0xde, 0xdf
	maxFix                     = 15
)

// closeArray writes the number of elements at start, before the elements; it is known only after they are appended.
func closeArray(dst []byte, start, size int) ([]byte, error) {
	return putSize(dst, start, size, [3]byte{fixArray, array16, array32})
}

// closeMap is closeArray for pairs.
func closeMap(dst []byte, start, size int) ([]byte, error) {
	return putSize(dst, start, size, [3]byte{fixMap, map16, map32})
}

func putSize(dst []byte, start, size int, leads [3]byte) ([]byte, error) {
	switch {
	case size <= maxFix:
		dst[start] = leads[0] | byte(size)
	case size <= math.MaxUint16:
		dst[start] = leads[1]
		dst = slices.Insert(dst, start+1, 0, 0)
		binary.BigEndian.PutUint16(dst[start+1:], uint16(size))
	case int64(size) <= math.MaxUint32:
		dst[start] = leads[2]
		dst = slices.Insert(dst, start+1, 0, 0, 0, 0)
		binary.BigEndian.PutUint32(dst[start+1:], uint32(size))
	default:
		return nil, fmt.Errorf("array or map of %d, MessagePack has none of more than 2^32-1", size)
	}
	return dst, nil
}

// shorten returns s for an error message.
func shorten(s string) string {
	const limit = 50
	if len(s) > limit {
		return s[:limit] + "…"
	}
	return s
}
