package script

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"go.starlark.net/resolve"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"rpcsh/rpcconn"
)

// A Mistake says what is wrong with a script, and where.
type Mistake struct {
	File         string
	Line, Column int // from 1; 0: not known
	Reason       string
	Err          error // the cause
}

func (m *Mistake) Error() string {
	where := m.File
	if m.Line > 0 {
		where += fmt.Sprintf(":%d:%d", m.Line, m.Column)
	}
	return where + ": " + m.Reason
}

func (m *Mistake) Unwrap() error { return m.Err }

// An interrupted error is that of a script that was ended from outside.
type interrupted struct{ cause, err error }

func (e *interrupted) Error() string   { return e.cause.Error() }
func (e *interrupted) Unwrap() []error { return []error{e.cause, e.err} }

// mistakeOf returns the error with which running a file ended, as a mistake where the error was raised, or else at
// place.
func mistakeOf(place syntax.Position, err error) *Mistake {
	file := place.Filename()
	m := &Mistake{
		File: file, Line: int(place.Line), Column: int(place.Col), Reason: strings.TrimPrefix(err.Error(), cancelled),
		Err: err,
	}
	var syntactic syntax.Error
	var unresolved resolve.ErrorList
	var raised *starlark.EvalError
	switch {
	case errors.As(err, &syntactic):
		m.at(syntactic.Pos, syntactic.Msg)
	case errors.As(err, &unresolved):
		m.at(unresolved[0].Pos, unresolved[0].Msg)
		if n := len(unresolved) - 1; n > 0 {
			m.Reason += fmt.Sprintf(" (and %d more)", n)
		}
	case errors.As(err, &raised):
		for i := range raised.CallStack { // builtins have no position
			if pos := raised.CallStack.At(i).Pos; pos.Filename() == file {
				m.at(pos, m.Reason)
				break
			}
		}
	}
	if len(m.Reason) > maxReason {
		m.Reason = strings.ToValidUTF8(m.Reason[:maxReason], "") + "…"
	}
	return m
}

// maxReason is how many bytes of a reason are told.
const maxReason = 10_000

func (m *Mistake) at(pos syntax.Position, reason string) {
	m.Line, m.Column, m.Reason = int(pos.Line), int(pos.Col), reason
}

// cancelled is what Starlark puts before the reason why a thread was cancelled.
const cancelled = "Starlark computation cancelled: "

// A failure is the error of fail(…).
type failure struct{ text string }

func (f *failure) Error() string { return cmp.Or(f.text, "fail") }

// A refusal is the error of error(…).
type refusal struct{ answer *rpcconn.Error }

func (r *refusal) Error() string { return r.answer.Error() }

// errAborted is the error of rpc.abort().
var errAborted = errors.New("the connection is closed without an answer")
