package command_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rpcsh/completer"
	"rpcsh/rpcconn/catalog"
	"rpcsh/shell/command"
)

// texts returns the candidates' texts in a line.
func texts(found []completer.Candidate) string {
	var all []string
	for _, c := range found {
		all = append(all, c.Text)
	}
	return strings.Join(all, " ")
}

// inFolder makes a folder with some files in it the one at hand.
func inFolder(t *testing.T) (folder string) {
	t.Helper()
	folder = t.TempDir()
	t.Chdir(folder)
	for _, name := range []string{"service.py", "two words.py", "mock.star", "sub/inner.py"} {
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func TestFiles(t *testing.T) {
	folder := inFolder(t)
	slash := string(filepath.Separator)
	for typed, want := range map[string]string{
		"": "mock.star service.py sub" + slash, "in": "", "ser": "service.py", "sub/": "sub/inner.py",
		"sub/inner.py": "sub/inner.py", folder + "/se": folder + "/service.py",
		"nosuch/": "", "//host/": "", "http://host/": "", "service.py/": "",
	} {
		if got := texts(command.Files(typed)); got != want {
			t.Errorf("%q completes to %q, want %q", typed, got, want)
		}
	}
}

// TestCompletes: the words of commands' arguments.
func TestCompletes(t *testing.T) {
	s := newShell(t, true)
	s.demo(t)
	inFolder(t)
	s.run(t, ".serve twice .[0]*2")
	s.run(t, ".on connect .name web")
	for line, want := range map[string]string{
		".send @ser": "@service.py", ".send @sub/": "@sub/inner.py", ".send x": "", ".send --w": "--wait",
		".send ": "--unframed --wait", ".send @1": "@1",
		".serve ": "mock.star sub" + string(filepath.Separator), ".serve x --ab": "--abort",
		".peers ": "--sort 1", ".peers --sort na": "name", ".use ": "1", ".close ": "1 all", ".reconnect ": "",
		".connect x bs": "bsonrpc", ".connect ": "", ".prefer ": "1", ".unserve ": "1 twice", ".unserve twice ": "",
		".on c": "close connect", ".off ": "1", ".methods my_a": "my_add", ".describe my_add x": "",
		".export ope": "openrpc", ".export openrpc se": "service.py", ".learn ser": "service.py",
		".set ti": "timeout detect-timeout handshake-timeout editing", ".set order ": "newest oldest",
		".help conn": "connect reconnect",
		".mute off":  "off",
		".watch pee": "peer:1", ".discover rpc.d": "rpc.discover", ".edit ": "", ".reply ": "", ".cancel ": "",
	} {
		words := strings.Split(strings.TrimPrefix(line, "."), " ")
		typed := words[len(words)-1]
		c, err := s.Find(words[0])
		if err != nil {
			t.Fatal(err)
		}
		before := words[1 : len(words)-1]
		var found []completer.Candidate
		if c.Find != nil {
			found = c.Find(before, typed)
		} else {
			found = completer.Find(typed, c.Complete(before), command.MaxCandidates)
		}
		if got := texts(found); got != want {
			t.Errorf("%q completes to %q, want %q", line, got, want)
		}
	}
}

func TestMethodIndex(t *testing.T) {
	s := newShell(t, true)
	x := command.NewMethodIndex(s.session)
	var all []*catalog.Catalog
	for i := range 40 { // more than are kept
		known := catalog.New(catalog.Method{Name: fmt.Sprintf("method%d", i)}, catalog.Method{Name: "ours", Ours: true})
		all = append(all, known)
		if got, want := texts(x.Find(known, "m")), fmt.Sprintf("method%d", i); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	all[0].Learn(catalog.Method{Name: "more"})
	if got := texts(x.Find(all[0], "m")); got != "method0 more" {
		t.Errorf("after more was learned: %s", got)
	}
	if got := texts(x.Find(all[0], "ours")); got != "" {
		t.Errorf("what the peer calls here can be called: %s", got)
	}
}
