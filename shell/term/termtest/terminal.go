//go:build unix

package termtest

import (
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/muesli/cancelreader"
	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// Patience bounds waits that only a broken program makes long.
const Patience = 30 * time.Second

// A Terminal is a pseudo-terminal in which a program runs, and what it shows.
type Terminal struct {
	Cmd    *exec.Cmd
	Before term.State // the terminal's settings before the program was started

	t      testing.TB
	ptmx   *os.File
	tty    *os.File // a handle on the program's side, by which the settings can be read after its end
	reader cancelreader.CancelReader
	read   sync.WaitGroup

	mu      sync.Mutex // protects what follows
	screen  *Emulator
	changed chan struct{} // closed when the program has sent more
}

// Start starts cmd, whose Stdin, Stdout and Stderr it sets, in a terminal of its own; 0 by 0 is a window of unknown
// size, which is to be taken for 80 by 24. The program is killed at the end of the test, unless it has ended.
func Start(t testing.TB, cols, rows int, cmd *exec.Cmd) *Terminal {
	t.Helper()
	s := &Terminal{Cmd: cmd, t: t, changed: make(chan struct{}), screen: NewEmulator(max(cols, 1), max(rows, 1))}
	if cols == 0 {
		s.screen = NewEmulator(80, 24)
	}
	var err error
	if s.ptmx, s.tty, err = pty.Open(); err != nil {
		t.Fatal(err)
	}
	s.setSize(cols, rows)
	s.Before = s.Settings()
	cmd.Stdin, cmd.Stdout, cmd.Stderr = s.tty, s.tty, s.tty
	cmd.SysProcAttr = &unix.SysProcAttr{Setsid: true, Setctty: true}
	if s.reader, err = cancelreader.NewReader(s.ptmx); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s.read.Go(s.show)
	t.Cleanup(s.close)
	return s
}

// show shows what the program sends.
func (s *Terminal) show() {
	buf := make([]byte, 4096)
	for {
		n, err := s.reader.Read(buf)
		s.mu.Lock()
		_, _ = s.screen.Write(buf[:n])
		close(s.changed)
		s.changed = make(chan struct{})
		s.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// close ends what still runs, and checks that nothing was sent that a terminal might not know.
func (s *Terminal) close() {
	if s.Cmd.ProcessState == nil {
		_ = s.Cmd.Process.Kill()
		_ = s.Cmd.Wait()
	}
	s.HangUp()
	_ = s.reader.Close()
	if len(s.screen.Unknown()) > 0 {
		s.t.Errorf("the terminal was sent %q, which not all know", s.screen.Unknown())
	}
	if s.t.Failed() {
		sent := s.screen.Written()
		s.t.Logf("the screen at the end:\n%s\nthe last that was sent: %q",
			s.screen.Text(), sent[max(0, len(sent)-500):])
	}
}

// HangUp takes the terminal away from the program.
func (s *Terminal) HangUp() {
	s.reader.Cancel()
	s.read.Wait()
	_ = s.tty.Close()
	_ = s.ptmx.Close()
}

// Settings returns the terminal's settings, also after the program's end.
func (s *Terminal) Settings() term.State {
	s.t.Helper()
	got, err := term.GetState(int(s.tty.Fd()))
	if err != nil {
		s.t.Fatal(err)
	}
	return *got
}

func (s *Terminal) setSize(cols, rows int) {
	s.t.Helper()
	if err := pty.Setsize(s.ptmx, &pty.Winsize{Cols: uint16(cols), Rows: uint16(rows)}); err != nil {
		s.t.Fatal(err)
	}
}

// Resize changes the window, and returns how much the program had sent before.
func (s *Terminal) Resize(cols, rows int) (sent int) {
	s.t.Helper()
	s.mu.Lock()
	s.screen.Resize(cols, rows)
	sent = len(s.screen.Written())
	s.mu.Unlock()
	s.setSize(cols, rows)
	return sent
}

// Press sends what a keyboard sends.
func (s *Terminal) Press(keys string) {
	s.t.Helper()
	if _, err := s.ptmx.WriteString(keys); err != nil {
		s.t.Fatal(err)
	}
}

// Shows waits until ok says that the screen is as it should be, no longer than patience, and reports whether it was.
func (s *Terminal) Shows(patience time.Duration, ok func(*Emulator) bool) bool {
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	for {
		s.mu.Lock()
		done, changed := ok(s.screen), s.changed
		s.mu.Unlock()
		if done {
			return true
		}
		select {
		case <-changed:
		case <-timeout.C:
			return false
		}
	}
}

// Await waits until ok says that the screen is as it should be, and fails the test if it never is.
func (s *Terminal) Await(what string, ok func(*Emulator) bool) {
	s.t.Helper()
	if !s.Shows(Patience, ok) {
		s.t.Fatalf("the screen never showed %s", what)
	}
}

// Text returns all that is and was in the window.
func (s *Terminal) Text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.screen.Text()
}
