package jq

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"rpcsh/shell/memory"
)

const sample = `[3.0,1e400,9007199254740993,-0,0.10,1E5,{"b":1.0,"a":100000000000000000000}]`

func join(values []json.RawMessage) string {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = string(v)
	}
	return strings.Join(texts, " ")
}

func TestRun(t *testing.T) {
	for _, tt := range []struct{ expression, input, want string }{
		// numbers keep their form as long as nobody calculates with them
		{".[0]", sample, "3.0"},
		{".[:6]", sample, "[3.0,1e400,9007199254740993,-0,0.10,1E5]"},
		{".[]|numbers", sample, "3.0 1e400 9007199254740993 -0 0.10 1E5"},
		{".[6].a", sample, "100000000000000000000"},
		{"{n:.[2]}", sample, `{"n":9007199254740993}`},
		{".[0]*2", "[21]", "42"},
		{".[2]+1", sample, "9007199254740994"},
		{".[0]|tostring", sample, `"3.0"`},

		// a JSON value and the dot keep everything
		{".", `{"b":1,"a":[1.0, 2],"b":2}`, `{"b":1,"a":[1.0, 2],"b":2}`},
		{" . ", "3.0", "3.0"},
		{` {"b":1.0, "a":9007199254740993} `, "null", `{"b":1.0, "a":9007199254740993}`},
		{"1e400", "null", "1e400"},
		{`"a\u0062"`, "null", `"a\u0062"`},
		{`"\(.a)"`, `{"a":1}`, `"1"`},
		{"[.]", `{"b":1,"a":2}`, `[{"a":2,"b":1}]`},

		// what is looked at before it is made
		{`(1,2)*(3,4)`, "null", "3 6 4 8"},
		{`(1,2)+(3,4)|tojson`, "null", `"4" "5" "5" "6"`},
		{`["a","b"]|join(",","-")`, "null", `"a,b" "a-b"`},
		{`"ab"*2+"c"`, "null", `"ababc"`},
		{`{a:{b:1}}*{a:{c:2}}+{d:[1]+[2]}`, "null", `{"a":{"b":1,"c":2},"d":[1,2]}`},
		{`def f(g): g*2+1; [.[]|f(.+1)]`, "[1,2]", "[5,7]"},
		{`if .+1==2 then "\(.*3)" else empty end`, "1", `"3"`},

		{`"\(1,2) \(3,4)"`, "null", `"1 3" "2 3" "1 4" "2 4"`},
		{`@html "<\(.a)>\("&")\(1)"`, `{"a":"<"}`, `"<&lt;>&amp;1"`},
		{`{"\(.a)b":1}`, `{"a":2}`, `{"2b":1}`},
		{`.a+=1|.b*=(2,3)`, `{"a":1,"b":"x"}`, `{"a":2,"b":"xx"} {"a":2,"b":"xxx"}`},
		{`.[]+=10`, "[1,2]", "[11,12]"}, {`.a+=.b`, `{"a":1,"b":2}`, `{"a":3,"b":2}`},
		{`explode|implode`, `"é✓"`, `"é✓"`}, {`split(",",";")`, `"a,b"`, `["a","b"] ["a,b"]`},
		{`split(", *";null)`, `"a, b"`, `["a","b"]`}, {`add`, `["a","b"]`, `"ab"`}, {`add`, `[[1],[2]]`, `[1,2]`},
		{`flatten`, `[1,[2,[3]]]`, `[1,2,3]`}, {`flatten(1)`, `[1,[2,[3]]]`, `[1,2,[3]]`},
		{`transpose`, `[[1,2],[3]]`, `[[1,3],[2,null]]`}, {`indices(",")`, `"a,b,"`, `[1,3]`},
		{`gsub("a";"b")|ascii_upcase`, `"aca"`, `"BCB"`}, {`[scan("a.")]`, `"abac"`, `["ab","ac"]`},
		{`@base64,@uri,@sh,@json,@text`, `"é"`, `"w6k=" "%C3%A9" "'é'" "\"é\"" "é"`},
		{`@csv,@tsv`, `[1,"a\"b"]`, `"1,\"a\"\"b\"" "1\ta\"b"`}, {`@base64|@base64d`, `"x"`, `"x"`},

		// how many values
		{".[]", "[1,2,3]", "1 2 3"},
		{"empty", "1", ""},
		{"1,2", "null", "1 2"},

		// no input is null
		{".", "", "null"}, {"[.]", "", "[null]"},

		// variables
		{"$x+$_", "null", "43"},
		{"[$big]", "null", "[1e400]"},
		{`"\($x)"`, "null", `"42"`},
		{"$x2?", "null", "7"},

		// nothing comes in but the input
		{"env", "1", "{}"}, {"$ENV", "1", "{}"}, {"env.PATH", "1", "null"}, {`[$ENV|keys[]]`, "1", "[]"},

		{"halt", "1", ""}, {"1,halt,2", "1", "1"},
		{"nan", "1", "null"},
		{`"ü\u2028 \u001b"`, "1", `"ü\u2028 \u001b"`},
	} {
		f, err := Compile(tt.expression, "x", "_", "big", "x2")
		if err != nil {
			t.Errorf("%s: %v", tt.expression, err)
			continue
		}
		got, err := f.Run(
			t.Context(), json.RawMessage(tt.input), json.RawMessage("42"), json.RawMessage("1"),
			json.RawMessage("1e400"), json.RawMessage("7"),
		)
		if err != nil || join(got) != tt.want {
			t.Errorf("%s of %s: %s, %v, want %s", tt.expression, tt.input, join(got), err, tt.want)
		}
		first, err := f.First(
			t.Context(), json.RawMessage(tt.input), json.RawMessage("42"), json.RawMessage("1"),
			json.RawMessage("1e400"), json.RawMessage("7"),
		)
		if len(got) == 0 && first != nil || len(got) > 0 && string(first) != string(got[0]) || err != nil {
			t.Errorf("%s of %s: the first is %s, %v", tt.expression, tt.input, first, err)
		}
	}
}

