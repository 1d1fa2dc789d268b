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
	stopper
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
}

type waiter interface {
	// UntilAsked returns a context that ends with ctx, and when a request begins to wait for the person, who cannot
	// answer it while a command runs.
	UntilAsked(ctx context.Context) (asked context.Context, cancel func())
	// Interruption returns why a context of UntilAsked has ended; doing says what came to nothing.
	Interruption(ctx context.Context, doing string) error
}

type lender interface {
	// Lend gives the terminal to another program while run runs.
	Lend(run func() error) error
}

type environment interface {
	// Env returns what the arguments of a line may refer to.
	Env(ctx context.Context) lang.Env
}

type stopper interface {
	// Stops reports whether a run of several lines stops at the first that fails.
	Stops() bool
	// SetStops changes that.
	SetStops(bool)
}
