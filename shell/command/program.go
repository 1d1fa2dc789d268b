package command

import (
	"context"
	"errors"

	"rpcsh/shell/arguments"
	"rpcsh/shell/lang"
)

// runCommand runs scripts that call the peer.
func (t *Table) runCommand() Command {
	return Command{
		Name: "run", Group: groupShell, Usage: "FILE.star [ARG …]",
		Summary: "run a script in Starlark that calls the peer",
		Help: "Its top level is run once, and then main(ARG, …), if there is one; what main returns is the result. " +
			"rpc is the current peer: rpc.call, rpc.try_call, rpc.notify, rpc.batch, and rpc.wait(METHOD, " +
			"timeout=None), which returns the params of what the peer sends. check(CONDITION, TEXT) ends it with " +
			"exit code 5, as fail(TEXT) does. Arguments are text. .serve FILE.star is for scripts that answer.",
		Examples: []string{".run smoke.star", ".run load.star 100"},
		Find:     findFiles,
		Run: func(ctx context.Context, args lang.Text) error {
			words := arguments.Read(args).Words()
			if len(words) == 0 {
				return errors.New("a file is missing")
			}
			return t.lines.RunScript(ctx, words[0], words[1:])
		},
	}
}
