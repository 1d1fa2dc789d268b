package lang

import "strings"

// commandReply has arguments as a call has them behind the number of a request.
const commandReply = "reply"

// reply reads the arguments of .reply, which begins at start: flags and the number are words, and what follows them is
// the answer, whose Cursor has the words in its Command.
func (r *cursorReader) reply(start int) bool {
	before := *r
	for {
		ahead := *r
		ahead.blank()
		from := ahead.pos
		isFlag := strings.HasPrefix(ahead.rest(), flagMark)
		if !isFlag && r.c.Command != nil {
			return r.arguments() || r.nowhere()
		}
		word := ahead.bare()
		if ahead.atEnd() {
			*r = before
			return r.words(commandReply, start)
		}
		if *r = ahead; !isFlag {
			r.c.Command = &Command{Name: commandReply, Column: start, Args: Text{word, from}}
		}
	}
}

// inner reads the call in a $( that is not closed.
func (r *cursorReader) inner() bool {
	r.pos += len(beginsCall)
	r.depth++
	r.c, r.batch = Cursor{}, false
	return r.line()
}

// outlet reads > FILE or >> FILE.
func (r *cursorReader) outlet() bool {
	for r.next() == '>' {
		r.pos++
	}
	r.blank()
	return r.path(AtOutlet, r.pos) || r.nowhere()
}

// input reads < FILE.
func (r *cursorReader) input() bool {
	r.pos++
	r.blank()
	return r.path(AtOutlet, r.pos)
}

func (r *cursorReader) file() bool {
	start := r.pos
	r.pos++
	return r.path(AtFile, start)
}

// path reads the path of a file at a place; what is typed begins at start.
func (r *cursorReader) path(at Place, start int) bool {
	if r.atQuote() {
		path, closed := r.quote()
		if !closed {
			return r.at(at, start, path)
		}
		return r.end()
	}
	path := r.bare()
	return r.atEnd() && r.at(at, start, path)
}
