//go:build unix

package main

import (
	"os/exec"
	"testing"
)

// What bash is told is put where it belongs by bash itself, whose rules for @ and : are its own.
func TestCompletionTypedInBash(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("bash"); err != nil {
		missing(t, "bash", err)
	}
	cmd := exec.Command("bash", "--norc", "--noprofile", "-i")
	cmd.Env = append(newDesk(t).env, "PS1=> ", "HISTFILE=", "INPUTRC=/dev/null")
	s := sitAt(t, cmd, 80, 24)
	s.sees(`^>`)
	s.Press("bind 'set bell-style none'; source <(rpcsh completion bash); echo is rea''dy\r")
	s.sees(`^is ready\n>`)
	for typed, want := range map[string]string{
		"rpcsh @sta":                "rpcsh @staging",
		"rpcsh @":                   "rpcsh @staging",
		"rpcsh 10.0.0.1:6000 my":    "rpcsh 10.0.0.1:6000 my_add",
		"rpcsh --no-discover -p bs": "rpcsh --no-discover -p bsonrpc",
	} {
		s.Press(dropTyped + typed + "\t")
		s.sees("^> " + want + " *$")
	}
	s.enter("exit")
	if err := s.Cmd.Wait(); err != nil {
		t.Errorf("bash ended with %v", err)
	}
}
