package view

import "testing"

func TestTable(t *testing.T) {
	red := NewPalette(true).Err
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
