package rpctest

import (
	"fmt"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// Main runs the tests of a package and then fails if they have left goroutines after; it is for TestMain. It has more
// patience than goleak alone: a server of net/http waits half a second before it closes a connection, which it does in
// a goroutine that nobody can wait for.
func Main(m *testing.M) {
	code := m.Run()
	if code == 0 {
		code = leaks()
	}
	os.Exit(code)
}

func leaks() int {
	for deadline := time.Now().Add(patience); ; {
		err := goleak.Find()
		switch {
		case err == nil:
			return 0
		case time.Now().After(deadline):
			fmt.Fprintf(os.Stderr, "goroutines are left behind: %v\n", err)
			return 1
		}
	}
}
