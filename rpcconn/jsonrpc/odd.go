package jsonrpc

import (
	"bytes"
	"slices"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsontext"
)

// byteOrderMark is U+FEFF in UTF-8, with which some peers begin each text (RFC 8259 section 8.1 forbids it, and lets
// parsers ignore it).
const byteOrderMark = "\xef\xbb\xbf"

// decodeOdd decodes a frame that is not exactly one JSON text, but one or several with harmless bytes around them, and
// reports whether it is such. What is harmless becomes a deviation, once it is sure that all texts are whole.
func (c *Codec) decodeOdd(frame []byte, p *rpcconn.Packet) bool {
	clear(p.Messages)
	p.Messages, p.Batch = p.Messages[:0], false
	known := len(p.Deviations)
	texts, marked, ended := 0, false, false
	for rest := frame; ; texts++ {
		rest = rest[jsontext.Space(rest, 0):]
		if after, found := bytes.CutPrefix(rest, []byte(byteOrderMark)); found {
			rest, marked = after[jsontext.Space(after, 0):], true
		}
		if after := bytes.TrimLeft(rest, "\x00"); texts > 0 && len(after) < len(rest) {
			rest, ended = after[jsontext.Space(after, 0):], true
		}
		if len(rest) == 0 {
			break
		}
		if rest[0] != '{' && rest[0] != '[' {
			p.Deviations = p.Deviations[:known]
			return false
		}
		end, err := c.decodeText(rest, p)
		if err != nil {
			p.Deviations = p.Deviations[:known]
			return false
		}
		rest = rest[end:]
	}
	p.Batch = p.Batch && texts == 1
	for _, d := range []struct {
		is   bool
		rule string
		text string
	}{
		{marked, "byte order mark", "a byte order mark stands before a message (RFC 8259 section 8.1 forbids it)"},
		{ended, "zero byte", "a zero byte stands behind a message"},
		{texts > 1, "several messages in one", "several messages came in one, as if they were a stream"},
	} {
		if d.is {
			p.Deviations = append(p.Deviations, &rpcconn.Deviation{Rule: d.rule, Text: d.text})
		}
	}
	return texts > 0
}

// otherUnicode returns the name of the encoding other than UTF-8 in which text looks like JSON text, "" where it does
// not: an object or an array in it begins with a byte order mark, or with an ASCII character among zero bytes.
func otherUnicode(text []byte) string {
	for _, encoding := range []struct {
		name   string
		begins []string
	}{ // those of UTF-32 first: one of its marks begins with one of UTF-16
		{"UTF-32", []string{"\xff\xfe\x00\x00", "\x00\x00\xfe\xff", "{\x00\x00\x00", "\x00\x00\x00{", "[\x00\x00\x00",
			"\x00\x00\x00["}},
		{"UTF-16", []string{"\xff\xfe", "\xfe\xff", "{\x00", "\x00{", "[\x00", "\x00["}},
	} {
		if slices.ContainsFunc(encoding.begins, func(s string) bool { return bytes.HasPrefix(text, []byte(s)) }) {
			return encoding.name
		}
	}
	return ""
}
