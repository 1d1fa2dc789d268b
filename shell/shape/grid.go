package shape

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"

	"rpcsh/rpcconn/jsontext"
	"rpcsh/shell/columns"
	"rpcsh/shell/human"
)

// A Grid is JSON values as rows and columns.
type Grid struct {
	before   []jsontext.Member // of the object that the rows are a member of
	headings []string          // nil: there are none
	rows     [][]json.RawMessage
	records  bool // the rows are objects, behind so many names of theirs
	names    int
	objects  bool // each row is an object
	even     bool // each row has all columns
	pairs    bool // each row is a member of one object: its name, and its value
}

// maxCells is how many cells a Grid may have. A peer could have each of many rows name columns of its own.
const maxCells = 1 << 20

// Of returns values as a Grid: the elements of one array, the members of one object, or several values. Each of
// them is a row where it is an object or an array. headings are those of arrays. It is nil where there are no rows to
// be seen: for a single value that is not made of others, for an empty one, and where there are too many cells.
func Of(values []json.RawMessage, headings []string) *Grid {
	g := of(values, headings)
	if g == nil || len(g.rows)*g.columns() > maxCells {
		return nil
	}
	g.order()
	return g
}

func of(values []json.RawMessage, headings []string) *Grid {
	if len(values) != 1 {
		return ofRows(values, headings)
	}
	switch value := values[0]; {
	case jsontext.FirstByte(value) == '[':
		elements := jsontext.Elements(value)
		if len(headings) > 0 && len(headings) == len(elements) && !slices.ContainsFunc(elements, isArray) {
			elements = values // the only row that a filter has made
		}
		return ofRows(elements, headings)
	case isRecord(value):
		return ofObject(value)
	}
	return nil
}

// isRecord reports whether value is an object that stands for itself.
func isRecord(value []byte) bool { return jsontext.FirstByte(value) == '{' && !isWrapper(value) }

func ofRows(rows []json.RawMessage, headings []string) *Grid {
	switch {
	case len(rows) == 0:
		return nil
	case !slices.ContainsFunc(rows, notRecord):
		g := &Grid{objects: true}
		return g.addRecords(rows, nil)
	case !slices.ContainsFunc(rows, func(row json.RawMessage) bool { return !isArray(row) }):
		g := &Grid{}
		widest := 0
		for _, row := range rows {
			cells := jsontext.Elements(row)
			widest = max(widest, len(cells))
			g.rows = append(g.rows, cells)
		}
		if len(headings) == widest {
			g.headings = headings
		}
		return g
	}
	g := &Grid{headings: []string{"value"}}
	for _, row := range rows {
		g.rows = append(g.rows, []json.RawMessage{row})
	}
	return g
}

// addRecords adds objects as rows, each behind cells of names if there are any. It returns nil where they would have
// too many cells.
func (g *Grid) addRecords(rows []json.RawMessage, names []string) *Grid {
	places := make(map[string]int)
	if names != nil {
		g.headings = []string{""}
	}
	first := len(g.headings)
	least := -1
	for i, row := range rows {
		cells := make([]json.RawMessage, len(g.headings))
		if names != nil {
			cells[0] = json.RawMessage(jsontext.Quote(names[i]))
		}
		n := 0
		for _, m := range jsontext.Members(row) {
			at, known := places[m.Name]
			if !known {
				at = len(g.headings)
				places[m.Name] = at
				g.headings = append(g.headings, m.Name)
				cells = append(cells, nil)
			}
			cells[at] = m.Value
			n++
		}
		if least < 0 || n < least {
			least = n
		}
		if g.rows = append(g.rows, cells); len(rows)*len(g.headings) > maxCells {
			return nil
		}
	}
	g.even = least == len(g.headings)-first
	g.records, g.names = true, first
	return g
}

// headNames are the names of members that say what an object is.
var headNames = []string{"name", "id", "_id", "title", "key", "label", "symbol", "method", "uri", "url", "path"}

// order puts the columns of records in the order of their use: those that say what a row is, scalars, and what is made
// of others. Of the same use, they stay as they came.
func (g *Grid) order() {
	if !g.records {
		return
	}
	places, ranks := make([]int, len(g.headings)), make([]int, len(g.headings))
	for i, name := range g.headings {
		places[i] = i
		switch {
		case i < g.names:
		case g.holdsContainers(i):
			ranks[i] = 3
		case slices.Contains(headNames, strings.ToLower(name)):
			ranks[i] = 1
		default:
			ranks[i] = 2
		}
	}
	slices.SortStableFunc(places, func(a, b int) int { return ranks[a] - ranks[b] })
	g.headings = permuted(g.headings, places)
	for i, row := range g.rows {
		g.rows[i] = permuted(append(row, make([]json.RawMessage, len(places)-len(row))...), places)
	}
}

// permuted returns the elements of all that stand at places.
func permuted[T any](all []T, places []int) []T {
	result := make([]T, len(places))
	for i, place := range places {
		result[i] = all[place]
	}
	return result
}

// holdsContainers reports whether a value of a column is made of others.
func (g *Grid) holdsContainers(column int) bool {
	return slices.ContainsFunc(g.rows, func(row []json.RawMessage) bool {
		return column < len(row) && (isArray(row[column]) || isRecord(row[column]))
	})
}

