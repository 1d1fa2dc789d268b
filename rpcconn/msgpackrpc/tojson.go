package msgpackrpc

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strconv"
	"unicode/utf8"

	"github.com/tinylib/msgp/msgp"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsontext"
)

// A translator makes JSON text of the values in a frame.
type translator struct {
	frame   []byte
	handles handles
	binText bool // a bin in UTF-8 is text

	// mixed are the maps with a key that an object cannot have, by the number of bytes from their first key to the end
	// of frame; nil while all maps could be told by their first key.
	mixed map[int]bool
}

// errMixed says that a map that began as an object has a key that an object cannot have.
var errMixed = errors.New("map with keys of several types")

// value returns the value that b, the end of the frame, begins with, in memory of its own, and what follows it.
func (t *translator) value(b []byte) (text, rest []byte, err error) {
	return t.appendFirst(make([]byte, 0, len(b)+len(b)/2+16), b)
}

// valueIn is value in memory of p, if that has some.
func (t *translator) valueIn(p *rpcconn.Packet, b []byte) (text, rest []byte, err error) {
	if p.Text == nil {
		return t.value(b)
	}
	text, rest, err = t.appendFirst(p.Text[:0], b)
	p.Text = text
	return text, rest, err
}

// appendFirst appends to text, which is empty, the value that b, the end of the frame, begins with.
func (t *translator) appendFirst(text, b []byte) (_, rest []byte, err error) {
	t.mixed = nil
	text, rest, err = t.append(text, b, 1)
	if err == errMixed {
		// Maps of this kind are rare, so that they are looked for only once one was met, and then all at once: to go
		// back for each of them would take time that doubles with each that is inside another.
		t.mixed = make(map[int]bool)
		if _, err = t.findMixed(b, 1); err == nil {
			text, rest, err = t.append(text[:0], b, 1)
		}
	}
	return text, rest, err
}

// end checks that nothing is left of the frame.
func (t *translator) end(rest []byte) error {
	if len(rest) > 0 {
		return t.fail(rest, fmt.Sprintf("%d bytes after the end of the value", len(rest)))
	}
	return nil
}

// fail returns the error that b, the end of the frame, begins with.
func (t *translator) fail(b []byte, reason string) error {
	return fmt.Errorf("offset %d: %s", len(t.frame)-len(b), reason)
}

const (
	truncated = "the MessagePack value ends too early"
	noType    = "no type of MessagePack begins with the byte 0xc1"
)

var errTooDeep = fmt.Errorf("arrays and maps nested deeper than %d", maxDepth)

// append appends the JSON text of the value that b begins with; depth counts the arrays and maps around it. On error,
// the returned dst is good for its memory only.
func (t *translator) append(dst, b []byte, depth int) (_, rest []byte, err error) {
	if len(b) > 0 && b[0] <= 0x7f { // a small number, the most frequent value of all
		return strconv.AppendUint(dst, uint64(b[0]), 10), b[1:], nil
	}
	switch kind := msgp.NextType(b); kind {
	case msgp.NilType:
		return append(dst, "null"...), b[1:], nil
	case msgp.BoolType:
		var v bool
		v, rest, err = msgp.ReadBoolBytes(b)
		dst = strconv.AppendBool(dst, v)
	case msgp.IntType:
		var n int64
		n, rest, err = msgp.ReadInt64Bytes(b)
		dst = strconv.AppendInt(dst, n, 10)
	case msgp.UintType:
		var n uint64
		n, rest, err = msgp.ReadUint64Bytes(b)
		dst = strconv.AppendUint(dst, n, 10)
	case msgp.Float64Type:
		var f float64
		f, rest, err = msgp.ReadFloat64Bytes(b)
		dst = appendFloat(dst, math.Float64bits(f), 64)
	case msgp.Float32Type:
		var f float32
		f, rest, err = msgp.ReadFloat32Bytes(b)
		dst = appendFloat(dst, uint64(math.Float32bits(f)), 32)
	case msgp.StrType:
		var s []byte
		s, rest, err = msgp.ReadStringZC(b)
		dst = appendString(dst, s)
	case msgp.BinType:
		var data []byte
		data, rest, err = msgp.ReadBytesZC(b)
		if t.binText && utf8.Valid(data) {
			dst = appendText(dst, data)
			break
		}
		dst = append(appendBase64(append(dst, `{"`+keyBinary+`":`...), data), '}')
	case msgp.ArrayType:
		return t.appendArray(dst, b, depth)
	case msgp.MapType:
		return t.appendMap(dst, b, depth)
	case msgp.InvalidType:
		return dst, nil, t.invalid(b)
	default: // ext, some of which msgp has types for
		var number int8
		var data []byte
		number, data, rest, err = readExt(b)
		if handle, ok := t.handles.appendHandle(dst, number, data); ok {
			return handle, rest, err
		}
		if date, ok := appendTimestamp(dst, number, data); ok {
			return date, rest, err
		}
		dst = strconv.AppendInt(append(dst, `{"`+keyExt+`":{"type":`...), int64(number), 10)
		dst = append(appendBase64(append(dst, `,"data":`...), data), "}}"...)
	}
	if err != nil {
		return dst, nil, t.fail(b, truncated) // the only possible error: the type is right
	}
	return dst, rest, nil
}

