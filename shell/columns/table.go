package columns

import (
	"slices"
	"strings"

	"rpcsh/shell/human"
)

// A Table is rows of cells in aligned columns. A row of one cell may be as long as the line. Cells may have colours.
// The zero Table is empty, and ready to use.
type Table struct {
	rows   [][]string
	widths []int        // of the columns, as the rows want them
	right  map[int]bool // columns that are aligned at their right
	keeps  bool         // the first column says what a row is
}

const columnGap = 2 // columns of the terminal between those of a table

// Row adds a row. The first row may be a heading.
func (t *Table) Row(cells ...string) {
	t.rows = append(t.rows, cells)
	for i, cell := range cells {
		if i == len(t.widths) {
			t.widths = append(t.widths, 0)
		}
		if len(cells) > 1 {
			t.widths[i] = max(t.widths[i], Width(cell))
		}
	}
}

// AlignRight aligns a column, counted from 0, at its right.
func (t *Table) AlignRight(column int) {
	if t.right == nil {
		t.right = make(map[int]bool)
	}
	t.right[column] = true
}

// KeepFirst says that the first column says what a row is: Clipped gives it room before the others.
func (t *Table) KeepFirst() { t.keeps = true }

// Len returns the number of rows.
func (t *Table) Len() int { return len(t.rows) }

// total returns how many columns of the terminal a row takes.
func total(widths []int) int {
	sum := columnGap * max(0, len(widths)-1)
	for _, w := range widths {
		sum += w
	}
	return sum
}

// Width returns how many columns of the terminal the table takes.
func (t *Table) Width() int { return total(t.widths) }

// String returns the table, a line for each row.
func (t *Table) String() string { return t.laidOut(t.widths) }