func TestRunErrors(t *testing.T) {
	const tooLong = "jq: the result may have more than 104857600 bytes"
	for _, tt := range []struct{ expression, values, reason string }{
		{"1,error(\"no\"),2", "1", "jq: error: no"},
		{"error({a:1})", "", `jq: error: {"a":1}`},
		{"error(null)", "", "jq: error: null"},
		{"1,halt_error,2", "1", "jq: halt error: "},
		{".a", "", "jq: expected an object but got: array"},
		{".[0]+{}", "", "jq: cannot add"},
		{"1/0", "", "jq: cannot divide"},
		{"@foo", "", "jq: format not defined: @foo"},
		{"reduce range(1001) as $i (null; [.])", "", "jq: a value nested deeper than 1000"},
		{"reduce range(100000) as $i (null; {a:.})", "", "jq: a value nested deeper than 1000"},
		{`"x"*3e9`, "", "jq: the result may have more than 104857600 bytes"},
		{`"x"*.[1]|length`, "", "jq: the result may have more than 104857600 bytes"},
		{`[.[]|"x"][:3]|join("y"*60000000)|length`, "", "jq: the result may have more than 104857600 bytes"},
		{`"x"*60000000|.+.|length`, "", "jq: the result may have more than 104857600 bytes"},
		{`[range(1e6)]|.+.|.+.|.+.|length`, "", "jq: the result may have more than 104857600 bytes"},
		{`reduce range(60) as $i (1;[.,.])|tojson|length`, "", "jq: the result may have more than 104857600 bytes"},
		{`reduce range(60) as $i (1;[.,.])|tostring|length`, "", "jq: the result may have more than 104857600 bytes"},
		{`[.[]|"x"*60000000][:3]|"\(.[0])\(.[1])"|length`, "", tooLong},
		{`"x"*60000000|@text "\(.)\(.)"|length`, "", tooLong},
		{`"x"*60000000|{"\(.)\(.)":1}|length`, "", tooLong},
		{`"x"*60000000|.+=.|length`, "", tooLong}, {`"x"|.*=3e9|length`, "", tooLong},
		{`{a:"x"}|.a*=3e9|length`, "", tooLong},
		{`"&"*30000000|@html|length`, "", tooLong}, {`"'"*30000000|@sh|length`, "", tooLong},
		{`"é"*30000000|@uri|length`, "", tooLong}, {`"x"*60000000|@base64|length`, "", tooLong},
		{`"\u0000"*30000000|tojson|length`, "", tooLong}, {`"\""*60000000|@json|length`, "", tooLong},
		{`["\""*60000000]|@csv|length`, "", tooLong}, {`["\t"*60000000]|@tsv|length`, "", tooLong},
		{`"x"*30000000|explode|length`, "", tooLong}, {`"x"*30000000|split("")|length`, "", tooLong},
		{`"x"*30000000|indices("x")|length`, "", tooLong}, {`"x"*30000000|gsub("x";"y")|length`, "", tooLong},
		{`"x"*30000000|[match("x";"g")]|length`, "", tooLong}, {`"x"*30000000|[splits("x")]|length`, "", tooLong},
		{`[range(1000)|1]|map("x"*1000000)|add|length`, "", tooLong},
		{`reduce range(60) as $i (1;[.,.])|flatten|length`, "", tooLong},
		{`[[range(100000)]]+[range(100000)|[]]|transpose|length`, "", tooLong},
		{`reduce range(60) as $i (1;[.,.])`, "", "jq: a value of more than 268435456 bytes"},
	} {
		f, err := Compile(tt.expression)
		if err != nil {
			t.Errorf("%s: %v", tt.expression, err)
			continue
		}
		got, err := f.Run(t.Context(), json.RawMessage(sample))
		if err == nil || !strings.HasPrefix(err.Error(), tt.reason) || join(got) != tt.values {
			t.Errorf("%s: %s, %v, want %s", tt.expression, join(got), err, tt.reason)
		}
	}
}

