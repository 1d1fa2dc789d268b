package view

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"rpcsh/shell/columns"
	"rpcsh/shell/shape"
)

func TestShapes(t *testing.T) {
	const users = `[{"id":1,"name":"Ada"},{"id":22,"name":"日本 \"x\""}]`
	for _, tt := range []struct {
		name, shape, value, want string
	}{
		{"objects that are alike", ShapeAuto, users, "id  name\n 1  Ada\n22  日本 \"x\""},
		{"as JSON", ShapeJSON, `[{"id":1},{"id":2}]`, `[{"id":1},{"id":2}]`},
		{"one object", ShapeAuto, `[{"id":1}]`, `[{"id":1}]`},
		{"objects that differ", ShapeAuto, `[{"a":1},{"b":2}]`, `[{"a":1},{"b":2}]`},
		{"objects made of others", ShapeAuto, `[{"a":[1]},{"a":[]}]`, `[{"a":[1]},{"a":[]}]`},
		{"on request", ShapeTable, `[{"a":[1]},{"b":null}]`, "b     a\n      [1]\nnull"},
		{
			"what says what a row is, scalars, and what is made of others", ShapeTable,
			`[{"o":{},"n":1,"Title":"t","name":"x"},{"l":[],"m":null,"id":7}]`,
			"Title  name  id  n  m     o   l\nt      x         1        {}\n              7     null      []",
		},
		{
			"a name that is made of others", ShapeTable, `[{"name":{"en":"x"},"n":1}]`, "n  name\n1  {\"en\":\"x\"}",
		},
		{"members that are objects, in order", ShapeTable, `{"x":{"o":[],"id":1}}`, "   id  o\nx   1  []"},
		{"members that are objects", ShapeTable, `{"x":{"n":1},"y":{"n":2}}`, "   n\nx  1\ny  2"},
		{"an object", ShapeTable, `{"x":1,"yy":"z"}`, "x   1\nyy  z"},
		{
			"an object that is wider than the window", ShapeTable,
			`{"x":1,"yy":"` + strings.Repeat("word ", 20) + `."}`,
			"x   1\nyy  " + strings.Repeat("word ", 10) + "word\n    " + strings.Repeat("word ", 9) + ".",
		},
		{
			"a list beside other members", ShapeTable, `{"next":null,"items":[{"n":1}]}`,
			"next: null\nn\n1",
		},
		{"numbers", ShapeTable, `[1,22]`, "value\n1\n22"},
		{
			"strings that look like other values", ShapeTable, `["1","null"," x",""]`,
			"value\n\"1\"\n\"null\"\n\" x\"\n\"\"",
		},
		{"control characters", ShapeTable, `["\u001b[2J","a\nb"]`, "value\n\\u001b[2J\na\\nb"},
		{"a scalar", ShapeTable, `"x"`, `"x"`},
		{"nothing", ShapeTable, `[]`, `[]`},
		{"bytes in a cell", ShapeTable, `[{"$binary":"AAH/"}]`, "value\n3 B: 00 01 ff"},
		{
			"bytes", ShapeAuto, `{"$binary":{"base64":"AAH/QQ==","subType":"00"}}`,
			"00000000  00 01 ff 41              |...A|",
		},
		{
			"text that is none", ShapeAuto, `{"$str":"/kE="}`,
			"text that is not UTF-8, 2 B:\n00000000  fe 41                    |.A|",
		},
		{"an extension", ShapeTable, `[{"$ext":{"type":-5,"data":"/kE="}}]`, "value\nextension type -5, 2 B: fe 41"},
		{"bytes as JSON", ShapeJSON, `{"$binary":"AAH/"}`, `{"$binary":"AAH/"}`},
		{
			"a tree", ShapeTree, `{"a":{"b":[1,{"c":"x\ny","e":{}}]},"d":"s","w":{"$date":1}}`,
			"├─ a\n│  └─ b\n│     ├─ 0: 1\n│     └─ 1\n" +
				"│        ├─ c:\n│        │  x\n│        │  y\n│        └─ e: {}\n├─ d: \"s\"\n└─ w: {\"$date\":1}",
		},
		{
			"bytes in a tree", ShapeTree, `{"a":{"$binary":"AAH/"},"b":1}`,
			"├─ a:\n│  00000000  00 01 ff                 |...|\n└─ b: 1",
		},
		{"escapes in a tree", ShapeTree, `{"\u001b]0;x":["\u202e"]}`, `└─ \u001b]0;x: ["\u202e"]`},
		{"a scalar as a tree", ShapeTree, `7`, "7"},
	} {
		s := newStage(t, "person", false)
		s.SetShape(tt.shape)
		if got := (shaper{s.View}).text([]json.RawMessage{raw(tt.value)}, Shaping{}); got != tt.want {
			t.Errorf("%s: %s\n%s\nwant\n%s", tt.name, tt.value, got, tt.want)
		}
	}
}

