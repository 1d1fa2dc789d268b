package term

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A decoder turns the bytes that a terminal sends into keys. The beginning of a character or an escape sequence is held
// back until the rest has come. Unknown sequences are swallowed, never taken for text.
//
// The sequences are those of ECMA-48 (CSI, SS3, OSC, DCS …), with the parameters of xterm for keys and modifiers and
// the variants of rxvt and of the Linux console. The zero value is ready to use.
type decoder struct {
	held    []byte // the beginning of a character or of a sequence
	pasting bool   // between ESC[200~ and ESC[201~
	cr      bool   // the last byte was the CR of a pasted line break: an LF that follows belongs to it
	indent  bool   // the last key was a pasted line break or a tab after one: a tab that follows is indentation
}

const (
	esc        = 0x1b
	pasteEnd   = "\x1b[201~"
	ctrlC      = "\x03"
	maxEscape  = 64   // bytes of a CSI or SS3 sequence; a longer one is not a key
	maxControl = 4096 // bytes of an OSC, DCS, SOS, PM or APC string
)

// feed returns the keys that are complete with chunk, the bytes of one read of the terminal. A line break with more
// after it in the same read is taken for a pasted one. At the end of a read it is Enter: a person types it alone, and a
// program that types sends it after the line. An Escape and an Enter of two reads are keyEscEnter.
func (d *decoder) feed(chunk []byte) []key {
	if d.pasting && string(chunk) == ctrlC { // the paste's end was lost: leave a way out
		*d = decoder{}
	}
	several, held := len(chunk) > 1, len(d.held)
	b := append(d.held, chunk...)
	breaks := false // outside of the brackets of a paste
	var keys []key
	for len(b) > 0 {
		k, n := d.scan(b, several)
		if n == 0 {
			break
		}
		b = b[n:]
		if k.name == "alt-enter" && held > 0 {
			k.name = keyEscEnter
		}
		held -= n
		if k.name != "" {
			keys = appendKey(keys, k)
			breaks = breaks || k.name == keyBreak && !d.pasting
			d.indent = several && (k.name == keyBreak || d.indent && k.text == "\t")
		}
	}
	d.held = bytes.Clone(b)
	if breaks {
		keys = append(keys, key{name: keyPasted})
	}
	return keys
}

// pending reports whether bytes are held back that should be given up if nothing follows soon.
func (d *decoder) pending() bool { return len(d.held) > 0 && !d.pasting }

// escapes reports whether only Escapes are held back, which may be keys.
func (d *decoder) escapes() bool { return len(bytes.Trim(d.held, "\x1b")) == 0 }

// timeout returns the bytes held back as keys, since nothing has followed: an Escape, a broken character, or nothing.
func (d *decoder) timeout() []key {
	if !d.pending() {
		return nil
	}
	held := d.held
	d.held = nil
	switch {
	case held[0] != esc:
		return []key{{name: keyText, text: string(utf8.RuneError)}}
	case len(bytes.Trim(held, "\x1b")) == 0:
		return []key{{name: "esc"}}
	default:
		return nil
	}
}

// scan returns the key at the beginning of b and how many bytes it takes: 0 if more is needed. A key without a name is
// to be ignored.
func (d *decoder) scan(b []byte, several bool) (key, int) {
	if d.pasting {
		return d.scanPaste(b)
	}
	c := b[0]
	afterCR := d.cr
	d.cr = false
	switch {
	case c == esc:
		return d.scanEscape(b)
	case c == '\n' && afterCR:
		return key{}, 1
	case c == '\r' || c == '\n':
		if len(b) == 1 || string(b) == "\r\n" {
			d.cr = several && string(b) == "\r"
			return key{name: keyEnter}, len(b)
		}
		d.cr = c == '\r'
		return key{name: keyBreak}, 1
	case c == '\t' && d.indent && several:
		return key{name: keyText, text: "\t"}, 1
	case c < ' ' || c == 0x7f:
		return key{name: controlName(c)}, 1
	default:
		text, n := scanText(b)
		return key{name: keyText, text: text}.unlessEmpty(), n
	}
}

// scanPaste is scan between the brackets of a paste.
func (d *decoder) scanPaste(b []byte) (key, int) {
	c := b[0]
	afterCR := d.cr
	d.cr = false
	switch {
	case bytes.HasPrefix(b, []byte(pasteEnd)):
		d.pasting = false
		return key{name: keyPasted}, len(pasteEnd)
	case strings.HasPrefix(pasteEnd, string(b)):
		return key{}, 0
	case c == '\n' && afterCR:
		return key{}, 1
	case c == '\r' || c == '\n':
		d.cr = c == '\r'
		return key{name: keyBreak}, 1
	case c == '\t':
		return key{name: keyPaste, text: "\t"}, 1
	case c < ' ' || c == 0x7f:
		return key{}, 1
	default:
		text, n := scanText(b)
		return key{name: keyPaste, text: text}.unlessEmpty(), n
	}
}

func (k key) unlessEmpty() key {
	if k.text == "" {
		return key{}
	}
	return k
}

// scanText returns the text up to the next control character or incomplete character, and the bytes it takes. Bytes
// that are not UTF-8 become U+FFFD, and the control characters of Latin-1 (C1) are left out.
func scanText(b []byte) (string, int) {
	var text strings.Builder
	n := 0
	for n < len(b) && b[n] >= ' ' && b[n] != 0x7f {
		if !utf8.FullRune(b[n:]) {
			break
		}
		r, size := utf8.DecodeRune(b[n:])
		if r < 0x80 || r > 0x9f {
			text.WriteRune(r)
		}
		n += size
	}
	return text.String(), n
}

