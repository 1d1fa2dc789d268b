package python

import (
	"os"
	"strings"
	"testing"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dialect/dialecttest"
)

const serviceMethods = `
	request plain(a, b?, c?, d?) [Services]
	request undocumented() [Services]
	request documented(txt: string) → string [Services] # Turns a text around. # The second line\n  is further in.
	request progress(a: integer, b?: integer) → object [Services] # Works and tells how far it is.
	notification log(fmt?: string|null, …) [Services]
	notification poke(…) [Services]
	request by-position later(x: number, y?: integer|null, z?: boolean) → null [Services] # A raw \d text.
	both(level?: "low"|"high"|3, tags?: [integer|string], opts?: object) [Services]
	request nested(n)
	request computed(a?, b?, c?, d?, e?, f?, g?, h?) [Services]
	request tabbed(a)
	request function(a, b)
	request function_with_rpc(a)
	request by-name named_only(a, b) # Takes b by name.
	request generic(x, y: array) [Generic]`

func TestFromPython(t *testing.T) {
	source, err := os.ReadFile("testdata/service.py")
	if err != nil {
		t.Fatal(err)
	}
	text := string(source)
	for name, text := range map[string]string{
		"as it is": text, "CRLF": strings.ReplaceAll(text, "\n", "\r\n"), "CR": strings.ReplaceAll(text, "\n",
			"\r"), "BOM": "\ufeff" + text,
		"no line break at the end": strings.TrimSuffix(text, "\n"),
	} {
		l, err := Read("service.py", []byte(text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		dialecttest.CheckLearned(t, l, catalog.SourceCode)
		if got, want := dialecttest.Signatures(l), dialecttest.Lines(serviceMethods); got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
		}
		if len(l.Remarks) > 0 {
			t.Errorf("%s: remarks %q", name, l.Remarks)
		}
	}
}

func TestPythonDefaultsAndTypes(t *testing.T) {
	for _, test := range []struct{ param, want string }{
		{"a=1", `{"default":1}`}, {"a = -1", `{"default":-1}`}, {"a=1_000", `{"default":1000}`}, {"a=0xff",
			`{"default":255}`}, {"a=.5", `{"default":0.5}`}, {"a=1.", `{"default":1}`},
		{"a=1e3", `{"default":1e3}`}, {"a=True", `{"default":true}`}, {"a=None", `{"default":null}`}, {`a="x"`,
			`{"default":"x"}`}, {`a='it\'s'`, `{"default":"it's"}`},
		{`a='\x41\u00e9\n\q'`, `{"default":"Aé\n\\q"}`}, {`a=r'\n'`, `{"default":"\\n"}`}, {`a='''x"'''`,
			`{"default":"x\""}`}, {`a='a' "b"`, `{"default":"ab"}`}, {`a=''`, `{"default":""}`},
		{"a=[1, [2], ()]", `{"default":[1,[2],[]]}`}, {"a=(1)", `{"default":1}`}, {"a=(1,)",
			`{"default":[1]}`}, {"a={'b': 1, \"c\": {}}", `{"default":{"b":1,"c":{}}}`},
		{"a=1+1", ""}, {"a=-x", ""}, {"a=f()", ""}, {"a=b'x'", ""}, {"a=f'x'", ""}, {"a=1j", ""}, {"a={1: 2}",
			""}, {"a={1}", ""}, {"a=[x]", ""}, {"a=-", ""}, {"a=", ""}, {"a=[1", ""},
		{"a: int", `{"type":"integer"}`}, {"a: int = 5", `{"type":"integer","default":5}`}, {"a: 'Optional[int]'",
			`{"type":["integer","null"]}`}, {"a: typing.List[str]", `{"type":"array","items":{"type":"string"}}`},
		{"a: int | str | None = None", `{"type":["integer","string","null"],"default":null}`}, {"a: List[int] | None",
			`{"anyOf":[{"type":"array","items":{"type":"integer"}},{"type":"null"}]}`},
		{"a: Dict[str, bool]", `{"type":"object","additionalProperties":{"type":"boolean"}}`}, {"a: Tuple[int, str]",
			`{"type":"array"}`}, {"a: Literal[1, 'b', None]", `{"enum":[1,"b",null]}`},
		{"a: Annotated[int, Field(gt=0)]", `{"type":"integer"}`}, {"a: (int)", `{"type":"integer"}`}, {"a: Any",
			""}, {"a: Optional[Thing]", ""}, {"a: Thing | int", ""}, {"a: int(5)", ""}, {"a:", ""}, {"a: List[", ""},
		{"a: List[Thing]", `{"type":"array"}`}, {"a: Literal[x]", ""}, {"a: ''",
			""}, {"a: " + strings.Repeat("List[", 100) + strings.Repeat("]", 100), "?"},
	} {
		l, err := Read("x.py", []byte("@request\ndef f("+test.param+"): pass\n"))
		if err != nil || len(l.Methods) != 1 || len(l.Methods[0].Params) != 1 {
			if !strings.HasSuffix(test.param, "[1") && !strings.HasSuffix(test.param, "List[") {
				t.Errorf("%s: %+v, %v", test.param, l, err)
			}
			continue
		}
		dialecttest.CheckLearned(t, l, catalog.SourceCode)
		if got := string(l.Methods[0].Params[0].Schema); got != test.want && test.want != "?" {
			t.Errorf("%s is %s, want %s", test.param, got, test.want)
		}
	}
}

func TestFromPythonWhatIsBroken(t *testing.T) {
	for _, test := range []struct{ name, source, want, remark string }{
		{"a bracket that stays open",
			"class A:\n  x = (1,\n  @request\n  def lost(self): pass\n  @request\n  def found(self, a): pass\n",
			"request lost() [A]\nrequest found(a) [A]", ""},
		{"parameters that stay open", "@request\ndef a(x,\n@request\ndef b(y): pass\n", "request a(x)\nrequest b(y)",
			"s.py:2: the parameters of a have no end"},
		{"a string that stays open", "x = 'abc\n@request\ndef a(): pass\n", "request a()", ""},
		{"no name", "@request\ndef (x): pass\n@request\ndef a(): pass", "request a()",
			"s.py:2: a method could not be read"},
		{"no parentheses", "@request\ndef\n@request\ndef a: pass\n@request\ndef b(): pass", "request b()",
			"s.py:2: a method could not be read"},
		{"the end", "@request\ndef a(x", "request a(x)", "s.py:2: the parameters of a have no end"},
		{"no UTF-8", "@request\ndef a(x='\xff'): pass", "request a(x?)", ""},
		{"NUL", "@request\ndef a(\x00x): pass", "request a()", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			l, err := Read("s.py", []byte(test.source))
			if err != nil {
				t.Fatal(err)
			}
			dialecttest.CheckLearned(t, l, catalog.SourceCode)
			if got := dialecttest.Signatures(l); got != dialecttest.Lines(test.want) {
				t.Errorf("got\n%s\nwant\n%s", got, dialecttest.Lines(test.want))
			}
			if remarks := strings.Join(l.Remarks, "; "); !strings.HasPrefix(remarks, test.remark) ||
				(remarks == "") != (test.remark == "") {
				t.Errorf("remarks are %q, want %q", remarks, test.remark)
			}
		})
	}
	for _, source := range []string{"", "x = 1", "@request", "@request\nx = 1\ndef a(): pass",
		"'''\n@request\ndef a(): pass", "@other\ndef a(): pass", "# @request\ndef a(): pass", "\\", "@", "def", "from",
		"import", "from x import", "class"} {
		if l, err := Read("s.py", []byte(source)); err == nil || !strings.Contains(err.Error(), "s.py") {
			t.Errorf("%q gives %v, %v", source, l, err)
		}
	}
}

