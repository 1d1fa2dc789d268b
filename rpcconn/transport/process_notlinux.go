//go:build unix && !linux

package transport

import "syscall"

// setDeathSignal does nothing: there is no such signal.
func setDeathSignal(*syscall.SysProcAttr) {}
