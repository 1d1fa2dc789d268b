package command

import (
	"strconv"

	"rpcsh/shell/columns"
	"rpcsh/shell/human"
	"rpcsh/shell/view"
)

// A keptLine is one that is run again and again, as .on and .jobs list it.
type keptLine struct {
	number int
	when   string // it is run
	line   string
	runs   int
	err    error // of the last run; nil: none
}

// listKept lists lines; when heads the column that says when they are run.
func listKept(v *view.View, when string, all []keptLine) {
	const longest = 600 // bytes of an error
	var t columns.Table
	t.Row("", when, "RAN", "LINE", "LAST ERROR")
	for _, k := range all {
		text := ""
		if k.err != nil {
			text = view.Visible(human.Clip(view.CompactError(k.err), longest))
		}
		t.Row(strconv.Itoa(k.number), view.Visible(k.when), human.Grouped(k.runs), view.Visible(k.line), text)
	}
	v.Say("%s", t.Within(v.ListWidth()))
}