func TestFromPythonReadsTheTestServer(t *testing.T) {
	source, err := os.ReadFile("../../../testdata/pybsonrpc/server.py")
	if err != nil {
		t.Fatal(err)
	}
	l, err := Read("server.py", source)
	if err != nil {
		t.Fatal(err)
	}
	want := dialecttest.Lines(`
		request my_add(a, b) [ServerServices]
		request my_progress_add(a, b) [ServerServices]
		request describe(name, size?) [ServerServices]
		request slow(seconds) [ServerServices]
		request same(value) [ServerServices]
		request rich() [ServerServices] # What JSON has no types for, or what gets lost easily.
		request client_info() [ServerServices]
		request ticks(n) [ServerServices]
		notification log(msg) [ServerServices]
		notification poke() [ServerServices]`)
	if got := dialecttest.Signatures(l); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func FuzzFromPython(f *testing.F) {
	f.Add([]byte("from a import request as r\n@r\nasync def f[T](self, a: Literal['x'] | None = {'a': [1, -2.5]}, /, " +
		"*b, **c) -> 'int':\n\t'''doc\n\t  more'''\n"))
	f.Add([]byte("class A:\n @rpc_request\n def f(self, rpc, a=\"\\u12\", b=('x' \"y\")): pass\n"))
	f.Fuzz(func(t *testing.T, source []byte) {
		if l, err := Read("s.py", source); err == nil {
			dialecttest.CheckLearned(t, l, catalog.SourceCode)
		}
	})
}

func TestPythonIsBounded(t *testing.T) {
	nested := func(open, inner, end string, n int) string {
		return strings.Repeat(open, n) + inner + strings.Repeat(end, n)
	}
	union := func(n int) string { return "Union[" + strings.Repeat("Literal[1],", n) + "]" }
	for _, test := range []struct {
		name, param string
		known       bool
	}{
		{"type", "a: " + nested("(", "int", ")", maxDepth-1), true},
		{"deep type", "a: " + nested("(", "int", ")", maxDepth), false},
		{"default", "a=" + nested("[", "1", "]", maxDepth-1), true},
		{"deep default", "a=" + nested("[", "1", "]", maxDepth), false},
		{"alternatives", "a: " + union(maxAlternatives), true},
		{"many alternatives", "a: " + union(maxAlternatives+1), false},
	} {
		l, err := Read(test.name, []byte("from bsonrpc import request\n@request\ndef m("+test.param+"): pass\n"))
		if err != nil {
			t.Fatal(err)
		}
		if got := l.Methods[0].Params[0].Schema; (got != nil) != test.known {
			t.Errorf("%s: the schema is %s", test.name, got)
		}
	}
	result := "from bsonrpc import request\n@request\ndef m() -> " + nested("(", "int", ")", maxDepth) + ": pass\n"
	if l, err := Read("result", []byte(result)); err != nil || l.Methods[0].Result != nil {
		t.Errorf("deep result: %v, %v", l, err)
	}
	for n, want := range map[int]int{maxIndent - 10: 1, maxIndent: 0} { // an open bracket hides the second one
		source := "from bsonrpc import request\nx = (\n" + strings.Repeat(" ", n) + "@request\n" +
			strings.Repeat(" ", n) + "def m(a): pass\n"
		got := 0
		if l, err := Read("indent", []byte(source)); err == nil {
			got = len(l.Methods)
		}
		if got != want {
			t.Errorf("indented by %d: %d methods, want %d", n, got, want)
		}
	}
	broken := "from bsonrpc import request\n@request\ndef m(): pass\n" + strings.Repeat("@request\ndef (): pass\n", 50)
	if l, err := Read("broken", []byte(broken)); err != nil || len(l.Remarks) != maxRemarks {
		t.Errorf("%d remarks, %v", len(l.Remarks), err)
	}
}
