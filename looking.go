package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"

	"github.com/spf13/pflag"
	xterm "golang.org/x/term"

	"rpcsh/rpcconn/plain"
	"rpcsh/rpcconn/process"
	"rpcsh/shell/event"
	"rpcsh/shell/exit"
	"rpcsh/shell/jq"
	"rpcsh/shell/lang"
	"rpcsh/shell/review"
)

// lookFlags are the flags of show and stat: they have none of their own, and take those of rpcsh behind the verb.
func (o *options) lookFlags(*pflag.FlagSet) {}

// show prints a recording.
func (p *program) show(ctx context.Context) error {
	opts, err := p.review(p.verbArgs)
	if err != nil {
		return err
	}
	out, wait, err := pager(ctx, p)
	if err != nil {
		return err
	}
	opts.Out = out
	return looked(ctx, errors.Join(review.Show(ctx, opts), wait()))
}

// stat prints what there is in a recording.
func (p *program) stat(ctx context.Context) error {
	opts, err := p.review(p.verbArgs)
	if err != nil {
		return err
	}
	if opts.JQ != nil {
		return exit.Usagef("| JQ is for rpcsh show; -o json has what stat says as JSON")
	}
	return looked(ctx, review.Stat(ctx, opts))
}

// looked returns what has become of looking at a recording. Who has seen enough closes the pipe.
func looked(ctx context.Context, err error) error {
	switch {
	case ctx.Err() != nil:
		return exit.ErrInterrupted
	case err == nil || plain.NobodyReads.Is(err):
		return nil
	}
	return &exit.Failure{Code: exit.Usage, Err: err}
}

// review reads FILE [FILTER] [| JQ].
func (p *program) review(args []string) (review.Options, error) {
	opts := review.Options{
		Rules: p.redacts, Output: p.output, Out: p.stdout, Safe: isTerminal(p.stdout), Color: p.coloredOutput(),
		Remark: func(text string) { p.say("%s", text) }, Width: columnsOf(p.stdout),
		Stdin: p.stdin,
	}
	if len(args) == 0 {
		return opts, verbs()[verbAt(p.verb)].wrong()
	}
	opts.File = args[0]
	filter, expression, filtered := strings.Cut(strings.Join(args[1:], " "), "|")
	var err error
	if opts.Filter, err = event.ParseFilter(filter); err != nil {
		return opts, exit.Usagef("%w", err)
	}
	if !filtered {
		return opts, nil
	}
	if opts.JQ, err = jq.Compile(expression); err != nil {
		var wrong *jq.Error
		if errors.As(err, &wrong) {
			return opts, exit.Usagef("%w", &lang.Error{Column: wrong.Offset, Reason: "| " + wrong.Reason})
		}
		return opts, exit.Usagef("|%s: %w", expression, err)
	}
	return opts, nil
}

// columnsOf returns how wide the window is that a stream is shown in, 0 where it is no terminal.
func columnsOf(stream any) int {
	if f, ok := stream.(*os.File); ok {
		if width, _, err := xterm.GetSize(int(f.Fd())); err == nil {
			return width
		}
	}
	return 0
}

// coloredOutput reports whether what is printed on stdout has colours.
func (p *program) coloredOutput() bool {
	switch p.color {
	case colorAlways:
		return true
	case colorNever:
		return false
	}
	return isTerminal(p.stdout) && os.Getenv("NO_COLOR") == "" && p.draws()
}

// pagerFlags is what less is told where nobody says otherwise: colours are shown, text that fits stays on the screen,
// and lines are not folded.
const pagerFlags = "FRX"

// pager returns where to print what may be longer than the screen, and what waits until it has been seen: the person's
// pager on a terminal, else stdout.
func pager(ctx context.Context, p *program) (out io.Writer, wait func() error, err error) {
	command, said := os.LookupEnv("PAGER")
	if !said {
		command = "less"
	}
	words := strings.Fields(command)
	if !isTerminal(p.stdout) || !p.draws() || len(words) == 0 || words[0] == "cat" {
		return p.stdout, func() error { return nil }, nil
	}
	if _, err := exec.LookPath(words[0]); err != nil && !said {
		return p.stdout, func() error { return nil }, nil
	}
	cmd := process.Command(ctx, words[0], words[1:]...)
	cmd.Stdout, cmd.Stderr = p.stdout, p.stderr
	if _, said := os.LookupEnv("LESS"); !said {
		cmd.Env = append(os.Environ(), "LESS="+pagerFlags)
	}
	in, err := cmd.StdinPipe()
	if err == nil {
		p.ending.lendKeys()
		err = cmd.Start()
	}
	if err != nil {
		return nil, nil, exit.Usagef("starting the pager %s: %w (PAGER=cat does without)", command, err)
	}
	return in, func() error {
		_ = in.Close() // who has left has closed it
		_ = cmd.Wait() // how a pager ends says nothing of the recording
		return nil
	}, nil
}
