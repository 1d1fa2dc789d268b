package view

import (
	"slices"
	"strings"

	"rpcsh/shell/columns"
)

// A Table is rows of cells in aligned columns. A row of one cell may be as long as the line. Cells may have colours.
// The zero Table is empty, and ready to use.
type Table struct {
	rows [][]string
}

const columnGap = 2 // columns of the terminal between those of a table

// Row adds a row. The first row may be a heading.
func (t *Table) Row(cells ...string) { t.rows = append(t.rows, cells) }

// Len returns the number of rows.
func (t *Table) Len() int { return len(t.rows) }

// widths returns the widths of the columns.
func (t *Table) widths() []int {
	var widths []int
	for _, r := range t.rows {
		for i, cell := range r {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			if len(r) > 1 {
				widths[i] = max(widths[i], columns.Width(cell))
			}
		}
	}
	return widths
}

// String returns the table, a line for each row.
func (t *Table) String() string {
	widths := t.widths()
	var b strings.Builder
	for _, r := range t.rows {
		var line strings.Builder
		for i, cell := range r {
			line.WriteString(cell)
			line.WriteString(strings.Repeat(" ", max(0, widths[i]-columns.Width(cell)+columnGap)))
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return b.String()
}

// Within is String, but wraps the last column, so that lines fit into width columns if words allow it.
func (t *Table) Within(width int) string {
	const narrowest = 20 // columns that the last column gets in any case
	widths := t.widths()
	var broken Table
	for _, r := range t.rows {
		last := len(r) - 1
		used := 0
		for _, w := range widths[:last] {
			used += w + columnGap
		}
		lines := columns.Fill(strings.Fields(r[last]), max(narrowest, width-used), "", "")
		broken.Row(append(slices.Clone(r[:last]), lines[0])...)
		for _, line := range lines[1:] {
			broken.Row(append(make([]string, last), line)...)
		}
	}
	return broken.String()
}
