package framing

import "bytes"

// brackets finds the end of a JSON text by counting brackets; it does not check the rest of the grammar. It can stop
// anywhere, even within a string or an escape, and continue from there.
type brackets struct {
	depth    int // below 0 if more are closed than opened
	inString bool
	escaped  bool // the next byte of the string stands for itself
}

// scan reads until the last open bracket is closed, and returns the number of bytes read; -1 if it is still open at the
// end of b.
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

// scanString reads past the next quotation mark, which ends the string unless it is escaped, or to the end of b.
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
		slashes-- // the first one is escaped; without one, the next byte is
	}
	s.escaped = slashes%2 != 0
	if end < 0 {
		return len(b)
	}
	s.inString, s.escaped = s.escaped, false
	return end + 1
}
