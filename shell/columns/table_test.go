package columns

import (
	"strings"
	"testing"
)

func TestTable(t *testing.T) {
	red := func(text string) string { return "\x1b[31m" + text + "\x1b[0m" }
	var table Table
	table.Row("PEER", "TEXT")
	table.Row("@1", "one two three four five six")
	table.Row("a row of one cell is as long as it likes")
	table.Row(red("日本語"), "")
	want := "PEER    TEXT\n@1      one two three four five six\n" +
		"a row of one cell is as long as it likes\n" + red("日本語") + "\n"
	if got := table.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	narrow := "PEER    TEXT\n@1      one two three four\n        five six\n" +
		"a row of one cell is as long\nas it likes\n" + red("日本語") + "\n"
	if got := table.Within(30); got != narrow {
		t.Errorf("within 30 columns\n%s\nwant\n%s", got, narrow)
	}
	if table.Len() != 4 {
		t.Errorf("%d rows", table.Len())
	}
}

// Whatever the window, no line is wider, and what is missing is said.
func TestTableFits(t *testing.T) {
	var table Table
	table.Row("PEER", "NAME", "REMOTE", "PROTOCOL", "AGE", "TEXT")
	table.Row("@1", "a-long-name", "127.0.0.1:53490", "JSON-RPC 2.0, rfc7464", "3 s", "日本語 and more words of text")
	table.Row("a row of one cell")
	for width := 8; width < 120; width++ {
		for _, text := range []string{table.Within(width), table.Listed(width)} {
			for line := range strings.Lines(text) {
				if strings.Contains(line, "more column") {
					continue // which is as long as it is
				}
				if got := Width(strings.TrimSuffix(line, "\n")); got > width {
					t.Errorf("%d columns of %d: %s", got, width, line)
				}
			}
			if !strings.Contains(text, "more column") && !strings.Contains(text, "AGE") {
				t.Errorf("in %d columns, it is not said that some are missing:\n%s", width, text)
			}
		}
	}
	if got := table.Listed(200); got != table.String() || got != table.Within(200) {
		t.Errorf("in a wide window:\n%s", got)
	}
	const narrow = "PEER  NAME\n    TEXT\n"
	var two Table
	two.Row("PEER", "NAME", "TEXT")
	two.Row("@1", "a", "one two three four five six seven")
	if got := two.Within(20); got != narrow+"@1    a\n    one two three\n    four five six\n    seven\n" {
		t.Errorf("below the others:\n%s", got)
	}
}

// The column that says what a row is is the last one to be shortened.
func TestTableKeepsTheFirst(t *testing.T) {
	var table Table
	table.KeepFirst()
	table.Row("name", "about", "schema", "more")
	table.Row("get-structured-content", strings.Repeat("about ", 9), strings.Repeat("schema ", 9), "x")
	for _, tt := range []struct {
		width, left int
		first       string
	}{
		{200, 0, "get-structured-content  about"},
		{80, 0, "get-structured-content  about"},
		{40, 2, "get-structured-content  about about abo…"},
		{30, 2, "get-structured-cont…  about a…"},
		{20, 3, "get-structured-cont…"},
		{10, 3, "get-struc…"},
	} {
		text, cut := table.Clipped(tt.width)
		if row := strings.Split(text, "\n")[1]; !strings.HasPrefix(row, tt.first) || cut.Left != tt.left {
			t.Errorf("in %d columns %d are left out, want %d:\n%s", tt.width, cut.Left, tt.left, text)
		}
	}
}

// Where the last column takes one line, each row takes one, or two in a narrow window.
func TestTableOneLined(t *testing.T) {
	var table Table
	table.Row("N", "PEER", "REQUEST")
	table.Row("17", "@1", "method "+strings.Repeat("word ", 20)+strings.Repeat("x", 100))
	table.Row("18", "@1", "other")
	for _, tt := range []struct {
		width int
		want  string
	}{
		{40, "N   PEER  REQUEST\n17  @1    method word word word word wo…\n18  @1    other\n"},
		{24, "N   PEER\n    REQUEST\n17  @1\n    method word word wo…\n18  @1\n    other\n"},
	} {
		if text, cut := table.OneLined(tt.width); text != tt.want || !cut {
			t.Errorf("in %d columns, cut %v:\n%s", tt.width, cut, text)
		}
	}
	if text, cut := table.OneLined(500); cut || text != table.String() {
		t.Errorf("in a wide window, cut %v:\n%s", cut, text)
	}
}
