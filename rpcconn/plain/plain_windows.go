package plain

import (
	"syscall"

	"golang.org/x/sys/windows"
)

// ofSystem returns what the errors of Windows mean, beside those that Go knows as errors of any system.
func ofSystem() []reason {
	return []reason{
		{"it is a folder", []error{syscall.EISDIR, windows.ERROR_INVALID_FUNCTION}}, // opened to write, read
		{"a part of its path is no folder", []error{syscall.ENOTDIR}},
		{"it is a folder, or another program uses it", []error{windows.ERROR_SHARING_VIOLATION}},
		{"the disk is full", []error{windows.ERROR_DISK_FULL, windows.ERROR_HANDLE_DISK_FULL}},
		{"it is where nothing can be written", []error{windows.ERROR_WRITE_PROTECT}},
		{"its name is not one that a file can have", []error{windows.ERROR_INVALID_NAME}},
		{"its name is too long", []error{windows.ERROR_FILENAME_EXCED_RANGE}},
		{NoProgram, []error{windows.ERROR_BAD_EXE_FORMAT, windows.ERROR_EXE_MACHINE_TYPE_MISMATCH}},
		{Refused, []error{windows.WSAECONNREFUSED}},
		{Reset, []error{windows.WSAECONNRESET, windows.WSAECONNABORTED}},
		{NobodyReads, []error{windows.ERROR_BROKEN_PIPE, windows.ERROR_NO_DATA}},
		{"the other side does not answer any more", []error{windows.WSAETIMEDOUT}},
		{NoWay, []error{windows.WSAEHOSTUNREACH, windows.WSAENETUNREACH}},
		{AddressInUse, []error{windows.WSAEADDRINUSE}},
		{NotOurs, []error{windows.WSAEADDRNOTAVAIL}},
	}
}
