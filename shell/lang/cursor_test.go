package lang

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"rpcsh/rpcconn/jsontext"
)

var placeNames = map[Place]string{
	AtNothing: "nothing", AtPeer: "peer", AtCommand: "command", AtWord: "word", AtMethod: "method",
	AtArgument: "argument", AtValue: "value",
	AtKey: "key", AtFile: "file", AtOutlet: "outlet", AtVariable: "variable", AtMember: "member", AtEnd: "end",
}

// describeCursor writes a cursor on one line.
func describeCursor(c Cursor) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %d %q", placeNames[c.At], c.Start, c.Typed)
	add := func(when bool, format string, args ...any) {
		if when {
			fmt.Fprintf(&b, " "+format, args...)
		}
	}
	add(c.Quote != 0, "quote %c", c.Quote)
	add(c.Peer != "", "@%s", c.Peer)
	if c.Command != nil {
		add(true, "command %s:%d %q:%d", c.Command.Name, c.Command.Column, c.Command.Args.Text, c.Command.Args.Column)
	}
	add(c.Method != "", "of %s", c.Method)
	add(c.Notify, "notify")
	add(len(c.Given) > 0, "given %q", c.Given)
	add(c.Name != "", "name %s", c.Name)
	add(c.JSON, "json")
	add(len(c.Path) > 0, "path %s", SpellSteps(c.Path))
	add(len(c.Keys) > 0, "keys %q", c.Keys)
	add(c.Variable != "", "$%s%s", c.Variable, SpellSteps(c.Steps))
	return b.String()
}

