package plain

import (
	"errors"
	"slices"
)

// A Meaning is what errors mean to a person, in words. The numbers that operating systems have for it differ, and so do
// the packages that name them: in syscall of Windows, the names that Unix has stand for errors that never occur.
type Meaning string

// The meanings that decide what is done.
const (
	Refused      Meaning = "the connection was refused"
	Reset        Meaning = "the other side has reset the connection"
	NobodyReads  Meaning = "nobody reads any more"
	NoWay        Meaning = "there is no way to that host"
	AddressInUse Meaning = "somebody uses that address already"
	NotOurs      Meaning = "that address is not one of this machine"
	NoProgram    Meaning = "it is not a program for this machine"
)

// Is reports whether err means that, on this system.
func (m Meaning) Is(err error) bool {
	return err != nil && slices.ContainsFunc(reasons(), func(r reason) bool { return r.words == m && r.isOf(err) })
}

// A reason is what several errors of operating systems mean to a person.
type reason struct {
	words  Meaning
	errors []error
}

func (r reason) isOf(err error) bool {
	return slices.ContainsFunc(r.errors, func(one error) bool { return errors.Is(err, one) })
}
