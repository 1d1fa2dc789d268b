package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rpcsh/shell/exit"
)

// replaysAlike records what lines do at a peer, and plays the recording to it again. Nothing differs then, but for what
// flags say. A peer that is a command is started anew.
func replaysAlike(t *testing.T, lines, flags []string, target ...string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "lines.rpcrec")
	args := []string{"--record", file}
	for _, line := range lines {
		args = append(args, "-e", line)
	}
	if code, _, stderr := runs(t, append(args, target...)...); code != exit.Done {
		t.Fatalf("recording ended with %d:\n%s", code, stderr)
	}
	args = append(append([]string{"-t", "30s", "replay"}, flags...), file)
	code, stdout, stderr := runs(t, append(args, target...)...)
	if code != exit.Done || !strings.HasSuffix(stdout, " 0 differ\n") || strings.HasPrefix(stdout, "0 sent") {
		recording, _ := os.ReadFile(file)
		t.Errorf("the replay ended with %d:\n%s%s%s", code, stdout, stderr, recording)
	}
}
