package shell_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rpcsh/rpcconn/dial"
)

// What .every brings is in one file, one result after the other.
func TestEveryIntoFile(t *testing.T) {
	t.Parallel()
	s := startSession(t, dial.Config{Protocol: "jsonrpc", Framing: "line"})
	s.run(".connect $PEER")
	file := filepath.Join(t.TempDir(), "out.json")
	if err := os.WriteFile(file, []byte("before\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.run(".every 1ms my_add 1 2 > " + file)
	s.until("three results", func() bool {
		text, err := os.ReadFile(file)
		return err == nil && strings.HasPrefix(string(text), "3\n3\n3\n")
	})
}
