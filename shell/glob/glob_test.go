package glob

import (
	"strings"
	"testing"
)

func TestMatch(t *testing.T) {
	for _, tt := range []struct {
		pattern, name string
		want          bool
	}{
		{"my_add", "my_add", true}, {"my_add", "my_ad", false}, {"my_add", "my_add2", false}, {"", "", true},
		{"", "a", false},
		{"*", "", true}, {"*", "anything at all", true}, {"my_*", "my_", true}, {"my_*", "my_add", true},
		{"my_*", "a_my_add", false}, {"*add", "my_add", true}, {"*a*", "my_add", true}, {"a**b", "ab", true},
		{"?", "a", true}, {"?", "", false}, {"?", "ab", false}, {"?", "ü", true}, {"m?_add", "my_add", true},
		{"[a-c]x", "bx", true}, {"[a-c]x", "dx", false}, {"[^a-c]x", "dx", true}, {"[^a-c]x", "ax", false},
		{"[ü]", "ü", true}, {`[\]]`, "]", true},
		// / is nothing special
		{"*", "textDocument/didOpen", true}, {"text*Open", "textDocument/didOpen", true},
		{"textDocument/*", "textDocument/didOpen", true}, {"textDocument/*", "textDocument", false},
		{"*/*", "a/b/c", true}, {"a?b", "a/b", true}, {"a[/]b", "a/b", true}, {"a[^x]b", "a/b", true},
		{"$/*", "$/progress", true},
		// \ makes a character stand for itself
		{`a\*`, "a*", true}, {`a\*`, "ab", false}, {`a\/b`, "a/b", true},
		// a pattern matches itself, whatever is in it, and one that is none matches nothing else
		{"a[b", "a[b", true}, {"a[b", "ab", false}, {"a[", "a", false}, {`a\`, `a\`, true}, {"[]", "[]", true},
		{"a?[", "a?[", true}, {"*[", "x", false},
		{"a*", "a\x1b]0;\x07", true}, {"*", "\xff", true},
	} {
		if got := Match(tt.pattern, tt.name); got != tt.want {
			t.Errorf("%q of %q: %v", tt.pattern, tt.name, got)
		}
	}
}

func TestCheck(t *testing.T) {
	for _, pattern := range []string{
		"", "a", "*", "a?[b-c]*", "[^a]", `\[`, `\\`, "a/[/]", "]", "a]b", "{a,b}", `\--flag`, "-",
	} {
		if err := Check(pattern); err != nil {
			t.Errorf("%q: %v", pattern, err)
		}
	}
	for _, pattern := range []string{
		"[", "a[", "[a", "*[", "x*[a-", "[]", "[^]", "[a-]", `\`, `a\`, "a/[", "[]a]", "--flag",
	} {
		if Check(pattern) == nil {
			t.Errorf("%q was accepted", pattern)
		}
	}
}

func TestIs(t *testing.T) {
	for pattern, want := range map[string]bool{
		"my_add": false, "a/b": false, "*": true, "a?": true, "a[b]": true, "": false,
	} {
		if got := Is(pattern); got != want {
			t.Errorf("%q: %v", pattern, got)
		}
	}
}

// What Check accepts is a pattern, what it does not matches itself alone.
func FuzzMatch(f *testing.F) {
	f.Add("*a[b-c]?", "xab/")
	f.Add("a[", "a[")
	f.Add(`\`, "x")
	f.Fuzz(func(t *testing.T, pattern, name string) {
		if !Match(pattern, pattern) {
			t.Errorf("%q does not match itself", pattern)
		}
		if Match(pattern, name) && pattern != name && Check(pattern) != nil {
			t.Errorf("%q, which is not a pattern, matches %q", pattern, name)
		}
		plain := !Is(pattern) && Check(pattern) == nil && !strings.Contains(pattern, `\`)
		if plain && pattern != name && Match(pattern, name) {
			t.Errorf("%q, which is a name, matches %q", pattern, name)
		}
	})
}
