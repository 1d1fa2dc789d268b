package shell_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dial"
	"rpcsh/shell"
	"rpcsh/shell/exit"
)

func TestTemplate(t *testing.T) {
	t.Parallel()
	s := startSession(t, dial.Config{Protocol: "jsonrpc"})
	s.run(".connect $PEER")
	s.run(".learn testdata/openrpc.json")
	for method, want := range map[string]string{
		"my_add": "my_add 0 2", "echo": `echo text=""`, "ping": "ping",
		"order.place":          `order.place customer=7 items=[{"name":"tea","count":2}]`,
		`"odd \u001b[31mname"`: `"odd \u001b[31mname"`,
	} {
		if got := s.run(".template " + method); got != "in the editor: "+want+"\n" {
			t.Errorf("%s: in the editor is %s, want %s", method, got, want)
		}
	}
}

func TestFillCompletesValues(t *testing.T) {
	t.Parallel()
	s := startSession(t, dial.Config{Protocol: "jsonrpc"})
	s.run(".connect $PEER")
	s.run(".learn testdata/openrpc.json")
	s.run(".fill echo")
	for typed, want := range map[string]string{"": "low high", "h": "high", "x": ""} {
		var found []string
		for _, c := range s.answers(typed, len(typed)) {
			found = append(found, c.Text)
		}
		if got := strings.Join(found, " "); got != want {
			t.Errorf("%q completes to %s, want %s", typed, got, want)
		}
	}
	s.run("^C")
}

func TestExportIsReadBack(t *testing.T) {
	t.Parallel()
	s := startSession(t, dial.Config{Protocol: "jsonrpc"})
	s.run(".connect $PEER")
	s.run(".learn testdata/openrpc.json")
	s.run(".describe order.place")
	described := s.take()
	file := filepath.Join(t.TempDir(), "peer one.json")
	if got := s.run(fmt.Sprintf(".export openrpc '%s'", file)); !strings.Contains(got, "written to "+file) {
		t.Errorf("exported: %s", got)
	}
	if got := s.run(fmt.Sprintf(".export openrpc '%s'", file)); !strings.Contains(got, "--force") {
		t.Errorf("exported again: %s", got)
	}
	if got := s.run(fmt.Sprintf(".export openrpc '%s' --force", file)); !strings.Contains(got, "written to "+file) {
		t.Errorf("exported by force: %s", got)
	}
	data, err := os.ReadFile(file)
	if err != nil || !json.Valid(data) {
		t.Fatalf("the file is %s, %v", data, err)
	}
	want := strings.ReplaceAll(string(data), "\u202e", `\u202e`) // which one does not see on a screen
	if got := s.run(".export openrpc -"); got != want {
		t.Errorf("on the screen is\n%s\nwant\n%s", got, want)
	}
	s.run(fmt.Sprintf(".learn '%s'", file))
	if got := s.run(".describe order.place"); got != described {
		t.Errorf("read back it is\n%s\nand was\n%s", got, described)
	}
}

func TestLearnFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, content := range map[string]string{
		"a.py":   "class Services:\n    @request\n    def one(self, x=5):\n        'Does one.'\n",
		"b.py":   "class Services:\n    @notification\n    def two(self, y):\n        pass\n",
		"c.py":   "print('no service')\n",
		"j.json": `{"methods":[{"name":"three"}]}`, "broken.json": `{"methods":`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := startSession(t, dial.Config{Protocol: "jsonrpc"})
	s.run(".connect $PEER")
	for _, step := range []struct{ files, says, known string }{
		{"a.py b.py j.json", "1 method learned from", "one three two"},
		{"b.py", "1 method learned from", "three two"},
		{"c.py", "no function in it", "three two"},
		{"a.py broken.json", "broken.json: reading the OpenRPC document", "three two"},
	} {
		line := ".learn"
		for _, f := range strings.Fields(step.files) {
			line += " '" + filepath.Join(dir, f) + "'"
		}
		if got := s.run(line); !strings.Contains(inOneRow(got), step.says) {
			t.Errorf("%s: %s", step.files, got)
		}
		var known []string
		for _, name := range []string{"one", "three", "two"} {
			if got := s.run(".describe " + name); !strings.Contains(got, "no method of this name") {
				known = append(known, name)
			}
		}
		if got := strings.Join(known, " "); got != step.known {
			t.Errorf("after %s there are %s, want %s", step.files, got, step.known)
		}
	}
}

func TestLearnFromAnAddress(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/doc":
			fmt.Fprint(w, `{"openrpc":"1.3.2","info":{"title":"far","version":"1"},"methods":[{"name":"far_away"}]}`)
		case "/page":
			fmt.Fprint(w, "<html>")
		case "/endless":
			for chunk := make([]byte, 1<<20); ; {
				if _, err := w.Write(chunk); err != nil {
					return
				}
			}
		case "/silent":
			<-r.Context().Done()
		case "/slow": // a body that never ends
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		default:
			http.NotFound(w, r)
		}
	}))
	defer server.Close()
	s := startSession(t, dial.Config{Protocol: "jsonrpc"})
	for path, want := range map[string]string{
		"/doc": "", "/page": "it is not JSON", "/nosuch": "the server answers 404 Not Found",
		"/endless": "it has more than 64.0 MiB",
	} {
		err := s.shell.Learn(t.Context(), server.URL+path)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v", path, err)
		}
		if err != nil && exit.Code(err) != exit.Connection {
			t.Errorf("%s: exit code %d", path, exit.Code(err))
		}
	}
	if err := s.shell.Learn(t.Context(), "http://127.0.0.1:1/x"); exit.Code(err) != exit.Connection {
		t.Errorf("nobody listens there: %v", err)
	}
	s.run(".set timeout 50ms")
	for _, path := range []string{"/silent", "/slow"} {
		err := s.shell.Learn(t.Context(), server.URL+path)
		if exit.Code(err) != exit.Timeout || !strings.Contains(err.Error(), path+": timed out after 50ms (") {
			t.Errorf("%s: %v", path, err)
		}
	}
	s.run(".set timeout 30s")
	s.run(".connect $PEER") // what was read before it came is known of it
	if got := s.run(".methods"); !strings.Contains(got, "far_away") {
		t.Errorf(".methods: %s", got)
	}
}

// TestMethodsInLines: without a person there is nothing but signatures, templates and JSON.
func TestMethodsInLines(t *testing.T) {
	t.Parallel()
	s := startSession(t, dial.Config{Protocol: "jsonrpc"})
	var out, errs strings.Builder
	sh := shell.New(shell.Config{Stdout: &out, Stderr: &errs, Timeout: patience, Store: catalog.Store{}})
	defer sh.Close()
	if err := sh.Connect(t.Context(), s.peer.Target().String(), dial.Config{Protocol: "jsonrpc"}); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		".learn testdata/openrpc.json", ".methods order.c*", ".template my_add", ".describe ping",
	} {
		if err := sh.Eval(t.Context(), line); err != nil {
			t.Errorf("%s: %v", line, err)
		}
	}
	if err := sh.Eval(t.Context(), ".fill my_add"); exit.Code(err) != exit.Usage {
		t.Errorf(".fill: %v", err)
	}
	sh.Close()
	const want = "order.cancel(id: integer) → boolean\nmy_add 0 2\n{\"name\":\"ping\",\"params\":[]}\n"
	if got := out.String(); got != want {
		t.Errorf("printed\n%s\nwant\n%s\nand on stderr\n%s", got, want, errs.String())
	}
}
