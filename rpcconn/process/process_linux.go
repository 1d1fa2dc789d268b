package process

import "syscall"

// setDeathSignal has the kernel end the child when the thread that starts it dies.
func setDeathSignal(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGTERM }
