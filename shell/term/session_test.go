//go:build unix

package term

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/muesli/cancelreader"
	"golang.org/x/sys/unix"

	"rpcsh/shell/term/vt"
)

// A session is the driver running in a pseudo-terminal, and a person in front of it.
type session struct {
	t       *testing.T
	cmd     *exec.Cmd
	ptmx    *os.File
	tty     *os.File // our own handle on the child's side: keeps the settings readable after it ends
	control *os.File
	before  unix.Termios
	reader  cancelreader.CancelReader // of ptmx
	read    sync.WaitGroup

	mu     sync.Mutex // protects screen and raw
	screen *vt.Emulator
	raw    []byte
}

// deadline is for what ought to come in milliseconds, on a machine that does much else.
const deadline = 20 * time.Second

// start starts the driver in a window of a size, with additional environment variables.
func start(t *testing.T, cols, rows int, env ...string) *session {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return startCommand(t, cols, rows, exec.Command(exe), env...)
}

func startCommand(t *testing.T, cols, rows int, cmd *exec.Cmd, env ...string) *session {
	t.Helper()
	s := &session{t: t, screen: vt.New(max(cols, 1), max(rows, 1))}
	if cols == 0 { // what the program is to take for 80 by 24
		s.screen = vt.New(80, 24)
	}
	var err error
	if s.ptmx, s.tty, err = pty.Open(); err != nil {
		t.Fatal(err)
	}
	s.setSize(cols, rows)
	s.before = s.settings()
	control, ours, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	s.control = ours
	s.cmd = cmd
	s.cmd.Env = append(append(os.Environ(), driverVariable+"=1", "TERM=xterm", "GORACE=halt_on_error=1 atexit_sleep_ms=0"), env...)
	s.cmd.Stdin, s.cmd.Stdout, s.cmd.Stderr = s.tty, s.tty, s.tty
	s.cmd.ExtraFiles = []*os.File{control}
	s.cmd.SysProcAttr = &unix.SysProcAttr{Setsid: true, Setctty: true}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = control.Close()
	if s.reader, err = cancelreader.NewReader(s.ptmx); err != nil {
		t.Fatal(err)
	}
	s.read.Go(func() {
		buf := make([]byte, 4096)
		for {
			n, err := s.reader.Read(buf)
			s.mu.Lock()
			_, _ = s.screen.Write(buf[:n])
			s.raw = append(s.raw, buf[:n]...)
			s.mu.Unlock()
			if err != nil {
				return
			}
		}
	})
	t.Cleanup(s.close)
	return s
}

// close ends what still runs, and checks that nothing was sent that a terminal might not know.
func (s *session) close() {
	if s.cmd.ProcessState == nil {
		_ = s.cmd.Process.Kill()
		_ = s.cmd.Wait()
	}
	s.hangUp()
	_ = s.control.Close()
	_ = s.reader.Close()
	if len(s.screen.Unknown()) > 0 {
		s.t.Errorf("the terminal was sent %q", s.screen.Unknown())
	}
	if s.t.Failed() {
		s.t.Logf("the screen at the end:\n%s\nthe last that was sent: %q", s.screen.Text(), s.raw[max(0, len(s.raw)-500):])
	}
}

// hangUp takes the terminal away.
func (s *session) hangUp() {
	s.reader.Cancel()
	s.read.Wait()
	_ = s.tty.Close()
	_ = s.ptmx.Close()
}

func (s *session) settings() unix.Termios {
	s.t.Helper()
	got, err := unix.IoctlGetTermios(int(s.tty.Fd()), getTermios)
	if err != nil {
		s.t.Fatal(err)
	}
	return *got
}

func (s *session) setSize(cols, rows int) {
	s.t.Helper()
	if err := pty.Setsize(s.ptmx, &pty.Winsize{Cols: uint16(cols), Rows: uint16(rows)}); err != nil {
		s.t.Fatal(err)
	}
}

// resize changes the window while the program runs, and waits until it has drawn again.
func (s *session) resize(cols, rows int) {
	s.t.Helper()
	s.mu.Lock()
	s.screen.Resize(cols, rows)
	before := len(s.raw)
	s.mu.Unlock()
	s.setSize(cols, rows)
	s.await("the program's answer to a resize", func(e *vt.Emulator) bool {
		return strings.HasSuffix(string(s.raw[before:]), showCursor)
	})
}

// press sends what a keyboard sends.
func (s *session) press(keys string) {
	s.t.Helper()
	if _, err := s.ptmx.WriteString(keys); err != nil {
		s.t.Fatal(err)
	}
}

// tell has the driver do something.
func (s *session) tell(format string, args ...any) {
	s.t.Helper()
	if _, err := fmt.Fprintf(s.control, format+"\n", args...); err != nil {
		s.t.Fatal(err)
	}
}

// await waits until the screen is as it should be.
func (s *session) await(what string, ok func(*vt.Emulator) bool) {
	s.t.Helper()
	for end := time.Now().Add(deadline); ; time.Sleep(2 * time.Millisecond) {
		s.mu.Lock()
		done := ok(s.screen)
		s.mu.Unlock()
		if done {
			return
		}
		if time.Now().After(end) {
			s.t.Fatalf("the screen never showed %s", what)
		}
	}
}

// shows waits until all that is and was in the window ends in these lines, and the cursor is visible.
func (s *session) shows(lines ...string) {
	s.t.Helper()
	want := strings.Join(lines, "\n")
	s.await(want, func(e *vt.Emulator) bool { return strings.HasSuffix("\n"+e.Text(), "\n"+want) && !e.Hidden() })
}

// cursorAfter waits until this is what stands before the cursor in its row.
func (s *session) cursorAfter(text string) {
	s.t.Helper()
	s.await("the cursor after "+text, func(e *vt.Emulator) bool { return e.Cursor() == text && !e.Hidden() })
}

// text returns all that is and was in the window.
func (s *session) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.screen.Text()
}

// ends waits for the driver's end and checks that the terminal is as before.
func (s *session) ends(lastLines ...string) {
	s.t.Helper()
	done := make(chan error, 1)
	go func() { done <- s.cmd.Wait() }()
	select {
	case err := <-done:
		if err != nil {
			s.t.Errorf("the driver: %v", err)
		}
	case <-time.After(deadline):
		s.t.Fatal("the driver never ended")
	}
	s.shows(lastLines...)
	if got := s.settings(); got != s.before {
		s.t.Errorf("the terminal's settings are %+v and were %+v", got, s.before)
	}
	s.await("bracketed paste off", func(e *vt.Emulator) bool { return !e.Pastes() })
}