func TestReadCursor(t *testing.T) {
	for _, tt := range []struct{ line, want string }{
		// what begins a line
		{"", `method 0 ""`},
		{"  my", `method 2 "my"`},
		{"!my", `method 1 "my" notify`},
		{"x = my", `method 4 "my"`},
		{"x =", `method 3 ""`},
		{`"my me`, `method 0 "my me" quote "`},
		{`'my me`, `method 0 "my me" quote '`},
		{`"m"`, `end 3 "" of m`},
		{"@", `peer 0 ""`},
		{"@1", `peer 0 "1"`},
		{"x = @1 my", `method 7 "my" @1`},
		{"#", `nothing 1 ""`},
		{"# my", `nothing 4 ""`},
		{"$x", `nothing 2 ""`},
		{"{", `nothing 1 ""`},
		// commands
		{".", `command 0 "."`},
		{".se", `command 0 ".se"`},
		{"x = .ca", `command 4 ".ca"`},
		{".set ", `word 5 "" command set:0 "":5`},
		{".set  out", `word 6 "out" command set:0 "":6`},
		{".set output pr", `word 12 "pr" command set:0 "output ":5`},
		{"x = .set ", `nothing 9 ""`},
		{". x", `nothing 3 ""`},
		{".call my", `method 6 "my"`},
		{".call @1 my ", `argument 12 "" @1 of my`},
		{".notify my ", `argument 11 "" of my notify`},
		{".call --with a=1 my", `method 17 "my"`},
		{".call --with a=", `nothing 15 ""`},
		{".call --ti", `word 6 "--ti" command call:0 "":6`},
		{".call --id 7 --", `word 13 "--" command call:0 "--id 7 ":6`},
		{".call --id 7 --timeout 2s my", `method 26 "my"`},
		{".call --timeout 2", `nothing 17 ""`},
		{".call --nosuch 2 my", `nothing 19 ""`},
		{".batch a 1 ; !b x=2 ", `argument 20 "" of b notify given ["x"]`},
		{".batch a;b", `method 9 "b"`},
		{".print $x", `variable 7 "x"`},
		{".print ", `argument 7 ""`},
		// arguments
		{"m ", `argument 2 "" of m`},
		{"m a", `argument 2 "a" of m`},
		{"m 1 b", `argument 4 "b" of m given [""]`},
		{"m a=", `value 4 "" of m name a`},
		{"m a=x", `value 4 "x" of m name a`},
		{"m a:=tr", `value 5 "tr" of m name a json`},
		{"m a=1 b='it is' c", `argument 16 "c" of m given ["a" "b"]`},
		{`m a="it i`, `value 4 "it i" quote " of m name a`},
		{`m a="it \`, `value 4 "it " quote " of m name a`},
		{`m a="it \u00`, `value 4 "it " quote " of m name a`},
		{`m a='it i`, `value 4 "it i" quote ' of m name a`},
		{`m "it i`, `value 2 "it i" quote " of m`},
		{`m "it"`, `end 6 "" of m`},
		{`m a="it"`, `end 8 "" of m name a`},
		{`m "it"x`, `nothing 7 ""`},
		{"m a=@", `file 4 "" of m name a`},
		{"m a=@dir/f", `file 4 "dir/f" of m name a`},
		{"m a:=@'my f", `file 5 "my f" of m name a json`},
		{"m a=@'my f'", `end 11 "" of m name a`},
		{"m @f", `file 2 "f" of m`},
		{"m @", `file 2 "" of m`},
		{"m 1 @f ", `argument 7 "" of m given ["" ""]`},
		{"m < f", `outlet 4 "f" of m`},
		{"m <f", `argument 2 "<f" of m`},
		{"m < f > g", `outlet 8 "g" of m`},

		// lines behind commands
		{".repeat 3 my", `method 10 "my"`},
		{".time m a=", `value 10 "" of m name a`},
		{".every 5s x = .print $", `variable 21 ""`},
		{".repeat 3", `word 8 "3" command repeat:0 "":8`},
		{".repeat ", `word 8 "" command repeat:0 "":8`},

		// calls that are arguments
		{"m $(", `method 4 ""`},
		{"m 1 a=$(f b.c=", `value 14 "" of f name b path .c`},
		{"m a.b={\"c\":$(f x", `argument 15 "x" of f`},
		{"m $(f) ", `argument 7 "" of m given [""]`},
		{"m {\"a\":$(f), ", `key 13 "" of m json keys ["a"]`},
		{"m $(f $x", `variable 6 "x" of f`},

		// nested names
		{"m a.b", `argument 2 "a.b" of m`},
		{"m a.b=", `value 6 "" of m name a path .b`},
		{"m a.b=1 a.c=x", `value 12 "x" of m given ["a"] name a path .c`},
		{"m a[0].b:={\"c", `key 11 "c" quote " of m name a json path [0].b`},
		{"m a[]:=[{\"c\":", `value 13 "" of m name a json path [0][0].c`},
		{"m a..b=", `nothing 7 ""`},
		{"m a =", `nothing 5 ""`},
		{"m a & b", `nothing 7 ""`},
		{"m &", `nothing 3 ""`},
		{"m 1 | .a", `nothing 8 ""`},
		{"m 1 # c", `nothing 7 ""`},
		{"m |", `nothing 3 ""`},
		// variables
		{"m $", `variable 2 "" of m`},
		{"m $x", `variable 2 "x" of m`},
		{"m a=$x", `variable 4 "x" of m name a`},
		{"m $5", `argument 2 "$5" of m`},
		{"m $x.", `member 4 "" of m $x`},
		{"m $x.ab", `member 4 "ab" of m $x`},
		{"m $x.a[0].b", `member 9 "b" of m $x.a[0]`},
		{"m $x[", `member 4 "" of m $x`},
		{`m $x["two w`, `member 4 "two w" of m $x`},
		{`m $x["two w"]`, `end 13 "" of m`},
		{`m $x["two w"].a`, `member 13 "a" of m $x["two w"]`},
		{"m $x.a b", `argument 7 "b" of m given [""]`},
		{"m $x..", `end 6 "" of m`},
		{`m {"a":$x`, `variable 7 "x" of m json path .a`},
		{`m {"a":$x.b`, `member 9 "b" of m json path .a $x`},
		{`m {"a":$x, "`, `key 11 "" quote " of m json keys ["a"]`},
		// inside of JSON text
		{`m {`, `key 3 "" of m json`},
		{`m {"`, `key 3 "" quote " of m json`},
		{`m {"a b`, `key 3 "a b" quote " of m json`},
		{`m {ab`, `key 3 "ab" of m json`},
		{`m {ab `, `nothing 6 ""`},
		{`m {"a"`, `end 6 "" of m json path [""]`},
		{`m {"a":`, `value 7 "" of m json path .a`},
		{`m {"a": tr`, `value 8 "tr" of m json path .a`},
		{`m {"a": "x y`, `value 8 "x y" quote " of m json path .a`},
		{`m {"a": 1 `, `end 10 "" of m json path .a`},
		{`m {"a": 1, `, `key 11 "" of m json keys ["a"]`},
		{`m {"a":1,"b":{"c":2,"`, `key 20 "" quote " of m json path .b keys ["c"]`},
		{`m {"a":1,"b":{"c":[1,{"d":2},`, `value 29 "" of m json path .b.c[2]`},
		{`m x:=[{"a":1},{`, `key 15 "" of m name x json path [1]`},
		{`m x={"a":[`, `value 10 "" of m name x json path .a[0]`},
		{`m 1 [`, `value 5 "" of m given [""] json path [0]`},
		{`m {"a":1}`, `end 9 "" of m`},
		{`m {"a":1} `, `argument 10 "" of m given [""]`},
		{`m {"a" 1`, `nothing 8 ""`},
		{`m {]`, `end 4 "" of m`},
		{`m [{"a":1]`, `nothing 10 ""`},
		{`m [{]`, `nothing 5 ""`},
		{`m {"a":1 2`, `nothing 10 ""`},
		{`m {,`, `nothing 4 ""`},
	} {
		if got := describeCursor(ReadCursor(tt.line)); got != tt.want {
			t.Errorf("%s\n got %s\nwant %s", tt.line, got, tt.want)
		}
	}
}

// checkCursor checks what must hold of any line, as far as anything can end there.
func checkCursor(t *testing.T, line string) {
	for end := range len(line) + 1 {
		c := ReadCursor(line[:end])
		if c.Start < 0 || c.Start > end {
			t.Fatalf("%q: %s", line[:end], describeCursor(c))
		}
		if c.At == AtNothing && !reflect.DeepEqual(c, Cursor{Start: end}) {
			t.Fatalf("%q: it is nowhere, yet %s", line[:end], describeCursor(c))
		}
	}
	s, err := Parse(line, testEnv)
	if err != nil || len(s.Calls) == 0 || s.Filter != nil || s.Background {
		return
	}
	// behind a whole call, the cursor knows the call
	call := s.Calls[len(s.Calls)-1]
	c := ReadCursor(line + " ")
	if c.At != AtArgument {
		if c.At == AtMethod && s.Batch || strings.Contains(line, "#") ||
			strings.HasSuffix(strings.TrimSpace(line), flagMark) {
			return // behind a ;, in a comment, or where the blank makes a flag of it
		}
		t.Fatalf("%q is a call, but the cursor behind it is %s", line, describeCursor(c))
	}
	if c.Method != call.Method || c.Notify != call.Notify || c.Peer != s.Peer {
		t.Fatalf("%q: %s, want %s", line, describeCursor(c), describe(s))
	}
	names, count := membersOf(call.Params)
	if len(c.Given) == 1 && c.Given[0] == "" {
		return // one argument, which may be the params themselves
	}
	if len(c.Given) != count || names != nil && !reflect.DeepEqual(c.Given, names) {
		t.Fatalf("%q: %s, want %s", line, describeCursor(c), describe(s))
	}
}

// membersOf returns how many params there are, and their names where they have some.
func membersOf(params json.RawMessage) (names []string, count int) {
	_, _ = jsontext.Object(params, func(key, _ []byte) error {
		names = append(names, jsontext.Key(key))
		return nil
	})
	_, _ = jsontext.Array(params, func([]byte) error {
		count++
		return nil
	})
	return names, count + len(names)
}

func FuzzReadCursor(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	for _, s := range []string{
		`m $x["two w"].a[0`, `.call --with a=1 @1 m x={"a":[1,{"b":$x.c,`, `m a=@"my f" b='x`, `.batch a;!b "`, "m {ab",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		if len(line) <= 1000 {
			checkCursor(t, line)
		}
	})
}

