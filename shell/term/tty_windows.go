package term

import (
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/windows"
	xterm "golang.org/x/term"
)

func openTTY() (in, out *os.File, err error) { return os.Stdin, os.Stdout, nil }

func closeTTY(*os.File) {}

// IsDumb reports whether TERM says that the terminal can do nothing but print.
func IsDumb() bool { return os.Getenv("TERM") == "dumb" }

func isHangup(err error) bool { return errors.Is(err, io.EOF) }

// savedMode is the mode in which we found the console.
type savedMode struct {
	in, out int
	state   *xterm.State
	outMode uint32
}

func saveMode(in, out *os.File) (*savedMode, error) {
	m := &savedMode{in: int(in.Fd()), out: int(out.Fd())}
	var err error
	if m.state, err = xterm.GetState(m.in); err != nil {
		return nil, err
	}
	return m, windows.GetConsoleMode(windows.Handle(m.out), &m.outMode)
}

// makeRaw gives us every key as it is pressed, as a sequence of xterm, and has our sequences obeyed.
func (m *savedMode) makeRaw() error {
	if _, err := xterm.MakeRaw(m.in); err != nil {
		return err
	}
	mode := m.outMode | windows.ENABLE_PROCESSED_OUTPUT | windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING
	return windows.SetConsoleMode(windows.Handle(m.out), mode)
}

func (m *savedMode) restore() error {
	err := errors.Join(xterm.Restore(m.in, m.state), windows.SetConsoleMode(windows.Handle(m.out), m.outMode))
	if err != nil {
		return fmt.Errorf("restoring the console's mode: %w", err)
	}
	return nil
}

// startWatching does nothing: a console has no job control, and its size is asked for at each drawing.
func (t *Terminal) startWatching() {}

// quit does nothing: Ctrl-Break ends a program that hangs.
func (t *Terminal) quit() {}
