// Package process starts a child process whose stdin and stdout carry messages. It also ends the child and its own
// children, and reads their output to the end.
//
// A [Process] is a stream of bytes; a framing makes messages of it. What differs between operating systems is in the
// files named after them.
package process

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"rpcsh/rpcconn/plain"
)

// DefaultGrace is how long a child has by default for each step of its end.
const DefaultGrace = 2 * time.Second

// Options say which child to start, and how.
type Options struct {
	Args   []string          // the program, looked up in PATH where it has no slash, and its arguments
	Shell  string            // in place of Args: a line for the system's shell (sh -c; on Windows cmd /C)
	Dir    string            // where it runs; "": here
	Env    []string          // its environment, as in os.Environ; nil: ours
	Stderr func(line string) // gets each line of its stderr, without its end, cut at 4 KiB; nil: discarded
	Grace  time.Duration     // how long it has for each step of its end; 0: DefaultGrace
}

// A Process is a child whose stdin and stdout carry messages: a stream for a Framing, whose Read, Write, CloseWrite and
// Close work as those of a connection do. Read returns io.EOF once everything that the child wrote has been read, even
// if a child of the child keeps stdout open.
//
// The child is in a process group of its own (on Windows as well), so that Ctrl-C in our terminal does not reach it,
// and so that its own children end with it. So it cannot use the terminal either. If this program dies without Close,
// the child finds its stdin closed; on Linux the kernel sends it SIGTERM, too.
type Process struct {
	cmd    *exec.Cmd
	stdin  *os.File
	stdout *childOutput
	stderr *childOutput // nil: not read
	lines  func(line string)
	grace  atomic.Int64 // nanoseconds

	done    chan struct{} // closed when the child has ended, and status is set
	status  string
	gone    chan struct{} // closed when nothing is left: neither its group nor the reader of its stderr
	closing sync.Once
	left    atomic.Bool // we closed its stdin while it ran, so that its end is our doing
}

var _ io.ReadWriteCloser = (*Process)(nil)

// Start starts a child. The error says what to do if that is known. The Process must be closed even if the child has
// ended by itself.
//
// Stderr is called by one goroutine, which Close waits for: it must not call Close. If it is slow, the child waits once
// the pipe is full.
func Start(o Options) (*Process, error) {
	if len(o.Args) == 0 && o.Shell == "" {
		return nil, errors.New("cannot start a process: no command is given")
	}
	p := &Process{
		cmd: o.command(), lines: o.Stderr, done: make(chan struct{}), gone: make(chan struct{}),
	}
	p.SetGrace(cmp.Or(o.Grace, DefaultGrace))
	p.cmd.Dir, p.cmd.Env = o.Dir, o.Env
	setGroup(p.cmd)

	theirs, err := p.connect()
	if err == nil {
		started := make(chan error)
		go p.run(started)
		err = <-started
	}
	for _, f := range theirs {
		_ = f.Close()
	}
	if err != nil {
		p.disconnect()
		return nil, startError(p.cmd.Args[0], o.Dir, err)
	}
	return p, nil
}

// command returns the command to start.
func (o Options) command() *exec.Cmd {
	if o.Shell != "" {
		return shellCommand(o.Shell)
	}
	return exec.Command(o.Args[0], o.Args[1:]...)
}

// Command returns what runs a program in our terminal until ctx ends. Then the program is asked to end, so that it can
// leave the terminal as it was, where the system has a way to ask.
func Command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	askToEnd(cmd)
	return cmd
}

// connect makes the pipes and returns the child's ends.
func (p *Process) connect() (theirs []*os.File, err error) {
	pipe := func() (r, w *os.File) {
		if err == nil {
			r, w, err = os.Pipe()
		}
		return r, w
	}
	stdin, ours := pipe()
	p.stdin = ours
	ours, stdout := pipe()
	p.stdout = newChildOutput(ours)
	p.cmd.Stdin, p.cmd.Stdout = stdin, stdout
	theirs = []*os.File{stdin, stdout}
	if p.lines != nil {
		ours, stderr := pipe()
		p.stderr = newChildOutput(ours)
		p.cmd.Stderr = stderr
		theirs = append(theirs, stderr)
	}
	return theirs, err
}

// disconnect closes our ends of the pipes.
func (p *Process) disconnect() {
	_ = p.stdin.Close()
	_ = p.stdout.close()
	if p.stderr != nil {
		_ = p.stderr.close()
	}
}

// startError returns the error for a child that did not start, with advice if there is any.
func startError(program, dir string, err error) error {
	if advice := startAdvice(err, program, dir); advice != "" {
		return plain.Reworded(err, "cannot start "+program+": "+advice)
	}
	return fmt.Errorf("cannot start %s: %w", program, plain.Reason(err))
}

