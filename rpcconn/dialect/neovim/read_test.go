package neovim

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"rpcsh/rpcconn/dialect/dialecttest"
)

func TestFromNeovim(t *testing.T) {
	info, err := os.ReadFile("testdata/neovim.json")
	if err != nil {
		t.Fatal(err)
	}
	l, err := Read(info)
	if err != nil {
		t.Fatal(err)
	}
	dialecttest.CheckLearned(t, l, Source)
	want := dialecttest.Lines(`
		by-position nvim_buf_attach(buffer: Buffer, send_buffer: boolean, opts: object) → boolean
		by-position nvim_buf_get_mark(buffer: Buffer, name: string) → [integer]
		by-position nvim_buf_call(buffer: Buffer, fun)
		by-position nvim_command_output(command: string) → string deprecated
		by-position nvim_tabpage_get_win(tabpage: Tabpage) → Window
		by-position nvim_ui_pum_set_bounds(width: number, height: number, row: number, col: number) → null
		by-position nvim_set_var(name: string, value) → null
		by-position nvim_get_option_value(name: string, opts: object)
		by-position nvim_list_bufs() → [Buffer]
		by-position nvim_get_color_by_name(name: string) → integer
		by-position nvim_get_api_info() → array
		by-position nvim_get_commands(opts: object) → object
		by-position nvim_eval(expr: string)
		by-position nvim_win_set_cursor(window: Window, pos: [integer]) → null
		by-position nvim_win_get_position(window: Window) → [integer]
		ours notification by-position redraw(event: array, …)
		ours notification by-position nvim_buf_lines_event(buf: Buffer, changedtick, firstline: integer, lastline: integer, linedata: [string], more: boolean)
		ours notification by-position nvim_buf_changedtick_event(buf: Buffer, changedtick: integer)
		ours notification by-position nvim_buf_detach_event(buf: Buffer)
		ours notification by-position nvim_error_event(type: integer, message: string)`)
	if got := sorted(dialecttest.Signatures(l)); got != sorted(want) {
		t.Errorf("got\n%s\nwant\n%s", got, sorted(want))
	}
	if l.Peer.String() != "Neovim 0.7.2" || len(l.Remarks) > 0 || len(l.Definitions) != 3 {
		t.Errorf("peer %q, remarks %q, %d definitions", l.Peer, l.Remarks, len(l.Definitions))
	}
}

// sorted returns the lines of text in order.
func sorted(text string) string {
	return strings.Join(slices.Sorted(maps.Keys(set(strings.Split(text, "\n")))), "\n")
}

func set(list []string) map[string]bool {
	m := make(map[string]bool)
	for _, s := range list {
		m[s] = true
	}
	return m
}

func TestNeovimTypes(t *testing.T) {
	api := metadata{types: map[string]json.RawMessage{"Buffer": nil, "odd/name": nil}}
	for _, test := range []struct{ typ, want string }{
		{"Integer", `{"type":"integer"}`}, {"ArrayOf(Integer, 2)",
			`{"type":"array","items":{"type":"integer"},"minItems":2,"maxItems":2}`},
		{"ArrayOf(ArrayOf(Buffer))",
			`{"type":"array","items":{"type":"array","items":{"$ref":"#/components/schemas/Buffer"}}}`},
		{"ArrayOf(Object)", `{"type":"array"}`}, {"ArrayOf(", `{"type":"array"}`}, {"ArrayOf(Integer, -2)",
			`{"type":"array","items":{"type":"integer"}}`},
		{"Dict(opts)", `{"type":"object"}`}, {"DictOf(Integer)", `{"type":"object"}`}, {"Tuple(Integer, String)",
			`{"type":"array"}`},
		{"Union(Integer, ArrayOf(String), Buffer)", `{"anyOf":[{"type":"integer"},{"type":"array",` +
			`"items":{"type":"string"}},{"$ref":"#/components/schemas/Buffer"}]}`},
		{"Union(Integer, Object)", ""}, {"Union()", ""}, {`Enum("a", 'b')`, `{"enum":["a","b"]}`}, {"Enum()", ""},
		{"LuaRef", ""}, {"Object", ""}, {"", ""}, {"Window", ""}, {"odd/name",
			""}, {strings.Repeat("ArrayOf(", 1000), "?"},
	} {
		if got := string(api.schema(test.typ)); got != test.want && test.want != "?" {
			t.Errorf("%s is %s, want %s", test.typ, got, test.want)
		}
	}
}

func TestNeovimWhatIsBroken(t *testing.T) {
	for _, info := range []string{``, `5`, `[]`, `{}`, `[1,2]`, `[1,{"functions":5}]`, `[1,{"functions":{}}]`} {
		if l, err := Read(json.RawMessage(info)); err == nil {
			t.Errorf("%s is %+v", info, l)
		}
	}
	l, err := Read(json.RawMessage(`[1,{"version":"x","types":[],"ui_events":{"a":1},"functions":[1,{"name":5},` +
		`{"name":"a","parameters":[["Integer"],[]]},{"name":"b","parameters":5},{"parameters":[]}]}]`))
	if err != nil || len(l.Remarks) != 1 || !strings.Contains(l.Remarks[0], "4 of") ||
		l.Methods[0].Signature() != "a(arg1: integer, arg2)" {
		t.Errorf("got %+v, %v", l, err)
	}
}

func TestLearnNeovim(t *testing.T) {
	a := dialecttest.Peer{Answers: map[string]string{methodAPIInfo: `[3,{"functions":[{"name":"f"}]}]`}}
	if l, err := a.Learn(t, Dialect()); err != nil || len(l.Methods) == 0 || len(a.Asked) != 1 {
		t.Errorf("got %+v, %v after %q", l, err, a.Asked)
	}
}

func FuzzFromNeovim(f *testing.F) {
	f.Add([]byte(`[1,{"types":{"Buffer":{"id":0}},"ui_events":[{"name":"e"}],"functions":[{"name":"a",` +
		`"parameters":[["ArrayOf(Union(Buffer,Enum('x')), 2)","p"]],"return_type":"void"}]}]`))
	f.Add([]byte(`{"functions":[{"name":"a","deprecated_since":1}]}`))
	f.Fuzz(func(t *testing.T, info []byte) {
		if l, err := Read(info); err == nil {
			dialecttest.CheckLearned(t, l, Source)
		}
	})
}

func TestTypesAreBounded(t *testing.T) {
	nested := func(n int) string { return strings.Repeat("ArrayOf(", n) + "Integer" + strings.Repeat(")", n) }
	for n, found := range map[int]bool{maxTypeDepth - 1: true, maxTypeDepth: false} {
		got := string(new(metadata).schema(nested(n)))
		if strings.Contains(got, "integer") != found {
			t.Errorf("%d arrays around a type: %s", n, got)
		}
	}
}
