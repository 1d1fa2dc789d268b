//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"rpcsh/shell/term/termtest"
)

// The terminal is given back before a peer has ended that takes its time: what is typed meanwhile is not lost.
func TestTerminalIsBackBeforePeersEnd(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "pid")
	const lingers = `echo $$ >"$1"; while read -r line; do :; done; sleep 60`
	s := sit(t, "-p", "jsonrpc", "-f", "line", "--", "sh", "-c", lingers, "sh", file)
	s.sees(`^sh>`)
	s.enter(".quit")
	s.Await("the terminal as it was", func(e *termtest.Emulator) bool { return !e.Pastes() && !e.Hidden() })
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, 0); err != nil {
		t.Errorf("the peer had ended before: %v", err)
	}
	if err := s.Cmd.Wait(); err != nil {
		t.Error(err)
	}
}
