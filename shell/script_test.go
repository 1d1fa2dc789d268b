package shell_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rpcsh/rpcconn/dial"
)

// A script that is saved takes effect; one with a mistake, or none, leaves what was served before. What it has in state
// stays.
func TestScriptIsWatched(t *testing.T) {
	t.Parallel()
	s := startSession(t, dial.Config{Protocol: "jsonrpc"})
	file := filepath.Join(t.TempDir(), "watched.star")
	save := func(source string) {
		t.Helper()
		temporary := file + "~" // as editors do
		if err := os.WriteFile(temporary, []byte(source), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(temporary, file); err != nil {
			t.Fatal(err)
		}
	}
	const count = "  state['n'] = state.get('n', 0) + 1\n"
	save("def my_double(x):\n" + count + "  return 2 * x\ndef other(): pass\n")
	s.run(".connect $PEER")
	s.run(".serve " + file)
	s.run("my_progress_add 2 2")
	s.see("→ #1 6")

	save("def my_double(x):\n" + count + "  return [x, state['n']]\ndef fresh(): pass\ndef another(): pass\n")
	s.see("watched.star: 3 methods served, 2 new, 1 gone")
	s.run("my_progress_add 2 2")
	s.see(`→ #2 \[3,2\]`)

	save("def my_double(x):\n  return y\n")
	s.see("watched.star:2:10: undefined: y; what it served before stays")
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	s.see("watched.star is gone; what it served before stays")
	s.run("my_progress_add 2 2")
	s.see(`→ #3 \[3,3\]`)

	save("def my_double(x): return 7\n")
	s.see("watched.star: 1 method served, 2 gone")
	s.run(".unserve " + file)
	if got := s.run(".serve"); !strings.Contains(got, "nothing is served") {
		t.Errorf("after .unserve: %s", got)
	}
}

// What a script does wrong, or for ever, is one line, and the shell goes on.
func TestScriptMisbehaves(t *testing.T) {
	t.Parallel()
	s := startSession(t, dial.Config{Protocol: "jsonrpc"})
	file := filepath.Join(t.TempDir(), "bad.star")
	source := "def my_double(x):\n  n = 0\n  while x == 3: n += 1\ndef boom():\n  fail('no\\x1b[31m')\n"
	if err := os.WriteFile(file, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	s.run(".connect $PEER")
	s.run(".serve " + file + " --limit 50ms")
	s.run("my_progress_add 2 2")
	s.see(`bad\.star:\d+:\d+: it took longer than 50ms \(--limit changes that\)`)
	if got := s.run("my_add 1 2"); !strings.HasPrefix(got, "3") {
		t.Errorf("after that: %s", got)
	}
}

// Rpc.discover is answered from what scripts serve, unless the person serves it.
func TestScriptIsDiscovered(t *testing.T) {
	t.Parallel()
	s := startSession(t, dial.Config{Protocol: "jsonrpc"})
	at := s.listen()
	s.run(".serve testdata/double.star")
	other := startSession(t, dial.Config{Protocol: "jsonrpc"})
	other.run(".connect " + at.Address)
	other.run(".discover")
	got := other.run(".describe my_double")
	for _, want := range []string{"my_double(x)", "Doubles a number.", "It is called by my_progress_add."} {
		if !strings.Contains(got, want) {
			t.Errorf("my_double is described without %q: %s", want, got)
		}
	}
	if got := other.run(".methods"); strings.Contains(got, "_hidden") {
		t.Errorf("a hidden function is told: %s", got)
	}
	s.run(`.serve rpc.discover '"mine"'`)
	if got := other.run("rpc.discover"); !strings.Contains(got, `"mine"`) {
		t.Errorf("the person's own rule: %s", got)
	}
}

// A function for requests only leaves out notifications, and one for notifications only refuses requests, as
// py-bson-rpc has it. Other rules for the method are asked before that.
func TestScriptKinds(t *testing.T) {
	t.Parallel()
	s := startSession(t, dial.Config{Protocol: "jsonrpc"})
	link := s.client(s.listen(), nil)
	s.see("@1 connected")
	s.run(".serve testdata/kinds.star")
	if _, err := link.Call(t.Context(), "tell", nil); err != nil {
		t.Fatal(err)
	}
	s.see("→ @1 #1 error -32601: Method not found  TOOK  served for notifications only$")
	for _, method := range []string{"ask", "tell"} {
		if err := link.Notify(t.Context(), method, nil); err != nil {
			t.Fatal(err)
		}
	}
	s.see("the notification ask is left out, it is served for requests only$")
	s.see("kinds.star: tell was notified$") // and nothing of ask before that
	if r, err := link.Call(t.Context(), "ask", nil); err != nil || string(r.Result) != `"asked"` {
		t.Errorf("ask is answered with %v, %v", r, err)
	}
	if got := s.run(".serve"); !strings.Contains(got, "tell() for notifications only in testdata/kinds.star") {
		t.Errorf("it is listed as %s", got)
	}
	s.run(`.serve t* '"of a rule"'`)
	if r, err := link.Call(t.Context(), "tell", nil); err != nil || string(r.Result) != `"of a rule"` {
		t.Errorf("tell is answered with %v, %v", r, err)
	}
}

// What a script does of its own accord is listed, and ends with .unserve, whatever name of the file that is given.
func TestScriptOfOwnAccord(t *testing.T) {
	t.Parallel()
	s := startSession(t, dial.Config{Protocol: "jsonrpc"})
	file := filepath.Join(t.TempDir(), "own.star")
	source := "def on_connect(peer): log('came', peer.number)\ndef _tick(): fail('no')\nevery('1ms', _tick)\n"
	if err := os.WriteFile(file, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	s.run(".connect $PEER")
	s.run(".serve " + file)
	s.see("own.star: no methods; on_connect, _tick every 1ms")
	s.see("own.star: came 1")
	s.see("_tick: .*own.star:2:18: no")
	if got := s.run("my_add 1 2"); !strings.HasPrefix(got, "3") {
		t.Errorf("after an error in a timer: %s", got)
	}
	got := s.run(".serve")
	for _, want := range []string{"–  on_connect ", "–  _tick every 1ms ", " of its own accord in " + file} {
		if !strings.Contains(got, want) {
			t.Errorf(".serve lists\n%s\nwithout %s", got, want)
		}
	}
	var offered []string
	for _, c := range s.shell.Complete(".unserve ", len(".unserve ")) {
		offered = append(offered, c.Text)
	}
	if strings.Join(offered, " ") != file {
		t.Errorf("behind .unserve comes %q", offered)
	}
	s.run(".unserve " + file)
	if got := s.run(".serve"); !strings.Contains(got, "nothing is served") {
		t.Errorf("after .unserve: %s", got)
	}
}

// Behind .serve come scripts, and folders on the way to them.
func TestCompleteScripts(t *testing.T) {
	t.Parallel()
	s := startSession(t, dial.Config{Protocol: "jsonrpc"})
	for typed, want := range map[string]string{
		".serve testd":     "testdata" + string(filepath.Separator),
		".serve testdata/": "testdata/dialogues/ testdata/double.star testdata/kinds.star",
	} {
		var got []string
		for _, c := range s.shell.Complete(typed, len(typed)) {
			got = append(got, c.Text)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %q, want %s", typed, got, want)
		}
	}
}

// The description of what scripts serve is long; that it was given is what one has to see.
func TestDescriptionIsNotShown(t *testing.T) {
	t.Parallel()
	s := startSession(t, dial.Config{Protocol: "jsonrpc"})
	link := s.client(s.listen(), nil)
	s.see("@1 connected")
	s.run(".serve testdata/double.star")
	r, err := link.Call(t.Context(), "rpc.discover", nil)
	if err != nil || !strings.Contains(string(r.Result), `"my_double"`) {
		t.Fatalf("described as %v, %v", r, err)
	}
	s.see(`→ @1 #1 an OpenRPC document \(\d+ B\)  TOOK  from the scripts that are served  \.show \d+$`)
}
