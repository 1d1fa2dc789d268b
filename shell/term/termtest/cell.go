package termtest

import (
	"strconv"
	"strings"
)

// A Cell is what one column of a row shows.
type Cell struct {
	Text        string // "" in the second half of a wide character
	Color       int    // SGR parameter of the foreground, 30 to 37 or 90 to 97; 256+N: N of xterm's 256; 0: none
	Bold, Faint bool
	Underline   bool
	Reverse     bool
}

// Cells returns the rows of the window.
func (e *Emulator) Cells() [][]Cell { return cellsOf(e.lines[e.top:]) }

// AllCells returns all rows, those that have scrolled away, too.
func (e *Emulator) AllCells() [][]Cell { return cellsOf(e.lines) }

func cellsOf(lines []emulatorRow) [][]Cell {
	rows := make([][]Cell, 0, len(lines))
	for _, r := range lines {
		row := make([]Cell, len(r.cells))
		for i, c := range r.cells {
			row[i] = Cell{
				Text: c.text, Color: c.color, Bold: c.bold, Faint: c.dim, Underline: c.underline, Reverse: c.reverse,
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// sgr changes the style of what is written next (ECMA-48, 8.3.117).
func (e *Emulator) sgr(params string) {
	all := strings.Split(params, ";")
	if len(all) >= 3 && all[0] == "38" && all[1] == "5" { // one of xterm's 256
		e.style.colored = true
		n, _ := strconv.Atoi(all[2])
		e.style.color = 256 + n
		all = all[3:]
	}
	for _, p := range all {
		switch p {
		case "", "0":
			e.style = cell{}
		case "1":
			e.style.bold = true
		case "2":
			e.style.dim = true
		case "4":
			e.style.underline = true
		case "7":
			e.style.reverse = true
		case "22":
			e.style.bold, e.style.dim = false, false
		case "39":
			e.style.color, e.style.colored = 0, false
		default:
			e.style.colored = true
			if n, err := strconv.Atoi(p); err == nil && (n >= 30 && n <= 37 || n >= 90 && n <= 97) {
				e.style.color = n
			}
		}
	}
}
