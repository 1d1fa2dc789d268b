package rpcconn

import (
	"encoding/json"
	"strconv"
)

// An ID identifies a request, as JSON text: 7, 7.0, "7" and null are four different ids. The zero ID means that there
// is no id: the message is a notification, or a response that does not say what it answers.
//
// IDs are compared with ==. Nearly all ids are integers, which are held as numbers so that reading one allocates
// nothing.
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
