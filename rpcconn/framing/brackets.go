package framing

import "bytes"

// brackets finds where a JSON text ends by counting its brackets, without looking whether it is JSON otherwise. It goes
// on where it stopped, in the middle of a string or an escape too.
type brackets struct {
	depth    int // below 0 where more were closed than opened
	inString bool
	escaped  bool // the next byte of the string stands for itself
}

// scan reads on until the last open bracket is closed, and returns how many bytes that took; -1: all of b, and it was
// not.
func (s *brackets) scan(b []byte) int {
	for i := 0; i < len(b); {
		if s.inString {
			i += s.scanString(b[i:])
			continue
		}
		switch b[i] {
		case '"':
			s.inString = true
		case '{', '[':
			s.depth++
		case '}', ']':
			s.depth--
			if s.depth == 0 {
				return i + 1
			}
		}
		i++
	}
	return -1
}

// scanString reads to behind the next quotation mark, which ends the string unless it is escaped, or to the end of b.
func (s *brackets) scanString(b []byte) int {
	end := bytes.IndexByte(b, '"')
	text := b
	if end >= 0 {
		text = b[:end]
	}
	slashes := 0
	for slashes < len(text) && text[len(text)-1-slashes] == '\\' {
		slashes++
	}
	if slashes == len(text) && s.escaped {
		slashes-- // the first one is escaped; where there is none, what follows is
	}
	s.escaped = slashes%2 != 0
	if end < 0 {
		return len(b)
	}
	s.inString, s.escaped = s.escaped, false
	return end + 1
}
