package command

import (
	"context"
	"fmt"
	"strings"

	"rpcsh/shell/arguments"
	"rpcsh/shell/lang"
	"rpcsh/shell/session"
	"rpcsh/shell/variables"
	"rpcsh/shell/view"
)

func letCommand(s *session.Session, messages *Messages) Command {
	return Command{
		Name: "let", Group: groupLines, Usage: "NAME = JQ",
		Summary: "give a variable the value of a jq expression, in which variables may be used",
		Help: "The dot is $_, the last result. Several values become an array. NAME = .print VALUE gives it a value " +
			"as it is typed.",
		Examples: []string{".let n = $_.items | length", ".let sum = $x + $y", `.let url = "http://\($env.HOST)/"`},
		Run:      func(ctx context.Context, args lang.Text) error { return let(ctx, s, messages, args) },
	}
}

// let runs .let NAME = JQ.
func let(ctx context.Context, s *session.Session, messages *Messages, args lang.Text) error {
	name, expression, found := strings.Cut(args.Text, "=")
	name = strings.TrimSpace(name)
	if !found || !lang.IsVariable(name) {
		return arguments.Mistake(args, "NAME = JQ belongs here; $env, $_1 and the like have values of their own")
	}
	text := strings.TrimLeft(expression, " \t\n")
	jqText := lang.Text{Text: text, Column: args.Column + len(args.Text) - len(text)}
	if text == "" {
		return arguments.Mistake(jqText, "a jq expression is missing after =")
	}
	f, values, err := messages.Compile(ctx, jqText)
	if err != nil {
		return err
	}
	last, _ := s.VariableFor(ctx, variables.Last)
	results, err := f.Run(ctx, last, values...)
	switch {
	case err != nil:
		return err
	case len(results) == 0:
		return arguments.Mistake(jqText, fmt.Sprintf("this yields no value for $%s", name))
	}
	s.Variables().Set(name, view.OneValue(results))
	return nil
}
