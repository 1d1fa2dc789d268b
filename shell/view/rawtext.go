package view

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"rpcsh/shell/human"
)

// HexPrefix precedes bytes that are written in hexadecimal, for .send.
const HexPrefix = "hex:"

// RawText returns bytes as .send reads them: text with escapes if they are UTF-8, else hexadecimal digits after
// HexPrefix.
func RawText(b []byte) string {
	if !utf8.Valid(b) {
		return HexPrefix + fmt.Sprintf("% x", b)
	}
	text := strings.ReplaceAll(string(b), `\`, `\\`)
	if isQuoted(text) || strings.HasPrefix(text, HexPrefix) || strings.HasPrefix(text, "@") {
		text = fmt.Sprintf(`\x%02x`, text[0]) + text[1:] // .send would take the text for something else
	}
	return Visible(text)
}

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
