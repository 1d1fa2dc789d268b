package lang

import "errors"

// Open reports whether line ends inside brackets or quotes, so that a line break after it would be a blank. Other
// mistakes in the line do not matter: what is inside stays inside.
func Open(line string) bool {
	p := &parser{src: line}
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
		return false
	default:
		_, open := code(p.rest())
		return open
	}
	for {
		p.blank()
		switch c := p.next(); {
		case p.eof() || p.ampersand():
			return false
		case c == '|':
			p.pos++
			_, open := code(p.rest())
			return open
		case c == ';' && p.batch:
			p.pos++
			method = true
		case method:
			if c == '!' {
				p.pos++
			}
			if p.skipValue() {
				return true
			}
			method = false
		default:
			name, operator := cutName(p.rest())
			p.pos += len(name) + len(operator)
			if name != "" && p.next() == '@' {
				p.pos++
			}
			if p.skipValue() {
				return true
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
	case c == '$' && identifier(p.rest()[1:]) > 0:
		p.pos += 1 + identifier(p.rest()[1:])
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
