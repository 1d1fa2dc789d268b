//go:build unix

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rpcsh/shell/columns"
	"rpcsh/shell/command"
	"rpcsh/shell/term/termtest"
)

// What commands list fits into the window: no row of it reaches the last column.
func TestListsFitTheWindow(t *testing.T) {
	const wide = `[{"name":"a name that is rather long, as names are","id":1234567890,"about":{"a":[1,2,3]}},` +
		`{"tags":[]}]`
	lines := []string{
		".serve my_double .[0]*2", ".serve 'a/rather/long/pattern/*' --error 503 'busy, come back later, please'",
		".on connect .print \"somebody has connected, and who that is\"", ".every 1h my_add 40 2",
		"slow 60 &", "wide = .print " + wide, ".name 1 a-long-name",
		".methods", ".methods order", ".describe order.place", ".describe order.find",
		".pending", ".peers", ".results", ".jobs", ".serve", ".on", ".set", ".help",
		".help serve", ".help on", ".target", ".table .print $wide",
		".table .print $wide | .[] | [.name]",
	}
	examples := map[string]bool{ // lines to be copied
		`order.place customer=7 items=[{"name":"tea","count":2}]`: true,
	}
	for _, c := range command.List() {
		for _, example := range c.Examples {
			examples[example] = true
		}
	}
	for _, size := range [][2]int{{80, 24}, {40, 10}} {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			t.Parallel()
			own := t.TempDir()
			config := "[target.somewhere]\nurl = \"wss://a-long-name.example.com:8443/and/a/path\"\n"
			if err := os.MkdirAll(filepath.Join(own, "rpcsh"), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(own, "rpcsh", "config.toml"), []byte(config), 0o600); err != nil {
				t.Fatal(err)
			}
			s := sitAt(t, rpcshIn(own, []string{"NO_COLOR=1"}, "--demo", "--no-discover"), size[0], size[1])
			s.sees(`>$`)
			s.enter(".set pager off")
			s.enter(".learn shell/testdata/openrpc.json")
			for i, line := range lines {
				s.enter(line)
				done := fmt.Sprintf("done %d", i)
				s.enter(fmt.Sprintf(".print %q", done))
				s.Await(line, func(e *termtest.Emulator) bool { return strings.Contains(e.Text(), "\n\""+done+"\"\n") })
			}
			var text string
			s.Shows(0, func(e *termtest.Emulator) bool {
				text = e.Text()
				return true
			})
			_, text, _ = strings.Cut(text, "> .methods\n") // what stands before is no list
			for row := range strings.Lines(text) {
				row = strings.TrimSuffix(row, "\n")
				if columns.Width(row) >= size[0] && !promptShown.MatchString(row) && !examples[strings.TrimSpace(row)] {
					t.Errorf("wider than the window: %s", row)
				}
			}
			if t.Failed() {
				t.Log(s.Text())
			}
			s.leaves()
		})
	}
}
