//go:build unix

package term

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"rpcsh/shell/term/termtest"
)

// A session is the driver running in a terminal, and a person in front of it.
type session struct {
	*termtest.Terminal
	t       *testing.T
	control *os.File
}

// start starts the driver in a window of a size, with additional environment variables. From here on the test
// runs beside others: what it does most is wait for the driver.
func start(t *testing.T, cols, rows int, env ...string) *session {
	t.Helper()
	t.Parallel()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return startCommand(t, cols, rows, exec.Command(exe), env...)
}

func startCommand(t *testing.T, cols, rows int, cmd *exec.Cmd, env ...string) *session {
	t.Helper()
	control, ours, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Env = append(
		append(os.Environ(), driverVariable+"=1", "TERM=xterm", "GORACE=halt_on_error=1 atexit_sleep_ms=0"), env...,
	)
	cmd.ExtraFiles = []*os.File{control}
	s := &session{t: t, control: ours, Terminal: termtest.Start(t, cols, rows, cmd)}
	_ = control.Close()
	t.Cleanup(func() { _ = ours.Close() })
	return s
}

// resize changes the window while the program runs, and waits until it has drawn again.
func (s *session) resize(cols, rows int) {
	s.t.Helper()
	sent := s.Resize(cols, rows)
	s.Await("the program's answer to a resize", func(e *termtest.Emulator) bool {
		return strings.HasSuffix(string(e.Written()[sent:]), showCursor)
	})
}

// tell has the driver do something.
func (s *session) tell(format string, args ...any) {
	s.t.Helper()
	if _, err := fmt.Fprintf(s.control, format+"\n", args...); err != nil {
		s.t.Fatal(err)
	}
}

// shows waits until all that is and was in the window ends in these lines, and the cursor is visible.
func (s *session) shows(lines ...string) {
	s.t.Helper()
	want := strings.Join(lines, "\n")
	s.Await(want, func(e *termtest.Emulator) bool { return strings.HasSuffix("\n"+e.Text(), "\n"+want) && !e.Hidden() })
}

// cursorAfter waits until this is what stands before the cursor in its row.
func (s *session) cursorAfter(text string) {
	s.t.Helper()
	s.Await("the cursor after "+text, func(e *termtest.Emulator) bool { return e.Cursor() == text && !e.Hidden() })
}

// ends waits for the driver's end and checks that the terminal is as before.
func (s *session) ends(lastLines ...string) {
	s.t.Helper()
	done := make(chan error, 1)
	go func() { done <- s.Cmd.Wait() }()
	select {
	case err := <-done:
		if err != nil {
			s.t.Errorf("the driver: %v", err)
		}
	case <-time.After(termtest.Patience):
		s.t.Fatal("the driver never ended")
	}
	s.shows(lastLines...)
	if got := s.Settings(); got != s.Before {
		s.t.Errorf("the terminal's settings are %+v and were %+v", got, s.Before)
	}
	s.Await("bracketed paste off", func(e *termtest.Emulator) bool { return !e.Pastes() })
}
