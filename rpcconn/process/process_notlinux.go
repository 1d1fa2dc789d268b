//go:build unix && !linux

package process

import "syscall"

// setDeathSignal does nothing: there is no such signal.
func setDeathSignal(*syscall.SysProcAttr) {}
