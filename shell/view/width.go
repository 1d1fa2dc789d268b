package view

import (
	"strings"

	"github.com/mattn/go-runewidth"
)

// Width returns how many columns visible text takes. Colours take none.
func Width(text string) int {
	n := 0
	for {
		before, after, found := strings.Cut(text, "\x1b[")
		n += runewidth.StringWidth(before)
		if !found {
			return n
		}
		_, text, _ = strings.Cut(after, "m")
	}
}

// Fit shortens visible text without colours to the given number of columns, with "…" where something is left out.
func Fit(text string, columns int) string { return runewidth.Truncate(text, columns, "…") }

// Wrap breaks text at blanks into lines of at most width columns, each behind indent. A longer word has a line of
// its own.
func Wrap(text string, width int, indent string) string {
	return strings.Join(Fill(strings.Fields(text), width, indent, indent), "\n")
}

// Fill puts words into lines of at most width columns: the first behind first, the others behind indent. Words may
// have colours.
func Fill(words []string, width int, first, indent string) []string {
	var lines []string
	line, used, empty := first, Width(first), true
	for _, w := range words {
		n := Width(w)
		if !empty && used+1+n > width {
			lines = append(lines, line)
			line, used, empty = indent, Width(indent), true
		}
		if !empty {
			line += " "
			used++
		}
		line += w
		used += n
		empty = false
	}
	return append(lines, line)
}
