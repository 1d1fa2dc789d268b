package shell_test

import (
	"strings"
	"testing"

	"rpcsh/rpcconn/dial"
	"rpcsh/shell"
)

// Each text is read as a file of lines is, and they as one.
func TestLinesOfTexts(t *testing.T) {
	t.Parallel()
	s := startSession(t, dial.Config{Protocol: "jsonrpc"})
	for _, tt := range []struct {
		texts       []string
		want, wrong string
	}{
		{[]string{"echo {\n\"a\":1}\nmy_add 3 4"}, "{\"a\":1}\n7\n", ""},
		{[]string{"# a comment\r\nmy_add 1 2\n"}, "3\n", ""},
		{[]string{"x = my_add 1 2", "my_add $x 1\nmy_add $x 2"}, "3\n4\n5\n", ""},
		{[]string{"\ufeffmy_add 1 2"}, "3\n", ""}, // an editor's
		{[]string{"echo {", `"a":1}`}, "{\"a\":1}\n", ""},
		{[]string{"my_add 1 2\nmy_add 1 b=2"}, "3\n", "line 2, column 10: "},
	} {
		var stdout strings.Builder
		sh := shell.New(shell.Config{Stdout: &stdout, Stderr: new(strings.Builder), Timeout: patience})
		if err := sh.Connect(t.Context(), s.peer.Target().String(), dial.Config{Protocol: "jsonrpc"}); err != nil {
			t.Fatal(err)
		}
		toEnd, err := sh.RunLines(t.Context(), shell.Lines(tt.texts), nil)
		sh.Close()
		isWrong := err != nil && strings.HasPrefix(err.Error(), tt.wrong)
		if got := stdout.String(); got != tt.want || toEnd != (tt.wrong == "") || isWrong != (tt.wrong != "") {
			t.Errorf("%q: %s, %v, %v", tt.texts, got, toEnd, err)
		}
	}
}
