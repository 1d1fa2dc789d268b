package lang

import "strings"

// A scanner is a line, and how far it has been read.
type scanner struct {
	src   string
	pos   int
	batch bool // ; ends a call
	words bool // src is exactly one argument
}

func (p *scanner) errorf(reason string) error { return errorAt(p.pos, reason) }

// blank moves over white space and reports whether there was any.
func (p *scanner) blank() bool {
	start := p.pos
	for p.pos < len(p.src) && isBlank(p.src[p.pos]) {
		p.pos++
	}
	return p.pos > start
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

func (p *scanner) rest() string { return p.src[p.pos:] }

// next returns the next byte, 0 at the end.
func (p *scanner) next() byte {
	if p.pos < len(p.src) {
		return p.src[p.pos]
	}
	return 0
}

// eof reports whether nothing but a comment is left. It is called at the beginning of a word.
func (p *scanner) eof() bool {
	return p.pos >= len(p.src) || !p.words && p.src[p.pos] == '#'
}

// ampersand reports whether nothing but & and a comment is left.
func (p *scanner) ampersand() bool {
	if p.words || p.next() != '&' {
		return false
	}
	after := scanner{src: p.src, pos: p.pos + 1}
	return after.pos == len(p.src) || after.blank() && after.eof()
}

// bare reads a word that is not quoted.
func (p *scanner) bare() string {
	start := p.pos
	for p.pos < len(p.src) {
		c := p.src[p.pos]
		if !p.words && (isBlank(c) || c == '|' || p.batch && c == ';' || c == '&' && p.ampersand()) {
			break
		}
		p.pos++
	}
	return p.src[start:p.pos]
}

// identifier returns the length of the identifier at the beginning of s, or 0 if there is none.
func identifier(s string) int {
	for i := range len(s) {
		if !isLetter(s[i]) && (i == 0 || !isDigit(s[i])) {
			return i
		}
	}
	return len(s)
}

func isLetter(c byte) bool { return c == '_' || c|0x20 >= 'a' && c|0x20 <= 'z' }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// commandName returns the name of the command at the beginning of s, or "" if there is none.
func commandName(s string) string {
	if !strings.HasPrefix(s, ".") {
		return ""
	}
	n := 1
	for n < len(s) && !isBlank(s[n]) && s[n] != '|' {
		n++
	}
	return s[1:n]
}
