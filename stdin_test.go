package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestUnread: what a call without arguments leaves unread in standard input is said, and left to who reads it next;
// nothing is waited for.
func TestUnread(t *testing.T) {
	t.Parallel()
	const text = `{"a":1}`
	file := func(text string) func(*testing.T) *os.File {
		return func(t *testing.T) *os.File {
			name := filepath.Join(t.TempDir(), "params.json")
			if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			f, err := os.Open(name)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { f.Close() })
			return f
		}
	}
	pipe := func(text string) func(*testing.T) *os.File { // what has been written is there before rpcsh starts
		return func(t *testing.T) *os.File {
			r, w, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { r.Close(); w.Close() })
			if _, err := w.WriteString(text); err != nil {
				t.Fatal(err)
			}
			return r
		}
	}
	for _, test := range []struct {
		name  string
		stdin func(*testing.T) *os.File
		args  []string
		said  bool
	}{
		{"a file", file(text), nil, true},
		{"a pipe", pipe(text), nil, true},
		{"arguments", pipe(text), []string{"1"}, false},
		{"params from there", file(text), []string{"@-"}, false},
		{"an empty file", file(""), nil, false},
		{"a pipe in which nothing is", pipe(""), nil, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			stdin := test.stdin(t)
			cmd := exec.Command("rpcsh", append([]string{"--demo", "--no-discover", "echo"}, test.args...)...)
			cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+t.TempDir(), "XDG_CONFIG_HOME="+t.TempDir())
			cmd.Stdin = stdin
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			if err := cmd.Run(); err != nil {
				t.Fatalf("%v: %s", err, &stderr)
			}
			if said := strings.Contains(stderr.String(), unread); said != test.said {
				t.Errorf("said %q", &stderr)
			}
			if !test.said {
				return
			}
			left := make([]byte, len(text)+1)
			if n, err := stdin.Read(left); err != nil || string(left[:n]) != text {
				t.Errorf("left %q, %v", left[:n], err)
			}
		})
	}
}
