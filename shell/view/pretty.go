package view

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"

	"rpcsh/rpcconn/jsontext"
	"rpcsh/shell/columns"
)

// Pretty returns JSON text for a person: coloured, with the parts of a value that does not fit into width columns on
// lines of their own. Other text is made visible.
func Pretty(text json.RawMessage, width int, colors *Palette) string {
	var b strings.Builder
	spell := func(value json.RawMessage) string { return Visible(Compact(value)) }
	newLayout(&b, width, spell, colors).print(text)
	return b.String()
}

// A layout writes values as Pretty returns them. Most parts of most values are written as they came, without a copy:
// there may be millions.
type layout struct {
	to    io.Writer
	width int
	spell func(value json.RawMessage) string // on one line, visible
	paint func(text string) string           // nil: there are no colours
	buf   []byte
}

func newLayout(to io.Writer, width int, spell func(json.RawMessage) string, colors *Palette) *layout {
	l := &layout{to: to, width: width, spell: spell}
	if colors.Str("") != "" {
		l.paint = func(text string) string { return paintJSON(text, colors) }
	}
	return l
}

func (l *layout) print(text json.RawMessage) {
	if jsontext.Valid(text) != nil {
		_, _ = io.WriteString(l.to, Visible(string(text)))
		return
	}
	l.value(bytes.TrimSpace(text), 0, 0)
}

// write writes whole tokens.
func (l *layout) write(text []byte) {
	if l.paint != nil {
		text = []byte(l.paint(string(text)))
	}
	_, _ = l.to.Write(text)
}

// indentation is how many columns the parts of a value are indented.
const indentation = 2

// value writes value, which begins at the given column of a line with the given indent. At most a comma follows it on
// its line.
func (l *layout) value(value []byte, indent, column int) {
	if len(value) <= 8*l.width || !isContainer(value) { // longer text never fits, whatever its characters
		one, width := l.one(value)
		if !isContainer(value) || column+width <= l.width || len(one) <= 2 {
			l.write(one)
			return
		}
	}
	inner := indent + indentation
	separator := ""
	next := func() []byte { // what stands before a part
		line := appendLine(append(l.buf[:0], separator...), inner)
		separator = ","
		return line
	}
	closing := byte(']')
	l.write(value[:1])
	// value is known to be valid
	if value[0] == '{' {
		closing = '}'
		_, _ = jsontext.Object(value, func(key, value []byte) error {
			line := next()
			start := len(line)
			line = append(append(append(line, '"'), key...), '"')
			name, width := l.one(line[start:])
			l.buf = append(append(line[:start], name...), ": "...)
			l.write(l.buf)
			l.value(value, inner, inner+width+len(": ")+1)
			return nil
		})
	} else {
		_, _ = jsontext.Array(value, func(value []byte) error {
			l.buf = next()
			l.write(l.buf)
			l.value(value, inner, inner+1)
			return nil
		})
	}
	l.write(append(appendLine(l.buf[:0], indent), closing))
}

// one returns a value on one line, visible, and how many columns it takes.
func (l *layout) one(value []byte) (one []byte, width int) {
	if standsForItself(value) {
		return value, len(value)
	}
	spelled := l.spell(value)
	return []byte(spelled), columns.Width(spelled)
}

// standsForItself reports whether a value is ASCII without white space between its tokens, in which nothing is escaped
// that need not be.
func standsForItself(value []byte) bool {
	for i := 0; i < len(value); i++ {
		switch c := value[i]; {
		case c < ' ' || c >= 0x7f:
			return false
		case c == '\\':
			if i++; value[i] == 'u' || value[i] == '/' {
				return false
			}
		}
	}
	return jsontext.IsCompact(value)
}

// appendLine appends a line feed and an indent.
func appendLine(dst []byte, indent int) []byte {
	dst = append(dst, '\n')
	for range indent {
		dst = append(dst, ' ')
	}
	return dst
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
	if colors.Str("") == "" {
		return text
	}
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
