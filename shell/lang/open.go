package lang

import (
	"errors"
	"strings"
)

// rowMark is what a row ends in that goes on in the next one.
const rowMark = ` \`

// joined returns text without the backslashes at the ends of its rows, but for those of text in '…'. All else stays
// where it is.
func joined(text string) string {
	if !strings.Contains(text, rowMark+"\n") {
		return text
	}
	b := []byte(text)
	quote := byte(0)
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case quote != '\'' && strings.HasPrefix(text[i:], rowMark+"\n"):
			copy(b[i:], "   ")
		case quote == '"' && c == '\\':
			i++
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case (c == '"' || c == '\'') && (i == 0 || strings.IndexByte(blanks+"!=@({[:,", b[i-1]) >= 0):
			quote = c
		}
	}
	return string(b)
}

// Open reports whether line goes on after a line break: it ends inside brackets or quotes, or with a backslash after a
// blank. Other mistakes in the line do not matter: what is inside stays inside.
func Open(line string) bool {
	_, open := insideOf(line)
	return open || strings.HasSuffix(line, rowMark)
}

// insideOf reports whether line ends inside brackets or quotes. at is where they begin, -1 inside jq and the arguments
// of commands.
func insideOf(line string) (at int, open bool) {
	p := &parser{scanner: scanner{src: joined(line)}}
	p.blank()
	p.assignment()
	p.blank()
	if p.next() == '@' {
		p.bare()
		p.blank()
	}
	method := true // the next word is a method
	switch name := commandName(p.rest()); name {
	case "":
	case commandCall, commandNotify, commandBatch, commandPrint:
		p.pos += 1 + len(name)
		p.batch = name == commandBatch
		method = name != commandPrint
	case commandSend:
		return -1, false
	default:
		if words, ok := lineBehind(name); ok {
			p.pos += 1 + len(name)
			p.skipWords(words)
			if at, open = insideOf(p.rest()); at >= 0 {
				at += p.pos
			}
			return at, open
		}
		_, open = code(p.rest())
		return -1, open
	}
	for {
		p.blank()
		switch c := p.next(); {
		case p.eof() || p.ampersand():
			return -1, false
		case c == '|':
			p.pos++
			_, open = code(p.rest())
			return -1, open
		case c == ';' && p.batch:
			p.pos++
			method = true
		case method:
			if c == '!' {
				p.pos++
			}
			if at = p.pos; p.skipValue() {
				return at, true
			}
			method = false
		case c == '>':
			p.pos++ // the file behind it may be in quotes
		default:
			name, operator := cutName(p.rest())
			p.pos += len(name) + len(operator)
			if name != "" && p.next() == '@' || p.atFile() {
				p.pos++
			}
			if at = p.pos; p.skipValue() {
				return at, true
			}
		}
	}
}

// skipValue moves over a value, valid or not, and reports whether it has no end.
func (p *parser) skipValue() (open bool) {
	n := 0
	switch c := p.next(); {
	case c == '{' || c == '[':
		n = bracketEnd(p.rest())
	case c == '"' || c == '\'':
		_, err := p.quoted()
		var mistake *Error
		return errors.As(err, &mistake) && mistake.Open
	case c == '$' && strings.HasPrefix(p.rest(), beginsCall):
		n = callEnd(p.rest())
	case c == '$' && variableName(p.rest()[1:]) > 0:
		p.pos += 1 + variableName(p.rest()[1:])
		for step := -1; step < p.pos; {
			step = p.pos
			_, _, _ = p.step()
		}
		p.bare()
		return false
	default:
		p.bare()
		return false
	}
	p.pos += n
	return n == 0
}