// scanEscape is scan for what begins with ESC.
func (d *decoder) scanEscape(b []byte) (key, int) {
	if len(b) == 1 {
		return key{}, 0
	}
	switch c := b[1]; c {
	case '[':
		return d.scanCSI(b)
	case 'O':
		return scanSS3(b)
	case ']', 'P', 'X', '^', '_':
		return scanControlString(b)
	case esc:
		if len(b) > 2 && b[2] != '[' && b[2] != 'O' {
			return key{name: "esc"}, 1
		}
		k, n := key{}, 0
		if len(b) > 2 {
			k, n = d.scanEscape(b[1:]) // rxvt: Alt and a key that sends a sequence itself
		}
		if n == 0 {
			return key{}, 0
		}
		if k.name != "" {
			k.name = "alt-" + k.name
		}
		return k, n + 1
	default:
		if c < ' ' || c == 0x7f {
			return key{name: "alt-" + controlName(c)}, 2
		}
		if !utf8.FullRune(b[1:]) {
			return key{}, 0
		}
		r, size := utf8.DecodeRune(b[1:])
		return key{name: "alt-" + string(r)}, 1 + size
	}
}

// scanCSI is scan for ESC [ parameters intermediates final (ECMA-48, 5.4).
func (d *decoder) scanCSI(b []byte) (key, int) {
	if len(b) > 2 && b[2] == '[' { // the function keys of the Linux console: ESC [ [ A
		if len(b) == 3 {
			return key{}, 0
		}
		return key{}, 4
	}
	n := 2
	for n < len(b) && n <= maxEscape && 0x20 <= b[n] && b[n] <= 0x3f {
		n++
	}
	switch {
	case n > maxEscape:
		return key{}, n
	case n == len(b):
		return key{}, 0
	case b[n] < 0x40 || b[n] > 0x7e: // broken off by a byte that stands for itself
		return key{}, n
	}
	params, final := string(b[2:n]), b[n]
	if final == '~' && params == "200" {
		d.pasting = true
		return key{}, n + 1
	}
	return key{name: csiName(params, final)}, n + 1
}

// scanSS3 is scan for ESC O, an optional modifier, and a letter: of the keys of CSI only arrows, Home and End come so.
func scanSS3(b []byte) (key, int) {
	n := 2
	for n < len(b) && n <= maxEscape && (b[n] >= '0' && b[n] <= '9' || b[n] == ';') {
		n++
	}
	switch {
	case n > maxEscape:
		return key{}, n
	case n == len(b):
		return key{}, 0
	case b[n] < 0x40 || b[n] > 0x7e:
		return key{}, n
	}
	switch c := b[n]; {
	case c == 'M': // of the number pad
		return key{name: keyEnter}, n + 1
	case c >= 'a' && c <= 'd': // rxvt: Control and an arrow
		return key{name: "ctrl-" + csiName("", c-'a'+'A')}, n + 1
	case strings.IndexByte("ABCDFH", c) < 0:
		return key{}, n + 1
	default:
		return key{name: csiName(string(b[2:n]), c)}, n + 1
	}
}

// scanControlString is scan for a string that a terminal sends as an answer: up to ST (ESC \) or BEL. What answers an
// OSC is reported, the others are swallowed.
func scanControlString(b []byte) (key, int) {
	report := func(end int) key {
		text, n := scanText(b[2:end])
		if b[1] != ']' || n != end-2 {
			return key{}
		}
		return key{name: keyReport, text: text}.unlessEmpty()
	}
	for i := 2; i < len(b); i++ {
		switch {
		case b[i] == '\a':
			return report(i), i + 1
		case b[i] == esc && i+1 < len(b):
			if b[i+1] == '\\' {
				return report(i), i + 2
			}
			return key{}, i // another sequence begins
		}
	}
	if len(b) > maxControl {
		return key{}, len(b)
	}
	return key{}, 0
}

// controlName names the key that sends the control character c.
func controlName(c byte) string {
	switch c {
	case '\t':
		return "tab"
	case '\r', '\n':
		return keyEnter
	case '\b', 0x7f:
		return "backspace"
	case 0:
		return "ctrl-space"
	case esc:
		return "esc"
	}
	if c >= 0x1c {
		return "ctrl-" + string(rune(c|0x40))
	}
	return "ctrl-" + string(rune(c|0x60))
}

// csiName names the key whose control sequence has these parameters and final byte, or returns "".
func csiName(params string, final byte) string {
	first, rest, _ := strings.Cut(params, ";")
	base := ""
	switch final {
	case 'A':
		base = "up"
	case 'B':
		base = "down"
	case 'C':
		base = "right"
	case 'D':
		base = "left"
	case 'H':
		base = "home"
	case 'F':
		base = "end"
	case 'Z':
		return "backtab"
	case '~':
		base = tildeName(first)
	}
	if base == "" {
		return ""
	}
	if rest == "" && final != '~' {
		rest = first // ESC [ 5 C and ESC O 5 C
	}
	modifiers, err := strconv.Atoi(rest)
	if err != nil || modifiers < 2 {
		return base
	}
	modifiers-- // xterm: 1 and a bit for Shift, 2 for Alt, 4 for Control
	if modifiers&2 != 0 {
		base = "alt-" + base
	}
	if modifiers&4 != 0 {
		base = "ctrl-" + base
	}
	return base // with Shift as without
}

// tildeName names the key whose control sequence is ESC [ number ~, or returns "".
func tildeName(number string) string {
	switch number {
	case "1", "7":
		return "home"
	case "2":
		return "insert"
	case "3":
		return "delete"
	case "4", "8":
		return "end"
	case "5":
		return "pageup"
	case "6":
		return "pagedown"
	}
	return ""
}