// invalid returns the error of b, which does not begin with a value.
func (t *translator) invalid(b []byte) error {
	if len(b) == 0 {
		return t.fail(b, truncated)
	}
	return t.fail(b, noType)
}

func (t *translator) appendArray(dst, b []byte, depth int) (_, rest []byte, err error) {
	size, rest, err := msgp.ReadArrayHeaderBytes(b)
	switch {
	case err != nil:
		return dst, nil, t.fail(b, truncated)
	case depth >= maxDepth:
		return dst, nil, t.fail(b, errTooDeep.Error())
	}
	dst = append(dst, '[')
	for i := range size {
		if i > 0 {
			dst = append(dst, ',')
		}
		if dst, rest, err = t.append(dst, rest, depth+1); err != nil {
			return dst, nil, err
		}
	}
	return append(dst, ']'), rest, nil
}

// appendMap appends an object, or a wrapper where an object cannot have the keys.
func (t *translator) appendMap(dst, b []byte, depth int) (_, rest []byte, err error) {
	size, rest, err := msgp.ReadMapHeaderBytes(b)
	switch {
	case err != nil:
		return dst, nil, t.fail(b, truncated)
	case depth >= maxDepth:
		return dst, nil, t.fail(b, errTooDeep.Error())
	case size == 0:
		return append(dst, "{}"...), rest, nil
	}
	if first, _, ok := t.textKey(rest); !ok || isWrapper(first) || t.handles.isHandle(first) || t.mixed[len(rest)] {
		return t.appendPairs(dst, rest, size, depth)
	}
	for i := range size {
		key, value, ok := t.textKey(rest)
		if !ok {
			return dst, nil, errMixed
		}
		separator := byte(',')
		if i == 0 {
			separator = '{'
		}
		dst = append(appendText(append(dst, separator), key), ':')
		if dst, rest, err = t.append(dst, value, depth+1); err != nil {
			return dst, nil, err
		}
	}
	return append(dst, '}'), rest, nil
}

// appendPairs appends the map of size pairs that begin at b as a wrapper.
func (t *translator) appendPairs(dst, b []byte, size uint32, depth int) (_, rest []byte, err error) {
	dst, rest = append(dst, `{"`+keyMap+`":[`...), b
	for i := range size {
		if i > 0 {
			dst = append(dst, ',')
		}
		if dst, rest, err = t.append(append(dst, '['), rest, depth+1); err != nil {
			return dst, nil, err
		}
		if dst, rest, err = t.append(append(dst, ','), rest, depth+1); err != nil {
			return dst, nil, err
		}
		dst = append(dst, ']')
	}
	return append(dst, "]}"...), rest, nil
}

// textKey reads a key that an object can have; ok is false for any other, and for what is no value at all.
func (t *translator) textKey(b []byte) (key, rest []byte, ok bool) {
	key, rest, _, ok = readText(b, t.binText)
	return key, rest, ok
}

