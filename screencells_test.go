//go:build unix

package main

import "strings"

// A screenCell is one column of a row, as a terminal shows it.
type screenCell struct {
	text        string // "" in the second half of a wide character
	color       int    // SGR parameter of the foreground colour, 30 to 37 or 90 to 97; 0: the terminal's own
	bold, faint bool
}

// cells returns the rows of the window. It is all that the tests of the documents know of the emulator.
func (s *seat) cells() [][]screenCell {
	s.mu.Lock()
	defer s.mu.Unlock()
	window := s.screen.Cells()
	rows := make([][]screenCell, len(window))
	for i, row := range window {
		rows[i] = make([]screenCell, len(row))
		for j, c := range row {
			rows[i][j] = screenCell{text: c.Text, color: c.Color, bold: c.Bold, faint: c.Faint}
		}
	}
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
