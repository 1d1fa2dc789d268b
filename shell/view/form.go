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
	output, shape, pager guarded[string]
	escapes, numbers     guarded[bool]
}

// A guarded value may be read and changed by any goroutine.
type guarded[T any] struct {
	mu    sync.Mutex // protects value
	value T
}

func (g *guarded[T]) get() T {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.value
}

func (g *guarded[T]) set(value T) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.value = value
}

// Pager returns PagerOn, PagerOff or a command.
func (f *form) Pager() string { return f.pager.get() }

// SetPager has texts that do not fit on the screen shown by PagerOn, PagerOff or a command.
func (f *form) SetPager(pager string) { f.pager.set(pager) }

// Output returns the form of results: one of Outputs.
func (f *form) Output() string { return f.output.get() }

// SetOutput changes the form of results to one of Outputs.
func (f *form) SetOutput(output string) { f.output.set(output) }

// Shape returns the shape of results: one of Shapes.
func (f *form) Shape() string { return f.shape.get() }

// SetShape changes the shape of results to one of Shapes.
func (f *form) SetShape(shape string) { f.shape.set(shape) }

// Escapes reports whether characters that the peer has escaped are shown so.
func (f *form) Escapes() bool { return f.escapes.get() }

// SetEscapes has characters that the peer has escaped shown so, or as they are.
func (f *form) SetEscapes(on bool) { f.escapes.set(on) }

// Numbers reports whether all that happened is shown with its number.
func (f *form) Numbers() bool { return f.numbers.get() }

// SetNumbers has all that happened shown with its number, or only what a person may want to name.
func (f *form) SetNumbers(on bool) { f.numbers.set(on) }

// json returns JSON text on one line for a person, visible.
func (f *form) json(value json.RawMessage) string {
	if f.Escapes() {
		return Visible(Compact(value))
	}
	return Readable(value)
}

// short is json of a part of value that is enough for a line of traffic.
func (f *form) short(value json.RawMessage) string {
	return Shorten(f.json(beginning(value)), len(value))
}
