package methods

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dialect/openrpc"
	"rpcsh/shell/columns"
	"rpcsh/shell/view"
)

// methodsOf returns methods of these names, separated by blanks.
func methodsOf(names string) []catalog.Method {
	var methods []catalog.Method
	for _, name := range strings.Fields(names) {
		methods = append(methods, catalog.Method{Name: name})
	}
	return methods
}

// numbered returns n names with a prefix.
func numbered(prefix string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, " %sm%02d", prefix, i)
	}
	return b.String()
}

func TestInGroups(t *testing.T) {
	tests := []struct{ name, methods, want string }{
		{"none", "", ""},
		{"nothing alike", "add sub mul", "others (3)"},
		{"few stay with the others", "a.x a.y b.x b.y b.z c", "b. (3) others (3)"},
		{
			"separators", numbered("eth_", 3) + numbered("a/", 3) + numbered("$/", 4) + numbered("A.b", 3),
			"$/ (4) A. (3) a/ (3) eth_ (3)",
		},
		{
			"one that is large is divided",
			numbered("nvim_buf_", 40) + numbered("nvim_win_", 30) + numbered("nvim_", 5),
			"nvim_ (5) nvim_buf_ (40) nvim_win_ (30)",
		},
		{"one that is not is not", numbered("nvim_buf_", 20) + numbered("nvim_win_", 30), "nvim_ (50)"},
		{"what cannot be divided", numbered("Page.", 70), "Page. (70)"},
		{"a separator at the end", "a_ a_ a_ b_ _ __ ._/", "a_ (3) others (4)"},
		{"deep", numbered(strings.Repeat("x.", 10000), 70), strings.Repeat("x.", 5) + " (70)"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			methods := methodsOf(test.methods)
			var titles []string
			total := 0
			for _, g := range inGroups(methods) {
				titles = append(titles, g.title())
				total += len(g.methods)
			}
			if got := strings.Join(titles, " "); got != test.want || total != len(methods) {
				t.Errorf("got %s, of %d methods %d; want %s", got, len(methods), total, test.want)
			}
		})
	}
}

func TestMatching(t *testing.T) {
	m := catalog.Method{
		Name: "textDocument/hover", Summary: "Shows what is there.", Description: "A longer *text*.",
		Tags:   []string{"editor"},
		Params: []catalog.Param{{Name: "position", Summary: "Where."}},
		Errors: []catalog.MethodError{{Message: "no document"}},
		Result: &catalog.Param{Name: "hover", Summary: "What is shown."},
	}
	for pattern, want := range map[string]bool{
		"": true, "hover": true, "HOVER": true, "what is": true, "longer": false, "text*": true, "*Hover": false,
		"textDocument/*": true,
		"/longer":        true, "/LONGER hover": true, "/longer nothing": false, "/position": true, "/editor": true,
		"/no document": true, "/": true, "[": false,
	} {
		if got := Matching(pattern)(m); got != want {
			t.Errorf("%q: %v", pattern, got)
		}
	}
}

func TestNearest(t *testing.T) {
	methods := methodsOf("my_add my_double my_progress_add textDocument/hover")
	for name, want := range map[string]string{
		"my_ad": "my_add", "add": "my_add my_progress_add", "prgress": "my_progress_add", "dd": "", "mdl": "",
		"my_dad": "my_add", "ym_add": "my_add", "hover": "textDocument/hover",
		"TextDocument/Hover": "textDocument/hover",
		"quite another":      "", "my_doubel": "my_double", strings.Repeat("x", 1<<20): "",
	} {
		if got := strings.Join(Nearest(name, methods), " "); got != want {
			t.Errorf("%.30s: got %s, want %s", name, got, want)
		}
	}
}

// aLotOfMethods is a catalog as large as one that is worth thinking of.
func aLotOfMethods() []catalog.Method {
	var methods []catalog.Method
	for i := range 20_000 {
		methods = append(methods, catalog.Method{
			Name:    fmt.Sprintf("service_%d.method_%d", i%100, i),
			Summary: "Does one thing or another.", Source: openrpc.Source,
			Params: []catalog.Param{
				{Name: "first", Required: true, Schema: json.RawMessage(`{"type":"integer"}`)},
				{Name: "second", Schema: json.RawMessage(`{"enum":["a","b"]}`)},
			},
		})
	}
	return methods
}

// plainPage is one without colours.
func plainPage() Page {
	plain := func(text string) string { return text }
	return Page{Width: 1 << 20, Colors: &view.Palette{In: plain, Dim: plain, Bold: plain}}
}

// A few summaries take no room from the signatures that have none, nor more than they need from others.
func TestSignaturesHaveTheRoomThatIsThere(t *testing.T) {
	params := make([]catalog.Param, 3)
	for i := range params {
		params[i] = catalog.Param{Name: strings.Repeat("p", 13), Required: true}
	}
	known := catalog.New(
		catalog.Method{Name: "new_one_with_a_name", Params: params, Source: "s"},
		catalog.Method{Name: "old_one_with_a_name", Params: params, Source: "s", Deprecated: true},
	).Methods()
	page := plainPage()
	page.Width = 79
	p := strings.Repeat("p", 13)
	want := "   new_one_with_a_name(" + p + ", " + p + ", " + p + ")\n" +
		"   old_one_with_a_name(" + p + ", " + p + ", pppppppppppp…  deprecated.\n"
	if got := page.List(known); !strings.HasPrefix(got, want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// Where not all methods were learned in the same way, a line has room for that, too.
func TestListFits(t *testing.T) {
	param := []catalog.Param{{Name: strings.Repeat("p", 30), Required: true}}
	page := plainPage()
	for _, summary := range []string{"", "Does one thing or another."} {
		known := catalog.New(
			catalog.Method{Name: "one", Params: param, Source: catalog.SourceTraffic, Summary: summary},
			catalog.Method{Name: "two", Params: param, Source: openrpc.Source},
		).Methods()
		for page.Width = 40; page.Width < 100; page.Width++ {
			for line := range strings.Lines(page.List(known)) {
				if columns.Width(strings.TrimSuffix(line, "\n")) > page.Width || !strings.Contains(line, "ppp") {
					t.Errorf("in %d columns: %s", page.Width, line)
				}
			}
		}
	}
}

func TestOverview(t *testing.T) {
	lines := strings.Split(strings.TrimSuffix(plainPage().Overview(aLotOfMethods()), "\n"), "\n")
	if len(lines) != 101 || !strings.HasPrefix(lines[0], "service_0.method_*   200  0, 100, 1000, ") ||
		lines[100] != "20 000 methods; .methods service_54.method_* lists a group, .methods * all, "+
			".methods /WORD searches" {
		t.Errorf("%d lines, the first\n%s\nthe last\n%s", len(lines), lines[0][:min(len(lines[0]), 100)],
			lines[len(lines)-1])
	}
}

func BenchmarkOverview(b *testing.B) {
	known := catalog.New(aLotOfMethods()...)
	for b.Loop() {
		plainPage().Overview(known.Methods())
	}
}

func BenchmarkList(b *testing.B) {
	known := catalog.New(aLotOfMethods()...)
	for b.Loop() {
		plainPage().List(known.Methods())
	}
}
