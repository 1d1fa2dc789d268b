//go:build unix

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"rpcsh/shell/config"
)

// The file of a project is used once the person has confirmed it, and is asked about again when it has changed.
func TestProjectConfirmed(t *testing.T) {
	t.Parallel()
	dir, state := t.TempDir(), t.TempDir()
	path := filepath.Join(dir, config.ProjectFile)
	write := func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	sit := func() *seat {
		cmd := exec.Command("rpcsh", "--demo")
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "TERM=xterm", "NO_COLOR=1", "XDG_STATE_HOME="+state, "XDG_CONFIG_HOME="+dir)
		return sitAt(t, cmd, 160, 40)
	}
	const first = "[alias]\nadd = \"my_add $1 $2\"\n"
	write(first)
	const isNew = `\.rpcsh\.toml is new: 1 alias \(add\)\. Use it \(y, n, or s to see it\)\?`

	s := sit()
	s.sees(isNew)
	s.enter("s")
	s.sees(`^add = "my_add \$1 \$2"$`)
	s.enter("n")
	s.sees(`^\S+\.rpcsh\.toml is passed over: it was not confirmed$`)
	s.sees(`^127\.0\.0\.1:\d+>`)
	s.leaves()

	s = sit()
	s.sees(isNew)
	s.enter("y")
	s.sees(`^127\.0\.0\.1:\d+>`)
	s.enter("add 40 2")
	s.sees("^42 ")
	s.enter("add 40")
	s.sees(`^add takes 2 arguments, not 1: it is my_add \$1 \$2$`)
	s.leaves()

	s = sit() // which asks nothing
	s.sees(`^127\.0\.0\.1:\d+>`)
	s.enter("add 1 x")
	s.sees(`^my_add 1 x\n {9}\^ b is a string`) // the line as it was run
	s.leaves()

	write(first + "three = \"my_add 1 2\"\n")
	s = sit()
	s.sees(`\.rpcsh\.toml has changed: 2 aliases \(add, three\)\. Use it`)
	s.enter("y")
	s.sees(`^127\.0\.0\.1:\d+>`)
	s.enter("three")
	s.sees("^3 ")
	s.leaves()
}