// ofObject returns the members of an object as rows. Where all of them are objects, each is a row behind its name;
// where one of them is an array of objects, its elements are the rows, and the others stand before.
func ofObject(value json.RawMessage) *Grid {
	members := jsontext.Members(value)
	var names []string
	var records []json.RawMessage
	list := -1
	for i, m := range members {
		if isRecord(m.Value) {
			names, records = append(names, m.Name), append(records, m.Value)
		}
		if elements := jsontext.Elements(m.Value); len(elements) > 0 && !slices.ContainsFunc(elements, notRecord) {
			if list >= 0 {
				list = len(members) // there are several
			} else {
				list = i
			}
		}
	}
	switch {
	case len(members) == 0:
		return nil
	case len(records) == len(members):
		return new(Grid).addRecords(records, names)
	case list >= 0 && list < len(members):
		g := ofRows(jsontext.Elements(members[list].Value), nil)
		if g != nil {
			g.before, g.objects = slices.Delete(members, list, list+1), false
		}
		return g
	}
	g := &Grid{pairs: true}
	for _, m := range members {
		g.rows = append(g.rows, []json.RawMessage{json.RawMessage(jsontext.Quote(m.Name)), m.Value})
	}
	return g
}

func isArray(value json.RawMessage) bool { return jsontext.FirstByte(value) == '[' }

func notRecord(value json.RawMessage) bool { return !isRecord(value) }

// IsPlain reports whether the Grid says all that JSON would, and is what people expect of a table: several objects with
// the same members, none of which is made of others.
func (g *Grid) IsPlain() bool {
	if !g.objects || !g.even || len(g.rows) < 2 {
		return false
	}
	for _, row := range g.rows {
		if slices.ContainsFunc(row, func(cell json.RawMessage) bool { return isContainer(cell) }) {
			return false
		}
	}
	return true
}

// Text returns the grid in at most width columns, and what has no room. whole says that it is shown only if all of it
// has.
func (g *Grid) Text(s Style, width int, whole bool) (string, columns.Cut) {
	var t columns.Table
	if g.headings != nil {
		row := make([]string, len(g.headings))
		for i, name := range g.headings {
			row[i] = s.Bold(s.Visible(name))
		}
		t.Row(row...)
	}
	count := g.columns()
	for i := range count {
		if g.isNumeric(i) {
			t.AlignRight(i)
		}
	}
	room := width
	if g.pairs {
		room = longest
	}
	for _, row := range g.rows {
		cells := make([]string, count)
		for i, value := range row {
			cells[i] = s.cell(value, room)
		}
		if t.Row(cells...); whole && t.Width() > width {
			return "", columns.Cut{Cells: true}
		}
	}
	if g.headings != nil {
		t.KeepFirst()
	}
	text, cut := t.String(), columns.Cut{}
	switch {
	case s.Whole:
	case g.pairs && t.Width() > width:
		text = t.Within(width)
	case !g.pairs:
		text, cut = t.Clipped(width)
	}
	var before strings.Builder
	for _, m := range g.before {
		before.WriteString(s.Key(s.Visible(m.Name)) + ": " + s.cell(m.Value, longest) + "\n")
	}
	text = before.String() + strings.TrimSuffix(text, "\n")
	if cut.Any() {
		for _, line := range columns.Fill(strings.Fields(cutText(cut)), width, "", "") {
			text += "\n" + s.Dim(line)
		}
	}
	return text, cut
}

// cutText says what has no room in a table, and how to see it.
func cutText(cut columns.Cut) string {
	text := "some cells are shortened"
	if cut.Left > 0 {
		text = human.Plural(cut.Left, "column") + " more"
	}
	return text + ": .tree shows all, | .[] | [.a, .b] chooses columns"
}

// columns returns how many columns there are.
func (g *Grid) columns() int {
	n := len(g.headings)
	for _, row := range g.rows {
		n = max(n, len(row))
	}
	return n
}

// isNumeric reports whether all values of a column are numbers.
func (g *Grid) isNumeric(column int) bool {
	numbers := 0
	for _, row := range g.rows {
		switch {
		case column >= len(row) || row[column] == nil || string(row[column]) == "null":
		case strings.IndexByte("-0123456789", jsontext.FirstByte(row[column])) >= 0:
			numbers++
		default:
			return false
		}
	}
	return numbers > 0
}

// cell returns a value as it stands in a cell of at most room columns, at which it may be cut: a string is its text,
// other values are JSON.
func (s Style) cell(value json.RawMessage, room int) string {
	if value == nil {
		return ""
	}
	if binary, ok := BinaryOf(value); ok {
		if s.Whole {
			room = math.MaxInt
		}
		return s.Dim(binary.cell(room))
	}
	if !s.Whole {
		const widest = 12 // bytes of what is shown in a column: an escape of two code units
		value = value[:min(len(value), widest*(min(room, longest)+1))]
	}
	text := s.JSON(value)
	if jsontext.FirstByte(value) != '"' {
		return s.Paint(text)
	}
	inner := strings.TrimSuffix(strings.TrimPrefix(text, `"`), `"`)
	if strings.TrimSpace(inner) != inner || inner == "" || looksLikeJSON(inner) {
		return s.Str(text)
	}
	return s.Str(strings.ReplaceAll(inner, `\"`, `"`))
}

// looksLikeJSON reports whether text, without quotes, would be taken for another value than a string.
func looksLikeJSON(text string) bool {
	switch text {
	case "null", "true", "false":
		return true
	}
	_, err := strconv.ParseFloat(text, 64)
	return err == nil && strings.IndexByte("-0123456789", text[0]) >= 0
}
