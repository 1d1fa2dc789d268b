//go:build unix

package main

import (
	"bytes"
	"io"
	"slices"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"rpcsh/shell/exit"
	"rpcsh/shell/term/termtest"
)

// What a run of rpcsh begins with.
const (
	recorded = "--trust-project --record FILE "
	onLines  = recorded + "-p jsonrpc -f line --no-discover "
)

// atPrompt returns a stage of a shell behind keys that are pressed in it, each of which leads to what the pattern
// behind it matches.
func atPrompt(name string, keys keysOf, pressed ...string) stage {
	return stage{
		name: name, args: onLines + "tcp://PEER", peer: (*finale).answer, keys: keys,
		comes: func(_ *finale, s *seat) {
			s.sees(`^127\.0\.0\.1:\d+>`)
			for p := range slices.Chunk(pressed, 2) {
				s.Press(p[0])
				s.sees(p[1])
			}
		},
	}
}

// shows returns what waits until pattern is seen.
func shows(pattern string) func(*finale, *seat) {
	return func(_ *finale, s *seat) { s.sees(pattern) }
}

// arrives waits until a peer or a child waits.
func arrives(fin *finale, _ *seat) { fin.waits(fin.arrived, "who waits") }

func stagesAtATerminal() []stage {
	calling := atPrompt("calling", keysOfLine)
	calling.comes = func(fin *finale, s *seat) {
		s.sees(`^127\.0\.0\.1:\d+>`)
		s.types("stall")
		arrives(fin, s)
	}
	return []stage{
		{"connecting", onLines + "tcp://PEER", nil, shows(`^connecting to `), keysOfRun, 0},
		{"TLS", onLines + "tls://PEER", (*finale).hear, arrives, keysOfRun, 0},
		{"detecting", recorded + "--detect-timeout 1m tcp://PEER", (*finale).hear, arrives, keysOfRun, 0},
		{"detecting a child", recorded + "-- sh parent", nil, arrives, keysOfRun, 0},
		{"listing", recorded + "-p jsonrpc -f line tcp://PEER", (*finale).hear, arrives, keysOfLine, 0},
		{"asking", "--record FILE", nil, shows(`Use it \(y, n`), keysOfLine, 0},
		atPrompt("idle", keysOfLine),
		atPrompt("editing", keysOfLine, "half", `> half$`),
		calling,
		atPrompt("answering", keysOfLine, ".serve slow --exec 'sleep 600'\r", `is answered`, "!ask\r", `← .*slow`),
		atPrompt("answering by hand", keysOfLine, ".serve slow --ask\r", `is answered`, "!ask\r", `^\[\d+ slow`),
		atPrompt("paging", keysOfLine, "long\r", `^ lines 1`),
		atPrompt("in the editor", keysOfProgram, "half\x18\x05", `^the editor`),
		atPrompt("in a command", keysOfProgram, "long |! echo runs && exec sleep 600\r", `^runs$`),
		{"a child", onLines + "-- sh child", nil, func(fin *finale, s *seat) {
			s.sees(`^sh>`)
			s.types("stall")
			arrives(fin, s)
		}, keysOfLine, 0},
		{"showing", "show old.rpcrec", nil, shows(`^the pager`), keysOfProgram, 0},
		{"listening", recorded + "-l 127.0.0.1:0", nil, shows(`^\(listening on .*>`), keysOfLine, 0},
		{"tapping", recorded + "tap -l 127.0.0.1:0 tcp://PEER", (*finale).answer, shows(`^\(nobody.*>`), keysOfLine, 0},
	}
}

