// Package lang reads the language of the shell: a line becomes a Statement, or an Error that knows its column. It
// evaluates arguments to JSON text, with the variables and files of an Env. It sends nothing and prints nothing.
//
// The language is described in docs/language.md.
package lang

import (
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"
)

// An Env is what arguments may refer to.
type Env struct {
	Variable func(name string) (json.RawMessage, bool) // $name; nil: there are no variables, $name is text
	ReadFile func(path string) ([]byte, error)         // @path
	Call     func(*Statement) (json.RawMessage, error) // $(CALL); nil: it cannot be made

	later bool // the values of variables are not known yet
}

// A Statement is what one line says.
type Statement struct {
	Assign     string // NAME = …
	Peer       string // @PEER, without the @
	PeerColumn int
	Command    *Command // .COMMAND; nil otherwise
	Calls      []Call   // one, or those of a .batch; none in an empty line and a comment
	Batch      bool
	Print      json.RawMessage // the value of .print; nil otherwise
	Wait       *Wait           // what .wait waits for; nil otherwise
	Filter     *Text           // after |
	Outlet     *Outlet         // > FILE or |! COMMAND; nil: the screen
	Background bool            // ended in &
	Anyway     bool            // it is sent though the peer does not take it, as far as is known
	Timeout    *time.Duration  // how long answers are waited for; nil: nothing was said
}

// A Call is a request or notification to be sent.
type Call struct {
	Method string
	Notify bool
	Params json.RawMessage // nil: no arguments were given
	Raw    bool            // Params is the only argument, byte for byte
	Args   []Argument      // where the arguments are, for mistakes in them
	Extra  json.RawMessage // further members of the message, as an object; nil: none
	Column int             // of the method
	End    int             // where another argument would stand, blanks before it left aside
	Spelt  bool            // .call says that it is a request

	ID       json.RawMessage // that the request shall have; nil: the next one
	IDColumn int
}

// An Argument is one of a call.
type Argument struct {
	Name   string // "": it is positional
	Column int
}

// A Command is one of the shell's own.
type Command struct {
	Name   string // without the dot
	Column int
	Args   Text // all that follows, as it was typed
}

// A Text is a part of the line.
type Text struct {
	Text   string
	Column int // bytes of the line before it
}

// An Error is a mistake in a line.
type Error struct {
	Column int // bytes of the line before the mistake
	Reason string
	Open   bool  // the mistake is that the line ends inside brackets or quotes
	Err    error // why a call in the line has no result; nil: it is a mistake of the line alone
}

func (e *Error) Error() string { return e.Reason }

// Unwrap returns why a call in the line has no result, nil where the line itself is wrong.
func (e *Error) Unwrap() error { return e.Err }

// An ExpandedError is a mistake in a line that was run in place of another, such as an alias. It is no *Error: its
// column is none of the line that was entered.
type ExpandedError struct {
	Line    string
	Mistake *Error
}

func (e *ExpandedError) Error() string { return e.Line + ": " + e.Mistake.Reason }

// Place returns the row of line in which the mistake is, from 0, and the number of characters before it there.
func (e *Error) Place(line string) (row, column int) {
	before := line[:min(e.Column, len(line))]
	start := strings.LastIndexByte(before, '\n') + 1
	return strings.Count(before, "\n"), utf8.RuneCountInString(before[start:])
}

func errorAt(column int, reason string) *Error { return &Error{Column: column, Reason: reason} }
