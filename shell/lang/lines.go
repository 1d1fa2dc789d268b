package lang

import "strings"

// Lines returns the lines of a text of several rows as they are read from a file: a row that is open goes on in the
// next one. open says that the last line is. There is always one.
func Lines(text string) (lines []Text, open bool) {
	for start := 0; ; {
		end, isOpen := lineEnd(text[start:])
		lines = append(lines, Text{Text: text[start : start+end], Column: start})
		if start += end + 1; start > len(text) {
			return lines, isOpen
		}
	}
}

// LineAt returns the line of a text of several rows at whose end the cursor is: the last one.
func LineAt(text string) Text {
	lines, _ := Lines(text)
	return lines[len(lines)-1]
}

// Continues reports whether the last line of a text goes on after a line break.
func Continues(text string) bool {
	_, open := Lines(text)
	return open
}

// lineEnd returns where the first line of text ends, and whether it is open there, which is at the end of the text.
func lineEnd(text string) (end int, open bool) {
	for end = rowEnd(text, 0); ; end = rowEnd(text, end+1) {
		at, inside := insideOf(text[:end])
		open = inside || strings.HasSuffix(text[:end], rowMark)
		if !open || end == len(text) {
			return end, open
		}
		if at >= 0 { // all rows up to the end of that value are open: a large one is looked at once
			end = closing(text, at) - 1
		}
	}
}

// rowEnd returns where the row ends that has byte from of text.
func rowEnd(text string, from int) int {
	if from > len(text) {
		return len(text)
	}
	if i := strings.IndexByte(text[from:], '\n'); i >= 0 {
		return from + i
	}
	return len(text)
}

// closing returns where the value ends that begins at byte at of text: at the end of the text where it has none.
func closing(text string, at int) int {
	p := &parser{scanner: scanner{src: joined(text), pos: at}}
	if p.skipValue() {
		return len(text)
	}
	return p.pos
}
