package msgpackrpc

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/tinylib/msgp/msgp"

	"rpcsh/rpcconn/jsontext"
)

// The keys of wrappers: objects that stand for values that JSON lacks. The package comment says for which.
const (
	keyFloat32 = "$float32"
	keyFloat64 = "$float64"
	keyStr     = "$str"
	keyBinary  = "$binary"
	keyExt     = "$ext"
	keyMap     = "$map"
	keyDate    = "$date"
)

// The names of numbers that JSON has none for.
const (
	nan              = "NaN"
	infinity         = "Infinity"
	negativeInfinity = "-Infinity"
)

// isWrapper reports whether an object that begins with key is a wrapper.
func isWrapper(key []byte) bool {
	if len(key) == 0 || key[0] != '$' {
		return false
	}
	switch string(key) {
	case keyFloat32, keyFloat64, keyStr, keyBinary, keyExt, keyMap, keyDate:
		return true
	}
	return false
}

// wrapper appends what the object with that key wraps; the value of the key is at hand.
func (r *jsonReader) wrapper(dst []byte, key string, depth int) ([]byte, error) {
	var err error
	if key == keyMap {
		dst, err = r.pairs(dst, depth)
	} else {
		var value []byte
		if value, err = r.Scan(); err == nil {
			dst, err = appendWrapped(dst, key, value)
		}
		if err != nil {
			err = fmt.Errorf("%s: %w", key, err)
		}
	}
	if err != nil {
		return nil, err
	}
	more, err := r.More('}', false)
	if err != nil {
		return nil, err
	}
	if more {
		return nil, fmt.Errorf(`an object that begins with %s has no other members; write {"$map":[[key,value],…]} `+
			`for a map with that key`, key)
	}
	return dst, nil
}

var errPairs = errors.New(keyMap + ": want an array of pairs, [[key,value],…]")

// pairs appends the map whose pairs, each an array of two, are in the array at hand.
func (r *jsonReader) pairs(dst []byte, depth int) ([]byte, error) {
	if r.Peek() != '[' {
		return nil, errPairs
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
			return closeMap(dst, start, size)
		}
		if dst, err = r.pair(dst, depth); err != nil {
			return nil, err
		}
	}
}

// pair appends the key and the value that are in the array at hand.
func (r *jsonReader) pair(dst []byte, depth int) ([]byte, error) {
	if r.Peek() != '[' {
		return nil, errPairs
	}
	r.Pos++
	for i := range 3 {
		more, err := r.More(']', i == 0)
		switch {
		case err != nil:
			return nil, err
		case more != (i < 2):
			return nil, errPairs
		case !more:
			return dst, nil
		}
		if dst, err = r.value(dst, depth+1); err != nil {
			return nil, err
		}
	}
	return dst, nil
}

func appendWrapped(dst []byte, key string, value []byte) ([]byte, error) {
	switch key {
	case keyFloat32:
		bits, err := parseFloat(value, 32)
		return binary.BigEndian.AppendUint32(append(dst, 0xca), uint32(bits)), err
	case keyFloat64:
		bits, err := parseFloat(value, 64)
		return binary.BigEndian.AppendUint64(append(dst, 0xcb), bits), err
	case keyStr:
		data, err := parseBase64(value)
		return msgp.AppendStringFromBytes(dst, data), err
	case keyBinary:
		data, err := parseBase64(value)
		return msgp.AppendBytes(dst, data), err
	case keyExt:
		return appendExt(dst, value)
	case keyDate:
		return appendDate(dst, value)
	default:
		return appendHandleExt(dst, key, value)
	}
}

// parseFloat returns the bits of the number that value is or, as a string, names.
func parseFloat(value []byte, size int) (bits uint64, err error) {
	text := string(value)
	switch text {
	case `"` + nan + `"`:
		return nanBits(size), nil
	case `"` + infinity + `"`:
		text = "+Inf"
	case `"` + negativeInfinity + `"`:
		text = "-Inf"
	}
	if digits, found := strings.CutPrefix(text, `"`+nan+`(`); found {
		bits, err = strconv.ParseUint(strings.TrimSuffix(digits, `)"`), 16, size)
		if err == nil && len(digits) == size/4+len(`)"`) && isNaN(bits, size) {
			return bits, nil
		}
	}
	f, err := strconv.ParseFloat(text, size)
	switch {
	case err != nil:
		return 0, fmt.Errorf("want a number within the range of %d bits, %q, %q or %q", size, nan, infinity,
			negativeInfinity)
	case size == 32:
		return uint64(math.Float32bits(float32(f))), nil
	default:
		return math.Float64bits(f), nil
	}
}

// nanBits returns the bits of the usual NaN, that of other languages and not Go's.
func nanBits(size int) uint64 {
	if size == 32 {
		return 0x7fc00000
	}
	return 0x7ff8 << 48
}

// isNaN reports whether those are the bits of a NaN. A float32 is not converted for that: that may change them.
func isNaN(bits uint64, size int) bool {
	if size == 32 {
		return bits&0x7fffffff > 0x7f800000
	}
	return math.IsNaN(math.Float64frombits(bits))
}

var errBase64 = errors.New("want a string of base64")

func parseBase64(value []byte) ([]byte, error) {
	if value[0] != '"' {
		return nil, errBase64
	}
	s := unescape(value)
	data, err := base64.StdEncoding.AppendDecode(make([]byte, 0, base64.StdEncoding.DecodedLen(len(s))), s)
	if err != nil {
		return nil, errBase64
	}
	return data, nil
}

// appendExt appends the ext that value, {"type":n,"data":"base64"}, stands for.
func appendExt(dst, value []byte) ([]byte, error) {
	errExt := errors.New(`want {"type":-128…127,"data":"base64"}`)
	if value[0] != '{' {
		return nil, errExt
	}
	var number, data []byte
	members := 0
	_, err := jsontext.Object(value, func(key, value []byte) error {
		members++
		switch string(key) {
		case "type":
			number = value
		case "data":
			data = value
		}
		return nil
	})
	if err != nil || members != 2 || number == nil || data == nil {
		return nil, errExt
	}
	n, err := strconv.ParseInt(string(number), 10, 8)
	if err != nil {
		return nil, errExt
	}
	content, err := parseBase64(data)
	if err != nil {
		return nil, err
	}
	return msgp.AppendExtension(dst, &msgp.RawExtension{Type: int8(n), Data: content})
}
