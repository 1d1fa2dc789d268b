package lang

import "testing"

func TestOpen(t *testing.T) {
	for _, tt := range []struct {
		line string
		want bool
	}{
		{"", false}, {" ", false}, {"f", false}, {"f [1]", false}, {"f [", true}, {`f {"a":[1,`, true},
		{`f {"a":"}`, true}, {`f {"a":"}"}`, false},
		{"f {a:x", true},   // what is wrong inside stays inside
		{"f {a:x}", false}, // and ends there
		{`f "a`, true}, {`f "a\"`, true}, {`f "a\\"`, false}, {"f 'a", true}, {`f 'a\'`, false}, {`f a="b`, true},
		{`f a:={`, true}, {`f a=@"b`, true}, {`f @"b`, true}, {`f < "b`, true}, {`f >"b`, true}, {"f $x[0", false},
		{`f $obj["a [b"]`, false}, {`f [$obj["a`, true},
		{"f it's a[ :( {", true}, {"f it's a[ :( {}", false}, {"f :(", false}, {"f a[", false}, {"f 5\"", false},
		{"f # [", false}, {"# [", false}, {"f a#[", false}, {"f [ # ", true},
		{"f & # [", false}, {`.send {"a":`, false}, {".serve {", true},
		{"'two wo", true}, {`!"two wo`, true}, {`{"method":`, true}, {"x = f {", true}, {"x = @1 !f {", true},
		{"@1 f {", true}, {"f $(g 1", true}, {`f a=$(g "x)`, true}, {"f $(g) [", true}, {".repeat 3 f it's", false},
		{".repeat 3 f [", true}, {".every 5s f 'a", true}, {".time f [1]", false}, {"f $(g)", false},
		{".batch a ; b {", true}, {".batch a ; 'b", true}, {".batch a;!'b", true}, {".batch a ; b", false},
		{".call @1 f [", true}, {".print [", true},
		{`a-b="c d`, false}, {`f !"a`, false}, {`.batch a !"b ; c`, false},
		{`f \`, true}, {"f \\\n 1", false}, {"f \\\n 1 \\", true}, {"f \\\n [", true}, {`f @C:\d\`, false},
		// jq, and the arguments of commands
		{"f | [.a", true}, {"f | (.a | {b:1}", true}, {`f | "a(`, true}, {`f | "a(" + .b`, false}, {`f | "\(.a`, true},
		{`f | "\(.a | "[")"`, false}, {"f | .a", false}, {"f | .a # (", false},
		{".serve m [.[]", true}, {".serve m '.[0]", true}, {".serve m '.[0]'", false}, {".serve m it's", false},
		{".serve m )", false}, {".connect h:1", false}, {"@1 .serve m {", true},
	} {
		if got := Open(tt.line); got != tt.want {
			t.Errorf("%q: %v", tt.line, got)
		}
	}
}
