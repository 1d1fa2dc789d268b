package shape

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"rpcsh/shell/columns"
)

// A table that would have too many cells is none: rows of one member each may have as many columns as there are rows.
func TestTooManyCells(t *testing.T) {
	const many = 100_000
	list := func(n int, element func(i int) string) json.RawMessage {
		var b strings.Builder
		for i := range n {
			b.WriteString("," + element(i))
		}
		return json.RawMessage("[" + strings.TrimPrefix(b.String(), ",") + "]")
	}
	own := func(i int) string { return fmt.Sprintf(`{"k%d":1}`, i) }
	one := func(int) string { return `{"a":1}` }
	for name, test := range map[string]struct {
		value json.RawMessage
		is    bool
	}{
		"each row with a column of its own": {list(many, own), false},
		"the same in an object": {json.RawMessage(`{"n":1,"list":` +
			string(list(many, own)) + `}`), false},
		"one long row":     {json.RawMessage(`[` + string(list(many, one)) + strings.Repeat(`,[]`, many) + `]`), false},
		"many rows":        {list(many, one), true},
		"many members":     {json.RawMessage(`[{` + strings.Repeat(`"a":1,`, many) + `"b":2},{}]`), true},
		"as many as go":    {list(1<<20, one), true},
		"one more than go": {list(1<<20+1, one), false},
	} {
		t.Run(name, func(t *testing.T) {
			if is := Of([]json.RawMessage{test.value}, nil) != nil; is != test.is {
				t.Errorf("it is a table: %t, want %t", is, test.is)
			}
		})
	}
}

// A long table is laid out in one go: to look at all rows for each of them would take hours.
func TestLongTable(t *testing.T) {
	rows := make([]json.RawMessage, 200_000)
	for i := range rows {
		rows[i] = json.RawMessage(`{"a":1,"b":"x"}`)
	}
	plain := func(text string) string { return text }
	s := Style{
		JSON:  func(value json.RawMessage) string { return string(value) },
		Paint: plain, Visible: plain, Key: plain, Str: plain, Bold: plain, Dim: plain,
	}
	text, cut := Of(rows, nil).Text(s, 80, true)
	if want := "a  b\n" + strings.Repeat("1  x\n", len(rows)-1) + "1  x"; text != want || cut != (columns.Cut{}) {
		t.Errorf("it has %d bytes, and lacks %+v; want %d bytes", len(text), cut, len(want))
	}
}
