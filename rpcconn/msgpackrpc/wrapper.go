package msgpackrpc

import (
	"encoding/base64"
	"errors"
	"fmt"
	"math"
	"strconv"

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
	case keyFloat32, keyFloat64, keyStr, keyBinary, keyExt, keyMap:
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
	}
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", key, err)
	}
	if r.More('}') {
		return nil, fmt.Errorf(`an object that begins with %s has no other members; write {"$map":[[key,value],…]} `+
			`for a map with that key`, key)
	}
	return dst, nil
}

// pairs appends the map whose pairs, each an array of two, are in the array at hand.
func (r *jsonReader) pairs(dst []byte, depth int) ([]byte, error) {
	errPairs := errors.New("want an array of pairs, [[key,value],…]")
	if r.Text[r.Pos] != '[' {
		return nil, errPairs
	}
	start := len(dst)
	dst = append(dst, 0)
	r.Pos++
	size := 0
	for ; r.More(']'); size++ {
		if r.Text[r.Pos] != '[' {
			return nil, errPairs
		}
		r.Pos++
		for range 2 {
			if !r.More(']') {
				return nil, errPairs
			}
			var err error
			if dst, err = r.value(dst, depth+1); err != nil {
				return nil, err
			}
		}
		if r.More(']') {
			return nil, errPairs
		}
	}
	return closeMap(dst, start, size)
}

func appendWrapped(dst []byte, key string, value []byte) ([]byte, error) {
	switch key {
	case keyFloat32:
		f, err := parseFloat(value, 32)
		return msgp.AppendFloat32(dst, float32(f)), err
	case keyFloat64:
		f, err := parseFloat(value, 64)
		return msgp.AppendFloat64(dst, f), err
	case keyStr:
		data, err := parseBase64(value)
		return msgp.AppendStringFromBytes(dst, data), err
	case keyBinary:
		data, err := parseBase64(value)
		return msgp.AppendBytes(dst, data), err
	case keyExt:
		return appendExt(dst, value)
	default:
		return appendHandleExt(dst, key, value)
	}
}

// parseFloat returns the number that value is or, as a string, names.
func parseFloat(value []byte, bits int) (float64, error) {
	switch string(value) {
	case `"` + nan + `"`:
		return math.Float64frombits(0x7ff8 << 48), nil // the NaN of other languages, not Go's
	case `"` + infinity + `"`:
		return math.Inf(1), nil
	case `"` + negativeInfinity + `"`:
		return math.Inf(-1), nil
	}
	f, err := strconv.ParseFloat(string(value), bits)
	if err != nil {
		return 0, fmt.Errorf("want a number within the range of %d bits, %q, %q or %q", bits, nan, infinity,
			negativeInfinity)
	}
	return f, nil
}

func parseBase64(value []byte) ([]byte, error) {
	if value[0] != '"' {
		return nil, errors.New("want a string of base64")
	}
	s := unescape(value)
	return base64.StdEncoding.AppendDecode(make([]byte, 0, base64.StdEncoding.DecodedLen(len(s))), s)
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
