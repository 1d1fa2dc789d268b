package view

import (
	"encoding/json"
	"sync"
)

// Forms of results, for -o and .set output.
const (
	OutputPretty = "pretty"
	OutputJSON   = "json"
	OutputRaw    = "raw" // strings without quotes and escapes
)

// Outputs returns the forms of results.
func Outputs() []string { return []string{OutputPretty, OutputJSON, OutputRaw} }

// What shows texts that do not fit on the screen, for .set pager: a command of the system's shell, or one of these.
const (
	PagerOn  = "on"  // the terminal's own
	PagerOff = "off" // nothing: they are printed
)

// A form is how values are printed.
type form struct {
	mu      sync.Mutex // protects what follows
	output  string
	shape   string
	escapes bool
	numbers bool
	pager   string
}

// Pager returns PagerOn, PagerOff or a command.
func (f *form) Pager() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.pager
}

// SetPager has texts that do not fit on the screen shown by PagerOn, PagerOff or a command.
func (f *form) SetPager(pager string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.pager = pager
}

// Output returns the form of results: one of Outputs.
func (f *form) Output() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.output
}

// SetOutput changes the form of results to one of Outputs.
func (f *form) SetOutput(output string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.output = output
}

// Escapes reports whether characters that the peer has escaped are shown so.
func (f *form) Escapes() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.escapes
}

// SetEscapes has characters that the peer has escaped shown so, or as they are.
func (f *form) SetEscapes(on bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.escapes = on
}

// Numbers reports whether all that happened is shown with its number.
func (f *form) Numbers() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.numbers
}

// SetNumbers has all that happened shown with its number, or only what a person may want to name.
func (f *form) SetNumbers(on bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.numbers = on
}

// json returns JSON text on one line for a person, visible.
func (f *form) json(value json.RawMessage) string {
	if f.Escapes() {
		return Visible(Compact(value))
	}
	return Readable(value)
}

// short is json of a part of value that is enough for a line of traffic.
func (f *form) short(value json.RawMessage) string {
	return Shorten(f.json(value[:min(len(value), maxParsed)]), len(value))
}
