package lang

import (
	"strings"

	"rpcsh/rpcconn/home"
)

// An Outlet is where a result goes in place of the screen.
type Outlet struct {
	To      string // a file, or a command
	Column  int    // of To
	Append  bool   // the file keeps what it has
	Command bool
}

// outlets are what may stand before an outlet. Behind a filter, in which > is jq's, a | precedes it.
const (
	toFile    = ">"
	toCommand = "|!"
)

// readOutlet reads > FILE, >> FILE or |! COMMAND, with which a statement ends.
func readOutlet(p *parser, s *Statement) error {
	o := &Outlet{}
	start := p.pos
	switch {
	case strings.HasPrefix(p.rest(), toCommand):
		p.pos += len(toCommand)
		p.blank()
		o.Command, o.Column, o.To = true, p.pos, strings.TrimRight(p.rest(), blanks)
		p.pos = len(p.src)
		if o.To == "" {
			return errorAt(start, "a command is missing after |!, such as less")
		}
		s.Outlet = o
		return nil
	case strings.HasPrefix(p.rest(), "|"):
		p.pos++
	}
	p.pos += len(toFile)
	if o.Append = p.next() == '>'; o.Append {
		p.pos++
	}
	p.blank()
	o.Column = p.pos
	if p.eof() || p.ampersand() {
		return errorAt(start, "a file is missing after >")
	}
	if mistake := strayParameter(p); mistake != nil {
		return mistake
	}
	path, err := readPath(p)
	if err != nil {
		return err
	}
	o.To = home.Path(path)
	s.Outlet = o
	blank := p.blank()
	switch {
	case p.eof():
		return nil
	case blank && p.ampersand():
		s.Background = true
		return nil
	}
	return p.errorf("the line ends behind the file; quote a file whose name has blanks")
}

// outletIn returns where an outlet begins in text, which begins with a jq expression; -1: there is none.
func outletIn(text string) int {
	for i := 0; i+1 < len(text); i++ {
		if c := text[i+1]; text[i] == '|' && (c == '!' || c == '>') {
			if _, open := code(text[:i]); !open {
				return i
			}
		}
	}
	return -1
}
