//go:build unix

package main

import (
	"strings"

	"rpcsh/shell/term/termtest"
)

// A screenCell is one column of a row, as a terminal shows it.
type screenCell struct {
	text        string // "" in the second half of a wide character
	color       int    // as in termtest.Cell
	bold, faint bool
}

// cells returns the rows of the window. It, allCells and sent are all that the tests of the documents know of the
// emulator.
func (s *seat) cells() [][]screenCell { return s.cellsOf((*termtest.Emulator).Cells) }

// allCells returns all rows, those that have scrolled away, too.
func (s *seat) allCells() [][]screenCell { return s.cellsOf((*termtest.Emulator).AllCells) }

func (s *seat) cellsOf(part func(*termtest.Emulator) [][]termtest.Cell) [][]screenCell {
	var rows [][]screenCell
	s.Shows(0, func(e *termtest.Emulator) bool {
		for _, row := range part(e) {
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

// sent returns how many bytes the program has sent.
func (s *seat) sent() (n int) {
	s.Shows(0, func(e *termtest.Emulator) bool {
		n = len(e.Written())
		return true
	})
	return n
}

// rowText returns what is in cells.
func rowText(cells []screenCell) string {
	var b strings.Builder
	for _, c := range cells {
		b.WriteString(c.text)
	}
	return b.String()
}