func TestRunNotJSON(t *testing.T) {
	f, err := Compile("[.,$x]", "x")
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][2]string{{"{", "1"}, {"1", "{"}} {
		if got, err := f.Run(t.Context(), json.RawMessage(args[0]), json.RawMessage(args[1])); err == nil {
			t.Errorf("%q: %s", args, join(got))
		}
	}
}

func TestManyResults(t *testing.T) {
	f, err := Compile("range(200000)")
	if err != nil {
		t.Fatal(err)
	}
	got, err := f.Run(t.Context(), nil)
	if len(got) != maxResults || err == nil || err.Error() != "jq: more than 100000 values" {
		t.Errorf("%d values, %v", len(got), err)
	}
	if len(got) > 0 && string(got[len(got)-1]) != "99999" {
		t.Errorf("the last is %s", got[len(got)-1])
	}
	endless, err := Compile("repeat(1)")
	if err != nil {
		t.Fatal(err)
	}
	if first, err := endless.First(t.Context(), nil); string(first) != "1" || err != nil {
		t.Errorf("the first is %s, %v", first, err)
	}
}

// An expression that takes all memory is ended. It is one that would end at a gibibyte.
func TestMemory(t *testing.T) {
	f, err := Compile(`[limit(1048576; repeat("x" * 1024))] | length`)
	if err != nil {
		t.Fatal(err)
	}
	if f.memory != memory.Limit {
		t.Errorf("an expression may take %d bytes", f.memory)
	}
	f.memory = 32 << 20
	if got, err := f.Run(t.Context(), nil); !errors.Is(err, errMemory) {
		t.Errorf("got %s, %v", join(got), err)
	}
}

// An expression without end ends with its context, for the reason that the context has.
func TestRunEnds(t *testing.T) {
	reason := errors.New("given up")
	for _, expression := range []string{
		"def f: f; f", "last(range(infinite))", "until(false; .)", "[range(infinite)]", "range(infinite)|empty",
	} {
		f, err := Compile(expression)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		done := make(chan error)
		go func() {
			_, err := f.Run(ctx, json.RawMessage("1"))
			done <- err
		}()
		cancel(reason)
		if err := <-done; !errors.Is(err, reason) {
			t.Errorf("%s: %v", expression, err)
		}
	}
}

