package habit

import "testing"

func TestElsewhere(t *testing.T) {
	const (
		call    = "arguments stand behind a method, with blanks"
		value   = "a value is no call"
		message = "this is a whole message"
	)
	for _, tt := range []struct{ line, meant, reason string }{
		{"my_add(40, 2)", "my_add 40 2", call},
		{"my_add(40,2);", "my_add 40 2", call},
		{`echo("a, b", {"c": [1, 2]})`, `echo "a, b" {"c": [1, 2]}`, call},
		{"my_add(a=1, b=2)", "my_add a=1 b=2", call},
		{"system.listMethods()", "system.listMethods", call},
		{"textDocument/hover(hello.sh:3:1)", "textDocument/hover hello.sh:3:1", call},
		{"x = 5", ".let x = 5", value},
		{`x="five"`, `.let x = "five"`, value},
		{`x = {"a": 1}`, `.let x = {"a": 1}`, value},
		{"x = true", ".let x = true", value},
		{"x = $_.a[0]", ".let x = $_.a[0]", value},
		{"$x", ".print $x", value},
		{"$_ | .a > 1", ".print $_ | .a > 1", value},
		{"$#17.params", ".print $#17.params", value},
		{"$/progress 1", "", ""},
		{"$", "", ""},
		{`{"jsonrpc":"2.0","id":1,"method":"my_add"}`, `.send {"jsonrpc":"2.0","id":1,"method":"my_add"}`, message},
		{`{"id":1,"result":null}`, `.send {"id":1,"result":null}`, message},
		{"x = my_add 1 2", "", ""},
		{"x = truth", "", ""},
		{"my_add 40 2", "", ""},
		{"my_add 40 (2)", "", ""},
		{".print (2)", "", ""},
		{"(2)", "", ""},
		{"my_add(40", "", ""},
		{`{"a":1}`, "", ""},
		{"", "", ""},
	} {
		if meant, reason := Elsewhere(tt.line); meant != tt.meant || reason != tt.reason {
			t.Errorf("%s: %q, %q; want %q, %q", tt.line, meant, reason, tt.meant, tt.reason)
		}
	}
}

func TestArguments(t *testing.T) {
	for words, want := range map[string]string{
		"1, 2":           "no commas stand between arguments",
		"--a 1 --b 2":    "arguments are named as in a=1",
		"1 2; my_add 3":  "a line is one call: .batch sends several",
		"1,2":            "no commas stand between arguments",
		"1,5,x":          "",
		"1 2":            "",
		"1 2 | . + 1":    "a filter stands in one line with the call: -e 'METHOD ARG … | JQ'",
		"--":             "",
		"one two,":       "",
		`"a, b" --c`:     "no commas stand between arguments",
		"-1 --verbose 1": "arguments are named as in verbose=1",
	} {
		if got := Arguments(words); got != want {
			t.Errorf("%s: %q, want %q", words, got, want)
		}
	}
}

func TestCommand(t *testing.T) {
	commands := func(name string) (Named, bool) {
		takesNothing := func(rest string) bool { return rest == "" }
		return Named{name, name == "help", takesNothing}, name == "help" || name == "peers" || name == "clear"
	}
	for _, tt := range []struct {
		word, rest, name string
		alone            bool
	}{
		{"quit", "", "quit", true}, {"exit()", "", "quit", true}, {"EXIT;", "", "quit", true},
		{"help", " me", "help", false}, {"peers", "", "peers", false}, {"peers", " 1", "", false},
		{"quit", " &", "", false}, {"my_add", "", "", false}, {"man", " x", "help", false},
		{"cls", "", "clear", true}, {"cls", " x", "", false},
	} {
		if name, alone := Command(commands, tt.word, tt.rest); name != tt.name || alone != tt.alone {
			t.Errorf("%s%s: %q, %v", tt.word, tt.rest, name, alone)
		}
	}
}
