package lang

import "strings"

// question reads METHOD?, which asks what METHOD is, and reports whether that is all there is. A method whose name ends
// in ? is called by .call, or in quotes.
func (p *parser) question(s *Statement) bool {
	ahead := *p
	var call Call
	if c := p.next(); c == '!' || c == '.' || ahead.atQuote() || ahead.method(&call) != nil {
		return false
	}
	name, asks := strings.CutSuffix(call.Method, "?")
	if ahead.blank(); !asks || name == "" || !ahead.eof() {
		return false
	}
	s.Command = &Command{Name: commandDescribe, Column: p.pos, Args: Text{name, p.pos}}
	return true
}
