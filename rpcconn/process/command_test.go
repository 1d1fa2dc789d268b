//go:build unix

package process

import (
	"bufio"
	"context"
	"os/exec"
	"strings"
	"testing"
)

// A program that has the terminal is asked to end, so that it can give that back as it was, also where a shell runs it.
func TestCommandIsAskedToEnd(t *testing.T) {
	o := child(t, soon, "obedient")
	for name, command := range map[string]func(context.Context) *exec.Cmd{
		"a program": func(ctx context.Context) *exec.Cmd { return Command(ctx, o.Args[0], o.Args[1:]...) },
		"a line":    func(ctx context.Context) *exec.Cmd { return ShellCommand(ctx, strings.Join(o.Args, " ")) },
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			cmd := command(ctx)
			cmd.Env = o.Env
			out, err := cmd.StdoutPipe()
			if err == nil {
				err = cmd.Start()
			}
			if err != nil {
				t.Fatal(err)
			}
			if _, err := bufio.NewReader(out).ReadString('\n'); err != nil { // it hears SIGTERM by now
				t.Fatal(err)
			}
			cancel()
			_ = cmd.Wait() // its error is the status
			if got := cmd.ProcessState.String(); got != "exit status 7" {
				t.Errorf("it ended with %s, want exit status 7", got)
			}
		})
	}
}

// Only a line that is one program and nothing else is run in the place of the shell.
func TestIsOneProgram(t *testing.T) {
	for line, want := range map[string]bool{
		"sh": true, "sh -c 'x'": true, " sh  x": true, "": false, "sh; x": false, "sh | sh": false, "sh && sh": false,
		"(sh)": false, "sh\nsh": false, "exit 3": false, "X=1 sh": false, "no-such-program": false,
	} {
		if got := isOneProgram(line); got != want {
			t.Errorf("%q: %v", line, got)
		}
	}
}
