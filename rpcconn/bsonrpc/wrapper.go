package bsonrpc

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"rpcsh/rpcconn/jsontext"
)

// errWrapper says that an object is not a document, but a wrapper: the Extended JSON of one value of a type that JSON
// lacks.
var errWrapper = errors.New("object is an Extended JSON value")

// maxDecimalText is longer than any decimal128 need be, and short enough to read quickly.
const maxDecimalText = 100

// isWrapper reports whether an object that begins with key is a wrapper.
func isWrapper(key []byte) bool {
	if len(key) == 0 || key[0] != '$' {
		return false
	}
	switch string(key) {
	case "$oid", "$date", "$binary", "$uuid", "$timestamp", "$regularExpression",
		"$numberInt", "$numberLong", "$numberDouble", "$numberDecimal",
		"$code", "$symbol", "$undefined", "$minKey", "$maxKey", "$dbPointer":
		return true
	}
	return false
}

// wrapper appends the value that the object at hand wraps.
func (r *jsonReader) wrapper(dst []byte, depth int) ([]byte, bson.Type, error) {
	var keys []string
	var values [][]byte
	end, err := jsontext.Object(r.Text[r.Pos:], func(key, value []byte) error {
		keys, values = append(keys, jsontext.Key(key)), append(values, value)
		return nil
	})
	if err != nil {
		return nil, 0, err
	}
	r.Pos += end
	dst, kind, err := appendWrapped(dst, keys, values, depth)
	if err != nil {
		return nil, 0, fmt.Errorf("reading the Extended JSON %s: %w", keys[0], err)
	}
	return dst, kind, nil
}

func appendWrapped(dst []byte, keys []string, values [][]byte, depth int) ([]byte, bson.Type, error) {
	v := values[0]
	switch strings.Join(keys, " ") {
	case "$oid":
		dst, err := appendHex(dst, v, 12)
		return dst, bson.TypeObjectID, err
	case "$date":
		ms, err := parseDate(v)
		return binary.LittleEndian.AppendUint64(dst, uint64(ms)), bson.TypeDateTime, err
	case "$numberInt":
		n, err := parseInt(v, 32)
		return binary.LittleEndian.AppendUint32(dst, uint32(n)), bson.TypeInt32, err
	case "$numberLong":
		n, err := parseInt(v, 64)
		return binary.LittleEndian.AppendUint64(dst, uint64(n)), bson.TypeInt64, err
	case "$numberDouble":
		f, err := parseDouble(v)
		return binary.LittleEndian.AppendUint64(dst, f), bson.TypeDouble, err
	case "$numberDecimal":
		dst, err := appendDecimal(dst, v)
		return dst, bson.TypeDecimal128, err
	case "$binary":
		parts, err := fields(v, "base64", "subType")
		if err != nil {
			return nil, 0, err
		}
		dst, err = appendBSONBinary(dst, parts[0], parts[1])
		return dst, bson.TypeBinary, err
	case "$binary $type":
		dst, err := appendBSONBinary(dst, v, values[1])
		return dst, bson.TypeBinary, err
	case "$uuid":
		dst, err := appendUUID(dst, v)
		return dst, bson.TypeBinary, err
	case "$timestamp":
		dst, err := appendTimestamp(dst, v)
		return dst, bson.TypeTimestamp, err
	case "$regularExpression":
		dst, err := appendRegex(dst, v)
		return dst, bson.TypeRegex, err
	case "$code":
		dst, err := appendUnquoted(dst, v)
		return dst, bson.TypeJavaScript, err
	case "$code $scope":
		dst, err := appendCodeWithScope(dst, v, values[1], depth)
		return dst, bson.TypeCodeWithScope, err
	case "$symbol":
		dst, err := appendUnquoted(dst, v)
		return dst, bson.TypeSymbol, err
	case "$dbPointer":
		dst, err := appendDBPointer(dst, v)
		return dst, bson.TypeDBPointer, err
	case "$undefined":
		return dst, bson.TypeUndefined, want(v, "true")
	case "$minKey":
		return dst, bson.TypeMinKey, want(v, "1")
	case "$maxKey":
		return dst, bson.TypeMaxKey, want(v, "1")
	default:
		return nil, 0, errors.New("there are other members beside it, which that type has not")
	}
}

// fields returns the values of exactly the members names of an object, in the order of names.
func fields(object []byte, names ...string) ([][]byte, error) {
	values := make([][]byte, len(names))
	found := 0
	_, err := jsontext.Object(object, func(key, value []byte) error {
		i := slices.Index(names, jsontext.Key(key))
		if i < 0 || values[i] != nil {
			return fmt.Errorf("unexpected member %q", shorten(key))
		}
		values[i] = value
		found++
		return nil
	})
	if err == nil && found < len(names) {
		err = fmt.Errorf("want the members %s", strings.Join(names, ", "))
	}
	return values, err
}

func want(value []byte, text string) error {
	if string(value) != text {
		return fmt.Errorf("want the value %s", text)
	}
	return nil
}

// appendHex appends the size bytes that the JSON string v gives in hexadecimal.
func appendHex(dst, v []byte, size int) ([]byte, error) {
	digits, err := jsontext.Unquote(v)
	if err != nil {
		return nil, err
	}
	if len(digits) != 2*size {
		return nil, fmt.Errorf("want %d hexadecimal digits, not %d characters", 2*size, len(digits))
	}
	return hex.AppendDecode(dst, []byte(digits))
}

