package term

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"

	"rpcsh/shell/columns"
	"rpcsh/shell/term/edit"
)

// A frame is what is live at the bottom of the terminal, below all output: a line being edited with its completion
// list, or a status. It is independent of the window's size; layout fits it in.
type frame struct {
	prompt string
	line   edit.Line
	anchor int    // the byte of line.Before below which the list begins
	hint   string // one row between the line and the list; "" for none
	list   []listRow
	tokens []Token // of the line's text, in their order
	foot   foot    // the last row, where there is room for it
	status string  // shown alone, cut to one row
}

// A foot is a row below the line being edited. The zero foot is none.
type foot struct{ name, rest string }

// text returns f with its name shortened to what cols columns have room for, but to no less than can be told.
func (f foot) text(cols int) string {
	const least = 8 // columns of a name
	name, rest := withPictures(f.name), withPictures(f.rest)
	return columns.Clip(name, max(least, cols-columns.Width(rest)), "…") + rest
}

// A listRow is one row of a completion list, padded so that all are of one width.
type listRow struct {
	text, description string
	selected, thumb   bool // thumb: this row is the scroll bar's
}

// SGR sequences that are no colours, and readable on any background.
const (
	sgrReset    = "\x1b[m"
	sgrSelected = "\x1b[7m"
	sgrPartner  = "\x1b[1;4m" // of a bracket
	sgrDim      = "\x1b[2m"
)

// A drawing is a frame laid out for a window. It begins at the first column of a row.
type drawing struct {
	bytes  string
	widths []int // the columns that each row takes
	row    int   // where the cursor is left
	col    int
}

// above returns how many rows are above the cursor's in a window that is now cols wide. Most terminals have wrapped
// rows that no longer fit.
func (d drawing) above(cols int) int {
	n := d.col / cols
	for _, w := range d.widths[:min(d.row, len(d.widths))] {
		n += max(1, (w+cols-1)/cols)
	}
	return n
}

// layout draws f for a window of cols columns and rows rows, each at least 1. If not all fits, the hint goes first, and
// then the list. Of a line that is higher than the window, or nearly so, the rows around the cursor stay.
func (f *frame) layout(cols, rows int, colors Colors, promptSGR string) drawing {
	if f.status != "" {
		text := columns.Clip(withPictures(f.status), cols, "")
		taken := columns.Width(text)
		return drawing{bytes: colors.dim() + text + sgrReset, widths: []int{taken}, col: min(taken, cols-1)}
	}
	w := wrapper{cols: cols, colors: colors, rows: []row{{}}}
	w.put(f.prompt, promptSGR)
	anchor := min(f.anchor, len(f.line.Before))
	text, cursor := f.line.Text(), len(f.line.Before)
	f.putLine(&w, text, 0, anchor)
	_, listCol := w.position()
	f.putLine(&w, text, anchor, cursor)
	cursorRow, cursorCol := w.position()
	f.putLine(&w, text, cursor, len(text))
	lines := w.finish(cursorRow)

	if most := mostRows(rows); len(lines) > most {
		top := min(max(0, cursorRow-most/2), len(lines)-most)
		lines = lines[top : top+most]
		cursorRow -= top
	}
	if f.hint != "" && len(lines)+len(f.list) < rows {
		lines = append(lines, dimRow(f.hint, cols, colors.dim()))
	}
	all := append(lines, listRows(f.list, cols, rows-len(lines), listCol, colors.dim())...)
	if f.foot != (foot{}) && rows >= minFootWindow && len(all) < rows {
		all = append(all, dimRow(f.foot.text(cols-1), cols-1, colors.dim()))
	}
	return join(all, cursorRow, cursorCol)
}

// mostRows returns how many rows of a window a line takes: what was said of it stays to be seen above it.
func mostRows(rows int) int {
	if rows < minFootWindow {
		return rows
	}
	return rows * 3 / 4
}

// putLine puts the bytes from one to another of the line's text.
func (f *frame) putLine(w *wrapper, text string, from, to int) {
	for _, t := range f.tokens {
		start, end := max(from, t.From), min(to, t.To)
		if start < end {
			w.put(blankTabs(text[from:start]), "")
			w.put(text[start:end], w.colors.token(t.Kind))
			from = end
		}
	}
	w.put(blankTabs(text[from:to]), "")
}

// blankTabs returns a part of a line without its tabs, which only divide words: those of a string are pictures.
func blankTabs(text string) string { return strings.ReplaceAll(text, "\t", " ") }

// minFootWindow is how many rows a window has at least that has a foot.
const minFootWindow = 12

// join makes a drawing of rows, with the cursor in the given place.
func join(rows []row, cursorRow, cursorCol int) drawing {
	d := drawing{row: cursorRow, col: cursorCol, widths: make([]int, 0, len(rows))}
	size := len("\x1b[000A\r\x1b[000C")
	for _, r := range rows {
		size += r.text.Len() + len("\r\n")
	}
	var b strings.Builder
	b.Grow(size)
	for i, r := range rows {
		if i > 0 {
			b.WriteString("\r\n")
		}
		b.WriteString(r.text.String())
		d.widths = append(d.widths, r.width)
	}
	if up := len(rows) - 1 - cursorRow; up > 0 {
		b.WriteString("\x1b[" + strconv.Itoa(up) + "A")
	}
	b.WriteByte('\r')
	if cursorCol > 0 {
		b.WriteString("\x1b[" + strconv.Itoa(cursorCol) + "C")
	}
	d.bytes = b.String()
	return d
}

