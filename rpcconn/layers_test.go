package rpcconn_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// A pkg is what go list says of a package.
type pkg struct {
	ImportPath string
	Imports    []string
	Deps       []string
}

func list(t *testing.T, pattern string) (all []pkg) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports,Deps", pattern)
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("go list %s: %v\n%s", pattern, err, exit.Stderr)
		}
		t.Skipf("there is no go command: %v", err)
	}
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := dec.Decode(&p); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	if len(all) == 0 {
		t.Fatalf("go list %s found nothing", pattern)
	}
	return all
}

// under reports whether path is root or below it.
func under(path, root string) bool { return path == root || strings.HasPrefix(path, root+"/") }

// The house of DESIGN: what may reach what.
func TestLayers(t *testing.T) {
	const goPrompt, jsonSchema = "github.com/c-bata/go-prompt", "github.com/santhosh-tekuri/jsonschema"
	rules := []struct {
		pattern string // of the packages that the rule is for
		never   []string
		except  []string
	}{
		{"rpcsh/rpcconn/...", []string{"rpcsh/shell", "rpcsh/completer", "rpcsh/history", goPrompt, "golang.org/x/term",
			"github.com/fatih/color"}, nil},
		{"rpcsh/rpcconn", []string{"rpcsh"}, []string{"rpcsh/rpcconn"}},
		{"rpcsh/rpcconn/schema/...", []string{"rpcsh"}, []string{"rpcsh/rpcconn/schema", "rpcsh/rpcconn/jsontext"}},
		{"rpcsh/rpcconn/catalog/...", []string{"rpcsh"}, []string{"rpcsh/rpcconn/catalog", "rpcsh/rpcconn/schema",
			"rpcsh/rpcconn/jsontext"}},
		{"rpcsh/rpcconn/dialect/...", []string{
			"rpcsh/rpcconn/transport", "rpcsh/rpcconn/process", "rpcsh/rpcconn/detect", "rpcsh/rpcconn/dial",
			"rpcsh/rpcconn/demo",
		}, nil},
		{"rpcsh/rpcconn/dialect", []string{"rpcsh/rpcconn/dialect"}, []string{"rpcsh/rpcconn/dialect/internal"}},
		{"rpcsh/completer/...", []string{"rpcsh"}, []string{"rpcsh/completer"}},
		{"rpcsh/history/...", []string{"rpcsh"}, []string{"rpcsh/history"}},
		{"rpcsh/shell/term/...", []string{"rpcsh"}, []string{"rpcsh/shell/term", "rpcsh/completer"}},
	}
	for _, rule := range rules {
		for _, p := range list(t, rule.pattern) {
			for _, dep := range p.Deps {
				for _, never := range rule.never {
					if under(dep, never) && !underAny(dep, rule.except) {
						t.Errorf("%s reaches %s", p.ImportPath, dep)
					}
				}
			}
		}
	}
	const dialects, openRPC = "rpcsh/rpcconn/dialect", "rpcsh/rpcconn/dialect/openrpc"
	for _, p := range list(t, dialects+"/...") {
		for _, path := range p.Imports { // a dialect knows no other, but OpenRPC's documents
			self := under(p.ImportPath, path) || under(path, p.ImportPath) || strings.Contains(path, "/internal/")
			generator, table := strings.Contains(p.ImportPath, "/internal/"), p.ImportPath == dialects+"/dialects"
			if under(path, dialects) && path != dialects && path != openRPC && !self && !generator && !table {
				t.Errorf("%s imports %s: dialects do not know each other", p.ImportPath, path)
			}
		}
	}
	for _, p := range list(t, "rpcsh/...") {
		for _, path := range p.Imports {
			if under(path, jsonSchema) && p.ImportPath != "rpcsh/rpcconn/schema" {
				t.Errorf("%s imports jsonschema; only rpcsh/rpcconn/schema may", p.ImportPath)
			}
			if under(path, goPrompt) && !under(p.ImportPath, "rpcsh/shell/term") {
				t.Errorf("%s imports go-prompt; only rpcsh/shell/term may", p.ImportPath)
			}
		}
	}
}

func underAny(path string, roots []string) bool {
	for _, root := range roots {
		if under(path, root) {
			return true
		}
	}
	return false
}

// Which packages of ours those that carry bytes import, and no others.
func TestImportsOfBytes(t *testing.T) {
	for name, want := range map[string]string{
		"framing":             "rpcconn jsontext",
		"framing/framingtest": "rpcconn framing",
		"process":             "",
		"transport":           "",
		"transport/web":       "transport",
		"transport/websocket": "rpcconn transport transport/web",
		"transport/httprpc":   "rpcconn jsontext transport/web",
		"detect":              "rpcconn jsontext transport transport/web",
	} {
		allowed := strings.Fields(want)
		for _, path := range list(t, "rpcsh/rpcconn/"+name)[0].Imports {
			short := strings.TrimPrefix(strings.TrimPrefix(path, "rpcsh/"), "rpcconn/")
			if under(path, "rpcsh") && !slices.Contains(allowed, short) {
				t.Errorf("%s imports %s", name, path)
			}
		}
	}
}
