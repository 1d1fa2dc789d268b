package command

import (
	"context"

	"rpcsh/completer"
	"rpcsh/shell/lang"
)

// Lines is what commands need of the loop that reads and runs lines.
type Lines interface {
	prompter
	asker
	waiter
	lender
	environment
	settable
	// Source runs the lines of a file, in which args are $1 … $9, as a line has them.
	Source(ctx context.Context, file string, args []string) error
	// RunScript runs a script in Starlark that calls the current peer, and shows its result.
	RunScript(ctx context.Context, file string, args []string) error
	// RunLines runs lines that a file has; name is what mistakes in them are told by.
	RunLines(ctx context.Context, name string, lines []string) error
	// Eval runs a line that stands in the arguments of a command. A mistake knows its column in the whole line.
	Eval(ctx context.Context, line lang.Text) error
	// CheckCalls finds what is wrong with the params of the calls in a line that is run later, for the current peer, as
	// far as it is known now. A mistake knows its column in the whole line.
	CheckCalls(line lang.Text) error
	// Repeated returns a context for all runs of one line by Eval, whose results follow one another in a file.
	Repeated(ctx context.Context) context.Context
	copier
	// Clear empties the person's window; without one it does nothing.
	Clear()
	// Quit has the loop end after the line at hand.
	Quit()
}

type prompter interface {
	// UpdatePrompt shows the prompt anew: what it says has changed.
	UpdatePrompt()
}

type asker interface {
	// Ask asks the person, with complete's candidates for the answer. The error is exit.ErrInterrupted after
	// Ctrl-C, and io.EOF after Ctrl-D. It is called only where somebody sits there, as is what follows.
	Ask(ctx context.Context, question string, complete func(typed string) []completer.Candidate) (string, error)
	// RunTyped shows line, keeps it in the history and runs it, as if it had been typed. Its error has been shown.
	RunTyped(ctx context.Context, line string) error
	// Prefill puts text into the next line that is read.
	Prefill(text string)
	// EditLine has the person edit a line in their editor, and returns what it has become.
	EditLine(ctx context.Context, line string) (string, error)
}

type waiter interface {
	// UntilAsked returns a context that ends with ctx, and when a request begins to wait for the person, who cannot
	// answer it while a command runs.
	UntilAsked(ctx context.Context) (asked context.Context, cancel func())
	// Interruption returns why a context of UntilAsked has ended; doing says what came to nothing.
	Interruption(ctx context.Context, doing string) error
}

type lender interface {
	// EditFile gives the terminal to the person's editor, with a file.
	EditFile(ctx context.Context, path string) error
	// EditMessage has the person edit JSON in their editor, again and again while check finds a mistake in what they
	// have changed. The error is that of check where they leave it, or says that there is no editor.
	EditMessage(ctx context.Context, text string, check func(string) error) (string, error)
}

type environment interface {
	// Env returns what the arguments of a line may refer to.
	Env(ctx context.Context) lang.Env
}

// settable is what settings change that neither the session nor the view has.
type settable interface {
	stopper
	Desk() Desk
}

type copier interface {
	// Copy puts text where other programs paste from, and returns by what.
	Copy(ctx context.Context, text string) (by string, err error)
}

type stopper interface {
	// Stops reports whether a run of several lines stops at the first that fails.
	Stops() bool
	// SetStops changes that.
	SetStops(bool)
}
