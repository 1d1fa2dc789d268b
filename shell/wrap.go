package shell

import (
	"strings"

	"github.com/mattn/go-runewidth"
)

// wrap breaks text into lines of at most width columns, each after indent.
func wrap(text string, width int, indent string) string {
	return strings.Join(fill(strings.Fields(text), width, indent, indent), "\n")
}

// fill puts words into lines of at most width columns, the first after first, the others after indent.
func fill(words []string, width int, first, indent string) []string {
	var lines []string
	line, used, empty := first, displayWidth(first), true
	for _, w := range words {
		n := displayWidth(w)
		if !empty && used+1+n > width {
			lines = append(lines, line)
			line, used, empty = indent, displayWidth(indent), true
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

// fit shortens text, which has no colours, to n columns.
func fit(text string, n int) string { return runewidth.Truncate(text, n, "…") }
