package bsonrpc

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"

	"rpcsh/rpcconn/jsontext"
)

// errWrapper says that an object is not a document, but a wrapper: the Extended JSON of one value of a type that JSON
// lacks.
var errWrapper = errors.New("object is an Extended JSON value")

// isWrapper reports whether an object that begins with key is a wrapper.
func isWrapper(key []byte) bool {
	if len(key) == 0 || key[0] != '$' {
		return false
	}
	switch string(key) {
	case "$oid", "$date", "$binary", "$uuid", "$timestamp", "$regularExpression",
		"$numberInt", "$numberLong", "$numberDouble", "$numberDecimal",
		"$code", "$symbol", "$undefined", "$minKey", "$maxKey", "$dbPointer", "$document":
		return true
	}
	return false
}

// wrapper appends the value that the object at hand wraps.
func (r *jsonReader) wrapper(dst []byte, depth int) ([]byte, bsoncore.Type, error) {
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
		return nil, 0, fmt.Errorf("%s: %w", keys[0], err)
	}
	return dst, kind, nil
}

func appendWrapped(dst []byte, keys []string, values [][]byte, depth int) ([]byte, bsoncore.Type, error) {
	v := values[0]
	switch strings.Join(keys, " ") {
	case "$oid":
		dst, err := appendHex(dst, v, 12)
		return dst, bsoncore.TypeObjectID, err
	case "$date":
		ms, err := parseDate(v)
		return binary.LittleEndian.AppendUint64(dst, uint64(ms)), bsoncore.TypeDateTime, err
	case "$numberInt":
		n, err := parseInt(v, 32)
		return binary.LittleEndian.AppendUint32(dst, uint32(n)), bsoncore.TypeInt32, err
	case "$numberLong":
		n, err := parseInt(v, 64)
		return binary.LittleEndian.AppendUint64(dst, uint64(n)), bsoncore.TypeInt64, err
	case "$numberDouble":
		f, err := parseDouble(v)
		return binary.LittleEndian.AppendUint64(dst, f), bsoncore.TypeDouble, err
	case "$numberDecimal":
		dst, err := appendDecimal(dst, v)
		return dst, bsoncore.TypeDecimal128, err
	case "$binary":
		parts, err := fields(v, "base64", "subType")
		if err != nil {
			return nil, 0, err
		}
		dst, err = appendBSONBinary(dst, parts[0], parts[1])
		return dst, bsoncore.TypeBinary, err
	case "$binary $type":
		dst, err := appendBSONBinary(dst, v, values[1])
		return dst, bsoncore.TypeBinary, err
	case "$uuid":
		dst, err := appendUUID(dst, v)
		return dst, bsoncore.TypeBinary, err
	case "$timestamp":
		dst, err := appendTimestamp(dst, v)
		return dst, bsoncore.TypeTimestamp, err
	case "$regularExpression":
		dst, err := appendRegex(dst, v)
		return dst, bsoncore.TypeRegex, err
	case "$code":
		dst, err := appendUnquoted(dst, v)
		return dst, bsoncore.TypeJavaScript, err
	case "$code $scope":
		dst, err := appendCodeWithScope(dst, v, values[1], depth)
		return dst, bsoncore.TypeCodeWithScope, err
	case "$symbol":
		dst, err := appendUnquoted(dst, v)
		return dst, bsoncore.TypeSymbol, err
	case "$dbPointer":
		dst, err := appendDBPointer(dst, v)
		return dst, bsoncore.TypeDBPointer, err
	case "$undefined":
		return dst, bsoncore.TypeUndefined, want(v, "true")
	case "$minKey":
		return dst, bsoncore.TypeMinKey, want(v, "1")
	case "$maxKey":
		return dst, bsoncore.TypeMaxKey, want(v, "1")
	case "$document":
		return appendPlainDocument(dst, v, depth)
	default:
		return nil, 0, errors.New(`that type has no such other members; a document with that key is {"$document":{…}}`)
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
	digits, err := stringOf(v)
	if err == nil && len(digits) == 2*size {
		dst, err = hex.AppendDecode(dst, []byte(digits))
	}
	if err != nil || len(digits) != 2*size {
		return nil, fmt.Errorf("want a string of %d hexadecimal digits", 2*size)
	}
	return dst, nil
}

// stringOf returns the string that the JSON value v is.
func stringOf(v []byte) (string, error) {
	if v[0] != '"' {
		return "", errors.New("want a string")
	}
	return jsontext.Unquote(v)
}

// parseDate returns the milliseconds since 1970 that v gives as text (RFC 3339) or as $numberLong.
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
		if err == nil && date.Nanosecond()%int(time.Millisecond) == 0 {
			return date.UnixMilli(), nil
		}
	}
	return 0, errors.New(`want a time such as "2020-09-03T10:00:00.123Z", to the millisecond, or ` +
		`{"$numberLong":"1599127200123"}, milliseconds since 1970`)
}

