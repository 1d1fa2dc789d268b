//go:build unix

package term

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
	xterm "golang.org/x/term"
)

// openTTY opens the controlling terminal. It is a file of our own, so a child may do what it likes to the one that it
// inherits (O_NONBLOCK).
func openTTY() (in, out *os.File, err error) {
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	return tty, tty, err
}

func closeTTY(tty *os.File) { _ = tty.Close() }

// IsDumb reports whether TERM says that the terminal can do nothing but print.
func IsDumb() bool {
	term := os.Getenv("TERM")
	return term == "" || term == "dumb"
}

func isHangup(err error) bool { return errors.Is(err, io.EOF) || errors.Is(err, syscall.EIO) }

// savedMode is the mode in which we found the terminal.
type savedMode struct {
	fd    int
	state *xterm.State
}

func saveMode(in, _ *os.File) (*savedMode, error) {
	fd := int(in.Fd())
	state, err := xterm.GetState(fd)
	return &savedMode{fd, state}, err
}

// makeRaw gives us every key as it is pressed, unechoed. Output stays processed, so that what others print (a panic,
// a child's complaint) does not staircase.
func (m *savedMode) makeRaw() error {
	t, err := unix.IoctlGetTermios(m.fd, getTermios)
	if err != nil {
		return err
	}
	t.Iflag &^= unix.IGNBRK | unix.BRKINT | unix.PARMRK | unix.ISTRIP | unix.INLCR | unix.IGNCR | unix.ICRNL | unix.IXON
	t.Oflag |= unix.OPOST | unix.ONLCR
	t.Lflag &^= unix.ECHO | unix.ECHONL | unix.ICANON | unix.ISIG | unix.IEXTEN
	t.Cflag &^= unix.CSIZE | unix.PARENB
	t.Cflag |= unix.CS8
	t.Cc[unix.VMIN] = 1
	t.Cc[unix.VTIME] = 0
	return unix.IoctlSetTermios(m.fd, setTermios, t)
}

func (m *savedMode) restore() error {
	if err := xterm.Restore(m.fd, m.state); err != nil {
		return fmt.Errorf("restoring the terminal's settings: %w", err)
	}
	return nil
}

// startWatching follows the window's size, job control, SIGINT and SIGQUIT until Close.
func (t *Terminal) startWatching() {
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGWINCH, syscall.SIGCONT, syscall.SIGQUIT)
	t.interrupts = make(chan os.Signal, 1)
	signal.Notify(t.interrupts, os.Interrupt)
	t.watcher.Go(func() {
		defer signal.Stop(signals)
		defer signal.Stop(t.interrupts)
		t.watch(signals)
	})
}

func (t *Terminal) watch(signals <-chan os.Signal) {
	for {
		select {
		case <-t.closing:
			return
		case s := <-signals:
			switch s {
			case syscall.SIGWINCH:
				t.screen.resized()
				poke(t.changed)
			case syscall.SIGQUIT:
				if !t.isLent() { // else it is for the child, as Ctrl-C is
					t.giveUp()
				}
			default: // stopped by another process: the shell may have changed the mode
				t.retake()
			}
		case <-t.interrupts:
			if !t.isLent() {
				t.input.interrupted()
			}
		case <-t.input.stop:
			t.stopJob(signals)
		}
	}
}

// stopJob does what Ctrl-Z does elsewhere.
func (t *Terminal) stopJob(signals <-chan os.Signal) {
	if t.Suspend() == nil && syscall.Kill(0, syscall.SIGTSTP) == nil {
		awaitContinue(signals)
	}
	_ = t.Resume() // fails once closed
}

// awaitContinue returns when the process is continued, or turns out not to have been stopped: SIGTSTP has no effect if
// no shell could continue the process.
func awaitContinue(signals <-chan os.Signal) {
	// The first time passes while the process is stopped. SIGCONT may take a moment after that; if it came later, the
	// screen would be drawn twice.
	for range 2 {
		timeout := time.NewTimer(100 * time.Millisecond)
		for waiting := true; waiting; {
			select {
			case s := <-signals:
				if s == syscall.SIGCONT {
					timeout.Stop()
					return
				}
			case <-timeout.C:
				waiting = false
			}
		}
	}
}

// retake sets the mode again and draws what is live, unless a child has the terminal.
func (t *Terminal) retake() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.reader != nil && t.saved.makeRaw() == nil {
		t.screen.retake()
	}
}

// lateSignal is how long after a child has given the terminal back a signal may come that its keys have sent: the child
// may have ended by it before we hear of it.
const lateSignal = 100 * time.Millisecond

// isLent reports whether another program has the terminal, or had it when the signal was sent that has just come.
func (t *Terminal) isLent() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.reader == nil || time.Since(t.resumed) < lateSignal
}

// quit does what Ctrl-\ does elsewhere: it is the way out of a program that hangs.
func (t *Terminal) quit() { _ = syscall.Kill(0, syscall.SIGQUIT) }

// giveUp gives the terminal back without waiting for anything.
func (t *Terminal) giveUp() {
	t.screen.pause()
	_ = t.saved.restore()
	t.onQuit()
}
