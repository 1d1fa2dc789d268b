//go:build unix

package main

import (
	"strings"

	"rpcsh/shell/term/termtest"
)

// A screenCell is one column of a row, as a terminal shows it.
type screenCell struct {
	text        string // "" in the second half of a wide character
	color       int    // SGR parameter of the foreground colour, 30 to 37 or 90 to 97; 0: the terminal's own
	bold, faint bool
}

// cells returns the rows of the window. It is all that the tests of the documents know of the emulator.
func (s *seat) cells() [][]screenCell {
	var rows [][]screenCell
	s.Shows(0, func(e *termtest.Emulator) bool {
		for _, row := range e.Cells() {
			cells := make([]screenCell, len(row))
			for i, c := range row {
				cells[i] = screenCell{text: c.Text, color: c.Color, bold: c.Bold, faint: c.Faint}
			}
			rows = append(rows, cells)
		}
		return true
	})
	return rows
}

// rowText returns what is in cells.
func rowText(cells []screenCell) string {
	var b strings.Builder
	for _, c := range cells {
		b.WriteString(c.text)
	}
	return b.String()
}
