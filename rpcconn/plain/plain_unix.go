//go:build !windows

package plain

import "syscall"

// ofSystem returns what the errors of Unix systems mean.
func ofSystem() []reason {
	return []reason{
		{"it is a folder", []error{syscall.EISDIR}},
		{"a part of its path is no folder", []error{syscall.ENOTDIR}},
		{"the disk is full", []error{syscall.ENOSPC, syscall.EDQUOT}},
		{"it is where nothing can be written", []error{syscall.EROFS}},
		{"its name is too long", []error{syscall.ENAMETOOLONG}},
		{"its links lead in a circle", []error{syscall.ELOOP}},
		{"too many files are open", []error{syscall.EMFILE, syscall.ENFILE}},
		{NoProgram, []error{syscall.ENOEXEC}},
		{Refused, []error{syscall.ECONNREFUSED}},
		{Reset, []error{syscall.ECONNRESET, syscall.ECONNABORTED}},
		{NobodyReads, []error{syscall.EPIPE}},
		{"the other side does not answer any more", []error{syscall.ETIMEDOUT}},
		{NoWay, []error{syscall.EHOSTUNREACH, syscall.ENETUNREACH}},
		{AddressInUse, []error{syscall.EADDRINUSE}},
		{NotOurs, []error{syscall.EADDRNOTAVAIL}},
	}
}
