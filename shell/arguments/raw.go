package arguments

import (
	"encoding/hex"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"rpcsh/rpcconn/jsontext"
	"rpcsh/shell/lang"
)

// hexPrefix precedes bytes that are written in hexadecimal.
const hexPrefix = "hex:"

// Bytes reads bytes as a person writes them: text in quotes or not, in which JSON is as it is, and escapes stand for
// what they do elsewhere; hex: and digits; or @FILE. view.RawText is the inverse.
func Bytes(text lang.Text, readFile func(path string) ([]byte, error)) ([]byte, error) {
	switch {
	case text.Text == "":
		return nil, Mistake(text,
			`what is to be sent is missing: text with escapes such as \n and \x1e, hex:7b 7d, or @FILE`)
	case strings.HasPrefix(text.Text, "@"):
		path := Unquote(text.Text[1:])
		if path == "" {
			return nil, Mistake(text, "a file is missing after @")
		}
		data, err := readFile(path)
		if err != nil {
			return nil, Mistake(text, err.Error()+`; \x40 is an @`)
		}
		return data, nil
	case strings.HasPrefix(text.Text, hexPrefix):
		return parseHex(lang.Text{Text: text.Text[len(hexPrefix):], Column: text.Column + len(hexPrefix)})
	}
	return parseEscapes(withoutQuotes(text))
}

// withoutQuotes takes the quotes off text that is quoted as a whole.
func withoutQuotes(text lang.Text) lang.Text {
	t := text.Text
	if len(t) < 2 || t[0] != '"' && t[0] != '\'' {
		return text
	}
	for i := 1; i < len(t); i++ {
		switch {
		case t[i] == '\\':
			i++
		case t[i] == t[0] && i < len(t)-1:
			return text
		case t[i] == t[0]:
			return lang.Text{Text: t[1:i], Column: text.Column + 1}
		}
	}
	return text
}

// parseHex reads pairs of hexadecimal digits, which blanks may separate.
func parseHex(text lang.Text) ([]byte, error) {
	var b []byte
	for i := 0; i < len(text.Text); {
		if c := text.Text[i]; c == ' ' || c == '\t' {
			i++
			continue
		}
		pair := text.Text[i:min(i+2, len(text.Text))]
		one, err := hex.DecodeString(pair)
		if err != nil {
			return nil, &lang.Error{Column: text.Column + i, Reason: "a byte is two hexadecimal digits, such as 1e"}
		}
		b = append(b, one...)
		i += 2
	}
	return b, nil
}

// plainEscapes are pairs: the letter of an escape, and what it stands for.
const plainEscapes = "n\nr\rt\tb\bf\fe\x1b0\x00" + `\\""''//`

// parseEscapes reads text in which \ begins an escape: \n \r \t \b \f \e \0 \\ \" \' \/ \xNN \uNNNN. Objects and arrays
// of JSON are left as they are, up to the first bracket that begins none.
func parseEscapes(text lang.Text) ([]byte, error) {
	t := text.Text
	var b []byte
	inJSON := true // what is JSON is left as it is
	for i := 0; i < len(t); {
		if inJSON && (t[i] == '{' || t[i] == '[') {
			_, n, err := jsontext.Value([]byte(t[i:]))
			inJSON = err == nil
			b = append(b, t[i:i+n]...)
			i += n
		}
		if i == len(t) {
			break
		}
		if t[i] != '\\' {
			b = append(b, t[i])
			i++
			continue
		}
		value, n := escape(t[i:])
		if n == 0 {
			return nil, &lang.Error{
				Column: text.Column + i, Reason: `\ begins an escape: \n \r \t \xNN \uNNNN; \\ is a \`,
			}
		}
		b = append(b, value...)
		i += n
	}
	return b, nil
}

// escape returns what the escape at the beginning of t stands for, and its length, or 0 if it is not an escape.
func escape(t string) (value string, n int) {
	if len(t) < 2 {
		return "", 0
	}
	switch t[1] {
	case 'x':
		if v, ok := digits(t, 2, 2); ok {
			return string([]byte{byte(v)}), 4
		}
		return "", 0
	case 'u':
		v, ok := digits(t, 2, 4)
		if !ok {
			return "", 0
		}
		if low, ok := digits(t, 8, 4); ok && t[6:8] == `\u` {
			if r := utf16.DecodeRune(rune(v), rune(low)); r != utf8.RuneError {
				return string(r), 12
			}
		}
		if utf16.IsSurrogate(rune(v)) {
			return "", 0 // half a surrogate pair has no UTF-8
		}
		return string(rune(v)), 6
	}
	for i := 0; i < len(plainEscapes); i += 2 {
		if plainEscapes[i] == t[1] {
			return plainEscapes[i+1 : i+2], 2
		}
	}
	return "", 0
}

// digits returns the value of n hexadecimal digits at a place in t.
func digits(t string, at, n int) (uint64, bool) {
	if len(t) < at+n {
		return 0, false
	}
	v, err := strconv.ParseUint(t[at:at+n], 16, 32)
	return v, err == nil
}