// readText reads text: a str, or a bin where that is allowed.
func readText(b []byte, binToo bool) (text, rest []byte, isBin, ok bool) {
	var err error
	switch kind := msgp.NextType(b); {
	case kind == msgp.StrType:
		text, rest, err = msgp.ReadStringZC(b)
	case kind == msgp.BinType && binToo:
		text, rest, err = msgp.ReadBytesZC(b)
		isBin = true
	default:
		return nil, nil, false, false
	}
	return text, rest, isBin, err == nil && utf8.Valid(text)
}

// findMixed adds the mixed maps in the value that b begins with, and returns what follows it.
func (t *translator) findMixed(b []byte, depth int) (rest []byte, err error) {
	var size uint32
	pairs := false
	switch msgp.NextType(b) {
	case msgp.InvalidType:
		return nil, t.invalid(b)
	case msgp.ArrayType:
		size, rest, err = msgp.ReadArrayHeaderBytes(b)
	case msgp.MapType:
		size, rest, err = msgp.ReadMapHeaderBytes(b)
		pairs = true
	default:
		rest, err = msgp.Skip(b)
	}
	switch {
	case err != nil:
		return nil, t.fail(b, truncated)
	case size > 0 && depth >= maxDepth:
		return nil, t.fail(b, errTooDeep.Error())
	}
	begin := len(rest)
	for range size {
		if pairs {
			if _, _, ok := t.textKey(rest); !ok {
				t.mixed[begin] = true
			}
			if rest, err = t.findMixed(rest, depth+1); err != nil {
				return nil, err
			}
		}
		if rest, err = t.findMixed(rest, depth+1); err != nil {
			return nil, err
		}
	}
	return rest, nil
}

// readExt reads a value of a type that is the application's own.
func readExt(b []byte) (number int8, data, rest []byte, err error) {
	header, size := 2, uint64(0)
	switch lead := b[0]; {
	case lead >= 0xd4: // fixext 1, 2, 4, 8, 16
		size = 1 << (lead - 0xd4)
	default: // ext 8, 16, 32
		header += 1 << (lead - 0xc7)
		if len(b) < header {
			return 0, nil, nil, msgp.ErrShortBytes
		}
		var length [8]byte
		copy(length[8-(header-2):], b[1:])
		size = binary.BigEndian.Uint64(length[:])
	}
	if uint64(len(b)) < uint64(header)+size {
		return 0, nil, nil, msgp.ErrShortBytes
	}
	end := header + int(size)
	return int8(b[header-1]), b[header:end], b[end:], nil
}

// appendString appends a str.
func appendString(dst, s []byte) []byte {
	dst, ok := jsontext.AppendString(dst, s)
	if !ok {
		return append(appendBase64(append(dst, `{"`+keyStr+`":`...), s), '}')
	}
	return dst
}

// appendText appends s, which is UTF-8, as a JSON string.
func appendText(dst, s []byte) []byte {
	dst, _ = jsontext.AppendString(dst, s)
	return dst
}

func appendBase64(dst, data []byte) []byte {
	return append(base64.StdEncoding.AppendEncode(append(dst, '"'), data), '"')
}

// appendFloat appends the number that has those bits, of size 32 or 64, so that it is not taken for an integer.
func appendFloat(dst []byte, bits uint64, size int) []byte {
	f := math.Float64frombits(bits)
	if size == 32 {
		f = float64(math.Float32frombits(uint32(bits)))
	}
	var special string
	switch {
	case isNaN(bits, size) && bits != nanBits(size):
		special = fmt.Sprintf("%s(%0*x)", nan, size/4, bits)
	case math.IsNaN(f):
		special = nan
	case math.IsInf(f, 1):
		special = infinity
	case math.IsInf(f, -1):
		special = negativeInfinity
	case size == 64:
		return jsontext.AppendFloat(dst, f, size)
	}
	dst = append(append(append(dst, `{"$float`...), strconv.Itoa(size)...), `":`...)
	if special != "" {
		return append(append(append(append(dst, '"'), special...), '"'), '}')
	}
	return append(jsontext.AppendFloat(dst, f, size), '}')
}