// startAdvice says what to do about err, with which a program that was to run in dir did not start; "": not known.
func startAdvice(err error, program, dir string) string {
	if dir != "" {
		// the error is the same as that of a missing program
		if !isFolder(dir) {
			return "there is no folder " + dir + " to run it in"
		}
	}
	switch {
	case errors.Is(err, exec.ErrDot):
		return "it was found in this folder only; write ./ before it"
	case errors.Is(err, exec.ErrNotFound) && program == filepath.Base(program):
		return "not found in PATH"
	case errors.Is(err, exec.ErrNotFound) && isFile(program): // as Windows has it
		return notExecutable
	case errors.Is(err, exec.ErrNotFound) && !isFolder(program):
		return missingProgram
	case errors.Is(err, fs.ErrNotExist):
		return missingProgram
	case (errors.Is(err, fs.ErrPermission) || errors.Is(err, exec.ErrNotFound)) && isFolder(program):
		return "it is a folder"
	case errors.Is(err, fs.ErrPermission):
		return notExecutable
	case plain.NoProgram.Is(err):
		return notForMachine
	}
	return ""
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// run starts the child, reports that to started, and waits until nothing of the child is left.
//
// It keeps its thread: on Linux the signal that the child gets when its parent dies (setGroup) is sent when the thread
// dies that started it.
func (p *Process) run(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := p.cmd.Start(); err != nil {
		started <- err
		return
	}
	var reading sync.WaitGroup
	if p.stderr != nil {
		reading.Go(func() { eachLine(p.stderr, p.lines) })
	}
	started <- nil

	defer close(p.gone)
	err := p.cmd.Wait()
	p.status = endOf(p.cmd.ProcessState, err)
	close(p.done)
	p.stdout.ended(p.graceTime())
	if p.stderr != nil {
		p.stderr.ended(p.graceTime())
	}
	endGroup(p.cmd.Process.Pid, p.graceTime())
	reading.Wait()
}

// endOf says how a child ended; err is the result of Wait.
func endOf(state *os.ProcessState, err error) string {
	if state == nil {
		return err.Error()
	}
	if ws, ok := state.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		return fmt.Sprintf("killed by signal %d", ws.Signal())
	}
	return state.String()
}

// lastWait is how long the end of a child's stdout waits for the child's own, so that it is known which came first.
const lastWait = 500 * time.Millisecond

// Read reads what the child writes to its stdout. After Close it returns os.ErrClosed. It returns io.EOF once the child
// has ended, or a moment after it has closed its stdout.
func (p *Process) Read(b []byte) (int, error) {
	n, err := p.stdout.Read(b)
	if err == io.EOF {
		timeout := time.NewTimer(min(p.graceTime(), lastWait))
		defer timeout.Stop()
		select {
		case <-p.done:
		case <-timeout.C:
		}
	}
	return n, err
}

// Write writes to the child's stdin.
func (p *Process) Write(b []byte) (int, error) { return p.stdin.Write(b) }

// CloseWrite closes the child's stdin, which ends a Write.
func (p *Process) CloseWrite() error {
	p.leave()
	return p.stdin.Close()
}

// leave takes note that its stdin is being closed.
func (p *Process) leave() {
	select {
	case <-p.done:
	default:
		p.left.Store(true)
	}
}

// SetReadDeadline sets the time at which Read gives up, as that of a net.Conn does.
func (p *Process) SetReadDeadline(t time.Time) error { return p.stdout.file.SetReadDeadline(t) }

// SetWriteDeadline sets the time at which Write gives up, as that of a net.Conn does.
func (p *Process) SetWriteDeadline(t time.Time) error { return p.stdin.SetWriteDeadline(t) }

// SyscallConn gives access to the pipe to the child's stdin (syscall.Conn).
func (p *Process) SyscallConn() (syscall.RawConn, error) { return p.stdin.SyscallConn() }

// SetGrace sets how long the child has for each step of its end that has not begun yet.
func (p *Process) SetGrace(d time.Duration) { p.grace.Store(int64(d)) }

func (p *Process) graceTime() time.Duration { return time.Duration(p.grace.Load()) }

// Done returns a channel that is closed when the child has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Status says how the child ended, such as "exit status 1" or "killed by signal 15"; "" while it runs.
func (p *Process) Status() string {
	select {
	case <-p.done:
		return p.status
	default:
		return ""
	}
}

// OwnEnd is Status for a child that has ended by itself; "" while it runs, and where it ended because its stdin was
// closed here.
func (p *Process) OwnEnd() string {
	if p.left.Load() {
		return ""
	}
	return p.Status()
}

// Close ends the child, if it has not ended by itself: it closes its stdin, sends SIGTERM, and SIGKILL, with Grace
// before each, and waits for its end and that of its own children. Its output is discarded meanwhile. Any number of
// goroutines may call Close, at any time; the error is always nil.
func (p *Process) Close() error {
	p.closing.Do(func() {
		_ = p.CloseWrite() // it may be closed already
		p.stdout.discard()
		p.end()
		<-p.gone
		p.disconnect()
	})
	return nil
}

func (p *Process) end() {
	for _, signal := range []func(*os.Process){terminate, kill} {
		timeout := time.NewTimer(p.graceTime())
		select {
		case <-p.done:
			timeout.Stop()
			return
		case <-timeout.C:
			signal(p.cmd.Process)
		}
	}
	<-p.done
}
