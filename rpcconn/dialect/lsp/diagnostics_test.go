package lsp

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"rpcsh/rpcconn/dialect"
)

func TestDigest(t *testing.T) {
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	here, elsewhere := dialect.FileURI(filepath.Join(dir, "a b.sh")), "file:///no/such/dir/x.ts"
	text := func(path string) string {
		if filepath.Base(path) == "a b.sh" {
			return "one\n😀 two\n"
		}
		return ""
	}
	for _, tt := range []struct {
		name, method, params string
		want                 []string
	}{
		{"none", methodDiagnostics, `{"uri":"` + here + `","diagnostics":[]}`, []string{"a b.sh: no problems"}},
		{
			"characters beyond 16 bits", methodDiagnostics,
			`{"uri":"` + here + `","diagnostics":[{"range":{"start":{"line":1,"character":3}},"severity":2,` +
				`"message":"two\n  lines","source":"sc","code":2034}]}`,
			[]string{"a b.sh: 1 problem", "a b.sh:2:3: warning: two lines [sc 2034]"},
		},
		{
			"elsewhere", methodDiagnostics,
			`{"uri":"` + elsewhere + `","diagnostics":[{"range":{"start":{"line":0,"character":8}},"message":"x",` +
				`"code":"E1"},{"range":{"start":{"line":7,"character":1}},"severity":3,"message":{"kind":"markdown",` +
				`"value":"y"}}]}`,
			[]string{
				filepath.FromSlash("/no/such/dir/x.ts: 2 problems"),
				filepath.FromSlash("/no/such/dir/x.ts:1:9: error: x [E1]"),
				filepath.FromSlash("/no/such/dir/x.ts:8:2: info: y"),
			},
		},
		{"another notification", "window/workDoneProgress/cancel", `{"message":"x"}`, nil},
		{"a message", "window/logMessage", `{"type":2,"message":"x\n y"}`, []string{"warning: x y"}},
		{"a message of no type", "window/logMessage", `{"message":"x"}`, nil},
		{"no object", methodDiagnostics, `[1]`, nil},
		{"no file", methodDiagnostics, `{"diagnostics":[]}`, nil},
		{"negative", methodDiagnostics, `{"uri":"untitled:1","diagnostics":[{"range":{"start":{"line":-1}}}]}`,
			[]string{"untitled:1: 1 problem", "untitled:1:0:1: error: "}},
	} {
		if got := digest(tt.method, json.RawMessage(tt.params), text); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}