// parseDate returns the milliseconds since 1970 that v gives as text (RFC 3339), as $numberLong or as a number.
func parseDate(v []byte) (int64, error) {
	switch v[0] {
	case '{':
		parts, err := fields(v, "$numberLong")
		if err != nil {
			return 0, err
		}
		return parseInt(parts[0], 64)
	case '"':
		text, err := jsontext.Unquote(v)
		if err != nil {
			return 0, err
		}
		date, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return 0, fmt.Errorf("want a time such as 2020-09-03T10:00:00.123Z: %w", err)
		}
		return date.UnixMilli(), nil
	default:
		return strconv.ParseInt(string(v), 10, 64)
	}
}

func parseInt(v []byte, bits int) (int64, error) {
	text, err := jsontext.Unquote(v)
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(text, 10, bits)
}

// parseDouble returns the bits of a double. NaN has the bits that other languages give it, not Go's.
func parseDouble(v []byte) (uint64, error) {
	text, err := jsontext.Unquote(v)
	if err != nil {
		return 0, err
	}
	f, err := strconv.ParseFloat(text, 64)
	if math.IsNaN(f) {
		return 0x7ff8 << 48, nil
	}
	return math.Float64bits(f), err
}

func appendDecimal(dst, v []byte) ([]byte, error) {
	text, err := jsontext.Unquote(v)
	if err != nil {
		return nil, err
	}
	if len(text) > maxDecimalText {
		return nil, errors.New("too many digits, a decimal128 has 34")
	}
	decimal, err := bson.ParseDecimal128(text)
	if err != nil {
		return nil, err
	}
	high, low := decimal.GetBytes()
	return binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(dst, low), high), nil
}

// appendBSONBinary appends the binary value that two JSON strings give: the data in base64, the subtype in hexadecimal.
func appendBSONBinary(dst, base64Text, subtypeText []byte) ([]byte, error) {
	data, err := jsontext.Unquote(base64Text)
	if err != nil {
		return nil, err
	}
	subtype, err := jsontext.Unquote(subtypeText)
	if err != nil {
		return nil, err
	}
	n, err := strconv.ParseUint(subtype, 16, 8)
	if err != nil {
		return nil, fmt.Errorf("subtype: want two hexadecimal digits: %w", err)
	}
	start := len(dst)
	dst = append(dst, 0, 0, 0, 0, byte(n))
	if n == binaryOld {
		dst = append(dst, 0, 0, 0, 0)
	}
	dataAt := len(dst)
	if dst, err = base64.StdEncoding.AppendDecode(dst, []byte(data)); err != nil {
		return nil, err
	}
	if n == binaryOld {
		binary.LittleEndian.PutUint32(dst[dataAt-4:], uint32(len(dst)-dataAt))
	}
	binary.LittleEndian.PutUint32(dst[start:], uint32(len(dst)-start-5))
	return dst, nil
}

func appendUUID(dst, v []byte) ([]byte, error) {
	text, err := jsontext.Unquote(v)
	if err != nil {
		return nil, err
	}
	const example = "c8edabc3-f738-4ca3-b68d-ab92a91478a3"
	if len(text) != len(example) || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-' {
		return nil, errors.New("want a UUID such as " + example)
	}
	dst = append(dst, 16, 0, 0, 0, bson.TypeBinaryUUID)
	return hex.AppendDecode(dst, []byte(strings.ReplaceAll(text, "-", "")))
}

func appendTimestamp(dst, v []byte) ([]byte, error) {
	parts, err := fields(v, "t", "i")
	if err != nil {
		return nil, err
	}
	t, err := strconv.ParseUint(string(parts[0]), 10, 32)
	if err != nil {
		return nil, err
	}
	i, err := strconv.ParseUint(string(parts[1]), 10, 32)
	return binary.LittleEndian.AppendUint64(dst, t<<32|i), err
}

func appendRegex(dst, v []byte) ([]byte, error) {
	parts, err := fields(v, "pattern", "options")
	if err != nil {
		return nil, err
	}
	for _, part := range parts {
		text, err := jsontext.Unquote(part)
		if err != nil {
			return nil, err
		}
		if strings.IndexByte(text, 0) >= 0 {
			return nil, errZeroKey
		}
		dst = append(append(dst, text...), 0)
	}
	return dst, nil
}

// appendUnquoted appends the JSON string v as a BSON string.
func appendUnquoted(dst, v []byte) ([]byte, error) {
	if v[0] != '"' {
		return nil, errors.New("want a string")
	}
	return appendBSONString(dst, v[1:len(v)-1]), nil
}

func appendCodeWithScope(dst, code, scope []byte, depth int) ([]byte, error) {
	start := len(dst)
	dst, err := appendUnquoted(append(dst, 0, 0, 0, 0), code)
	if err != nil {
		return nil, err
	}
	if scope[0] != '{' {
		return nil, errors.New("want an object as $scope")
	}
	r := jsonReader{jsontext.Cursor{Text: scope}}
	if dst, _, err = r.document(dst, depth); err != nil {
		return nil, err
	}
	binary.LittleEndian.PutUint32(dst[start:], uint32(len(dst)-start))
	return dst, nil
}

func appendDBPointer(dst, v []byte) ([]byte, error) {
	parts, err := fields(v, "$ref", "$id")
	if err != nil {
		return nil, err
	}
	id, err := fields(parts[1], "$oid")
	if err != nil {
		return nil, err
	}
	if dst, err = appendUnquoted(dst, parts[0]); err != nil {
		return nil, err
	}
	return appendHex(dst, id[0], 12)
}