// Values of a filter are the rows, which it may name.
func TestShapesOfSeveralValues(t *testing.T) {
	s := newStage(t, "person", false)
	rows := []json.RawMessage{raw(`["Ada",1]`), nil, raw(`["Bob",2]`)}
	want := "name  id\nAda    1\nBob    2"
	if got := (shaper{s.View}).text(rows, Shaping{As: ShapeTable, Headings: []string{"name", "id"}}); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	one := Shaping{As: ShapeTable, Headings: []string{"name", "id"}}
	if got := (shaper{s.View}).text(rows[:1], one); got != "name  id\nAda    1" {
		t.Errorf("a single row:\n%s", got)
	}
	if got := (shaper{s.View}).text(rows, Shaping{}); got != "[\"Ada\",1]\n[\"Bob\",2]" {
		t.Errorf("by itself:\n%s", got)
	}
}

// Pipes get JSON, whatever .set view says, unless a line asks for a shape; a run with -o json gets it in any case.
func TestShapesInPipes(t *testing.T) {
	values := []json.RawMessage{raw(`[{"a":1},{"a":2}]`)}
	s := newStage(t, "pipe", false)
	s.SetShape(ShapeTable)
	if got := (shaper{s.View}).text(values, Shaping{}); got != `[{"a":1},{"a":2}]` {
		t.Errorf("a pipe: %s", got)
	}
	if got := (shaper{s.View}).text(values, Shaping{As: ShapeTable}); got != "a\n1\n2" {
		t.Errorf("a table in a pipe: %s", got)
	}
	s = newStage(t, "json log", false)
	if got := (shaper{s.View}).text(values, Shaping{As: ShapeTable}); got != `[{"a":1},{"a":2}]` {
		t.Errorf("with -o json: %s", got)
	}
}

// What is saved or written to a file is whole, in the shape in which it is seen.
func TestWholeShapes(t *testing.T) {
	long := strings.Repeat("long ", 20_000)
	bytes := strings.Repeat("AAAA", 200)
	s := newStage(t, "person", false)
	s.desk.small = true
	for _, tt := range []struct {
		name, shape, value, want string
	}{
		{"cells", ShapeTable, `[{"a":"` + long + `.","b":1}]`,
			"a" + strings.Repeat(" ", len(long)+2) + "b\n" + long + ".  1"},
		{"a list beside others", ShapeTable, `{"a":"` + long + `.","b":[{"c":1}]}`, "a: " + long + ".\nc\n1"},
		{"bytes in a cell", ShapeTable, `[{"$binary":"` + bytes + `"}]`,
			"value\n600 B: " + strings.Repeat("00 ", 599) + "00"},
		{"bytes in a tree", ShapeTree, `{"a":{"$binary":"` + bytes + `"}}`, ""},
		{"what is no table in this window", ShapeAuto, `[{"a":"` + long[:100] + `"},{"a":""}]`,
			"[\n  {\n    \"a\": \"" + long[:100] + "\"\n  },\n  {\"a\":\"\"}\n]"},
		{"what is one", ShapeAuto, `[{"a":1},{"a":2}]`, "a\n1\n2"},
	} {
		s.SetShape(tt.shape)
		if err := s.Result(&Result{Values: []json.RawMessage{raw(tt.value)}}, false); err != nil {
			t.Fatal(err)
		}
		if err := s.PageLong(t.Context()); err != nil {
			t.Fatal(err)
		}
		switch got := s.desk.saved; {
		case tt.want != "" && got != tt.want:
			t.Errorf("%s: saved as\n%.300q, want\n%.300q", tt.name, got, tt.want)
		case strings.Contains(got, "…"):
			t.Errorf("%s: shortened to %.300q", tt.name, got)
		}
		shaped := s.Shaped([]json.RawMessage{raw(tt.value)}, Shaping{As: tt.shape})
		if tt.shape != ShapeAuto && shaped != s.desk.saved {
			t.Errorf("%s: in a file it is\n%.300q, saved\n%.300q", tt.name, shaped, s.desk.saved)
		}
	}
}

