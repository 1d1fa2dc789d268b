package view

import (
	"bytes"
	"encoding/json"
	"strings"

	"rpcsh/rpcconn/jsontext"
	"rpcsh/shell/columns"
)

// Pretty returns JSON text for a person: coloured, with the parts of a value that does not fit into width columns on
// lines of their own. Other text is made visible.
func Pretty(text json.RawMessage, width int, colors *Palette) string {
	if jsontext.Valid(text) != nil {
		return Visible(string(text))
	}
	var b strings.Builder
	layOut(&b, bytes.TrimSpace(text), "", 0, width)
	return paintJSON(b.String(), colors)
}

// indentation is how many columns the parts of a value are indented.
const indentation = 2

// layOut writes value, which begins at the given column of a line with the given indent. At most a comma follows it on
// its line.
func layOut(b *strings.Builder, value []byte, indent string, column, width int) {
	if len(value) <= 8*width || !isContainer(value) { // longer text never fits, whatever its characters
		one := Visible(Compact(value))
		if !isContainer(value) || column+columns.Width(one) <= width || len(one) <= 2 {
			b.WriteString(one)
			return
		}
	}
	inner := indent + strings.Repeat(" ", indentation)
	separator := ""
	part := func(key string, value []byte) {
		b.WriteString(separator + "\n" + inner + key)
		separator = ","
		layOut(b, value, inner, len(inner)+columns.Width(key)+1, width)
	}
	closing := "]"
	b.WriteByte(value[0])
	// value is known to be valid
	if value[0] == '{' {
		closing = "}"
		_, _ = jsontext.Object(value, func(key, value []byte) error {
			part(`"`+Visible(string(key))+`": `, value)
			return nil
		})
	} else {
		_, _ = jsontext.Array(value, func(value []byte) error {
			part("", value)
			return nil
		})
	}
	b.WriteString("\n" + indent + closing)
}

// paint gives JSON text, or values between blanks, their colours, but not the remark that Shorten has left in place of
// the rest.
func (s style) paint(text string) string {
	if s.colors.Str("") == "" {
		return text
	}
	shown, rest := text, ""
	if i := strings.LastIndex(text, left); i >= 0 && strings.HasSuffix(text, ")") { // JSON does not end so
		shown, rest = text[:i], s.colors.Dim(text[i:])
	}
	return paintJSON(shown, s.colors) + rest
}

// paintJSON gives the parts of JSON text their colours.
func paintJSON(text string, colors *Palette) string {
	var b strings.Builder
	for i := 0; i < len(text); {
		c := text[i]
		n := 1
		var paint func(string) string
		switch {
		case c == '"':
			for i+n < len(text) && text[i+n] != '"' {
				if text[i+n] == '\\' {
					n++
				}
				n++
			}
			n = min(n+1, len(text)-i)
			if paint = colors.Str; strings.HasPrefix(text[i+n:], ":") {
				paint = colors.Key
			}
		case c == '-' || c >= '0' && c <= '9':
			paint = colors.Number
			for i+n < len(text) && strings.IndexByte("0123456789+-.eE", text[i+n]) >= 0 {
				n++
			}
		case c >= 'a' && c <= 'z':
			paint = colors.Keyword
			for i+n < len(text) && text[i+n] >= 'a' && text[i+n] <= 'z' {
				n++
			}
		default:
			b.WriteByte(c)
			i++
			continue
		}
		b.WriteString(paint(text[i : i+n]))
		i += n
	}
	return b.String()
}
