package view

import (
	"context"
	"encoding/json"
	"io"
	"slices"
	"strings"

	"rpcsh/rpcconn/jsontext"
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
	Whole    bool     // the text leaves the shell: nothing is shortened, whatever window there is
}

// A shaper lays out the values of results.
type shaper struct{ *View }

// text returns what is shown of the values of a result: each in the form of results, or all of them in a shape.
func (v shaper) text(values []json.RawMessage, s Shaping) string {
	shown := there(values)
	kind := v.shape(shown, s)
	room := v.Width() - timeWidth // the time stands at the right border
	var texts []string
	switch kind {
	case ShapeTable, ShapeAuto:
		if text, ok := v.table(shown, s, kind == ShapeAuto); ok {
			return text
		}
	case ShapeTree:
		for _, value := range shown {
			texts = append(texts, v.shapes(v.isWhole(s)).Tree(value, room))
		}
		return strings.Join(texts, "\n")
	}
	for _, value := range shown {
		binary, isBinary := shape.BinaryOf(value)
		switch {
		case isBinary && kind == ShapeAuto:
			texts = append(texts, strings.Join(binary.Rows(room, 0), "\n"))
		case s.Whole:
			texts = append(texts, v.Plain(value, true))
		default:
			texts = append(texts, v.resultText(value))
		}
	}
	return strings.Join(texts, "\n")
}

// there returns the values without what is none.
func there(values []json.RawMessage) []json.RawMessage {
	return slices.DeleteFunc(slices.Clone(values), func(value json.RawMessage) bool { return value == nil })
}

// writes returns what writes what text returns, and a line feed, without having all of it at once: a program may get
// hundreds of megabytes. It is nil where that cannot be, or need not: for a person, for shapes, for text in quotes.
func (v shaper) writes(values []json.RawMessage, s Shaping) func(to io.Writer) {
	shown, output := there(values), v.Output()
	isText := func(value json.RawMessage) bool { return jsontext.FirstByte(value) == '"' }
	if v.Interactive() || v.opts.Status != nil || v.shape(shown, s) != ShapeJSON ||
		output == OutputRaw && slices.ContainsFunc(shown, isText) {
		return nil
	}
	return func(to io.Writer) {
		for _, value := range shown {
			if output == OutputPretty {
				v.layout(to).print(value)
			} else {
				for run := range jsontext.Runs(value) {
					_, _ = to.Write(run)
				}
			}
			_, _ = io.WriteString(to, "\n")
		}
	}
}

// whole returns what text shows as it is saved: without colours, and with nothing left out for the window's sake.
func (v shaper) whole(values []json.RawMessage, s Shaping) string {
	s.Whole = true
	return columns.Plain(v.text(values, s))
}

// table returns values as a table, and whether they are one. wanted says that one is wanted only where the window shows
// all of it.
func (v shaper) table(values []json.RawMessage, s Shaping, wanted bool) (text string, ok bool) {
	grid := shape.Of(values, s.Headings)
	if grid == nil || wanted && !grid.IsPlain() {
		return "", false
	}
	if wanted {
		if text, cut := grid.Text(v.shapes(false), v.ListWidth(), true); cut.Any() || !s.Whole {
			return text, !cut.Any()
		}
	}
	text, _ = grid.Text(v.shapes(v.isWhole(s)), v.ListWidth(), false)
	return text, true
}

// isWhole reports whether nothing is shortened: what leaves the shell is whole.
func (v shaper) isWhole(s Shaping) bool { return s.Whole || !v.Interactive() }

// shape returns the shape of values: that which a line asks for or, where a person reads them, that of .set view. A
// program that has asked for JSON gets it.
func (v shaper) shape(values []json.RawMessage, s Shaping) string {
	switch {
	case !s.Whole && slices.ContainsFunc(values, v.audience.tooLong), v.AskedForJSON():
		return ShapeJSON
	case s.As != "":
		return s.As
	case v.Output() == OutputPretty && (v.Shape() != ShapeAuto || !slices.ContainsFunc(values, isLarge)):
		return v.Shape()
	}
	return ShapeJSON
}

// isLarge reports whether a value is too large for a table that nobody has asked for.
func isLarge(value json.RawMessage) bool { return len(value) > maxPaged }

// shapes returns how what is laid out looks.
func (s style) shapes(whole bool) shape.Style {
	return shape.Style{
		Whole: whole,
		JSON:  s.json, Paint: func(text string) string { return paintJSON(text, s.colors) }, Visible: Visible,
		Key: s.colors.Key, Str: s.colors.Str, Bold: s.colors.Bold, Dim: s.colors.Dim,
	}
}

// Shaped returns values without colours, for a file or a command, in the shape that a line asks for: s.As is not "".
func (v *View) Shaped(values []json.RawMessage, s Shaping) string {
	return shaper{v}.whole(values, s)
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