func parseInt(v []byte, bits int) (int64, error) {
	text, err := stringOf(v)
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseInt(text, 10, bits)
	if err != nil {
		return 0, fmt.Errorf("want an integer of %d bits as a string", bits)
	}
	return n, nil
}

// appendBSONBinary appends the binary value that two JSON strings give: the data in base64, the subtype in hexadecimal.
func appendBSONBinary(dst, base64Text, subtypeText []byte) ([]byte, error) {
	data, err := stringOf(base64Text)
	if err != nil {
		return nil, fmt.Errorf("the data: %w", err)
	}
	subtype, err := stringOf(subtypeText)
	n, parseErr := strconv.ParseUint(subtype, 16, 8)
	if err != nil || parseErr != nil {
		return nil, errors.New("the subtype: want a string of two hexadecimal digits")
	}
	start := len(dst)
	dst = append(dst, 0, 0, 0, 0, byte(n))
	if n == binaryOld {
		dst = append(dst, 0, 0, 0, 0)
	}
	dataAt := len(dst)
	if dst, err = base64.StdEncoding.AppendDecode(dst, []byte(data)); err != nil {
		return nil, errors.New("the data: want base64")
	}
	if n == binaryOld {
		binary.LittleEndian.PutUint32(dst[dataAt-4:], uint32(len(dst)-dataAt))
	}
	binary.LittleEndian.PutUint32(dst[start:], uint32(len(dst)-start-5))
	return dst, nil
}

func appendUUID(dst, v []byte) ([]byte, error) {
	const binaryUUID = 4
	const example = "c8edabc3-f738-4ca3-b68d-ab92a91478a3"
	text, err := stringOf(v)
	if err == nil {
		dst, err = hex.AppendDecode(append(dst, 16, 0, 0, 0, binaryUUID),
			[]byte(strings.ReplaceAll(text, "-", "")))
	}
	if err != nil || len(text) != len(example) || strings.Count(text, "-") != 4 ||
		text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-' {
		return nil, fmt.Errorf("want a UUID such as %q", example)
	}
	return dst, nil
}

func appendTimestamp(dst, v []byte) ([]byte, error) {
	parts, err := fields(v, "t", "i")
	if err != nil {
		return nil, err
	}
	t, err := strconv.ParseUint(string(parts[0]), 10, 32)
	i, err2 := strconv.ParseUint(string(parts[1]), 10, 32)
	if err != nil || err2 != nil {
		return nil, errors.New("want t and i from 0 to 4294967295")
	}
	return binary.LittleEndian.AppendUint64(dst, t<<32|i), nil
}

func appendRegex(dst, v []byte) ([]byte, error) {
	parts, err := fields(v, "pattern", "options")
	if err != nil {
		return nil, err
	}
	for _, part := range parts {
		text, err := stringOf(part)
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

// appendPlainDocument appends the object v as a document, whatever its keys.
func appendPlainDocument(dst, v []byte, depth int) ([]byte, bsoncore.Type, error) {
	if v[0] != '{' {
		return nil, 0, errors.New("want an object")
	}
	r := jsonReader{Walker: jsontext.Walker{Text: v}}
	return r.document(dst, depth, false)
}

func appendCodeWithScope(dst, code, scope []byte, depth int) ([]byte, error) {
	start := len(dst)
	dst, err := appendUnquoted(append(dst, 0, 0, 0, 0), code)
	if err != nil {
		return nil, err
	}
	r := jsonReader{Walker: jsontext.Walker{Text: scope}}
	dst, kind, err := r.value(dst, depth)
	if err != nil {
		return nil, err
	}
	if kind != bsoncore.TypeEmbeddedDocument {
		return nil, errors.New("want a document as $scope")
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
