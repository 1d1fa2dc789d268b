package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
)

// skips is what the tests of this run could not be run against.
var skips skipList

// A skipList is the peers that are missing, how to get each, and the tests that were skipped for it.
type skipList struct {
	mu      sync.Mutex // protects what follows
	missing []missingPeer
}

type missingPeer struct {
	name, install string
	tests         []string
}

// add notes that a test was skipped for lack of a peer.
func (l *skipList) add(test, peer, install string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	i := slices.IndexFunc(l.missing, func(m missingPeer) bool { return m.name == peer })
	if i < 0 {
		i = len(l.missing)
		l.missing = append(l.missing, missingPeer{name: peer, install: install})
	}
	l.missing[i].tests = append(l.missing[i].tests, test)
}

// String returns the summary, a few lines for each missing peer; "" where none is missing.
func (l *skipList) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var b strings.Builder
	for _, m := range l.missing {
		slices.Sort(m.tests)
		fmt.Fprintf(&b, "SKIP: %s is not installed: %s\n      not run: %s\n", m.name, m.install,
			strings.Join(m.tests, ", "))
	}
	return b.String()
}

// tell prints the summary. go test shows nothing that a package prints that passes, unless asked to by -v, so the
// summary goes to the stderr of go test itself (proc(5)); where there is no way to that, to the terminal.
func (l *skipList) tell() {
	summary := l.String()
	if summary == "" {
		return
	}
	if !testing.Verbose() {
		for _, name := range []string{fmt.Sprintf("/proc/%d/fd/2", os.Getppid()), "/dev/tty"} {
			if f, err := os.OpenFile(name, os.O_WRONLY|os.O_APPEND, 0); err == nil {
				_, err = io.WriteString(f, summary)
				_ = f.Close()
				if err == nil {
					return
				}
			}
		}
	}
	fmt.Print(summary)
}

func TestSkipList(t *testing.T) {
	var l skipList
	if got := l.String(); got != "" {
		t.Errorf("nothing is missing, and it says %q", got)
	}
	l.add("TestB/nvim", "nvim", "apt-get install neovim")
	l.add("TestB/anvil", "anvil", "npm i anvil")
	l.add("TestA/nvim", "nvim", "apt-get install neovim")
	const want = `SKIP: nvim is not installed: apt-get install neovim
      not run: TestA/nvim, TestB/nvim
SKIP: anvil is not installed: npm i anvil
      not run: TestB/anvil
`
	if got := l.String(); got != want {
		t.Errorf("it says\n%s\nwant\n%s", got, want)
	}
}
