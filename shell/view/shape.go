package view

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"rpcsh/shell/columns"
	"rpcsh/shell/shape"
)

// Shapes of results, for .set view and for single lines.
const (
	ShapeAuto  = "auto" // for .set view only
	ShapeJSON  = "json"
	ShapeTable = "table"
	ShapeTree  = "tree"
)

// Shapes returns the shapes of results.
func Shapes() []string { return []string{ShapeAuto, ShapeJSON, ShapeTable, ShapeTree} }

// A Shaping says how the values of a result are laid out.
type Shaping struct {
	As       string   // one of Shapes, which a line asks for; "": .set view decides
	Headings []string // of the columns that a filter makes, where it does; nil: they have none
	Wide     bool     // there is no window in which lines have room
}

// A shaper lays out the values of results.
type shaper struct{ *View }

// text returns what is shown of the values of a result: each in the form of results, or all of them in a shape.
func (v shaper) text(values []json.RawMessage, s Shaping) string {
	var shown []json.RawMessage
	for _, value := range values {
		if value != nil {
			shown = append(shown, value)
		}
	}
	kind := v.shape(shown, s.As)
	room := v.Width() - timeWidth // the time stands at the right border
	var texts []string
	switch kind {
	case ShapeTable, ShapeAuto:
		if text, ok := v.table(shown, s, kind == ShapeAuto); ok {
			return text
		}
	case ShapeTree:
		for _, value := range shown {
			texts = append(texts, v.shapes().Tree(value, room))
		}
		return strings.Join(texts, "\n")
	}
	for _, value := range shown {
		if data, ok := shape.Bytes(value); ok && kind == ShapeAuto {
			texts = append(texts, strings.Join(shape.Hexdump(data, room, 0), "\n"))
			continue
		}
		texts = append(texts, v.resultText(value))
	}
	return strings.Join(texts, "\n")
}

// table returns values as a table, and whether they are one; whole says that one is wanted only where it shows all.
func (v shaper) table(values []json.RawMessage, s Shaping, whole bool) (text string, ok bool) {
	grid := shape.Of(values, s.Headings)
	if grid == nil || whole && !grid.IsPlain() {
		return "", false
	}
	width := v.ListWidth()
	if s.Wide {
		width = unbounded
	}
	text, cut := grid.Text(v.shapes(), width, whole)
	return text, !whole || !cut.Any()
}

// shape returns the shape of values: that which a line asks for or, where a person reads them, that of .set view. A
// program that has asked for JSON gets it.
func (v shaper) shape(values []json.RawMessage, as string) string {
	switch {
	case slices.ContainsFunc(values, v.audience.tooLong), v.AskedForJSON():
		return ShapeJSON
	case as != "":
		return as
	case v.Output() == OutputPretty:
		return v.Shape()
	}
	return ShapeJSON
}

// shapes returns how what is laid out looks.
func (s style) shapes() shape.Style {
	return shape.Style{
		JSON: s.json, Paint: func(text string) string { return paintJSON(text, s.colors) }, Visible: Visible,
		Key: s.colors.Key, Str: s.colors.Str, Bold: s.colors.Bold, Dim: s.colors.Dim,
	}
}

// Shaped returns values without colours, for a file or a command, in the shape that a line asks for: s.As is not "".
func (v *View) Shaped(values []json.RawMessage, s Shaping) string {
	s.Wide = true
	return columns.Plain(shaper{v}.text(values, s))
}

type shapeKey struct{}

// WithShape returns a context in which lines show their results in a shape: one of Shapes.
func WithShape(ctx context.Context, as string) context.Context {
	return context.WithValue(ctx, shapeKey{}, as)
}

// ShapeIn returns the shape that lines are asked for in ctx; "": none.
func ShapeIn(ctx context.Context) string {
	as, _ := ctx.Value(shapeKey{}).(string)
	return as
}

// Shape returns the shape of results: one of Shapes.
func (f *form) Shape() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.shape
}

// SetShape changes the shape of results to one of Shapes.
func (f *form) SetShape(shape string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.shape = shape
}
