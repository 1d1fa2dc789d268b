package view

import (
	"strings"

	"github.com/fatih/color"
)

// A Palette gives text its colours, or none. Each function may be called by any number of goroutines.
type Palette struct {
	// In and Out are for arrows, Err is for errors, Dim for what matters less.
	In, Out, Err, Dim, Bold func(text string) string
	// These are for the parts of JSON text.
	Key, Str, Number, Keyword func(text string) string
}

// NewPalette returns the colours of the shell, or, if colored is false, functions that return text as it is.
func NewPalette(colored bool) *Palette {
	paint := func(attributes ...color.Attribute) func(string) string {
		if !colored {
			return func(text string) string { return text }
		}
		c := color.New(attributes...)
		c.EnableColor() // whatever package color thinks of the output
		before, after, _ := strings.Cut(c.Sprint("|"), "|")
		return func(text string) string { return before + text + after }
	}
	return &Palette{
		In:      paint(color.FgGreen),
		Out:     paint(color.FgBlue),
		Err:     paint(color.FgRed),
		Dim:     paint(color.Faint),
		Bold:    paint(color.Bold),
		Key:     paint(color.FgBlue),
		Str:     paint(color.FgGreen),
		Number:  paint(color.FgCyan),
		Keyword: paint(color.FgMagenta),
	}
}
