package command_test

import (
	"strings"
	"testing"
)

// A name without its dot is taken for a command where its arguments may be meant as those of the command.
func TestFits(t *testing.T) {
	s := newShell(t, true)
	for _, tt := range []struct {
		name, fits, no string // lines of arguments, divided by semicolons
	}{
		{"show", "; 17; 17 | .params; next; kind:error; my_*", "tables; me the money"},
		{"curl", "; 3", "-d {} http://x; example.com"},
		{"copy", "; 3", "a b; 3 4"},
		{"set", "; view; view table", "key 1; x"},
		{"help", "; serve; keys", "me"},
		{"drop", "next; 4", "table x; 4 5"},
		{"cancel", "4; #3; @1 4", "order 4"},
		{"stop", "1; all", "server"},
		{"repeat", "3 my_add 1 2", "my_add"},
		{"sleep", "2s", "well"},
		{"run", "x.star 1", "x"},
		{"export", "mermaid last 5; openrpc x.json", ""},
		{"peers", "web; --sort name", ""},
		{"call", "my_add 1 2; @1 my_add; --id 3 my_add", ""},
		{"quit", "", "now"},
		{"on", "connect my_add 1", ""},
	} {
		c, found := s.Named(tt.name)
		if !found {
			t.Fatalf("there is no .%s", tt.name)
		}
		check := func(lines string, want bool) {
			for _, args := range strings.Split(lines, "; ") {
				if got := c.Fits(args); got != want {
					t.Errorf(".%s %s: %t", tt.name, args, got)
				}
			}
		}
		check(tt.fits, true)
		if tt.no != "" {
			check(tt.no, false)
		}
	}
}
