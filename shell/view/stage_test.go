package view

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"rpcsh/shell/event"
	"rpcsh/shell/term"
)

// A desk is a terminal that keeps what is written to it.
type desk struct {
	paper
	columns int
	small   bool // nothing fits
	paged   []string
	saved   string      // what can be saved of the last page; "": nothing else
	status  chan string // each that was set

	colors          term.Colors
	askedBackground func(isLight bool) // nil: it was not asked for
}

func (d *desk) Fits(string) bool { return !d.small }

func (d *desk) Page(_ context.Context, text string, whole func() string) error {
	d.paged = append(d.paged, text)
	d.saved = ""
	if whole != nil {
		d.saved = whole()
	}
	return nil
}

func (d *desk) SetStatus(text string) { d.status <- text }

func (d *desk) Width() int { return d.columns }

func (d *desk) SetColors(c term.Colors) { d.colors = c }

func (d *desk) AskBackground(f func(isLight bool)) { d.askedBackground = f }

// A stage is a view, the bus that it reads, and what it writes to.
type stage struct {
	*View
	bus         *event.Bus
	desk        *desk
	out, errOut *paper // without a person
}

// modes are who looks.
func modes() []string { return []string{"person", "pipe", "verbose", "incoming", "log", "json log"} }

// newStage returns a view for those who look; several says that there are several peers.
func newStage(t testing.TB, mode string, several bool) *stage {
	t.Helper()
	s := &stage{bus: new(event.Bus), out: new(paper), errOut: new(paper)}
	opts := Options{Stdout: s.out, Stderr: s.errOut, Several: func() bool { return several }}
	switch mode {
	case "person":
		s.desk = &desk{columns: 60, status: make(chan string, 100)}
		opts = Options{Terminal: s.desk, Several: opts.Several}
	case "verbose":
		opts.Verbose = true
	case "incoming":
		opts.Incoming = true
	case "log":
		opts.Log = true
	case "json log":
		opts.Log, opts.Output = true, OutputJSON
	}
	s.View = New(opts, s.bus)
	t.Cleanup(s.Close)
	return s
}

// shown returns all that has been written: what went to stdout is marked by "out: ".
func (s *stage) shown() []string {
	s.Flush()
	if s.desk != nil {
		return lines(s.desk.String(), "")
	}
	return append(lines(s.out.String(), "out: "), lines(s.errOut.String(), "")...)
}

func lines(text, mark string) []string {
	var all []string
	for line := range strings.Lines(text) {
		all = append(all, mark+strings.TrimSuffix(line, "\n"))
	}
	return all
}

func (s *stage) expect(t *testing.T, want ...string) {
	t.Helper()
	if got := s.shown(); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func raw(text string) json.RawMessage { return json.RawMessage(text) }
