package term

import (
	"os"
	"unsafe"

	"golang.org/x/sys/windows"
)

// pipeHasUnread reports whether bytes are in a pipe.
func pipeHasUnread(f *os.File) bool {
	var n uint32
	peek := windows.NewLazySystemDLL("kernel32.dll").NewProc("PeekNamedPipe")
	ok, _, _ := peek.Call(f.Fd(), 0, 0, 0, uintptr(unsafe.Pointer(&n)), 0)
	return ok != 0 && n > 0
}
