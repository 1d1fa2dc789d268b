package history_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"rpcsh/history"
)

// TestMain makes the test program, started again with HISTORY_TEST_PATH set, another shell that adds lines to a
// history.
func TestMain(m *testing.M) {
	if path := os.Getenv("HISTORY_TEST_PATH"); path != "" {
		if err := beShell(path, os.Getenv("HISTORY_TEST_NAME")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// A shell adds lines of its own, each once, and after each a line many times over, so that a history that just holds
// the different lines of all shells is rewritten often.
const (
	shells     = 4
	shellLines = 50
	fillers    = 25
	shellLimit = shells * (shellLines + 1)
)

func beShell(path, name string) error {
	h, err := history.Open(path, shellLimit)
	if err != nil {
		return err
	}
	defer h.Close()
	for i := range shellLines {
		if err := h.Add(shellLine(name, i)); err != nil {
			return err
		}
		for range fillers {
			if err := h.Add(name); err != nil {
				return err
			}
		}
	}
	return nil
}

func shellLine(name string, i int) string {
	return fmt.Sprintf("%s %d %s", name, i, strings.Repeat("x", i))
}
