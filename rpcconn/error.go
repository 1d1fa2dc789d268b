package rpcconn

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"unicode/utf8"
)

// The codes of JSON-RPC 2.0 section 5.1, and the one that py-bson-rpc answers with when a handler raises.
const (
	CodeParseError     = -32700
	CodeInvalidRequest = -32600
	CodeMethodNotFound = -32601
	CodeInvalidParams  = -32602
	CodeInternalError  = -32603
	CodeServerError    = -32000
)

// StandardMessage returns the message that JSON-RPC 2.0 section 5.1 gives to code, "Server error" for any other.
func StandardMessage(code int64) string {
	switch code {
	case CodeParseError:
		return "Parse error"
	case CodeInvalidRequest:
		return "Invalid Request"
	case CodeMethodNotFound:
		return "Method not found"
	case CodeInvalidParams:
		return "Invalid params"
	case CodeInternalError:
		return "Internal error"
	default:
		return "Server error"
	}
}

// ErrClosed is the error of operations on a connection that has ended; Conn.Err says why it ended.
var ErrClosed = errors.New("connection closed")

// ErrNoAnswer is returned by a Handler that has answered the request itself, or wants no answer to be sent.
var ErrNoAnswer = errors.New("no answer")

// An Error is the error member of a response (JSON-RPC 2.0 section 5.1).
type Error struct {
	Code    int64
	Message string
	Data    json.RawMessage // nil: no data member

	// CodeText is the code where Code cannot say it, a JSON value: text, a number that is no integer of 64 bits; null
	// where a peer's error has none. Code is 0 then.
	CodeText json.RawMessage
}

// NewError returns an Error with the standard message for code. If reason is not "", it becomes the data.
func NewError(code int64, reason string) *Error {
	e := &Error{Code: code, Message: StandardMessage(code)}
	if reason != "" {
		e.Data, _ = json.Marshal(reason) // a string always marshals
	}
	return e
}

// Uncoded returns the error of a peer that has given it no code; data may be nil.
func Uncoded(message string, data json.RawMessage) *Error {
	e := &Error{Message: message, Data: data}
	e.SetCode(nil)
	return e
}

// SetCode makes the JSON value text the code; nil: there is none. A whole number is one however it is written:
// -32000.0 is -32000.
func (e *Error) SetCode(text json.RawMessage) {
	e.Code, e.CodeText = 0, nil
	if text == nil {
		text = json.RawMessage("null")
	}
	n, err := strconv.ParseInt(string(text), 10, 64)
	if err == nil {
		e.Code = n
		return
	}
	f, err := strconv.ParseFloat(string(text), 64)
	if err != nil || f != math.Trunc(f) || math.Abs(f) > 1<<53 {
		e.CodeText = text
		return
	}
	e.Code = int64(f)
}

// AppendCode appends the code as JSON text.
func (e *Error) AppendCode(dst []byte) []byte {
	if e.CodeText != nil {
		return append(dst, e.CodeText...)
	}
	return strconv.AppendInt(dst, e.Code, 10)
}

// CodeName returns the code as people read it, "" where there is none: 0 and null.
func (e *Error) CodeName() string {
	var name string
	switch {
	case e.CodeText == nil && e.Code == 0, string(e.CodeText) == "null":
		return ""
	case json.Unmarshal(e.CodeText, &name) == nil:
		return name
	default:
		return string(e.AppendCode(nil))
	}
}

// Parts returns what there is to say: "error -32601: Method not found" and the data. An error without a code is one of
// a protocol whose errors are any value; data that only says the message once more is nil.
func (e *Error) Parts() (text string, data json.RawMessage) {
	text, data = "error: "+e.Message, e.Data
	if code := e.CodeName(); code != "" {
		text = "error " + code + ": " + e.Message
	}
	said := data
	var pair []json.RawMessage // a code and a message, as MessagePack-RPC peers send an error
	if json.Unmarshal(data, &pair) == nil && len(pair) == 2 && string(pair[0]) == string(e.AppendCode(nil)) {
		said = pair[1]
	}
	var same string
	if json.Unmarshal(said, &same) == nil && same == e.Message {
		data = nil
	}
	return text, data
}

// Error implements error: code, message and, if there are any, data.
func (e *Error) Error() string {
	text, data := e.Parts()
	if data != nil {
		text += " " + string(data)
	}
	return text
}

// Is reports whether target is an *Error of the same code.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code && string(t.CodeText) == string(e.CodeText)
}

// ErrorOf returns the Error to send for a Handler's error: an *Error as it is, or else the code that py-bson-rpc uses,
// with the text as data.
func ErrorOf(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return NewError(CodeServerError, err.Error())
}

// A GivenUpError is why a call has no result whose context has ended before an answer came.
type GivenUpError struct {
	Cause error  // of the context
	Seen  string // what has come that may have been the answer; "": nothing
}

func (e *GivenUpError) Error() string {
	if e.Seen == "" {
		return "no answer: " + e.Cause.Error()
	}
	return "no answer: " + e.Cause.Error() + "; " + e.Seen
}

// Unwrap returns Cause.
func (e *GivenUpError) Unwrap() error { return e.Cause }

// An EncodeError reports that the protocol has no way to say what was to be sent. Nothing was sent.
type EncodeError struct{ Err error }

// Error implements error: the text of Err.
func (e *EncodeError) Error() string { return e.Err.Error() }

// Unwrap returns Err.
func (e *EncodeError) Unwrap() error { return e.Err }

// Unsupported returns an error that wraps errors.ErrUnsupported and whose text is reason.
func Unsupported(reason string) error { return unsupported(reason) }

type unsupported string

func (e unsupported) Error() string { return string(e) }

// Unwrap returns errors.ErrUnsupported.
func (unsupported) Unwrap() error { return errors.ErrUnsupported }

// ExcerptSize is how many bytes of unreadable data an error shows.
const ExcerptSize = 40

// Excerpt returns the first bytes of b, at most ExcerptSize, for an error message: as quoted text if they are UTF-8,
// else in hexadecimal.
func Excerpt(b []byte) string { return excerpt(b, ExcerptSize) }

// excerpt is Excerpt for at most size bytes.
func excerpt(b []byte, size int) string {
	more := ""
	if len(b) > size {
		b, more = b[:size], "…"
		for whole := b; len(whole) > size-utf8.UTFMax; whole = whole[:len(whole)-1] {
			if utf8.Valid(whole) { // the cut may have split a character
				b = whole
				break
			}
		}
	}
	if utf8.Valid(b) {
		return strconv.Quote(string(b)) + more
	}
	return fmt.Sprintf("% x", b) + more
}
