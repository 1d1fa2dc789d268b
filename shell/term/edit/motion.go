package edit

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A place is a byte of a text at which a character begins, or its end.
type place struct {
	text string
	at   int
}

func (p place) char() string { return FirstCluster(p.text[p.at:]) }

func (p place) next() place { return place{p.text, p.at + len(p.char())} }

func (p place) previous() place { return place{p.text, p.at - len(LastCluster(p.text[:p.at]))} }

func (p place) isEnd() bool { return p.at == len(p.text) }

// rowStart and rowEnd are where the row begins and ends.
func (p place) rowStart() int { return strings.LastIndexByte(p.text[:p.at], '\n') + 1 }

func (p place) rowEnd() int {
	if i := strings.IndexByte(p.text[p.at:], '\n'); i >= 0 {
		return p.at + i
	}
	return len(p.text)
}

// rowText is where the first character of the row is that is no blank.
func (p place) rowText() int {
	start := p.rowStart()
	row := p.text[start:p.rowEnd()]
	return start + len(row) - len(strings.TrimLeft(row, " \t"))
}

// kind tells apart what vi's words are made of: 0 is white space, 1 what stands in words, 2 other characters. Where big
// is set, there are no others.
func (p place) kind(big bool) int {
	r, _ := utf8.DecodeRuneInString(p.text[p.at:])
	switch {
	case p.isEnd() || unicode.IsSpace(r):
		return 0
	case big || r == '_' || !notWordRune(r):
		return 1
	}
	return 2
}

// wordForth is where the next word begins (w, W).
func (p place) wordForth(big bool) place {
	for kind := p.kind(big); kind != 0 && p.kind(big) == kind; {
		p = p.next()
	}
	for !p.isEnd() && p.kind(big) == 0 {
		p = p.next()
	}
	return p
}

// wordBack is where the word, or the one before, begins (b, B).
func (p place) wordBack(big bool) place {
	for p.at > 0 && p.previous().kind(big) == 0 {
		p = p.previous()
	}
	if p.at == 0 {
		return p
	}
	for kind := p.previous().kind(big); p.at > 0 && p.previous().kind(big) == kind; {
		p = p.previous()
	}
	return p
}

// wordEnd is where the last character of the word, or of the next one, begins (e, E).
func (p place) wordEnd(big bool) place {
	if p.isEnd() {
		return p
	}
	q := p.next()
	for !q.isEnd() && q.kind(big) == 0 {
		q = q.next()
	}
	if q.isEnd() {
		return p
	}
	for kind := q.kind(big); !q.next().isEnd() && q.next().kind(big) == kind; {
		q = q.next()
	}
	return q
}

// found is where a character is found in the row for the nth time, as by "fx" or "Tx"; false: it is not there so often.
// again says that it was found before: before or behind it is not far enough then. The row is gone through once.
func (p place) found(how string, again bool, n int) (place, bool) {
	char, beside := how[1:], how[0] == 't' || how[0] == 'T'
	if how[0] == 'F' || how[0] == 'T' {
		return p.foundBack(char, beside, again, n)
	}
	end := p.rowEnd()
	if p.at == end {
		return p, false
	}
	first := p.next()
	for last, q := p, first; q.at < end; last, q = q, q.next() {
		if q.char() != char || again && beside && q == first {
			continue
		}
		if n--; n > 0 {
			continue
		}
		if beside {
			return last, true
		}
		return q, true
	}
	return p, false
}

// foundBack is found before the cursor.
func (p place) foundBack(char string, beside, again bool, n int) (place, bool) {
	var all []place
	for q := (place{p.text, p.rowStart()}); q.at < p.at; q = q.next() {
		if isLast := q.next().at == p.at; q.char() == char && !(again && beside && isLast) {
			all = append(all, q)
		}
	}
	if len(all) < n {
		return p, false
	}
	q := all[len(all)-n]
	if beside {
		q = q.next()
	}
	return q, true
}
