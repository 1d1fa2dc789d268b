//go:build unix

package main

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/muesli/cancelreader"
	"golang.org/x/sys/unix"

	"rpcsh/shell/term/vt"
)

// A seat is a terminal at which rpcsh runs, and a person before it.
type seat struct {
	t      *testing.T
	cmd    *exec.Cmd
	ptmx   *os.File
	reader cancelreader.CancelReader
	read   sync.WaitGroup

	mu     sync.Mutex // protects what follows
	screen *vt.Emulator
}

const (
	seatCols = 120
	seatRows = 40
)

// sit starts rpcsh in a terminal.
func sit(t *testing.T, args ...string) *seat {
	t.Helper()
	cmd := exec.Command("rpcsh", args...)
	cmd.Env = append(os.Environ(), "TERM=xterm", "NO_COLOR=")
	return sitAt(t, cmd, pty.Winsize{Cols: seatCols, Rows: seatRows})
}

// sitAt starts cmd in a terminal whose window has that size.
func sitAt(t *testing.T, cmd *exec.Cmd, size pty.Winsize) *seat {
	t.Helper()
	s := &seat{t: t, cmd: cmd, screen: vt.New(int(size.Cols), int(size.Rows))}
	var tty *os.File
	var err error
	if s.ptmx, tty, err = pty.Open(); err != nil {
		t.Fatal(err)
	}
	if err := pty.Setsize(s.ptmx, &size); err != nil {
		t.Fatal(err)
	}
	s.cmd.Stdin, s.cmd.Stdout, s.cmd.Stderr = tty, tty, tty
	s.cmd.SysProcAttr = &unix.SysProcAttr{Setsid: true, Setctty: true}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = tty.Close()
	if s.reader, err = cancelreader.NewReader(s.ptmx); err != nil {
		t.Fatal(err)
	}
	s.read.Go(func() {
		buf := make([]byte, 4096)
		for {
			n, err := s.reader.Read(buf)
			s.mu.Lock()
			_, _ = s.screen.Write(buf[:n])
			s.mu.Unlock()
			if err != nil {
				return
			}
		}
	})
	t.Cleanup(func() {
		if s.cmd.ProcessState == nil {
			_ = s.cmd.Process.Kill()
			_ = s.cmd.Wait()
		}
		s.reader.Cancel()
		s.read.Wait()
		_ = s.ptmx.Close()
		if t.Failed() {
			t.Logf("the screen:\n%s", s.text())
		}
	})
	return s
}

func (s *seat) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.screen.Window()
}

// press types keys.
func (s *seat) press(keys string) {
	s.t.Helper()
	if _, err := s.ptmx.WriteString(keys); err != nil {
		s.t.Fatal(err)
	}
}

// enter types a line, once the prompt is there.
func (s *seat) enter(line string) {
	s.t.Helper()
	s.press(line + "\r")
}

// sees waits until what the screen shows matches pattern, in which ^ and $ are those of a row, and returns it.
func (s *seat) sees(pattern string) string {
	s.t.Helper()
	re := regexp.MustCompile("(?m)" + pattern)
	for end := time.Now().Add(interopPatience); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if text := s.text(); re.MatchString(text) {
			return text
		}
	}
	s.t.Fatalf("never saw %q", pattern)
	return ""
}

// clear empties the window, so that what is seen from now on is new. What a peer says meanwhile is above the prompt again, and has the window
// emptied once more.
func (s *seat) clear() {
	s.t.Helper()
	const pause = 300 * time.Millisecond
	empty := regexp.MustCompile(`\A[^\n]*> ?\z`)
	for end := time.Now().Add(interopPatience); time.Now().Before(end); {
		s.press("\x15\x0c") // Ctrl-U, Ctrl-L
		for again := time.Now().Add(pause); time.Now().Before(again); time.Sleep(5 * time.Millisecond) {
			if empty.MatchString(s.text()) {
				return
			}
		}
	}
	s.t.Fatal("the window is never empty")
}

// leaves ends the shell, and waits until it has ended well.
func (s *seat) leaves() {
	s.t.Helper()
	s.press("\x15")
	s.enter(".quit")
	if err := s.cmd.Wait(); err != nil {
		s.t.Errorf("rpcsh ended with %v", err)
	}
	if unknown := s.screen.Unknown(); len(unknown) > 0 {
		s.t.Errorf("the terminal got %q, which not all know", strings.Join(unknown, " "))
	}
}