// row is one row of a drawing.
type row struct {
	text  *strings.Builder
	width int
}

// dimRow makes a row of text, cut to fit.
func dimRow(text string, cols int, dim string) row {
	text = columns.Clip(withPictures(text), cols, "…")
	r := row{text: new(strings.Builder), width: columns.Width(text)}
	r.text.WriteString(dim + text + sgrReset)
	return r
}

const roomForStyle = 32 // bytes of sequences and of the scroll bar, in a row of a list

// listRows lays out at most n rows of a completion list whose words begin at column col.
func listRows(list []listRow, cols, n, col int, dim string) []row {
	list = list[:min(len(list), max(n, 0))]
	if len(list) == 0 {
		return nil
	}
	scrolls := false
	for _, l := range list {
		scrolls = scrolls || !l.thumb
	}
	widest := columns.Width(list[0].text + list[0].description)
	if scrolls {
		widest++
	}
	start := max(0, min(col-1, cols-widest)) // a blank stands before the words
	rows := make([]row, 0, len(list))
	for _, l := range list {
		text := columns.Clip(l.text, cols-start, "")
		left := cols - start - columns.Width(text)
		description := columns.Clip(l.description, left, "")
		left -= columns.Width(description)
		r := row{text: new(strings.Builder), width: cols - left}
		r.text.Grow(start + len(text) + len(description) + roomForStyle)
		r.text.WriteString(strings.Repeat(" ", start))
		if l.selected {
			r.text.WriteString(sgrSelected + text + sgrReset)
		} else {
			r.text.WriteString(text)
		}
		if description != "" {
			r.text.WriteString(dim + description + sgrReset)
		}
		if scrolls && left > 0 {
			r.width++
			if l.thumb {
				r.text.WriteString("┃")
			} else {
				r.text.WriteString(dim + "│" + sgrReset)
			}
		}
		rows = append(rows, r)
	}
	return rows
}

// wrapper breaks text into rows of cols columns.
type wrapper struct {
	cols   int
	colors Colors
	rows   []row
}

// continuation stands before each row of a line but the first.
const continuation = "… "

// put appends text in the style of the SGR sequence sgr ("": none).
func (w *wrapper) put(text, sgr string) {
	for i, text := range strings.Split(text, "\n") {
		if i > 0 {
			w.rows = append(w.rows, row{})
			w.putRow(continuation, w.colors.dim())
		}
		w.putRow(text, sgr)
	}
}

// putRow is put for text without line breaks.
func (w *wrapper) putRow(text, sgr string) {
	open := false
	for g := graphemes.FromString(text); g.Next(); {
		cell := withPictures(g.Value())
		taken := columns.Width(cell)
		if taken > w.cols {
			cell, taken = "?", 1
		}
		r := w.last()
		if r.width+taken > w.cols {
			if open {
				r.text.WriteString(sgrReset)
				open = false
			}
			w.rows = append(w.rows, row{})
			r = w.last()
		}
		if sgr != "" && !open {
			r.text.WriteString(sgr)
			open = true
		}
		r.text.WriteString(cell)
		r.width += taken
	}
	if open {
		w.last().text.WriteString(sgrReset)
	}
}

func (w *wrapper) last() *row {
	r := &w.rows[len(w.rows)-1]
	if r.text == nil {
		r.text = new(strings.Builder)
	}
	return r
}

// position returns where the next character goes: after a full row, that is the beginning of the next one.
func (w *wrapper) position() (row, col int) {
	row, col = len(w.rows)-1, w.last().width
	if col >= w.cols {
		return row + 1, 0
	}
	return row, col
}

// finish returns the rows, with one more for a cursor after a full last row.
func (w *wrapper) finish(cursorRow int) []row {
	for len(w.rows) <= cursorRow {
		w.rows = append(w.rows, row{})
		w.last()
	}
	return w.rows
}

// Shown returns a row of a line as the editor shows it.
func Shown(row string) string { return withPictures(row) }

// withPictures returns text on the line being edited as it is shown: each character becomes one character, so that the
// line stays readable while it is edited. Control characters become pictures of themselves (U+2400 …). What else could
// act on the terminal or turn the direction of writing becomes U+FFFD: C1 controls, bidirectional controls (UAX 9), and
// bytes that are not UTF-8. What a peer sent has been escaped before, without loss, by package view.
func withPictures(s string) string {
	if strings.IndexFunc(s, acts) < 0 && utf8.ValidString(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r < ' ':
			return '␀' + r
		case r == 0x7f:
			return '␡'
		case acts(r):
			return utf8.RuneError
		}
		return r
	}, s)
}

// acts reports whether a terminal may act on r instead of showing it.
func acts(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }
