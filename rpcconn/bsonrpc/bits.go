package bsonrpc

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"

	"rpcsh/rpcconn/jsontext"
)

// A number may have bits that its text does not tell: those of a NaN, and those of a decimal128 that is not canonical.
// They stand behind the text then, in hexadecimal, the highest first: NaN(7ff8000000000012), 0E+3(6c11…).

const (
	notANumber   = "NaN"
	canonicalNaN = 0x7ff8 << 48 // the NaN of other languages, not Go's
)

// appendDouble appends the double with those bits so that it is not taken for an integer.
func appendDouble(dst []byte, bits uint64) []byte {
	f := math.Float64frombits(bits)
	switch {
	case bits == canonicalNaN:
		return append(dst, `{"$numberDouble":"NaN"}`...)
	case math.IsNaN(f):
		return fmt.Appendf(dst, `{"$numberDouble":"NaN(%016x)"}`, bits)
	case math.IsInf(f, 1):
		return append(dst, `{"$numberDouble":"Infinity"}`...)
	case math.IsInf(f, -1):
		return append(dst, `{"$numberDouble":"-Infinity"}`...)
	}
	return jsontext.AppendFloat(dst, f, 64)
}

// parseDouble returns the bits of the double that the JSON string v is.
func parseDouble(v []byte) (uint64, error) {
	text, err := stringOf(v)
	if err != nil {
		return 0, err
	}
	name, high, _, exact := cutBits(text, 16)
	switch {
	case exact && name == notANumber && math.IsNaN(math.Float64frombits(high)):
		return high, nil
	case text == notANumber:
		return canonicalNaN, nil
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || strings.Contains(text, "_") {
		return 0, errors.New(`want a number as a string, "NaN", "Infinity" or "-Infinity"`)
	}
	return math.Float64bits(f), nil
}

// appendDecimalText appends the decimal128 v as text.
func appendDecimalText(dst, v []byte) []byte {
	high, low := binary.LittleEndian.Uint64(v[8:]), binary.LittleEndian.Uint64(v)
	text := decimalName(v)
	dst = append(dst, text...)
	if h, l, err := parseDecimal(text); err == nil && h == high && l == low {
		return dst
	}
	return fmt.Appendf(dst, "(%016x%016x)", high, low)
}

// decimalName returns the number that the decimal128 v is.
func decimalName(v []byte) string {
	text := bsoncore.Value{Type: bsoncore.TypeDecimal128, Data: v}.String()
	return strings.TrimSuffix(strings.TrimPrefix(text, `{"$numberDecimal":"`), `"}`)
}

// appendDecimal appends the decimal128 that the JSON string v is.
func appendDecimal(dst, v []byte) ([]byte, error) {
	text, err := stringOf(v)
	if err != nil {
		return nil, err
	}
	appendBits := func(dst []byte, high, low uint64) []byte {
		return binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(dst, low), high)
	}
	if name, high, low, exact := cutBits(text, 32); exact && decimalName(appendBits(nil, high, low)) == name {
		return appendBits(dst, high, low), nil
	}
	high, low, err := parseDecimal(text)
	if err != nil {
		return nil, err
	}
	return appendBits(dst, high, low), nil
}

// cutBits splits the bits off that stand behind the name of a number, of so many digits, 16 or 32: of 16, all are high.
func cutBits(text string, digits int) (name string, high, low uint64, ok bool) {
	at := len(text) - digits - 2
	if at < 0 || text[at] != '(' || text[len(text)-1] != ')' {
		return "", 0, 0, false
	}
	bits, err := hex.DecodeString(text[at+1 : len(text)-1])
	if err != nil {
		return "", 0, 0, false
	}
	if high = binary.BigEndian.Uint64(bits); digits == 32 {
		low = binary.BigEndian.Uint64(bits[8:])
	}
	return text[:at], high, low, true
}