func TestSpell(t *testing.T) {
	for _, name := range []string{
		"m", "a.b/c-d_e", "two words", "{x", "$x", "$/cancel", "!m", "a?", "#m", "a#b", "a|b", "a;b", "=", "x=", "x =",
		"@m", `"q"`, "'q", "", "ü", "a\u00a0b", "a\x00b", "a&", "&",
	} {
		if name == "" {
			continue
		}
		s, err := Parse(SpellMethod(name), testEnv)
		if err != nil || len(s.Calls) != 1 || s.Calls[0].Method != name || s.Calls[0].Notify || s.Assign != "" {
			t.Errorf("method %q is spelled %s", name, SpellMethod(name))
		}
	}
	for _, tt := range []struct{ value, want string }{
		{`"abc"`, "abc"}, {`"a b"`, `"a b"`}, {`"true"`, `"true"`}, {`true`, "true"}, {`"1"`, `"1"`}, {`""`, `""`},
		{`"a=b"`, `"a=b"`}, {`"$x"`, `"$x"`},
		{`"@f"`, `"@f"`}, {`"a|b"`, `"a|b"`}, {`"a;b"`, `"a;b"`}, {`">x"`, `">x"`}, {`"#x"`, `"#x"`}, {`"{x"`, `"{x"`},
		{`"it's"`, "it's"}, {`"'q'"`, `"'q'"`},
		{`"a\u0062"`, "ab"}, {`{"a": 1}`, `{"a": 1}`}, {`"a&"`, `"a&"`}, {`"a\nb"`, `"a\nb"`}, {`"null"`, `"null"`},
		{`"é"`, "é"},
	} {
		if got := SpellValue(json.RawMessage(tt.value)); got != tt.want {
			t.Errorf("%s is spelled %s, want %s", tt.value, got, tt.want)
		}
	}
	for name, want := range map[string]bool{
		"a": true, "a-b": true, "_a1": true, "ü": true, "a.b": false, "a[": false, "1": false, "": false, "a b": false,
		"a/b": false, "a=": false, "$a": false,
	} {
		if IsName(name) != want {
			t.Errorf("%q is a name: %v", name, !want)
		}
	}
}

