package process

import (
	"io"
	"os"
	"os/exec"
	"syscall"
	"time"

	"golang.org/x/sys/windows"
)

// shellCommand returns what runs a line as the system's shell reads it. That has rules of its own for quotes: with /S,
// it takes off the outermost ones, and leaves those within as they are.
func shellCommand(line string) *exec.Cmd {
	cmd := exec.Command("cmd")
	cmd.SysProcAttr = &syscall.SysProcAttr{CmdLine: `cmd /S /C "` + line + `"`}
	return cmd
}

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

// readAvailable is not needed: a pipe that cannot be given a deadline is read until it is closed.
func readAvailable(f *os.File, b []byte) (int, error) { return 0, io.EOF }