func (t *Table) laidOut(widths []int) string {
	var b strings.Builder
	for _, r := range t.rows {
		var line strings.Builder
		for i, cell := range r {
			pad := strings.Repeat(" ", max(0, widths[i]-Width(cell)))
			switch {
			case len(r) == 1:
				line.WriteString(cell)
			case t.right[i]:
				line.WriteString(pad + cell)
			default:
				line.WriteString(cell + pad)
			}
			line.WriteString(strings.Repeat(" ", columnGap))
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return b.String()
}

// narrowest is how many columns of the terminal a column of a table keeps that is made narrower.
const narrowest = 8

// fit returns the widths of columns that together take at most width, and how many of them there is room for: the
// widest are made narrower, and those at the right left out if that does not do.
func fit(widths []int, width int) (fitting []int) {
	fitting = slices.Clone(widths)
	for len(fitting) > 0 {
		for most := min(slices.Max(fitting), width); total(fitting) > width && most > narrowest; most-- {
			for i, w := range fitting {
				fitting[i] = min(w, most)
				if total(fitting) <= width {
					break
				}
			}
		}
		if len(fitting) == 1 {
			fitting[0] = min(fitting[0], max(1, width))
		}
		if total(fitting) <= width || len(fitting) == 1 {
			return fitting
		}
		fitting = slices.Clone(widths[:len(fitting)-1])
	}
	return fitting
}

// fitFirst is fit, where the first column says what a row is: it gets what it needs, up to two thirds of width, or more
// where the others leave it.
func fitFirst(widths []int, width int) (fitting []int) {
	if len(widths) < 2 || total(widths) <= width {
		return fit(widths, width)
	}
	others := widths[1:]
	first := min(widths[0], max(width*2/3, width-columnGap-total(others)))
	room := width - columnGap - first
	if room < narrowest {
		return fit(widths[:1], width)
	}
	return append([]int{first}, fit(others, room)...)
}

// A Cut says what of a table its window has no room for.
type Cut struct {
	Cells bool // some are shortened
	Left  int  // columns that are left out, at the right
}

// Any reports whether something is missing.
func (c Cut) Any() bool { return c.Cells || c.Left > 0 }

// Clipped is String, but each line fits into width columns: cells are shortened, and columns left out at the right.
func (t *Table) Clipped(width int) (text string, cut Cut) {
	if t.keeps {
		return t.clipped(fitFirst(t.widths, width), width)
	}
	return t.clipped(fit(t.widths, width), width)
}

// clipped is Clipped, where the columns that are shown have widths.
func (t *Table) clipped(widths []int, width int) (text string, cut Cut) {
	cut.Left = len(t.widths) - len(widths)
	clipped := Table{right: t.right}
	for _, r := range t.rows {
		row := slices.Clone(r[:min(len(r), len(widths))])
		for i, cell := range row {
			room := widths[i]
			if len(r) == 1 {
				room = width
			}
			row[i] = Clip(cell, room, "…")
			cut.Cells = cut.Cells || row[i] != cell
		}
		clipped.Row(row...)
	}
	return clipped.laidOut(widths), cut
}

// leastLast is how many columns of the terminal the last column of a table gets where it stands beside the others.
const leastLast = 20

// Within is String, but lines fit into width columns: the last column is wrapped, or stands below the others where
// there is little room; others are shortened and, where that does not do, left out, which a line says at the end.
func (t *Table) Within(width int) string {
	widths := t.widths
	if len(widths) == 0 {
		return ""
	}
	last := len(widths) - 1
	if t.isNarrow(widths, width) {
		return t.stacked(fit(widths[:last], width), width) + leftOut(widths[:last], len(fit(widths[:last], width)))
	}
	wanted := slices.Clone(widths)
	wanted[last] = min(wanted[last], leastLast)
	fitting := fit(wanted, width)
	var wrapped Table
	for _, r := range t.rows {
		t.wrapRow(&wrapped, r, fitting, width)
	}
	return wrapped.String() + leftOut(wanted, len(fitting))
}

// isNarrow reports whether the last column has too little room beside the others.
func (t *Table) isNarrow(widths []int, width int) bool {
	last := len(widths) - 1
	room := width - total(widths[:last]) - columnGap
	return last > 0 && room < min(widths[last], leastLast)
}

// indent stands before a last column that is below the others.
const indent = "    "

// stacked returns the table with the last column below the others, which have widths.
func (t *Table) stacked(widths []int, width int) string {
	var b strings.Builder
	for _, r := range t.rows {
		last := len(r) - 1
		text := r[last]
		if last > 0 {
			var head Table
			head.Row(r[:last]...)
			head.right = t.right
			line, _ := head.clipped(widths, width)
			b.WriteString(line)
		}
		if strings.TrimSpace(text) == "" && last > 0 {
			continue
		}
		before := indent
		if last == 0 {
			before = ""
		}
		for _, line := range broken(text, max(1, width-len(before))) {
			b.WriteString(strings.TrimRight(before+line, " ") + "\n")
		}
	}
	return b.String()
}

// broken returns text in lines of at most n columns, broken at blanks where there are some.
func broken(text string, n int) (lines []string) {
	for _, line := range Fill(strings.Fields(text), n, "", "") {
		lines = append(lines, Rows(line, n)...)
	}
	return lines
}

// Listed is Within, but each row is one line: the last column is shortened, too.
func (t *Table) Listed(width int) string {
	text, cut := t.Clipped(width)
	widths := t.widths
	return text + leftOut(widths, len(widths)-cut.Left)
}

// leftOut says on a line how many of columns of widths are left out where only so many are shown, and how wide a window
// has to be to show all; "": none is.
func leftOut(widths []int, shown int) string {
	if shown == len(widths) {
		return ""
	}
	needed := columnGap * (len(widths) - 1)
	for _, w := range widths {
		needed += min(w, narrowest)
	}
	return "… " + human.Plural(len(widths)-shown, "more column") + " at width " + human.Grouped(needed+1) + "\n"
}

// OneLined is Within, but the last column takes one line of each row: it is shortened, which cut says.
func (t *Table) OneLined(width int) (text string, cut bool) {
	widths := t.widths
	last := len(widths) - 1
	if last < 1 {
		return t.Within(width), false
	}
	room := width - total(widths[:last]) - columnGap
	if t.isNarrow(widths, width) {
		room = width - len(indent)
	}
	short := Table{right: t.right}
	for _, r := range t.rows {
		row := slices.Clone(r)
		if len(row) > last {
			row[last] = Clip(row[last], max(1, room), "…")
			cut = cut || row[last] != r[last]
		}
		short.Row(row...)
	}
	return short.Within(width), cut
}

// wrapRow adds to wrapped what r is in columns of widths, the last of which may use all that is left of width.
func (t *Table) wrapRow(wrapped *Table, r []string, widths []int, width int) {
	last := len(r) - 1
	row := slices.Clone(r[:min(len(r), len(widths))])
	used := 0
	for i := range row {
		if i < last {
			row[i] = Clip(row[i], widths[i], "…")
			used += widths[i] + columnGap
		}
	}
	if last >= len(row) {
		wrapped.Row(row...)
		return
	}
	lines := broken(r[last], max(1, width-used))
	row[last] = lines[0]
	wrapped.Row(row...)
	for _, line := range lines[1:] {
		wrapped.Row(append(make([]string, last), line)...)
	}
}
