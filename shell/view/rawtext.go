package view

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"rpcsh/rpcconn/jsontext"
	"rpcsh/shell/human"
)

// HexPrefix precedes bytes that are written in hexadecimal, for .send.
const HexPrefix = "hex:"

// RawText returns bytes as .send reads them: text with escapes outside of JSON if they are UTF-8, else hexadecimal
// digits after HexPrefix.
func RawText(b []byte) string {
	if !utf8.Valid(b) {
		return HexPrefix + fmt.Sprintf("% x", b)
	}
	text := escapedOutsideJSON(string(b))
	if isQuoted(text) || strings.HasPrefix(text, HexPrefix) || strings.HasPrefix(text, "@") {
		text = escapedByte(text[0]) + text[1:] // .send would take the text for something else
	}
	return Visible(text)
}

// escapedOutsideJSON escapes each \ of text outside of objects and arrays of JSON, up to the first bracket that begins
// none. A bracket that .send would take for the beginning of JSON though it is none, or not that JSON, is escaped, too.
func escapedOutsideJSON(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\':
			b.WriteString(`\\`)
		case c != '{' && c != '[':
			b.WriteByte(c)
		default:
			n := jsonSize(text[i:])
			if n > 0 && Visible(text[i:i+n]) == text[i:i+n] {
				b.WriteString(text[i : i+n])
				i += n - 1
				continue
			}
			if rest := strings.ReplaceAll(text[i:], `\`, `\\`); n == 0 && jsonSize(Visible(rest)) == 0 {
				return b.String() + rest
			}
			b.WriteString(escapedByte(c))
		}
	}
	return b.String()
}

// jsonSize returns the size of the JSON value at the beginning of text, 0 where there is none.
func jsonSize(text string) int {
	_, n, err := jsontext.Value([]byte(text))
	if err != nil {
		return 0
	}
	return n
}

func escapedByte(c byte) string { return fmt.Sprintf(`\x%02x`, c) }

// isQuoted reports whether text begins and ends with the same quote.
func isQuoted(text string) bool {
	n := len(text)
	return n >= 2 && (text[0] == '"' || text[0] == '\'') && text[n-1] == text[0]
}

// maxRaw is how many bytes of a frame are shown to a person.
const maxRaw = 4 << 10

// rawExcerpt is RawText of a frame's beginning.
func rawExcerpt(frame []byte) string {
	if len(frame) <= maxRaw {
		return RawText(frame)
	}
	return RawText([]byte(Prefix(string(frame[:maxRaw+1]), maxRaw))) + "… (" + human.Size(len(frame)) + ")"
}
