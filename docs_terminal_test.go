//go:build linux

package main

import (
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"time"
)

// The window of the terminals that documents show, where a block does not say that it is one of 80 columns and 24 rows.
const docCols, docRows = 100, 250

// A docTerminal is a terminal of a scene, and how many of its rows were seen before.
type docTerminal struct {
	*seat
	cols  int
	mark  int
	loose bool // the last step ended with …: whatever comes before the next line is left out
}

// open starts a shell in a terminal.
func (p *player) open(session string, small bool, s step) {
	p.t.Helper()
	if old := p.terminals[session]; old != nil {
		old.leaves()
	}
	cmd := exec.Command("sh", "-c", "exec "+p.here(s.command))
	cmd.Dir, cmd.Env = p.dir, p.env
	cols, rows := docCols, docRows
	if small {
		cols, rows = 80, 24
	}
	term := &docTerminal{seat: sitAt(p.t, cmd, cols, rows), cols: cols}
	p.terminals[session] = term
	if len(s.want) > 0 && s.want[len(s.want)-1] == elided {
		term.sees(learnedShown) // what is left out comes before anything is typed, too
	}
	p.check(s, term.shows(s.want, s.goesOn))
}

// learnedShown matches what a shell says last of a peer that it has connected to by itself: what it has learned of it.
const learnedShown = ` · \d+ methods? by \w+`

// do does what a step says at the prompt, and compares what is seen.
func (d *docTerminal) do(p *player, s step, half bool) {
	p.t.Helper()
	if s.prompt {
		if s.typed == "" {
			return // it is the prompt alone that is shown
		}
		d.Press(dropTyped) // a line with a mistake
		d.Press(p.here(s.typed))
		if half {
			p.check(s, d.showsHalf(s.shown()))
			return
		}
		d.Press("\r")
	}
	p.check(s, d.shows(s.shown(), s.goesOn))
}

// rowBegins matches a row that is not the rest of the one before, which may be just as wide as the window.
var rowBegins = regexp.MustCompile(`^\d\d:\d\d:\d\d\.`)

// footRow matches the row that tells of the connection, which is in the way of who reads.
var footRow = regexp.MustCompile(`^` + footShown + `$`)

// rows returns all rows, those that have scrolled away, too, without blanks at their ends and without
// the last that tells of the connection; a row that is full goes on in the next.
func (d *docTerminal) rows() []string {
	var rows []string
	joined := false
	for _, cells := range d.allCells() {
		text := strings.TrimRight(rowText(cells), " ")
		if joined && !rowBegins.MatchString(text) && !promptShown.MatchString(text) {
			rows[len(rows)-1] += text
		} else {
			rows = append(rows, text)
		}
		joined = len(cells) == d.cols && strings.TrimSpace(cells[len(cells)-1].text) != ""
	}
	for len(rows) > 0 && (rows[len(rows)-1] == "" || footRow.MatchString(rows[len(rows)-1])) {
		rows = rows[:len(rows)-1]
	}
	return rows
}

// shows waits until the rows behind those seen before are want and a prompt, and returns them without the prompt. What
// is still something else when nothing changes any more is returned as it is. Where more comes by itself (goesOn), some
// of it may be there, too.
func (d *docTerminal) shows(want []string, goesOn bool) []string {
	d.t.Helper()
	wanted := masked(want)
	return d.settled(func(rows []string) (seen []string, done bool) {
		prompt := -1
		for i, row := range rows {
			if i >= d.mark && promptShown.MatchString(row) {
				prompt = i
			}
		}
		if prompt < 0 {
			return rows[min(d.mark, len(rows)):], false
		}
		seen = rows[min(d.mark, prompt):prompt]
		if d.loose && len(wanted) > 0 {
			seen = seen[max(0, slices.Index(masked(seen), wanted[0])):]
		}
		shortest := len(seen)
		if goesOn {
			shortest = 0
		}
		for n := len(seen); n >= shortest; n-- {
			if fits(masked(seen[:n]), wanted) {
				d.mark = prompt - len(seen) + n
				d.loose = len(wanted) > 0 && wanted[len(wanted)-1] == elided
				return seen[:n], true
			}
		}
		return seen, false
	}, func(rows []string) {
		d.mark = 0
		for i, row := range rows {
			if promptShown.MatchString(row) {
				d.mark = i
			}
		}
	})
}

// showsHalf waits until the line that is being typed and the rows below it are want, and returns them.
func (d *docTerminal) showsHalf(want []string) []string {
	d.t.Helper()
	wanted := masked(want)
	return d.settled(func(rows []string) (seen []string, done bool) {
		seen = rows[min(d.mark, len(rows)):]
		seen = seen[max(0, slices.Index(masked(seen), wanted[0])):] // what came meanwhile is above
		return seen, fits(masked(seen), wanted)
	}, func([]string) {})
}

// docPatience is how long what is wanted may take while nothing else happens.
func docPatience() time.Duration {
	if *update {
		return 1500 * time.Millisecond
	}
	return interopPatience
}

// settled calls look with the rows until it is done, or nothing has changed for long; then it calls giveUp.
func (d *docTerminal) settled(
	look func(rows []string) (seen []string, done bool), giveUp func(rows []string),
) []string {
	d.t.Helper()
	patience := docPatience()
	var rows, seen []string
	last, most := "", time.Now().Add(2*interopPatience)
	for sent, end := -1, time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		if now := d.sent(); now != sent {
			sent, rows = now, d.rows()
			var done bool
			if seen, done = look(rows); done {
				return seen
			}
			if text := strings.Join(masked(rows), "\n"); text != last { // ages in a prompt go on
				last, end = text, time.Now().Add(patience)
			}
		}
		if now := time.Now(); now.After(end) || now.After(most) {
			giveUp(rows)
			return seen
		}
	}
}
