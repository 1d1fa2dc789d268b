package rpcconn

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// HeadSize is how many bytes of something unreadable are kept to find out what it was, and to show it.
const HeadSize = 512

// A Gleaner is a Codec that can tell what bytes that are no message were meant to be.
type Gleaner interface {
	Codec
	// Glean looks at text that Decode has refused, or at the beginning of a message that is too long.
	Glean(text []byte) Fragment
}

// Glean returns what codec can tell of text that is no message; the zero Fragment where it cannot.
func Glean(codec Codec, text []byte) Fragment {
	if g, ok := codec.(Gleaner); ok {
		return g.Glean(text)
	}
	return Fragment{}
}

// A Fragment is what can be read of a broken message.
type Fragment struct {
	Noise   bool // it is no message at all, but words, such as a line of a log
	Request bool // it has what only requests and notifications have
	Outcome bool // it has what only responses have: a result or an error
	IDs     []ID // of the message, or of a batch's
}

// IsNoise reports whether text is words and no attempt at a message: it has no control characters but those of text, is
// UTF-8, or for the most part ASCII in another encoding, and begins neither an object nor an array.
func IsNoise(text []byte) bool {
	text = bytes.TrimSpace(text)
	if len(text) == 0 || text[0] == '{' || text[0] == '[' && !isLogTag(text) {
		return false
	}
	ascii := 0
	for _, c := range text {
		if isControl(c) {
			return false
		}
		if c < utf8.RuneSelf {
			ascii++
		}
	}
	return 2*ascii >= len(text) || utf8.Valid(text)
}

// isControl reports whether c is a control character that has no place in words.
func isControl(c byte) bool {
	return (c < ' ' || c == 0x7f) && c != '\t' && c != '\n' && c != '\r' && c != '\x1b' // ESC begins colours
}

// MayBeNoise reports whether a line that begins with text, which is not empty, may turn out to be noise.
func MayBeNoise(text []byte) bool {
	if bytes.ContainsFunc(text, func(r rune) bool { return r < utf8.RuneSelf && isControl(byte(r)) }) {
		return false
	}
	return text[0] != '{' && (text[0] != '[' || len(text) == 1 || !bytes.ContainsAny(text[1:2], "[]{}\""))
}

// isLogTag reports whether text, which begins with a bracket, goes on like a line of a log, "[INFO] …", and not like an
// array.
func isLogTag(text []byte) bool {
	const digits = "0123456789"
	switch tag, _, found := bytes.Cut(text[1:], []byte("]")); {
	case !found || len(tag) == 0:
		return false
	case bytes.ContainsAny(tag, `{}["`):
		return false
	case bytes.ContainsAny(tag[:1], digits): // [12:30:01], but not [1,2]
		return bytes.ContainsAny(tag, ":/-")
	}
	return true
}

// IndexHeader returns where in a line the header of a message begins, in whatever case; -1: there is none.
func IndexHeader(line []byte) int {
	const header = "Content-Length:"
	for i := range max(0, len(line)-len(header)+1) {
		if strings.EqualFold(string(line[i:i+len(header)]), header) {
			return i
		}
	}
	return -1
}

// A NoiseError reports words that came in place of a message, such as a line of a log.
type NoiseError struct {
	Text []byte // the first of them, at most HeadSize, in memory of its own
}

func (e *NoiseError) Error() string {
	return "no message: " + strconv.Quote(string(bytes.TrimSpace(e.Text)))
}

// A BrokenAnswerError is why a call has no result though an answer has come.
type BrokenAnswerError struct {
	Reason string // what is wrong with the answer
	Text   []byte // the first bytes of it, at most HeadSize, in memory of its own
	Cause  error  // the error that Reason is the text of; or nil
}

// Unwrap returns Cause.
func (e *BrokenAnswerError) Unwrap() error { return e.Cause }

func (e *BrokenAnswerError) Error() string {
	return "the answer cannot be read: " + e.Reason + ": " + excerpt(e.Text, HeadSize)
}

// A WrongIDError is why a call has no result though its peer has answered: the answer has an id that is none of ours,
// but can be meant for this call only.
type WrongIDError struct{ Sent, Got ID }

func (e *WrongIDError) Error() string {
	got := e.Got
	if got.IsNone() {
		return fmt.Sprintf("answered without an id in place of %s", e.Sent)
	}
	return fmt.Sprintf("answered with the id %s in place of %s", got, e.Sent)
}

// head returns the first HeadSize bytes of text, in memory of its own.
func head(text []byte) []byte { return bytes.Clone(text[:min(len(text), HeadSize)]) }
