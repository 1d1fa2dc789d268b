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
	r := jsonReader{Walker: jsontext.Walker{Text: text}, handles: h}
	dst, err := r.value(dst, 1)
	if err == nil && jsontext.Space(text, r.Pos) == len(text) {
		return dst, nil
	}
	if syntax := jsontext.Valid(text); syntax != nil { // which comes first
		return nil, syntax
	}
	return nil, &jsontext.PlaceError{Place: jsontext.Path(text, r.at), Err: err}
}

// A jsonReader goes through JSON text and appends it as MessagePack.
type jsonReader struct {
	jsontext.Walker
	handles handles
	at      int // where the value that was met last begins
}

func (r *jsonReader) value(dst []byte, depth int) ([]byte, error) {
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
		return nil, err
	}
	switch s[0] {
	case '"':
		return appendStr(dst, s), nil
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
	for size := 0; ; size++ {
		more, err := r.More(']', size == 0)
		if err != nil {
			return nil, err
		}
		if !more {
			return closeArray(dst, start, size)
		}
		if dst, err = r.value(dst, depth+1); err != nil {
			return nil, err
		}
	}
}

func (r *jsonReader) object(dst []byte, depth int) ([]byte, error) {
	if depth >= maxDepth {
		return nil, errTooDeep
	}
	start := len(dst)
	dst = append(dst, 0)
	r.Pos++
	for size := 0; ; size++ {
		more, err := r.More('}', size == 0)
		if err != nil {
			return nil, err
		}
		if !more {
			return closeMap(dst, start, size)
		}
		quoted, err := r.Key()
		if err != nil {
			return nil, err
		}
		key := unescape(quoted)
		if size == 0 && (isWrapper(key) || r.handles.isHandle(key)) {
			return r.wrapper(dst[:start], string(key), depth)
		}
		if dst, err = r.value(msgp.AppendStringFromBytes(dst, key), depth+1); err != nil {
			return nil, err
		}
	}
}

// appendStr appends the str that s, a JSON string, stands for.
func appendStr(dst, s []byte) []byte {
	inner := s[1 : len(s)-1]
	if bytes.IndexByte(inner, '\\') < 0 {
		return msgp.AppendStringFromBytes(dst, inner)
	}
	const room = 5 // for the longest head
	start := len(dst)
	dst = jsontext.AppendKey(append(dst, make([]byte, room)...), inner)
	size := len(dst) - start - room
	var space [room]byte
	head := space[:0]
	switch {
	case size < 32:
		head = append(head, 0xa0|byte(size))
	case size <= math.MaxUint8:
		head = append(head, 0xd9, byte(size))
	case size <= math.MaxUint16:
		head = binary.BigEndian.AppendUint16(append(head, 0xda), uint16(size))
	default:
		head = binary.BigEndian.AppendUint32(append(head, 0xdb), uint32(size))
	}
	copy(dst[start:], head)
	return append(dst[:start+len(head)], dst[start+room:]...)
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
	if n, ok := jsontext.Int(s); ok {
		return appendInt(dst, n), nil
	}
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