func FuzzSpellValue(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		value := jsontext.AppendQuote(nil, text)
		if json.Unmarshal(value, &text) != nil {
			t.Fatalf("%s is no JSON", value)
		}
		for _, begin := range []string{".batch f 1 ", "f a="} {
			s, err := Parse(begin+SpellValue(value), testEnv)
			if err != nil {
				t.Fatalf("%s: %v", SpellValue(value), err)
			}
			var got []json.RawMessage
			if json.Unmarshal(s.Calls[0].Params, &got) != nil {
				var named map[string]json.RawMessage
				_ = json.Unmarshal(s.Calls[0].Params, &named)
				got = append(got, nil, named["a"])
			}
			var same string
			if len(got) != 2 || json.Unmarshal(got[1], &same) != nil || same != text {
				t.Fatalf("%s, spelled %s, is %s", value, SpellValue(value), s.Calls[0].Params)
			}
		}
	})
}

func TestSpellMember(t *testing.T) {
	for key, want := range map[string]string{
		"a": ".a", "two words": `["two words"]`, "": `[""]`, "1": `["1"]`, "a-b": `["a-b"]`,
	} {
		if got := SpellMember(key); got != want {
			t.Errorf("%q is spelled %s, want %s", key, got, want)
		}
	}
	for path, want := range map[string]string{
		"$1": `@"$1"`, "a/b.txt": "@a/b.txt", "my f": `@"my f"`, "'q": `@"'q"`, "a;b": `@"a;b"`, "a|b": `@"a|b"`,
	} {
		if got := SpellFile(path); got != want {
			t.Errorf("%q is spelled %s, want %s", path, got, want)
		}
	}
}
