package process

import (
	"context"
	"io"
	"os"
	"os/exec"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

// What to do about a program that cannot be started.
const (
	missingProgram = "there is no such program"
	notExecutable  = "it is no program; Windows knows one by the end of its name, such as .exe (PATHEXT)"
	notForMachine  = "it is not a program for this machine; a script is started by the program that reads it"
)

// ShellCommand returns what runs a line as the system's shell reads it, until ctx ends. That has rules of its own for
// quotes: with /S, it takes off the outermost ones, and leaves those within as they are.
func ShellCommand(ctx context.Context, line string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "cmd")
	cmd.SysProcAttr = &syscall.SysProcAttr{CmdLine: `cmd /S /C "` + line + `"`}
	return cmd
}

func shellCommand(line string) *exec.Cmd { return ShellCommand(context.Background(), line) }

// askToEnd leaves it at killing: a program that has our console cannot be asked alone.
func askToEnd(*exec.Cmd) {}

// setGroup puts the child into a process group of its own, with its pid.
func setGroup(cmd *exec.Cmd) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = new(syscall.SysProcAttr)
	}
	cmd.SysProcAttr.CreationFlags = windows.CREATE_NEW_PROCESS_GROUP
}

// terminate asks the child and its group to end. That reaches those that have our console.
func terminate(p *os.Process) {
	_ = windows.GenerateConsoleCtrlEvent(windows.CTRL_BREAK_EVENT, uint32(p.Pid)) // where that fails, kill is next
}

// kill ends the child. Its own children are not found here.
func kill(p *os.Process) { _ = p.Kill() }

// endGroup does nothing: the processes that a child has left cannot be found.
func endGroup(int, time.Duration) {}

// readAvailable reads what is in a pipe; io.EOF where nothing is.
func readAvailable(f *os.File, b []byte) (int, error) {
	var n uint32
	peek := windows.NewLazySystemDLL("kernel32.dll").NewProc("PeekNamedPipe")
	if ok, _, _ := peek.Call(f.Fd(), 0, 0, 0, uintptr(unsafe.Pointer(&n)), 0); ok == 0 || n == 0 {
		return 0, io.EOF
	}
	return f.Read(b[:min(len(b), int(n))])
}
