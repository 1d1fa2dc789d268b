package lang

import (
	"fmt"
	"testing"
)

func TestCursorKnowsWhatIsBeside(t *testing.T) {
	for _, tt := range []struct{ line, want string }{
		{`m {"a":"x","b":"y","c":[`, `map[a:x b:y] map[]`},
		{`m {"a":"x","b":5,"c":`, `map[a:x]`},
		{`m {"a":{"b":"x"},"c":{"d":"`, `map[] map[]`},
		{`m [{"a":"x \u00e9"},{"b":"y","c":`, `map[] map[b:y]`},
		{`m k:={"a":"x","b":{"`, `map[a:x]`},
		{`m {"a":"x"`, `map[]`},
		{`m {"a":"x","a":"y","b":`, `map[a:y]`},
	} {
		got := ""
		for i, step := range ReadCursor(tt.line).Path {
			if i > 0 {
				got += " "
			}
			got += fmt.Sprint(step.Beside)
		}
		if got != tt.want {
			t.Errorf("%s\n got %s\nwant %s", tt.line, got, tt.want)
		}
	}
}
