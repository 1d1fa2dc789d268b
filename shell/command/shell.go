package command

import (
	"context"
	"fmt"
	"strings"

	"rpcsh/shell/arguments"

	"rpcsh/completer"
	"rpcsh/history"
	"rpcsh/shell/columns"
	"rpcsh/shell/lang"
	"rpcsh/shell/methods"
	"rpcsh/shell/view"
)

// shellCommands are those that are about the shell itself.
func (t *Table) shellCommands(deps Deps) []Command {
	return []Command{
		{
			Name: "set", Group: groupShell, Usage: "[NAME [VALUE]]",
			Summary:  "show or change a setting",
			Help:     t.settingHelp(),
			Examples: []string{".set", ".set timeout 5s", ".set noparams array"},
			Complete: t.completeSetting,
			Run:      func(_ context.Context, args lang.Text) error { return t.set(deps.View, args) },
		},
		{
			Name: "history", Group: groupShell, Usage: "[PATTERN]",
			Summary:  "list the lines that were typed, or those that contain PATTERN",
			Help:     "Lines are kept across runs; one that begins with a blank is not.",
			Examples: []string{".history my_add"},
			Run: func(_ context.Context, args lang.Text) error {
				return listHistory(deps.History, deps.View, args.Text)
			},
		},
		{
			Name: "help", Aliases: []string{"?"}, Group: groupShell, Usage: "[COMMAND]",
			Summary:  "list the commands, or tell all of one",
			Examples: []string{".help serve"},
			Complete: func([]string) []completer.Candidate {
				var all []completer.Candidate
				for _, c := range t.commands {
					all = append(all, completer.Candidate{Text: c.Name, Description: c.Summary})
				}
				return all
			},
			Run: func(_ context.Context, args lang.Text) error { return t.help(deps.View, args) },
		},
		{
			Name: "quit", Aliases: []string{"exit"}, Group: groupShell,
			Summary: "leave; Ctrl-D on an empty line does the same",
			Run: func(_ context.Context, args lang.Text) error {
				if err := arguments.None(args); err != nil {
					return err
				}
				deps.Lines.Quit()
				return nil
			},
		},
	}
}

// listHistory lists the lines that contain pattern.
func listHistory(lines *history.History, v *view.View, pattern string) error {
	if lines == nil {
		return fmt.Errorf("no lines are kept in this run")
	}
	for _, line := range lines.Find(pattern) {
		v.Say("%s", view.Visible(line))
	}
	return nil
}

// help runs .help [COMMAND].
func (t *Table) help(v *view.View, args lang.Text) error {
	if args.Text != "" {
		c, err := t.Find(strings.TrimPrefix(args.Text, "."))
		if err != nil {
			return arguments.Mistake(args, err.Error())
		}
		v.Say("%s", c.help())
		return nil
	}
	width := min(v.ListWidth(), methods.WidestText)
	var rows view.Table
	rows.Row("METHOD ARG …", "call; !METHOD notifies, @2 or @all before it names a peer")
	rows.Row("NAME = CALL", "keep the result in $NAME; CALL | JQ filters it; CALL & does not wait")
	rows.Row("ARG", "JSON or text, or all of them as name=value")
	for _, g := range Groups() {
		rows.Row("")
		rows.Row(v.Colors().Bold(g))
		for _, c := range t.commands {
			if c.Group == g {
				rows.Row("  ."+c.Name, c.Summary)
			}
		}
	}
	const more = ".help COMMAND tells more. Tab completes, Ctrl-R searches what was typed, Ctrl-C gives up a call."
	v.Say("%s\n%s", rows.Within(width), columns.Wrap(more, width, ""))
	return nil
}