func TestEnvironmentIsEmpty(t *testing.T) {
	t.Setenv("RPCSH_SECRET", "hidden")
	if os.Getenv("RPCSH_SECRET") == "" {
		t.Fatal("not set")
	}
	for _, expression := range []string{"[env]", "[$ENV]", "[env.RPCSH_SECRET]", "[$ENV.RPCSH_SECRET]"} {
		f, err := Compile(expression)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := f.Run(t.Context(), nil); err != nil || strings.Contains(join(got), "hidden") {
			t.Errorf("%s: %s, %v", expression, join(got), err)
		}
	}
}

func TestCompileErrors(t *testing.T) {
	for _, tt := range []struct {
		expression string
		offset     int
		reason     string
	}{
		{".a |", 4, "jq: unexpected EOF"},
		{"1 + ]", 4, `jq: unexpected token "]"`},
		{`"ü" + ]`, 7, `jq: unexpected token "]"`},
		{"'a'", 0, `jq: unexpected token "'"`},
		{`"a`, 2, "jq: unterminated string literal"},
		{".a > file", 5, "jq: function not defined: file/0"},
		{".files | file(1)", 9, "jq: function not defined: file/1"},
		{".file + file", 8, "jq: function not defined: file/0"},
		{"1 + $y", 4, "jq: variable not defined: $y"},
		{"$yy, $y", 0, "jq: variable not defined: $yy"},
		{"def f: g; f", 7, "jq: function not defined: g/0"},
		{"1 | break $a", 10, "jq: label not defined: $a"},
		{"", 0, "jq: missing query"}, {"# c", 0, "jq: missing query"},
		// there is no further input, no file, and nowhere to print
		{"input", 0, "jq: input(s)/0 is not allowed"},
		{"inputs", 0, "jq: input(s)/0 is not allowed"},
		{"1 | debug", 4, "jq: function not defined: debug/0"},
		{"stderr", 0, "jq: function not defined: stderr/0"},
		{"input_filename", 0, "jq: function not defined: input_filename/0"},
		{`import "a" as a; 1`, 0, `jq: cannot load module: "a"`},
		{`include "a"; 1`, 0, `jq: cannot load module: "a"`},
	} {
		_, err := Compile(tt.expression, "files")
		var e *Error
		if !errors.As(err, &e) || e.Offset != tt.offset || !strings.HasPrefix(e.Reason, tt.reason) {
			t.Errorf("%s: %#v, want %d %s", tt.expression, err, tt.offset, tt.reason)
		}
	}
}

// Whatever the expression is, what it gives is JSON, and mistakes have a place in it.
func FuzzCompile(f *testing.F) {
	for _, e := range []string{
		".", ".a | .b", `"\(.a)"`, "1 + ]", "foo(", "$x", "def f: g; f", "[1.0]", "# c", "a.b", "'", "ü", "\xff",
		"@json", ".[1:2]", "label $f | break $f", "$__loc__", "?//",
	} {
		f.Add(e)
	}
	f.Fuzz(func(t *testing.T, expression string) {
		filter, err := Compile(expression, "x")
		var e *Error
		if err != nil && (!errors.As(err, &e) || e.Offset < 0 || e.Offset > len(expression) || e.Reason == "") {
			t.Fatalf("%q: %#v", expression, err)
		}
		if err != nil || filter.code != nil {
			return // to run it could take for ever
		}
		got, err := filter.Run(t.Context(), json.RawMessage(sample), json.RawMessage("1"))
		if err != nil || len(got) != 1 || !json.Valid(got[0]) {
			t.Fatalf("%q: %s, %v", expression, join(got), err)
		}
	})
}

func BenchmarkRun(b *testing.B) {
	f, err := Compile(".[0]*$x", "x", "unused")
	if err != nil {
		b.Fatal(err)
	}
	input, x, unused := json.RawMessage("[21,2]"), json.RawMessage("2"), json.RawMessage(
		"["+strings.Repeat("1,", 10_000)+"1]",
	)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := f.Run(b.Context(), input, x, unused); err != nil {
			b.Fatal(err)
		}
	}
}
