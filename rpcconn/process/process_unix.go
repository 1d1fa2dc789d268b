//go:build unix

package process

import (
	"context"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// groupCheck is how often endGroup looks whether a group is still there.
const groupCheck = 10 * time.Millisecond

// What to do about a program that cannot be started.
const (
	missingProgram = "there is no such program, or the one that its first line (#!) names is missing"
	notExecutable  = "it is not executable; chmod +x makes it so"
	notForMachine  = "it is not a program for this machine; a script needs a first line such as #!/bin/sh"
)

// ShellCommand returns what runs a line as the system's shell reads it, in our terminal, until ctx ends.
func ShellCommand(ctx context.Context, line string) *exec.Cmd {
	if isOneProgram(line) {
		line = "exec " + line // else the shell alone would be asked to end
	}
	return Command(ctx, "sh", "-c", line)
}

// shellCommand returns the same for a child of which the whole group is ended.
func shellCommand(line string) *exec.Cmd { return exec.Command("sh", "-c", line) }

// isOneProgram reports whether all that a line does is to run one program.
func isOneProgram(line string) bool {
	words := strings.Fields(line)
	if len(words) == 0 || strings.ContainsAny(line, "|&;()\n") {
		return false
	}
	_, err := exec.LookPath(words[0])
	return err == nil
}

// askToEnd has the end of the context of cmd ask it to end, and kill it after a while.
func askToEnd(cmd *exec.Cmd) {
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = DefaultGrace
}

// setGroup puts the child into a process group of its own, with its pid.
func setGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	setDeathSignal(cmd.SysProcAttr)
}

// terminate asks the child and its group to end.
func terminate(p *os.Process) {
	signalGroup(p, syscall.SIGTERM)
	signalGroup(p, syscall.SIGCONT) // a child that was stopped for using the terminal would not get the signal
}

// kill ends the child and its group.
func kill(p *os.Process) { signalGroup(p, syscall.SIGKILL) }

func signalGroup(p *os.Process, sig syscall.Signal) {
	if syscall.Kill(-p.Pid, sig) != nil {
		_ = p.Signal(sig) // it has left its group, or has ended
	}
}

// endGroup ends the rest of the group of a child that has ended. No other group gets its id while a process of it is
// left.
func endGroup(pgid int, grace time.Duration) {
	if syscall.Kill(-pgid, syscall.SIGTERM) != nil {
		return
	}
	_ = syscall.Kill(-pgid, syscall.SIGCONT)
	for end := time.Now().Add(grace); time.Now().Before(end); time.Sleep(groupCheck) {
		if syscall.Kill(-pgid, 0) != nil {
			return
		}
	}
	_ = syscall.Kill(-pgid, syscall.SIGKILL)
}

// readAvailable reads what is in a pipe; io.EOF where nothing is.
func readAvailable(f *os.File, b []byte) (n int, err error) {
	conn, err := f.SyscallConn()
	if err != nil {
		return 0, err
	}
	failed := conn.Read(func(fd uintptr) bool {
		for n, err = syscall.Read(int(fd), b); err == syscall.EINTR; {
			n, err = syscall.Read(int(fd), b)
		}
		return true
	})
	switch {
	case failed != nil:
		return 0, failed
	case err == syscall.EAGAIN || err == nil && n == 0 && len(b) > 0:
		return 0, io.EOF
	}
	return max(n, 0), err
}
