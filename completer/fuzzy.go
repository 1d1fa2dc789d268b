package completer

import (
	"strings"
	"unicode/utf8"
)

// runesOf cuts s into its characters. A byte that is no UTF-8 is one of its own.
func runesOf(s string) []string {
	runes := make([]string, 0, len(s))
	for len(s) > 0 {
		_, size := utf8.DecodeRuneInString(s)
		runes = append(runes, s[:size])
		s = s[size:]
	}
	return runes
}

// leastSpan returns a length in bytes that no stretch found by tightest is below: two bytes of typed that nowhere stand
// side by side have another between them.
func (s *search) leastSpan(m *mask) int {
	return len(s.typed) + s.pairs.missing(&m.pairs)
}

// tightest returns the shortest stretch of folded that has all characters typed in their order, and of several the
// first: where it begins, and its length in bytes, which is 0 if there is none. None is shorter than least, and one
// longer than most is of no use.
func (s *search) tightest(folded string, least, most int) (start, span int) {
	if least == len(s.typed) {
		if at := strings.Index(folded, s.typed); at >= 0 {
			return at, len(s.typed)
		}
	}
	if most == len(s.typed) || !hasInOrder(folded, s.typed) {
		return 0, 0
	}
	for from := 0; ; {
		// Forward to the first end of a stretch that begins at from or later, then back to the last beginning of one
		// with that end.
		end := from
		for _, r := range s.runes {
			at := strings.Index(folded[end:], r)
			if at < 0 {
				return start, span
			}
			end += at + len(r)
		}
		begin := end
		for i := len(s.runes) - 1; i >= 0; i-- {
			begin = strings.LastIndex(folded[:begin], s.runes[i])
		}
		if span == 0 || end-begin < span {
			start, span = begin, end-begin
		}
		from = begin + 1
	}
}

// hasInOrder reports whether all bytes of typed are in folded, in their order.
func hasInOrder(folded, typed string) bool {
	next := 0
	for i := 0; i < len(folded) && next < len(typed); i++ {
		if folded[i] == typed[next] {
			next++
		}
	}
	return next == len(typed)
}
