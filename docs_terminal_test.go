//go:build linux

package main

import (
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"time"
)

// The window of the terminals that documents show. It is high, so that nothing scrolls away.
const docCols, docRows = 100, 250

// A docTerminal is a terminal of a scene, and how many of its rows were seen before.
type docTerminal struct {
	*seat
	mark  int
	loose bool // the last step ended with …: whatever comes before the next line is left out
}

// open starts a shell in a terminal.
func (p *player) open(session string, s step) {
	p.t.Helper()
	if old := p.terminals[session]; old != nil {
		old.leaves()
	}
	cmd := exec.Command("sh", "-c", "exec "+p.here(s.command))
	cmd.Dir, cmd.Env = p.dir, p.env
	term := &docTerminal{seat: sitAt(p.t, cmd, docCols, docRows)}
	p.terminals[session] = term
	p.check(s, term.shows(s.want))
}

// do does what a step says at the prompt, and compares what is seen.
func (d *docTerminal) do(p *player, s step, half bool) {
	p.t.Helper()
	if s.prompt {
		if s.typed == "" {
			return // it is the prompt alone that is shown
		}
		d.Press("\x15") // Ctrl-U, where something is typed
		d.Press(p.here(s.typed))
		if half {
			p.check(s, d.showsHalf(s.shown()))
			return
		}
		d.Press("\r")
	}
	p.check(s, d.shows(s.shown()))
}

// rowBegins matches a row that is not the rest of the one before, which may be just as wide as the window.
var rowBegins = regexp.MustCompile(`^\d\d:\d\d:\d\d\.`)

// rows returns the rows of the window, without blanks at their ends; a row that is full goes on in the next.
func (d *docTerminal) rows() []string {
	var rows []string
	joined := false
	for _, cells := range d.cells() {
		text := strings.TrimRight(rowText(cells), " ")
		if joined && !rowBegins.MatchString(text) && !promptShown.MatchString(text) {
			rows[len(rows)-1] += text
		} else {
			rows = append(rows, text)
		}
		joined = len(cells) == docCols && strings.TrimSpace(cells[len(cells)-1].text) != ""
	}
	for len(rows) > 0 && rows[len(rows)-1] == "" {
		rows = rows[:len(rows)-1]
	}
	return rows
}

// shows waits until the rows behind those seen before are want and a prompt, and returns them without the prompt. What
// is still something else when nothing changes any more is returned as it is.
func (d *docTerminal) shows(want []string) []string {
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
		if fits(masked(seen), wanted) {
			d.mark, d.loose = prompt, len(wanted) > 0 && wanted[len(wanted)-1] == elided
			return seen, true
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
		if d.loose {
			seen = seen[max(0, slices.Index(masked(seen), wanted[0])):]
		}
		return seen, fits(masked(seen), wanted)
	}, func([]string) {})
}

// settled calls look with the rows until it is done, or nothing has changed for long; then it calls giveUp.
func (d *docTerminal) settled(
	look func(rows []string) (seen []string, done bool), giveUp func(rows []string),
) []string {
	d.t.Helper()
	patience := 10 * time.Second
	if *update {
		patience = 1500 * time.Millisecond
	}
	last, most := "", time.Now().Add(interopPatience)
	for end := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		rows := d.rows()
		seen, done := look(rows)
		if done {
			return seen
		}
		if text := strings.Join(masked(rows), "\n"); text != last { // ages in a prompt go on
			last, end = text, time.Now().Add(patience)
		}
		if now := time.Now(); now.After(end) || now.After(most) {
			giveUp(rows)
			return seen
		}
	}
}
