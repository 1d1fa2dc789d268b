package term

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
)

// A line is a text being edited, split at the cursor. Moving over and deleting a character takes a whole grapheme
// cluster (UAX 29), which is what people take for one character.
type line struct{ before, after string }

func (l line) text() string { return l.before + l.after }
func (l line) empty() bool  { return l.before == "" && l.after == "" }

// word is the blank-delimited word that ends at the cursor, which is what a suggestion replaces.
func (l line) word() string { return l.before[strings.LastIndexByte(l.before, ' ')+1:] }

func (l line) insert(text string) line { return line{l.before + text, l.after} }
func (l line) home() line              { return line{"", l.text()} }
func (l line) end() line               { return line{l.text(), ""} }

// to returns the line with the cursor at byte i.
func (l line) to(i int) line {
	text := l.text()
	return line{text[:i], text[i:]}
}

func (l line) left() int  { return len(l.before) - len(lastCluster(l.before)) }
func (l line) right() int { return len(l.before) + len(firstCluster(l.after)) }

// wordLeft is where the word before the cursor begins. A word is letters and digits.
func (l line) wordLeft() int {
	s := strings.TrimRightFunc(l.before, notWordRune)
	return strings.LastIndexFunc(s, notWordRune) + lastNotWordSize(s)
}

// lastNotWordSize is the size of the last character of s that belongs to no word, or 1 if there is none, so that it can
// be added to an index of -1.
func lastNotWordSize(s string) int {
	i := strings.LastIndexFunc(s, notWordRune)
	if i < 0 {
		return 1
	}
	_, size := utf8.DecodeRuneInString(s[i:])
	return size
}

// wordRight is where the word after the cursor ends.
func (l line) wordRight() int {
	s := strings.TrimLeftFunc(l.after, notWordRune)
	i := strings.IndexFunc(s, notWordRune)
	if i < 0 {
		i = len(s)
	}
	return len(l.before) + len(l.after) - len(s) + i
}

// blankWordLeft is where the blank-delimited word before the cursor begins.
func (l line) blankWordLeft() int {
	s := strings.TrimRight(l.before, " ")
	return strings.LastIndexByte(s, ' ') + 1
}

// cut removes the text between byte i and the cursor and returns it too.
func (l line) cut(i int) (line, string) {
	if i < len(l.before) {
		return line{l.before[:i], l.after}, l.before[i:]
	}
	n := i - len(l.before)
	return line{l.before, l.after[n:]}, l.after[:n]
}

// transpose swaps the two characters around the cursor, or the last two at the end of the line, and moves on.
func (l line) transpose() line {
	if l.after == "" {
		l = l.to(l.left())
	}
	a, b := lastCluster(l.before), firstCluster(l.after)
	if a == "" || b == "" {
		return l.end()
	}
	return line{l.before[:len(l.before)-len(a)] + b + a, l.after[len(b):]}
}

func notWordRune(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
}

func firstCluster(s string) string {
	g := graphemes.FromString(s)
	if !g.Next() {
		return ""
	}
	return g.Value()
}

func lastCluster(s string) string {
	// A cluster never begins before the last ASCII character but one: start there, not at the beginning of a long line.
	start := len(s)
	for start > 0 && s[start-1] >= utf8.RuneSelf {
		start--
	}
	g := graphemes.FromString(s[max(0, start-1):])
	last := ""
	for g.Next() {
		last = g.Value()
	}
	return last
}

// clean makes text fit for a line: tabs and line breaks become blanks, other control characters go.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n':
			return ' '
		case unicode.IsControl(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, string(utf8.RuneError)))
}