// A table never is wider than its window, and says what is missing.
func TestTableFits(t *testing.T) {
	var row []string
	for i := range 12 {
		row = append(row, fmt.Sprintf(`"column%d":"%s"`, i, strings.Repeat("日x", i)))
	}
	value := raw("[{" + strings.Join(row, ",") + "}]")
	for width := 1; width < 200; width += 7 {
		s := newStage(t, "person", false)
		text, cut := shape.Of([]json.RawMessage{value}, nil).Text(s.shapes(false), width, false)
		rows := strings.SplitN(text, "\n", 3) // headings, an object, and what is said below
		said := strings.Join(rows[2:], "\n")
		text = rows[0] + "\n" + rows[1]
		for line := range strings.Lines(text) {
			if got := columns.Width(strings.TrimSuffix(line, "\n")); got > width {
				t.Errorf("in %d columns, a line has %d: %s", width, got, line)
			}
		}
		if cut.Any() != (said != "") || !cut.Any() && !strings.Contains(text, "column11") {
			t.Errorf("in %d columns, %q is said of\n%s", width, said, text)
		}
	}
}

// What is written piece by piece is what the text of all would be, and a line feed.
func TestWrittenInPieces(t *testing.T) {
	results := [][]json.RawMessage{
		values(`1`), values(`[1, {"a":  "b\u00fc c"}]`), values(`"a"`), values(`2`, `[ ]`), {nil, raw(`{}`)},
		{longJSON},
	}
	written := 0
	for _, output := range Outputs() {
		for _, laid := range []string{ShapeAuto, ShapeJSON, ShapeTree} {
			s := newStage(t, "pipe", false)
			s.SetOutput(output)
			s.SetShape(laid)
			for _, all := range results {
				v := shaper{s.View}
				write := v.writes(all, Shaping{})
				if write == nil {
					continue
				}
				var got strings.Builder
				write(&got)
				if want := v.text(all, Shaping{}) + "\n"; got.String() != want {
					t.Errorf("%s, %s: %.100q, want %.100q", output, laid, got.String(), want)
				}
				written++
			}
		}
	}
	if want := 6*3 + 5*3 + 6; written != want { // as JSON; raw, but for text; pretty, where that is to be JSON
		t.Errorf("%d results were written in pieces, want %d", written, want)
	}
	s := newStage(t, "person", false)
	if (shaper{s.View}).writes(results[0], Shaping{}) != nil {
		t.Error("what a person sees was written in pieces")
	}
}

// What is huge is no table unless one is asked for.
func TestHugeTable(t *testing.T) {
	s := newStage(t, "pipe", false)
	s.SetOutput(OutputPretty)
	v := shaper{s.View}
	huge := []json.RawMessage{make([]byte, maxPaged+1)}
	for _, tt := range []struct {
		values []json.RawMessage
		asked  Shaping
		want   string
	}{
		{[]json.RawMessage{huge[0][1:]}, Shaping{}, ShapeAuto},
		{huge, Shaping{}, ShapeJSON},
		{huge, Shaping{As: ShapeTable}, ShapeTable},
	} {
		if got := v.shape(tt.values, tt.asked); got != tt.want {
			t.Errorf("%d bytes, asked for %q: %s, want %s", len(tt.values[0]), tt.asked.As, got, tt.want)
		}
	}
}
