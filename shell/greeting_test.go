package shell

import (
	"strings"
	"testing"

	"rpcsh/shell/columns"
)

func TestGreeting(t *testing.T) {
	const text = `Try, one after the other:
  my_add 40 2     a call; x = my_add 40 2 keeps it in $x
  .methods        what it offers`
	const wide = `Try, one after the other:
  my_add 40 2  a call; x = my_add 40 2 keeps it in $x
  .methods     what it offers`
	if got := greeting(text, 80); got != wide {
		t.Errorf("in a wide window it is\n%s", got)
	}
	narrow := greeting(text, 30)
	for row := range strings.SplitSeq(narrow, "\n") {
		if columns.Width(row) > 30 {
			t.Errorf("%q is too wide", row)
		}
	}
	if want := "  my_add 40 2\n    a call; x = my_add 40 2"; !strings.Contains(narrow, want) {
		t.Errorf("in a narrow window it is\n%s", narrow)
	}
}
