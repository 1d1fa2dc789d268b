package jsontext

import (
	"strings"
	"testing"
)

func TestPath(t *testing.T) {
	for _, test := range []struct{ text, want string }{ // the value in question is ^
		{`^`, ``},
		{` [ 1 , ^ ]`, `[1]`},
		{`{"a":[{"b":1},{"b":2,"c d":[[],^]}]}`, `.a[1]["c d"][1]`},
		{`{"$a_1":{"":^}}`, `.$a_1[""]`},
		{`{"a":1,"a":^}`, `.a`},
		{`{"a\"\u0041":^}`, `["a\"\u0041"]`},
		{`{"é":^}`, `["é"]`},
		{`{"` + strings.Repeat("x", 60) + `":^}`, `.` + strings.Repeat("x", 60)},
		{`{"` + strings.Repeat("é", 60) + `":^}`, `["` + strings.Repeat("é", 29) + `…]`},
	} {
		offset := strings.Index(test.text, "^")
		if got := Path([]byte(strings.Replace(test.text, "^", "true", 1)), offset); got != test.want {
			t.Errorf("Path of %s = %s, want %s", test.text, got, test.want)
		}
	}
	for offset, want := range []string{``, `[0]`, ``, `[1]`, `[1][0]`, `[1]`, ``, ``} {
		if got := Path([]byte(`[1,[2]] `), offset); got != want {
			t.Errorf("Path at offset %d = %q, want %q", offset, got, want)
		}
	}
}
