//go:build unix

package term

import (
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"

	"rpcsh/shell/term/termtest"
)

func TestWaysOut(t *testing.T) {
	for _, c := range []struct {
		name string
		out  func(*session)
		want []string
	}{
		{"context", func(s *session) { s.tell("cancel") }, []string{"> half", "ended: context canceled"}},
		{"close", func(s *session) { s.tell("close") }, []string{"> half", "ended: the terminal is closed"}},
		{
			"SIGTERM", func(s *session) { _ = s.Cmd.Process.Signal(unix.SIGTERM) },
			[]string{"> half", "ended: terminated signal received"},
		},
		{
			"SIGHUP", func(s *session) { _ = s.Cmd.Process.Signal(unix.SIGHUP) },
			[]string{"> half", "ended: hangup signal received"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := start(t, 80, 24)
			s.shows(">")
			s.Press("half")
			s.shows("> half")
			c.out(s)
			s.ends(c.want...)
		})
	}
}

// At SIGQUIT, whoever sends it, the terminal is as it was before the program hears of it, whatever that is doing.
func TestQuit(t *testing.T) {
	for name, quit := range map[string]func(*session){
		"signal": func(s *session) { _ = s.Cmd.Process.Signal(unix.SIGQUIT) },
		"key":    func(s *session) { s.Press("\x1c") },
	} {
		for _, line := range []string{"half", "wait\r", "page 100\r"} {
			t.Run(name+" "+line, func(t *testing.T) {
				s := start(t, 80, 24)
				s.shows(">")
				s.Press(line)
				s.Await("what is under way", func(e *termtest.Emulator) bool {
					return strings.Contains(e.Text(), "half") || strings.Contains(e.Text(), "waiting") ||
						strings.Contains(e.Text(), "lines 1")
				})
				quit(s)
				done := make(chan error, 1)
				go func() { done <- s.Cmd.Wait() }()
				select {
				case <-done:
					if code := s.Cmd.ProcessState.ExitCode(); code != 4 {
						t.Errorf("the driver ended with %d", code)
					}
				case <-time.After(termtest.Patience):
					t.Fatal("the driver never ended")
				}
				s.Await("why it ended", func(e *termtest.Emulator) bool {
					return strings.Contains(e.Text(), "quits") && !e.Pastes() && !e.Hidden()
				})
				if got := s.Settings(); got != s.Before {
					t.Errorf("the terminal's settings are %+v and were %+v", got, s.Before)
				}
			})
		}
	}
}

// SIGINT does what Ctrl-C does, and nothing while a child has the terminal.
func TestInterruptedBySignal(t *testing.T) {
	s := start(t, 80, 24)
	interrupt := func() { _ = s.Cmd.Process.Signal(unix.SIGINT) }
	s.shows(">")
	s.Press("half")
	s.shows("> half")
	interrupt()
	s.shows("> half^C", ">")
	s.Press("wait\r")
	s.shows("> half^C", "> wait", "waiting")
	interrupt()
	s.shows("> half^C", "> wait", "interrupted", ">")
	s.Press("child\r")
	s.shows("> half^C", "> wait", "interrupted", "> child", "child runs")
	interrupt()
	s.Press("on\r")
	s.shows("> half^C", "> wait", "interrupted", "> child", "child runs", "on", "child read on", ">")
	s.Press("\x04")
	s.ends("> half^C", "> wait", "interrupted", "> child", "child runs", "on", "child read on", ">", "ended: EOF")
}

// Ctrl-C while a child has the terminal is the child's.
func TestChildIsInterrupted(t *testing.T) {
	s := start(t, 80, 24)
	s.shows(">")
	s.Press("child\r")
	s.shows("> child", "child runs")
	s.Press("\x03")
	s.shows("> child", "child runs", "^Csignal: interrupt", ">")
	s.Press("on\r")
	s.shows("> on", `got "on"`, ">")
}

func TestChildHasTheTerminal(t *testing.T) {
	s := start(t, 80, 24)
	s.shows(">")
	s.Press("child\r")
	s.shows("> child", "child runs")
	if s.Settings() != s.Before {
		t.Error("the child has not the terminal's own settings")
	}
	s.tell("print kept back")
	s.Press("for the child\r")
	s.shows("child runs", "for the child", "child read for the child", "kept back", ">")
	s.Press("again\r")
	s.shows(`got "again"`, ">")
}

func TestControlZ(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	s := startCommand(t, 80, 24, exec.Command("sh", "-m", "-c", `"$0"; echo shell; read line; fg >/dev/null`, exe))
	s.shows(">")
	s.Press("half")
	s.shows("> half")
	s.Press("\x1a")
	s.Await("the shell", func(e *termtest.Emulator) bool { return strings.HasSuffix(e.Text(), "shell") })
	if s.Settings() != s.Before {
		t.Error("the shell has not the terminal's own settings")
	}
	s.Press("\r")
	s.shows("shell", "", "> half")
	s.Press("!\r")
	s.shows("shell", "", "> half!", `got "half!"`, ">")
	s.Press("\x04")
	s.ends(">", "ended: EOF")
}

func TestControlZWithoutShell(t *testing.T) {
	s := start(t, 80, 24)
	s.shows(">")
	s.Press("half\x1a way") // nobody could continue it, so it is not stopped
	s.shows("> half way")
}

func TestHangup(t *testing.T) {
	s := start(t, 80, 24)
	s.shows(">")
	s.Press("half")
	s.shows("> half")
	s.HangUp()
	done := make(chan error, 1)
	go func() { done <- s.Cmd.Wait() }()
	select {
	case <-done: // with whatever code: it could print no more
	case <-time.After(termtest.Patience):
		t.Error("the driver outlives its terminal")
	}
}

func TestNoTerminal(t *testing.T) {
	s := start(t, 80, 24, "TERM=dumb")
	s.shows("no terminal to edit lines on: TERM says that it cannot place a cursor true")

	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for name, attr := range map[string]*syscall.SysProcAttr{"with": {}, "without": {Setsid: true}} {
		cmd := exec.Command(exe)
		cmd.Env = append(os.Environ(), driverVariable+"=1", "TERM=xterm")
		cmd.SysProcAttr = attr
		want := "no terminal to edit lines on: standard input is something else true\n"
		if out, _ := cmd.CombinedOutput(); string(out) != want {
			t.Errorf("%s a controlling terminal: %s", name, out)
		}
	}
}

func TestNoControllingTerminal(t *testing.T) {
	ptmx, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer ptmx.Close()
	defer tty.Close()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	out, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), driverVariable+"=1", "TERM=xterm")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = tty, tty, w
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = w.Close()
	if err := cmd.Wait(); cmd.ProcessState.ExitCode() != 3 {
		rest, _ := io.ReadAll(out)
		t.Errorf("the driver: %v %s", err, rest)
	}
}
