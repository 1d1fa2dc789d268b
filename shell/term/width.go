package term

import "github.com/charmbracelet/x/ansi"

// width returns how many columns text takes: the widths of its grapheme clusters (UAX 29, UAX 11). Escape sequences take none.
func width(text string) int {
	if isPlain(text) {
		return len(text)
	}
	return ansi.StringWidth(text)
}

// clip returns text cut to at most cols columns, tail included, which stands where something is left out.
func clip(text string, cols int, tail string) string {
	if len(text) <= cols && isPlain(text) {
		return text
	}
	return ansi.Truncate(text, cols, tail)
}

// isPlain reports whether each byte of text is a character of one column, as nearly all that is shown is: looking is faster than parsing.
func isPlain(text string) bool {
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return false
		}
	}
	return true
}
