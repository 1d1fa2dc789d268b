package jsontext

import (
	"bytes"
	"encoding/binary"
)

// Brackets finds the end of a JSON text by counting brackets; it does not check the rest of the grammar. It can stop
// anywhere, even within a string or an escape, and continue from there. The zero Brackets stands before a text.
type Brackets struct {
	Depth    int  // below 0 if more are closed than opened
	InString bool // where it stands
	escaped  bool // the next byte of the string stands for itself
}

// Scan reads until the last open bracket is closed, and returns the number of bytes read; -1 if it is still open at the
// end of b.
func (s *Brackets) Scan(b []byte) int {
	for i := 0; ; {
		i += s.words(b[i:])
		if i == len(b) {
			return -1
		}
		if s.InString {
			i += s.str(b[i:])
			continue
		}
		switch b[i] {
		case '"':
			s.InString = true
		case '{', '[':
			s.Depth++
		case '}', ']':
			s.Depth--
			if s.Depth == 0 {
				return i + 1
			}
		}
		i++
	}
}

// words reads eight bytes at a time, and returns the number of bytes read. It stops before a backslash, before what may
// close the last open bracket, and where all of them are in a string.
func (s *Brackets) words(b []byte) int {
	if s.escaped {
		return 0
	}
	depth, inside, i := s.Depth, uint64(0), 0 // inside a string: all bits are set
	if s.InString {
		inside = ^inside
	}
	for ; i+8 <= len(b); i += 8 {
		word := binary.LittleEndian.Uint64(b[i:])
		quotes := equal(word, '"')
		if equal(word, '\\') != 0 || quotes == 0 && inside != 0 {
			break
		}
		odd := parity(quotes)
		outside := ^(odd ^ inside)
		folded := word | eachByte*('{'^'[') // one bit tells the two kinds of brackets apart
		closed := count(equal(folded, '}') & outside)
		if closed > 0 && closed >= depth {
			break
		}
		depth += count(equal(folded, '{')&outside) - closed
		inside ^= -(odd >> 63)
	}
	s.Depth, s.InString = depth, inside != 0
	return i
}

// str reads past the next quotation mark, which ends the string unless it is escaped, or to the end of b.
func (s *Brackets) str(b []byte) int {
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
	s.InString, s.escaped = s.escaped, false
	return end + 1
}
