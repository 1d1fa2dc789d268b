// Package termtest runs programs in a terminal for tests, and shows what a person would see there. Only tests use it.
package termtest

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"
)

// An Emulator shows what a program sends as a terminal does: rows that scroll away and are kept, automatic wrapping
// with the pending state of a VT100, wide and combining characters, and reflow when the window's width changes. It
// knows the sequences that rpcsh sends, and records all others: see Unknown. It is not safe for concurrent use.
type Emulator struct {
	cols, rows int
	lines      []emulatorRow // all rows, those scrolled away first; the window is the last of them
	top        int           // the first row of the window
	x, y       int           // y counts from top
	pending    bool          // the last column is written; the next character wraps
	hidden     bool          // the cursor
	style      cell          // of what is written next
	paste      bool          // bracketed paste
	main       *Emulator     // what is shown again when the alternate screen is left; nil: that is not shown
	rest       []byte        // an incomplete sequence
	written    []byte
	asked      []string
	unknown    []string
}

type emulatorRow struct {
	cells   []cell
	wrapped bool // it continues in the next row
}

type cell struct {
	text                          string // "" in the second half of a wide character, " " where nothing is
	bold, dim, underline, reverse bool
	colored                       bool
	color                         int // as in Cell
}

// NewEmulator returns an Emulator with a window of a size in columns and rows, each at least 1.
func NewEmulator(cols, rows int) *Emulator {
	e := &Emulator{cols: cols, rows: rows}
	e.grow()
	return e
}

func (e *Emulator) grow() {
	for len(e.lines) < e.top+e.rows {
		e.lines = append(e.lines, emulatorRow{})
	}
}

func (e *Emulator) row() *emulatorRow { return &e.lines[e.top+e.y] }

// Write shows what a program sends. It takes all of it.
func (e *Emulator) Write(p []byte) (int, error) {
	e.written = append(e.written, p...)
	b := append(e.rest, p...)
	for len(b) > 0 {
		n := e.step(b)
		if n == 0 {
			break
		}
		b = b[n:]
	}
	e.rest = append([]byte(nil), b...)
	return len(p), nil
}

func (e *Emulator) step(b []byte) int {
	switch c := b[0]; {
	case c == '\r':
		e.x, e.pending = 0, false
		return 1
	case c == '\n':
		e.pending = false
		e.lineFeed()
		return 1
	case c == '\x1b':
		return e.escape(b)
	case c < ' ' || c == 0x7f:
		e.unknown = append(e.unknown, fmt.Sprintf("%q", c))
		return 1
	}
	if !utf8.FullRune(b) {
		return 0
	}
	r, n := utf8.DecodeRune(b)
	e.put(r)
	return n
}

func (e *Emulator) lineFeed() {
	if e.y++; e.y == e.rows {
		e.y--
		e.top++
		e.grow()
	}
}

func (e *Emulator) put(r rune) {
	width := runewidth.RuneWidth(r)
	if width == 0 {
		x := e.x
		if !e.pending {
			x--
		}
		for ; x >= 0; x-- {
			if cells := e.row().cells; x < len(cells) && cells[x].text != "" {
				cells[x].text += string(r)
				return
			}
		}
		return
	}
	if e.pending || e.x+width > e.cols {
		e.row().wrapped = true
		e.x, e.pending = 0, false
		e.lineFeed()
	}
	row := e.row()
	for len(row.cells) < e.x+width {
		row.cells = append(row.cells, cell{text: " "})
	}
	style := e.style
	style.text = string(r)
	row.cells[e.x] = style
	for i := 1; i < width; i++ {
		row.cells[e.x+i] = cell{}
	}
	if e.x += width; e.x >= e.cols {
		e.x, e.pending = e.cols-1, true
	}
}

func (e *Emulator) escape(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	if b[1] == ']' {
		return e.controlString(b)
	}
	if b[1] != '[' {
		e.unknown = append(e.unknown, fmt.Sprintf("%q", b[:2]))
		return 2
	}
	n := 2
	for n < len(b) && (b[n] < 0x40 || b[n] > 0x7e) {
		n++
	}
	if n == len(b) {
		return 0
	}
	e.control(string(b[2:n]), b[n])
	return n + 1
}

// controlString takes an operating system command, which ends with ST or BEL.
func (e *Emulator) controlString(b []byte) int {
	for i := 2; i < len(b); i++ {
		n := 1
		switch {
		case b[i] == '\x1b' && i+1 < len(b):
			n = 2
		case b[i] != '\a':
			continue
		}
		if text := string(b[2:i]); text == askBackground {
			e.asked = append(e.asked, text)
		} else {
			e.unknown = append(e.unknown, "OSC "+text)
		}
		return i + n
	}
	return 0
}

// askBackground is the question for the background colour.
const askBackground = "11;?"

// Asked returns the questions that were sent as operating system commands: "11;?". They are not answered.
func (e *Emulator) Asked() []string { return e.asked }

