// Package columns measures text in columns of a terminal, clips and wraps it to them, and aligns it in tables. It knows
// no locale and no terminal, and is the only package that knows go-runewidth.
package columns

import (
	"iter"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
	"github.com/mattn/go-runewidth"
)

// Width returns how many columns text takes: the sum of its grapheme clusters (UAX 29). Control characters take none,
// and neither do control sequences such as colours (ECMA-48 section 5.4).
func Width(text string) int {
	if isPlain(text) {
		return len(text)
	}
	n := 0
	for _, width := range parts(text) {
		n += width
	}
	return n
}

// Clip returns text cut to at most n columns, tail included, which stands where something is left out. Control
// sequences stay, so that colours end where they did. A tail that does not fit is left out with all else.
func Clip(text string, n int, tail string) string {
	if Width(text) <= n {
		return text
	}
	room := n - Width(tail)
	if room < 0 {
		return ""
	}
	var b strings.Builder
	used, cut := 0, false
	for part, width := range parts(text) {
		switch {
		case strings.HasPrefix(part, csi):
			b.WriteString(part)
		case !cut && used+width <= room:
			b.WriteString(part)
			used += width
		case !cut:
			b.WriteString(tail)
			cut = true
		}
	}
	return b.String()
}

// Rows breaks text, which has no line breaks, into rows of at most n columns, at least one. A row begins with the SGR
// sequences that are in force there.
func Rows(text string, n int) []string {
	if isPlain(text) {
		var rows []string
		for ; len(text) > n; text = text[n:] {
			rows = append(rows, text[:n])
		}
		return append(rows, text)
	}
	var rows []string
	var row strings.Builder
	style, used := "", 0
	for part, width := range parts(text) {
		switch {
		case !strings.HasPrefix(part, csi):
		case part == csi+"m" || part == csi+"0m":
			style = ""
		default:
			style += part
		}
		if used+width > n && used > 0 {
			rows = append(rows, row.String())
			row.Reset()
			row.WriteString(style)
			used = 0
		}
		row.WriteString(part)
		used += width
	}
	return append(rows, row.String())
}

// Plain returns text without its SGR sequences.
func Plain(text string) string {
	if !strings.Contains(text, csi) {
		return text
	}
	var b strings.Builder
	for part := range parts(text) {
		if !strings.HasPrefix(part, csi) {
			b.WriteString(part)
		}
	}
	return b.String()
}

// Wrap breaks text at white space into lines of at most n columns, each behind indent. A longer word has a line of its
// own.
func Wrap(text string, n int, indent string) string {
	return strings.Join(Fill(strings.Fields(text), n, indent, indent), "\n")
}

// Fill puts words into lines of at most n columns: the first behind first, the others behind indent. A longer word has
// a line of its own.
func Fill(words []string, n int, first, indent string) []string {
	var lines []string
	line, used, empty := first, Width(first), true
	for _, word := range words {
		width := Width(word)
		if !empty && used+1+width > n {
			lines = append(lines, line)
			line, used, empty = indent, Width(indent), true
		}
		if !empty {
			line += " "
			used++
		}
		line += word
		used += width
		empty = false
	}
	return append(lines, line)
}

// Between these, BreakWords breaks nothing. They take no columns, and no visible text has them.
const (
	whole    = '\x0e'
	wholeEnd = '\x0f'
)

const shortWhole = 20 // columns

// Whole returns text for BreakWords, which does not break it, and begins a line with it only where it is short.
func Whole(text string) string { return string(whole) + text + string(wholeEnd) }

// BreakWords breaks the lines of text at blanks where they are wider than n columns, for a window of n+1. All else
// stays as it is: a longer word, and what is Whole and not short, stay where they begin, and the window breaks them;
// blanks between words stay where a line is not broken at them.
func BreakWords(text string, n int) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if Width(line) > n {
			lines[i] = strings.Join(brokenAtBlanks(line, n), "\n")
		}
	}
	return strings.Map(withoutMarks, strings.Join(lines, "\n"))
}

func withoutMarks(r rune) rune {
	if r == whole || r == wholeEnd {
		return -1
	}
	return r
}

func brokenAtBlanks(line string, n int) (lines []string) {
	start, used, hasWord := 0, 0, false // of the line that is being filled
	at := 0
	for at < len(line) {
		size := wordSize(line[at:])
		word := line[at : at+size]
		width := Width(word)
		stays := width > n || width > shortWhole && word[0] == whole
		if hasWord && width > 0 && !stays && used+width > n {
			lines = append(lines, strings.TrimRight(line[start:at], " "))
			start, used = at, 0
		}
		if used += width; used > n+1 {
			used = (used-1)%(n+1) + 1 // in the window's last row of it
		}
		used++
		at = min(at+size+1, len(line))
		hasWord = hasWord || width > 0
	}
	return append(lines, line[start:])
}

// wordSize returns the size of the word at the beginning of line: up to a blank, those within what is whole left aside.
func wordSize(line string) int {
	depth := 0
	for i := range len(line) {
		switch {
		case line[i] == whole:
			depth++
		case line[i] == wholeEnd:
			depth--
		case line[i] == ' ' && depth == 0:
			return i
		}
	}
	return len(line)
}

// isPlain reports whether each byte of text is a character of one column. Nearly all text is, and looking is much
// faster than clustering.
func isPlain(text string) bool {
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return false
		}
	}
	return true
}

const csi = "\x1b["

// parts yields the grapheme clusters and the control sequences of text, with the columns that each takes.
func parts(text string) iter.Seq2[string, int] {
	return func(yield func(string, int) bool) {
		for text != "" {
			before, after, found := strings.Cut(text, csi)
			for g := graphemes.FromString(before); g.Next(); {
				if !yield(g.Value(), clusterWidth(g.Value())) {
					return
				}
			}
			if !found {
				return
			}
			n := len(csi) + sequenceSize(after)
			if !yield(text[len(before):len(before)+n], 0) {
				return
			}
			text = text[len(before)+n:]
		}
	}
}

// sequenceSize returns the size of a control sequence behind its introducer: parameters, and one final byte, which is
// missing at the end of the text.
func sequenceSize(text string) int {
	i := 0
	for i < len(text) && text[i] >= ' ' && text[i] < '@' {
		i++
	}
	if i < len(text) && text[i] >= '@' && text[i] <= '~' {
		i++
	}
	return i
}

// clusterWidth returns the columns of one grapheme cluster: those of its code points, but two for an emoji, whatever it
// consists of. An emoji presentation is wide where the character alone is not (UAX 11 section 5), which go-runewidth
// does not say.
func clusterWidth(cluster string) int {
	if first, size := utf8.DecodeRuneInString(cluster); size < len(cluster) && isEmojiBase(first) &&
		strings.HasPrefix(cluster[size:], "\ufe0f") {
		return 2
	}
	noLocale := runewidth.Condition{StrictEmojiNeutral: true}
	return noLocale.StringWidth(cluster)
}

// isEmojiBase reports whether r may have an emoji presentation: the characters of Unicode's
// emoji-variation-sequences.txt are symbols, and these.
func isEmojiBase(r rune) bool {
	return unicode.IsSymbol(r) || strings.ContainsRune("0123456789#*‼⁉ℹ〰", r)
}
