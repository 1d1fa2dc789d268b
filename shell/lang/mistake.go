package lang

import (
	"strings"
	"unicode"
)

// What would mean something, but hardly what the person meant, is a mistake: nothing is sent by accident.

// isHidden reports whether r looks like a blank or like nothing, as in text pasted from elsewhere.
func isHidden(r rune) bool { return unicode.IsSpace(r) || !unicode.IsGraphic(r) }

// checkMethod refuses what could be a method only by mistake.
func (p *parser) checkMethod(call *Call) error {
	rest := p.rest()
	switch c := rest[0]; {
	case c == '{' || c == '[':
		return p.errorf("a method belongs here, its arguments after it")
	case c == '@':
		return p.errorf("the peer comes first, and only once: @1 METHOD, @1 !METHOD, @1 .batch METHOD ; METHOD")
	case c == '=':
		return p.errorf("a name is missing before =")
	case c == '!' && call.Notify:
		return p.errorf("one ! is enough; quote the method if it begins with one")
	case c == '.' && p.pos == call.Column+1 && !p.batch:
		return p.errorf("a command cannot be sent; .notify METHOD sends what begins with a dot")
	case rest == "." || isDot(rest):
		return p.errorf("a command is missing after the dot: .help lists them")
	case p.atCall():
		return p.errorf("a method belongs here; .print $(CALL) shows a result")
	case p.atVariable():
		n := 1 + variableName(rest[1:])
		if strings.HasPrefix(strings.TrimLeft(rest[n:], blanks), "=") {
			return p.errorf("write " + rest[1:n] + " without $ where it gets a value")
		}
		return p.errorf("a method belongs here; .print " + rest[:n] + " shows a value")
	}
	return strayParameter(p)
}

// isDot reports whether the word at the beginning of s is a dot.
func isDot(s string) bool { return s[0] == '.' && (isBlank(s[1]) || s[1] == '|') }

// checkArgument refuses words that mean something elsewhere.
func (p *parser) checkArgument() error {
	word := *p
	switch w := word.bare(); {
	case strings.HasPrefix(w, "=") || strings.HasPrefix(w, ":="):
		return p.errorf("NAME=VALUE is written without blanks, and NAME = CALL begins the line; " +
			"quote this where it is text")
	case w == "&" || w == "&&":
		return p.errorf("& stands at the end of the line only; quote it where it is text")
	case w == ";":
		return p.errorf("; separates the calls of a .batch only; quote it where it is text")
	}
	return nil
}
