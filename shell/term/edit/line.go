// Package edit is the text of a line that is being edited: where its words, rows and brackets are, and how keys change
// it. It knows no terminal and no screen.
package edit

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"

	"rpcsh/shell/columns"
)

// A Line is a text being edited, split at the cursor. Line breaks in it divide it into rows. Moving over and deleting a
// character takes a whole grapheme cluster (UAX 29), which is what people take for one character.
type Line struct{ Before, After string }

// Text returns the whole text.
func (l Line) Text() string { return l.Before + l.After }

// Empty reports whether there is no text.
func (l Line) Empty() bool { return l.Before == "" && l.After == "" }

// Word is the blank-delimited word that ends at the cursor, which is what a suggestion replaces.
func (l Line) Word() string { return l.Before[strings.LastIndexAny(l.Before, blanks)+1:] }

// Insert returns the line with text before the cursor.
func (l Line) Insert(text string) Line { return Line{l.Before + text, l.After} }

// End returns the line with the cursor at its end.
func (l Line) End() Line { return Line{l.Text(), ""} }

// To returns the line with the cursor at byte i.
func (l Line) To(i int) Line {
	text := l.Text()
	return Line{text[:i], text[i:]}
}

// RowStart is where the cursor's row begins.
func (l Line) RowStart() int { return strings.LastIndexByte(l.Before, '\n') + 1 }

// RowEnd is where the cursor's row ends.
func (l Line) RowEnd() int {
	if i := strings.IndexByte(l.After, '\n'); i >= 0 {
		return len(l.Before) + i
	}
	return len(l.Text())
}

// HasRows reports whether there is more than one row.
func (l Line) HasRows() bool {
	return strings.Contains(l.Before, "\n") || strings.Contains(l.After, "\n")
}

// Above returns the line with the cursor a row higher, in the same column where there is one; false: it is in the first
// row.
func (l Line) Above() (Line, bool) {
	start := l.RowStart()
	if start == 0 {
		return l, false
	}
	up := l.To(start - 1)
	return l.To(up.RowStart() + byteBelow(up.Before[up.RowStart():], l.Before[start:])), true
}

// Below is above, downwards.
func (l Line) Below() (Line, bool) {
	end := l.RowEnd()
	if end == len(l.Text()) {
		return l, false
	}
	down := l.To(end + 1)
	row := l.Text()[end+1 : down.RowEnd()]
	return l.To(end + 1 + byteBelow(row, l.Before[l.RowStart():])), true
}

// byteBelow returns the byte of row that is below, or above, the end of text.
func byteBelow(row, text string) int {
	return len(columns.Clip(oneColumnTabs(row), columns.Width(oneColumnTabs(text)), ""))
}

// oneColumnTabs returns text with tabs as wide as they are shown.
func oneColumnTabs(text string) string { return strings.ReplaceAll(text, "\t", " ") }

// BreakRow breaks the row at the cursor. The new one is indented as that was, and more after an opening bracket; inside
// of quotes, where blanks are text, it is not.
func (l Line) BreakRow() Line {
	if inQuotes(l.Before) {
		return l.Insert("\n")
	}
	row := l.Before[l.RowStart():]
	indentation := row[:len(row)-len(strings.TrimLeft(row, " \t"))]
	if row = strings.TrimRight(row, " \t"); row != "" && strings.IndexByte("([{", row[len(row)-1]) >= 0 {
		indentation += indent
	}
	return l.Insert("\n" + indentation)
}

// blanks are what words are divided by.
const blanks = " \t\n"

// indent is by how much a row is indented more than the one before.
const indent = "  "

// Typed returns the line with text typed at the cursor: a closing bracket at the beginning of a row is indented less.
func (l Line) Typed(text string) Line {
	row := l.Before[l.RowStart():]
	if (text == ")" || text == "]" || text == "}") && l.RowStart() > 0 && strings.Trim(row, " ") == "" &&
		!inQuotes(l.Before) {
		l.Before = strings.TrimSuffix(l.Before, indent)
	}
	return l.Insert(text)
}

// Left is where the character before the cursor begins.
func (l Line) Left() int { return len(l.Before) - len(LastCluster(l.Before)) }

// Right is where the character at the cursor ends.
func (l Line) Right() int { return len(l.Before) + len(FirstCluster(l.After)) }

// WordLeft is where the word before the cursor begins. A word is letters and digits.
func (l Line) WordLeft() int {
	s := strings.TrimRightFunc(l.Before, notWordRune)
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

// WordRight is where the word after the cursor ends.
func (l Line) WordRight() int {
	s := strings.TrimLeftFunc(l.After, notWordRune)
	i := strings.IndexFunc(s, notWordRune)
	if i < 0 {
		i = len(s)
	}
	return len(l.Before) + len(l.After) - len(s) + i
}

// BlankWordLeft is where the blank-delimited word before the cursor begins.
func (l Line) BlankWordLeft() int {
	s := strings.TrimRight(l.Before, blanks)
	return strings.LastIndexAny(s, blanks) + 1
}

// Cut removes the text between byte i and the cursor and returns it too.
func (l Line) Cut(i int) (Line, string) {
	if i < len(l.Before) {
		return Line{l.Before[:i], l.After}, l.Before[i:]
	}
	n := i - len(l.Before)
	return Line{l.Before, l.After[n:]}, l.After[:n]
}

// Transpose swaps the two characters around the cursor, or the last two at the end of the line, and moves on.
func (l Line) Transpose() Line {
	if l.After == "" {
		l = l.To(l.Left())
	}
	a, b := LastCluster(l.Before), FirstCluster(l.After)
	if a == "" || b == "" {
		return l.End()
	}
	return Line{l.Before[:len(l.Before)-len(a)] + b + a, l.After[len(b):]}
}

// notWordRune reports whether r belongs to no word.
func notWordRune(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
}

// FirstCluster returns the first character of s, "" if there is none.
func FirstCluster(s string) string {
	g := graphemes.FromString(s)
	if !g.Next() {
		return ""
	}
	return g.Value()
}

// LastCluster returns the last character of s, "" if there is none.
func LastCluster(s string) string {
	// A cluster never begins before the last ASCII character but one: start there, not at the beginning of a long Line.
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

// Clean makes text fit for a line: control characters go, but for line breaks and tabs.
func Clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && unicode.IsControl(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, string(utf8.RuneError)))
}

// CleanRow makes text fit for a row.
func CleanRow(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return ' '
		}
		return r
	}, Clean(s))
}
