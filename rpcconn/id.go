package rpcconn

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
)

// An ID identifies a request, as JSON text: 7, 7.0, "7" and null are four different texts. The zero ID means that there
// is no id: the message is a notification, or a response that does not say what it answers.
//
// IDs are compared with ==, and so for the same text; those of Plain are the same where they are one number. Nearly all
// ids are integers, which are held as numbers so that reading one allocates nothing.
type ID struct {
	text string // JSON text, or integerID
	num  int64  // the id if text is integerID
}

const (
	integerID = "int" // not JSON text
	nullID    = "null"
	maxDigits = 18 // as many as surely fit in an int64
)

// IntID returns the id that is the integer n.
func IntID(n int64) ID { return ID{text: integerID, num: n} }

// NullID returns the id null, which an answer has if its request could not be read (JSON-RPC 2.0 section 5).
func NullID() ID { return ID{text: nullID} }

// ParseID returns the id that is the JSON value text; it does not check that text is valid. Empty text gives the zero
// ID.
func ParseID(text []byte) ID {
	digits := text
	if len(text) > 1 && text[0] == '-' {
		digits = text[1:]
	}
	if len(digits) == 0 || len(digits) > maxDigits || digits[0] == '0' && len(text) > 1 {
		return ID{text: string(text)}
	}
	var n int64
	for _, c := range digits {
		if c < '0' || c > '9' {
			return ID{text: string(text)}
		}
		n = n*10 + int64(c-'0')
	}
	if len(digits) < len(text) {
		n = -n
	}
	return IntID(n)
}

// Plain returns the id in the form that all ids have that are the same number (RFC 8259 section 6): 7 for 7.0 and
// 70e-1, 15e-1 for 1.5 and 1.50. What is no number stays as it is.
func (id ID) Plain() ID {
	if !id.isNumber() {
		return id
	}
	number, exponentText, _ := strings.Cut(strings.ToLower(id.text), "e")
	exponent := 0
	if exponentText != "" {
		var err error
		exponent, err = strconv.Atoi(exponentText)
		if err != nil || exponent > math.MaxInt32 || exponent < math.MinInt32 {
			return id
		}
	}
	digits, isNegative := strings.CutPrefix(number, "-")
	whole, fraction, _ := strings.Cut(digits, ".")
	digits = strings.TrimLeft(whole+fraction, "0")
	exponent -= len(fraction)
	significant := strings.TrimRight(digits, "0")
	exponent += len(digits) - len(significant)
	switch {
	case significant == "":
		return IntID(0)
	case exponent >= 0 && len(significant)+exponent <= maxDigits:
		significant, exponent = significant+strings.Repeat("0", exponent), 0
	}
	if isNegative {
		significant = "-" + significant
	}
	if exponent == 0 {
		return ParseID([]byte(significant))
	}
	return ID{text: significant + "e" + strconv.Itoa(exponent)}
}

// isNumber reports whether the id is a number that is not held as an integer.
func (id ID) isNumber() bool {
	return id.text != "" && (id.text[0] == '-' || '0' <= id.text[0] && id.text[0] <= '9')
}

// IsNone reports whether there is no id.
func (id ID) IsNone() bool { return id.text == "" }

// IsNull reports whether the id is null.
func (id ID) IsNull() bool { return id.text == nullID }

// Int returns the id as an integer, and whether it is written as an integer of at most 18 digits.
func (id ID) Int() (int64, bool) { return id.num, id.text == integerID }

// Append appends the JSON text of the id, or nothing for the zero ID.
func (id ID) Append(dst []byte) []byte {
	if id.text == integerID {
		return strconv.AppendInt(dst, id.num, 10)
	}
	return append(dst, id.text...)
}

// String returns the JSON text of the id, "" if there is none.
func (id ID) String() string {
	if id.text == integerID {
		return strconv.FormatInt(id.num, 10)
	}
	return id.text
}

// MarshalJSON implements json.Marshaler; the zero ID becomes null.
func (id ID) MarshalJSON() ([]byte, error) {
	if id.IsNone() {
		return []byte(nullID), nil
	}
	return id.Append(nil), nil
}

// UnmarshalJSON implements json.Unmarshaler.
func (id *ID) UnmarshalJSON(text []byte) error {
	*id = ParseID(text)
	return nil
}

var (
	_ json.Marshaler   = ID{}
	_ json.Unmarshaler = (*ID)(nil)
)
