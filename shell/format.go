package shell

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/fatih/color"

	"rpcsh/rpcconn/jsontext"
)

// A palette gives text its colours, or none.
type palette struct {
	in, out, err, dim, bold   func(text string) string
	key, str, number, keyword func(text string) string
}

func newPalette(colored bool) *palette {
	paint := func(attributes ...color.Attribute) func(string) string {
		if !colored {
			return func(text string) string { return text }
		}
		c := color.New(attributes...)
		c.EnableColor() // wherever color thinks that it writes to
		before, after, _ := strings.Cut(c.Sprint("|"), "|")
		return func(text string) string { return before + text + after }
	}
	return &palette{
		in: paint(color.FgGreen), out: paint(color.FgBlue), err: paint(color.FgRed), dim: paint(color.Faint), bold: paint(color.Bold),
		key: paint(color.FgBlue), str: paint(color.FgGreen), number: paint(color.FgCyan), keyword: paint(color.FgMagenta),
	}
}

// visible returns text with all characters made visible that could move the cursor, colour the screen, set the title or
// turn the direction of writing: they become JSON escapes, and bytes that are no UTF-8 \x9b. Line breaks stay only where keepLines.
func visible(text string, keepLines bool) string {
	clean := true
	for i := 0; i < len(text) && clean; i++ {
		clean = text[i] >= ' ' && text[i] < 0x7f
	}
	if clean {
		return text
	}
	var b strings.Builder
	for i, r := range text {
		switch {
		case r == '\n' && keepLines:
			b.WriteRune(r)
		case r == utf8.RuneError && !strings.HasPrefix(text[i:], "\uFFFD"):
			fmt.Fprintf(&b, "\\x%02x", text[i])
		case hidden(r):
			b.WriteString(escaped(r))
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// hidden reports whether r does something to the terminal, or is not seen. The joiner that emoji are made with stays.
func hidden(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) && r != '\u200d' || r == '\u2028' || r == '\u2029'
}

// escaped returns r as it is written in a JSON string (RFC 8259 section 7).
func escaped(r rune) string {
	switch r {
	case '\n':
		return `\n`
	case '\r':
		return `\r`
	case '\t':
		return `\t`
	}
	if high, low := utf16.EncodeRune(r); high != utf8.RuneError {
		return fmt.Sprintf(`\u%04x\u%04x`, high, low)
	}
	return fmt.Sprintf(`\u%04x`, r)
}

// compact returns JSON text on one line.
func compact(text json.RawMessage) string {
	if bytes.IndexByte(text, '\n') < 0 && bytes.IndexByte(text, ' ') < 0 && bytes.IndexByte(text, '\t') < 0 && bytes.IndexByte(text, '\r') < 0 {
		return string(text)
	}
	var b bytes.Buffer
	if err := json.Compact(&b, text); err != nil {
		return string(text)
	}
	return b.String()
}

// maxShown is the most of a message that a line of traffic shows, in bytes.
const maxShown = 600

// shorten makes text that a peer sent fit for a line of traffic; total is the size of the whole in bytes.
func shorten(text string, total int) string {
	const enough = 4 * maxShown // though line breaks go, hardly any of what follows is seen
	whole := len(text) <= enough
	text = prefix(text, enough)
	text = visible(strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' }), " "), false)
	if whole && len(text) <= maxShown {
		return text
	}
	return prefix(text, maxShown) + "… (" + size(total) + ")"
}

// prefix returns the first n bytes of text, without the part of a character that would be cut off.
func prefix(text string, n int) string {
	if len(text) <= n {
		return text
	}
	for end := n; end > n-utf8.UTFMax; end-- {
		if utf8.RuneStart(text[end]) {
			return text[:end]
		}
	}
	return text[:n] // no UTF-8
}

// size returns a number of bytes as one reads it.
func size(n int) string {
	const unit = 1024
	switch {
	case n < unit:
		return fmt.Sprintf("%d B", n)
	case float64(n)/unit < 1023.95: // or it would be written 1024.0
		return fmt.Sprintf("%.1f KiB", float64(n)/unit)
	default:
		return fmt.Sprintf("%.1f MiB", float64(n)/unit/unit)
	}
}

// arguments returns params as one would type them.
func arguments(params json.RawMessage) string {
	if params == nil {
		return ""
	}
	if len(params) > 100*maxShown { // hardly any of it will be seen
		return string(params[:100*maxShown])
	}
	var words []string
	container := false
	_, err := jsontext.Array(params, func(value []byte) error {
		words = append(words, compact(value))
		container = value[0] == '[' || value[0] == '{'
		return nil
	})
	if err != nil || len(words) == 0 || len(words) == 1 && container {
		return compact(params)
	}
	return strings.Join(words, " ")
}

// pretty returns JSON text for a person: coloured, and what does not fit into width columns with its parts on lines of their own.
func pretty(text json.RawMessage, width int, p *palette) string {
	if jsontext.Valid(text) != nil {
		return visible(string(text), false)
	}
	var b strings.Builder
	layOut(&b, bytes.TrimSpace(text), "", 0, width)
	return colored(b.String(), p)
}

// indentation is how much deeper the parts of a value stand than the value, in columns.
const indentation = 2

// layOut writes value, which begins in the given column of a line that has this indent; it is followed by no more than a comma.
func layOut(b *strings.Builder, value []byte, indent string, column, width int) {
	if size := len(value); size <= 8*width || !isContainer(value) { // longer text never fits, whatever its characters
		one := visible(compact(value), false)
		if !isContainer(value) || column+displayWidth(one) <= width || len(one) <= 2 {
			b.WriteString(one)
			return
		}
	}
	inner := indent + strings.Repeat(" ", indentation)
	separator := ""
	part := func(key string, value []byte) {
		b.WriteString(separator + "\n" + inner + key)
		separator = ","
		layOut(b, value, inner, len(inner)+displayWidth(key)+1, width)
	}
	closing := "]"
	b.WriteByte(value[0])
	// value has been found valid
	if value[0] == '{' {
		closing = "}"
		_, _ = jsontext.Object(value, func(key, value []byte) error {
			part(`"`+visible(string(key), false)+`": `, value)
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

// colored gives the parts of JSON text their colours.
func colored(text string, p *palette) string {
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
			if paint = p.str; strings.HasPrefix(text[i+n:], ":") {
				paint = p.key
			}
		case c == '-' || c >= '0' && c <= '9':
			paint = p.number
			for i+n < len(text) && strings.IndexByte("0123456789+-.eE", text[i+n]) >= 0 {
				n++
			}
		case c >= 'a' && c <= 'z':
			paint = p.keyword
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

// took returns a duration as one reads it: 0.8 ms, 2.4 s, 3 min 5 s.
func took(d time.Duration) string {
	switch {
	case d.Round(time.Millisecond/10) < time.Second:
		return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
	case d.Round(time.Second/10) < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	default:
		return age(d.Round(time.Second))
	}
}

// age returns a duration in whole seconds and larger units.
func age(d time.Duration) string {
	d = d.Truncate(time.Second)
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min %d s", int(d.Minutes()), int(d.Seconds())%60)
	default:
		return fmt.Sprintf("%d h %d min", int(d.Hours()), int(d.Minutes())%60)
	}
}

func isContainer(value []byte) bool { return len(value) > 0 && (value[0] == '{' || value[0] == '[') }