func (e *Emulator) control(params string, final byte) {
	count := 1
	if n, err := strconv.Atoi(params); err == nil {
		count = n
	}
	switch key := params + string(final); {
	case final == 'm':
		e.sgr(params)
		return
	case key == "?25l" || key == "?25h":
		e.hidden = final == 'l'
		return
	case key == "?2004l" || key == "?2004h":
		e.paste = final == 'h'
		return
	case key == "?1049h" || key == "?1049l":
		e.alternate(final == 'h')
	case final == 'A':
		e.y = max(0, e.y-count)
	case final == 'C':
		e.x = min(e.cols-1, e.x+count)
	case key == "J":
		e.eraseDown()
	case key == "K":
		row := e.row()
		row.cells, row.wrapped = row.cells[:min(len(row.cells), e.x)], false
	case key == "H":
		e.x, e.y = 0, 0
	case key == "2J":
		for i := range e.rows {
			e.lines[e.top+i] = emulatorRow{}
		}
	default:
		e.unknown = append(e.unknown, "CSI "+key)
	}
	e.pending = false
}

// alternate shows the alternate screen, which begins empty, or the main one again.
func (e *Emulator) alternate(on bool) {
	switch {
	case on && e.main == nil:
		main := *e
		e.main, e.lines, e.top, e.x, e.y = &main, nil, 0, 0, 0
		e.grow()
	case !on && e.main != nil:
		cols, rows, main := e.cols, e.rows, e.main
		e.main, e.lines, e.top, e.x, e.y = nil, main.lines, main.top, main.x, main.y
		if e.cols, e.rows = main.cols, main.rows; cols != e.cols || rows != e.rows {
			e.Resize(cols, rows)
		}
	}
}

// Paging reports whether the alternate screen is shown.
func (e *Emulator) Paging() bool { return e.main != nil }

func (e *Emulator) eraseDown() {
	row := e.row()
	row.cells = row.cells[:min(len(row.cells), e.x)]
	row.wrapped = false
	for i := e.top + e.y + 1; i < len(e.lines); i++ {
		e.lines[i] = emulatorRow{}
	}
}

// Resize changes the window as most terminals do: what was wrapped is wrapped anew, and what is too long now is.
func (e *Emulator) Resize(cols, rows int) {
	var lines []emulatorRow
	cursor := e.top + e.y
	newCursor, newX := 0, 0
	for i := 0; i < len(e.lines); i++ {
		var cells []cell
		at := -1
		for {
			if i == cursor {
				at = len(cells) + e.x
			}
			cells = append(cells, e.lines[i].cells...)
			if !e.lines[i].wrapped || i+1 == len(e.lines) {
				break
			}
			i++
		}
		first := len(lines)
		lines = append(lines, emulatorRow{})
		for _, c := range cells {
			last := &lines[len(lines)-1]
			if len(last.cells) == cols {
				last.wrapped = true
				lines = append(lines, emulatorRow{})
				last = &lines[len(lines)-1]
			}
			last.cells = append(last.cells, c)
		}
		if at >= 0 {
			newCursor, newX = first+at/cols, at%cols
			for len(lines) <= newCursor {
				lines = append(lines, emulatorRow{})
			}
		}
	}
	for len(lines) > newCursor+1 && len(lines[len(lines)-1].cells) == 0 {
		lines = lines[:len(lines)-1]
	}
	e.lines, e.cols, e.rows, e.pending = lines, cols, rows, false
	e.top = max(0, len(lines)-rows)
	e.y, e.x = newCursor-e.top, newX
	e.grow()
}

// Text returns everything, what has scrolled away too, without blanks at the ends of rows and rows at the end.
func (e *Emulator) Text() string { return textOf(e.lines) }

// Window returns what is in the window.
func (e *Emulator) Window() string { return textOf(e.lines[e.top:]) }

func textOf(rows []emulatorRow) string {
	var b strings.Builder
	for _, r := range rows {
		var line strings.Builder
		for _, c := range r.cells {
			line.WriteString(c.text)
		}
		if r.wrapped {
			b.WriteString(line.String())
		} else {
			b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
		}
	}
	return strings.TrimRight(b.String(), "\n")
}

// Reversed returns what is shown in reverse video.
func (e *Emulator) Reversed() string {
	var b strings.Builder
	for _, r := range e.lines {
		for _, c := range r.cells {
			if c.reverse {
				b.WriteString(c.text)
			}
		}
	}
	return strings.TrimSpace(b.String())
}

// Cursor returns the text of the cursor's row up to the cursor.
func (e *Emulator) Cursor() string {
	var b strings.Builder
	for i, c := range e.row().cells {
		if i < e.x {
			b.WriteString(c.text)
		}
	}
	return b.String()
}

// Hidden reports whether the cursor is not shown.
func (e *Emulator) Hidden() bool { return e.hidden }

// Pastes reports whether bracketed paste is on.
func (e *Emulator) Pastes() bool { return e.paste }

// Column returns the column that the cursor is in, from 0.
func (e *Emulator) Column() int { return e.x }

// Written returns all that was sent, as it was sent.
func (e *Emulator) Written() []byte { return e.written }

// Unknown returns the sequences that were sent and are not known.
func (e *Emulator) Unknown() []string { return e.unknown }
