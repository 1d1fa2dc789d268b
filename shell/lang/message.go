package lang

import "strings"

// commandShow shows a message of the session. Where a filter or an outlet follows its number, or the line begins by
// NAME =, it has a result as .print $#NUMBER has.
const commandShow = "show"

// messageMark is what the name of a variable begins with that is a message of the session by its number: #17.
const messageMark = "#"

// IsMessage reports whether a variable is a message of the session by its number.
func IsMessage(name string) bool { return name != "" && messageName(name) == len(name) }

// messageName returns the length of the #NUMBER at the beginning of s, or 0 if there is none.
func messageName(s string) int {
	if !strings.HasPrefix(s, messageMark) {
		return 0
	}
	n := len(messageMark)
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	if n == len(messageMark) {
		return 0
	}
	return n
}

// variableName returns the length of the name of a variable at the beginning of s, or 0 if there is none.
func variableName(s string) int { return max(identifier(s), messageName(s)) }

// showsValue reports whether the .show that is here has a result: s has a name for it, or something is done with it.
func (p *scanner) showsValue(s *Statement) bool {
	after := *p
	after.pos += 1 + len(commandShow)
	after.blank()
	n := messageName(messageMark + after.rest())
	if n == 0 {
		return false
	}
	after.pos += n - len(messageMark)
	after.blank()
	return s.Assign != "" || !after.eof() && after.callEnds() && !after.ampersand()
}

// show reads the number of the message whose value .show has.
func (p *parser) show(s *Statement) error {
	if s.Peer != "" {
		return errorAt(s.PeerColumn, "a peer is for calls; messages of all peers have numbers of their own")
	}
	p.pos += 1 + len(commandShow)
	p.blank()
	start := p.pos
	name := messageMark + p.src[start:start+messageName(messageMark+p.rest())-len(messageMark)]
	p.pos += len(name) - len(messageMark)
	p.blank()
	found := false
	if p.env.Variable != nil {
		s.Print, found = p.env.Variable(name)
	}
	if !found {
		return errorAt(start, Unknown(name))
	}
	if !p.eof() && !p.callEnds() {
		return p.errorf("nothing but | JQ or > FILE belongs behind the number")
	}
	return nil
}