// Whatever a shell is doing when its end comes, the terminal is as it was, all that it has started has ended, its files
// are whole, and the exit code is that of the documents.
func TestEndsAtATerminal(t *testing.T) {
	t.Parallel()
	for _, st := range stagesAtATerminal() {
		for _, end := range []struct {
			name string
			come func(*seat)
			code func(keysOf) int // -1: it does not end, and SIGTERM follows
		}{
			{"SIGTERM", signalled(syscall.SIGTERM), always(exit.Interrupted)},
			{"SIGHUP twice", signalled(syscall.SIGHUP, syscall.SIGHUP), always(exit.Interrupted)},
			{"SIGINT", signalled(syscall.SIGPIPE, syscall.SIGINT), func(k keysOf) int {
				if k == keysOfRun {
					return exit.Interrupted
				}
				return -1
			}},
			{"SIGQUIT", signalled(syscall.SIGQUIT), func(k keysOf) int {
				if k == keysOfProgram {
					return -1
				}
				return exit.Quit
			}},
			{"the window", (*seat).HangUp, always(exit.Interrupted)},
		} {
			t.Run(st.name+", "+end.name, func(t *testing.T) {
				t.Parallel()
				fin := st.set(t)
				s := sitAt(t, fin.cmd, 120, 40)
				_ = fin.held.Close() // it is theirs
				st.comes(fin, s)
				end.come(s)
				code := end.code(st.keys)
				if code < 0 {
					signalled(syscall.SIGTERM)(s)
					code = exit.Interrupted
				}
				fin.ends(code)
				if end.name == "the window" {
					return
				}
				if got := s.Settings(); got != s.Before {
					t.Errorf("the terminal's settings are %+v and were %+v", got, s.Before)
				}
				s.Await("the terminal as it was", func(e *termtest.Emulator) bool {
					return !e.Pastes() && !e.Hidden() && !e.Paging()
				})
			})
		}
	}
}

func always(code int) func(keysOf) int { return func(keysOf) int { return code } }

func signalled(all ...syscall.Signal) func(*seat) {
	return func(s *seat) {
		for _, one := range all {
			_ = s.Cmd.Process.Signal(one)
		}
	}
}

// stagesWithoutATerminal have a line "!stall" on their standard input, which does not end.
func stagesWithoutATerminal() []stage {
	const i = exit.Interrupted
	return []stage{
		{"TLS", onLines + "-t 0 tls://PEER stall", (*finale).hear, arrives, 0, i},
		{"detecting", recorded + "--detect-timeout 1m tcp://PEER stall", (*finale).hear, arrives, 0, i},
		{"calling", onLines + "tcp://PEER stall", (*finale).answer, arrives, 0, i},
		{"a child", onLines + "-e stall -- sh parent", nil, arrives, 0, i},
		{"lines", onLines + "tcp://PEER", (*finale).answer, arrives, 0, i},
		{"lingering", onLines + "--linger 0 -e !stall tcp://PEER", (*finale).answer, arrives, 0, exit.Done},
		{"a service", onLines + "-l 127.0.0.1:0 -s service", nil, arrives, 0, exit.Done},
		{"tapping", recorded + "tap -l 127.0.0.1:0 tcp://PEER", (*finale).answer, arrives, 0, exit.Done},
		{"tapping a child", recorded + "tap -- sh child", nil, arrives, 0, exit.Done},
	}
}

// The same holds for a run without a terminal.
func TestEndsWithoutATerminal(t *testing.T) {
	t.Parallel()
	for _, st := range stagesWithoutATerminal() {
		for _, s := range []syscall.Signal{syscall.SIGTERM, syscall.SIGHUP, syscall.SIGINT, syscall.SIGQUIT} {
			t.Run(st.name+", "+unix.SignalName(s), func(t *testing.T) {
				t.Parallel()
				fin := st.set(t)
				in, err := fin.cmd.StdinPipe()
				if err != nil {
					t.Fatal(err)
				}
				fin.cmd.Stderr = heard{fin}
				if err := fin.cmd.Start(); err != nil {
					t.Fatal(err)
				}
				_ = fin.held.Close()                  // it is theirs
				_, _ = io.WriteString(in, "!stall\n") // not all read it
				st.comes(fin, nil)
				_ = fin.cmd.Process.Signal(s)
				code := st.code
				if s == syscall.SIGQUIT {
					code = exit.Quit
				}
				fin.ends(code)
			})
		}
	}
}

// heard is the standard error of a finale, to which it comes when rpcsh says there that it listens.
type heard struct{ *finale }

// Write implements io.Writer.
func (h heard) Write(b []byte) (int, error) {
	if bytes.Contains(b, []byte("listening on ")) {
		h.arrived <- struct{}{}
	}
	return len(b), nil
}

// Who has seen enough of what rpcsh prints ends it, in the same order.
func TestEndsUnread(t *testing.T) {
	t.Parallel()
	fin := stage{args: onLines + "--linger 0 -e !begin -- sh ticks"}.set(t)
	out, err := fin.cmd.StdoutPipe()
	if err == nil {
		err = fin.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	_ = fin.held.Close() // it is theirs
	if _, err := out.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	_ = out.Close()
	fin.ends(exit.Unread)
}
