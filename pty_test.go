//go:build unix

package main

import (
	"os"
	"os/exec"
	"regexp"
	"testing"
	"time"

	"rpcsh/shell/term/termtest"
)

// A seat is a terminal at which rpcsh runs, and a person before it.
type seat struct {
	*termtest.Terminal
	t *testing.T
}

// sit starts rpcsh in a terminal. It remembers nothing of other runs.
func sit(t *testing.T, args ...string) *seat {
	t.Helper()
	return sitAt(t, rpcshIn(t.TempDir(), nil, args...), 120, 40)
}

// sitWithoutColor is sit in a window of a size in columns and rows, with NO_COLOR.
func sitWithoutColor(t *testing.T, cols, rows int, args ...string) *seat {
	t.Helper()
	return sitAt(t, rpcshIn(t.TempDir(), []string{"NO_COLOR=1"}, args...), cols, rows)
}

// rpcshIn returns rpcsh with args, whose configuration and memory are in the folder own. env changes its environment.
func rpcshIn(own string, env []string, args ...string) *exec.Cmd {
	cmd := exec.Command("rpcsh", args...)
	cmd.Env = append(os.Environ(), "TERM=xterm", "NO_COLOR=", "XDG_STATE_HOME="+own, "XDG_CONFIG_HOME="+own)
	cmd.Env = append(cmd.Env, env...)
	return cmd
}

// sitAt starts cmd in a terminal of a size in columns and rows.
func sitAt(t *testing.T, cmd *exec.Cmd, cols, rows int) *seat {
	t.Helper()
	return &seat{t: t, Terminal: termtest.Start(t, cols, rows, cmd)}
}

// dropTyped is Ctrl-E and Ctrl-U, which drop what is typed in the line: one with a mistake stays there.
const dropTyped = "\x05\x15"

// enter types a line in place of what is there, once the prompt is.
func (s *seat) enter(line string) {
	s.t.Helper()
	s.Press(dropTyped + line + "\r")
}

// types types a line at a prompt where nothing stays.
func (s *seat) types(line string) {
	s.t.Helper()
	s.Press(line + "\r")
}

// sees waits until what the window shows matches pattern, in which ^ and $ are those of a row.
func (s *seat) sees(pattern string) {
	s.t.Helper()
	re := regexp.MustCompile("(?m)" + pattern)
	s.Await(pattern, func(e *termtest.Emulator) bool { return re.MatchString(e.Window()) })
}

// footShown matches the row below the line that tells of the connection.
const footShown = `(listening on |not connected|\S.* · (not )?connected\b)[^\n]*`

// finds waits until pattern is seen, and returns what its group matches there.
func (s *seat) finds(pattern string) (group string) {
	s.t.Helper()
	re := regexp.MustCompile("(?m)" + pattern)
	s.Await(pattern, func(e *termtest.Emulator) bool {
		found := re.FindStringSubmatch(e.Window())
		if found != nil {
			group = found[1]
		}
		return found != nil
	})
	return group
}

// clear empties the window, so that what is seen from now on is new. What a peer says meanwhile is above the prompt
// again, and has the window emptied once more.
func (s *seat) clear() {
	s.t.Helper()
	const pause = 300 * time.Millisecond
	empty := regexp.MustCompile(`\A[^\n]*> ?(\n+` + footShown + `)?\z`)
	for end := time.Now().Add(interopPatience); time.Now().Before(end); {
		s.Press(dropTyped + "\x0c") // Ctrl-L
		if s.Shows(pause, func(e *termtest.Emulator) bool { return empty.MatchString(e.Window()) }) {
			return
		}
	}
	s.t.Fatal("the window is never empty")
}

// leaves ends the shell, and waits until it has ended well.
func (s *seat) leaves() {
	s.t.Helper()
	s.enter(".quit")
	if err := s.Cmd.Wait(); err != nil {
		s.t.Errorf("rpcsh ended with %v", err)
	}
}
