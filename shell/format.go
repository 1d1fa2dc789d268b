package shell

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/fatih/color"

	"rpcsh/rpcconn/jsonscan"
)

// A palette gives text its colours, or none.
type palette struct {
	in, out, err, dim, bold   func(a ...any) string
	key, str, number, keyword func(a ...any) string
}

func newPalette(colored bool) *palette {
	paint := func(attributes ...color.Attribute) func(a ...any) string {
		c := color.New(attributes...)
		if colored {
			c.EnableColor()
		} else {
			c.DisableColor()
		}
		return c.SprintFunc()
	}
	return &palette{
		in: paint(color.FgGreen), out: paint(color.FgBlue), err: paint(color.FgRed), dim: paint(color.Faint), bold: paint(color.Bold),
		key: paint(color.FgBlue), str: paint(color.FgGreen), number: paint(color.FgCyan), keyword: paint(color.FgMagenta),
	}
}

// visible returns text with all characters made visible that could move the cursor, colour the screen, set the title or
// turn the direction of writing: they become JSON escapes. Line breaks stay only where keepLines.
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
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r) && r != '\u200d', r == '\u2028', r == '\u2029':
			if r > 0xffff {
				fmt.Fprintf(&b, "\\U%08x", r)
			} else {
				fmt.Fprintf(&b, "\\u%04x", r)
			}
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
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
	text = visible(strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' }), " "), false)
	if len(text) <= maxShown {
		return text
	}
	cut := maxShown
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut] + "… (" + size(total) + ")"
}

// size returns a number of bytes as one reads it.
func size(n int) string {
	const unit = 1024
	switch {
	case n < unit:
		return fmt.Sprintf("%d B", n)
	case n < unit*unit:
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
	_, err := jsonscan.Array(params, func(value []byte) error {
		words = append(words, compact(value))
		container = value[0] == '[' || value[0] == '{'
		return nil
	})
	if err != nil || len(words) == 0 || len(words) == 1 && container {
		return compact(params)
	}
	return strings.Join(words, " ")
}

// pretty returns JSON text for a person: coloured, and indented where it does not fit into width columns.
func pretty(text json.RawMessage, width int, p *palette) string {
	one := visible(compact(text), false)
	if utf8.RuneCountInString(one) <= width {
		return colored(one, p)
	}
	var b bytes.Buffer
	if err := json.Indent(&b, text, "", "  "); err != nil {
		return one
	}
	return colored(visible(b.String(), true), p)
}

// colored gives the parts of JSON text their colours.
func colored(text string, p *palette) string {
	var b strings.Builder
	for i := 0; i < len(text); {
		c := text[i]
		n := 1
		paint := func(a ...any) string { return fmt.Sprint(a...) }
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
	case d < time.Second:
		return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	default:
		return age(d)
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
