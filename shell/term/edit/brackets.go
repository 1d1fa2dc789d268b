package edit

import (
	"iter"
	"strings"
)

// LastWord returns the last word of text. Blanks inside brackets and quotes divide none.
func LastWord(text string) string {
	text = strings.TrimRight(text, blanks)
	start, depth := 0, 0
	for i, c := range bare(text) {
		switch {
		case isOpening(c):
			depth++
		case isClosing(c):
			depth = max(0, depth-1)
		case isBlank(c) && depth == 0:
			start = i + 1
		}
	}
	return text[start:]
}

// Partner returns the byte at which the partner of the bracket at byte at of text stands; -1: there is no bracket, or
// it has none. Brackets inside of quotes are text.
func Partner(text string, at int) int {
	if at < 0 || at >= len(text) || !isOpening(text[at]) && !isClosing(text[at]) {
		return -1
	}
	var open []int
	for i, c := range bare(text) {
		switch {
		case isOpening(c):
			open = append(open, i)
		case !isClosing(c) || len(open) == 0:
		default:
			opening := open[len(open)-1]
			open = open[:len(open)-1]
			if opening != at && i != at {
				continue
			}
			if closing(text[opening]) != c {
				return -1
			}
			return opening + i - at // the other of the two
		}
	}
	return -1
}

// bare yields the bytes of text that are not inside of quotes. A quote begins text in quotes at the beginning of a word
// or a value; elsewhere it is an apostrophe.
func bare(text string) iter.Seq2[int, byte] {
	return func(yield func(int, byte) bool) {
		quote := byte(0)
		for i := 0; i < len(text); i++ {
			c := text[i]
			switch {
			case quote != 0 && c == '\\' && quote == '"':
				i++
			case quote != 0:
				if c == quote {
					quote = 0
				}
			case (c == '"' || c == '\'') && (i == 0 || strings.IndexByte(blanks+"=:,([{", text[i-1]) >= 0):
				quote = c
			default:
				if !yield(i, c) {
					return
				}
			}
		}
	}
}

// inQuotes reports whether text ends inside of quotes.
func inQuotes(text string) bool {
	last := -1
	for i := range bare(text + "\n") {
		last = i
	}
	return last < len(text)
}

func isBlank(c byte) bool   { return strings.IndexByte(blanks, c) >= 0 }
func isOpening(c byte) bool { return c == '(' || c == '[' || c == '{' }
func isClosing(c byte) bool { return c == ')' || c == ']' || c == '}' }

// closing returns the bracket that closes what an opening one opens.
func closing(opening byte) byte {
	switch opening {
	case '(':
		return ')'
	case '[':
		return ']'
	}
	return '}'
}
