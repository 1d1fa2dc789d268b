//go:build unix

package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"rpcsh/rpcconn/demo"
	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/transport"
)

// A person holds, edits, drops and answers what passes; another shell takes over, and is killed; the tap outlives both.
func TestTapAtTerminal(t *testing.T) {
	t.Parallel()
	own := t.TempDir()
	script := filepath.Join(own, "editor.sh")
	if err := os.WriteFile(script, []byte(editorScript), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg := dial.Config{Protocol: "jsonrpc", Framing: "line"}
	peer, err := demo.Start(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer peer.Close()
	env := []string{"NO_COLOR=1", "VISUAL=sh " + script, "TMPDIR=" + own}
	socket := filepath.Join(own, "t")
	tap := rpcshIn(own, env, "tap", "--name", "one", "-l", "unix://"+socket, peer.Target().String())
	s := sitAt(t, tap, 100, 30)
	target, err := transport.ParseTarget("unix://" + socket)
	if err != nil {
		t.Fatal(err)
	}
	client, err := cfg.Dial(t.Context(), target, nil)
	for err != nil && t.Context().Err() == nil { // what a client says before a person sees anything is shown, too
		time.Sleep(time.Millisecond)
		client, err = cfg.Dial(t.Context(), target, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer client.Wait()
	defer client.Close()
	call := func(params string) <-chan string {
		answer := make(chan string, 1)
		go func() {
			r, err := client.Call(context.Background(), "my_add", json.RawMessage(params))
			switch {
			case err != nil:
				answer <- err.Error()
			case r.Err != nil:
				answer <- r.Err.Message
			default:
				answer <- string(r.Result)
			}
		}()
		return answer
	}
	gets := func(answer <-chan string, want string) {
		t.Helper()
		if got := <-answer; got != want {
			t.Errorf("the client gets %s, want %s", got, want)
		}
	}
	gets(call("[40,2]"), "42")
	s.sees(`^Listening on .*/t, for tcp://127\.0\.0\.1:\d+; what passes`)
	s.sees(`^\S+ \d+ → @server #1 my_add 40 2$`)
	s.sees(`^@server tcp://127\.0\.0\.1:\d+>`)
	s.enter("my_add 20 3")
	s.sees(`^23 `)

	s.clear()
	s.enter(".hold")
	s.sees(`^nothing is held: .hold FILTER holds`)
	for _, line := range []string{
		".pass next", ".edit next", ".drop next", ".reply next 1", ".fail next 1 no", ".show next",
	} {
		s.clear()
		s.enter(line)
		s.sees(`\^ no message is held: \.hold FILTER holds`)
	}
	s.enter(".hold my_add kind:request")
	s.sees(`^my_add kind:request is held from now on: `)
	s.enter(".pass next")
	s.sees(`\^ no message is held now$`)
	s.enter(".pass 1")
	s.sees(`\^ 1 is not held: it is `)
	answer := call("[1,2]")
	n := s.finds(`· held (\d+): my_add 1 2 · \.pass \d+, \.edit \d+, \.drop \d+, \.reply \d+ VALUE`)
	s.sees(`^\[` + n + ` my_add `)
	s.enter(".edit " + n)
	s.sees(`^the file is:\n{\n  "jsonrpc": "2\.0",`)
	s.Press(`{"jsonrpc":"2.0","id":2,"method":"my_add","params":[100 2]}` + "\n")
	s.sees(`^#  +\^ it is no JSON: unexpected character '2'`)
	s.Press(`{"jsonrpc":"2.0","id":2,"method":"my_add","params":[100,2]}` + "\n")
	gets(answer, "102")
	s.sees(`→ @server #2 my_add 100 2  edited$`)

	s.clear()
	answer = call("[1,2]")
	n = s.finds(`· held (\d+): my_add 1 2 ·`)
	s.enter(".edit " + n)
	s.sees(`^the end\.`)
	s.Press("[1,\n") // who leaves what is wrong as it is ends that
	s.sees(`it is no JSON: `)
	s.Press("[1,\n")
	s.sees(`message ` + n + ` is still held$`)
	s.enter(".reply " + n + " 7")
	gets(answer, "7")
	s.sees(`← @server #3 7  .*injected$`)

	s.clear()
	call("[5,5]")
	n = s.finds(`· held (\d+): my_add 5 5 ·`)
	s.enter(".hold")
	s.sees(`^my_add kind:request is held; 1 message now \(`)
	s.enter(".edit")
	s.sees(`^the end\.`)
	s.Press("\n") // an empty file
	s.sees(`^message ` + n + ` is dropped$`)
	call("[8,8]")
	n = s.finds(`· held (\d+): my_add 8 8 ·`)
	s.enter(".edit " + n + ` {"jsonrpc":"2.0","id":99,"method":"my_add","params":[8,8]}`)
	s.sees(`^its id was \d+, by which its sender or its receiver knows it$`)
	s.enter(".hold connect")
	s.sees(`only messages can be held, and that is none`)
	s.Press("\x03")
	s.enter(".hold nosuch kind:request")
	s.sees(`^nosuch kind:request is held from now on, and my_add kind:request no longer: `)
	s.enter(".hold off")
	s.sees(`^nothing is held any more$`)

	other := rpcshIn(own, env, "attach", "one")
	o := sitAt(t, other, 80, 24)
	o.sees(`^Attached to the tap one;`)
	o.sees(`^@server tcp://127\.0\.0\.1:\d+>`)
	o.enter(".hold my_add")
	o.sees(`^my_add is held from now on`)
	s.enter(".hold all")
	s.sees(`another shell intercepts messages here already`)
	s.clear()
	s.enter(".serve my_add 1")
	s.sees(`another shell intercepts messages here already`)
	s.enter(".serve")
	s.sees(`^nothing is served: `)
	answer = call("[6,6]")
	o.sees(`· held \d+: my_add 6 6 `)
	if err := other.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	gets(answer, "12")

	s.clear()
	s.enter(".quit")
	s.sees(`^rpcsh: what passes is passed on and printed \(1 connection\); Ctrl-C ends that$`)
	gets(call("[7,7]"), "14")
	s.sees(`→ #\d+ my_add 7 7$`)
	s.Press("\x03")
	if err := tap.Wait(); err != nil {
		t.Errorf("the tap ended with %v", err)
	}
}
