package view

import "sync/atomic"

// A Palette gives text its colours, or none. Each function may be called by any number of goroutines.
type Palette struct {
	// In and Out are for arrows, Err is for errors, Dim for what matters less.
	In, Out, Err, Dim, Bold func(text string) string
	// These are for the parts of JSON text.
	Key, Str, Number, Keyword func(text string) string

	theme atomic.Pointer[Theme]
}

// NewPalette returns the colours of the terminal, or, if colored is false, functions that return text as it is.
func NewPalette(colored bool) *Palette {
	p := new(Palette)
	p.use(noColors)
	if colored {
		p.use(ownColors)
	}
	in := func(part Part) func(string) string {
		return func(text string) string { return p.theme.Load().paint(part, text) }
	}
	p.In, p.Out, p.Err, p.Dim, p.Bold = in(PartIn), in(PartOut), in(PartError), in(PartDim), in(PartBold)
	p.Key, p.Str, p.Number, p.Keyword = in(PartKey), in(PartString), in(PartNumber), in(PartKeyword)
	return p
}

// use shows what comes from now on in a theme.
func (p *Palette) use(t *Theme) { p.theme.Store(t) }
