package command

import (
	"context"
	"fmt"
	"strings"

	"rpcsh/completer"
	"rpcsh/history"
	"rpcsh/shell/arguments"
	"rpcsh/shell/columns"
	"rpcsh/shell/lang"
	"rpcsh/shell/macro"
	"rpcsh/shell/methods"
	"rpcsh/shell/term"
	"rpcsh/shell/view"
)

// shellCommands are those that are about the shell itself.
func (t *Table) shellCommands(deps Deps) []Command {
	return []Command{
		{
			Name: "set", Group: groupShell, Usage: "[SETTING [VALUE]]",
			Summary:  "show or change a setting",
			Help:     t.settingHelp(),
			Examples: []string{".set", ".set timeout 5s", ".set noparams array"},
			Complete: t.completeSetting,
			Run:      func(ctx context.Context, args lang.Text) error { return t.set(ctx, deps.View, args) },
		},
		{
			Name: "source", Group: groupShell, Usage: "FILE [ARG …]",
			Summary: "run the lines of a file, in which $1 … $9 are the arguments, and $@ all of them",
			Help: "It stops at the first line that fails, unless .set stop off, and names it. $1 stands where it is " +
				"outside of quotes, in calls and commands; behind | text is in quotes. rpcsh TARGET FILE.rpc and " +
				"rpcsh run FILE do the same from the command line.",
			Examples: []string{".source setup.rpc", ".source add.rpc 40 2"},
			Find:     findFiles,
			Run: func(ctx context.Context, args lang.Text) error {
				a := arguments.Read(args)
				file := arguments.Unquote(a.Quoted().Text)
				if file == "" {
					return fmt.Errorf("a file is missing")
				}
				words, rest := macro.Split(a.Rest.Text)
				if rest != "" {
					return arguments.Mistake(a.Rest, "a file of lines has no result to filter or keep")
				}
				return deps.Lines.Source(ctx, file, words)
			},
		},
		t.runCommand(),
		{
			Name: "history", Group: groupShell, Usage: "[PATTERN]",
			Summary: "list the lines that were typed, or those that contain PATTERN",
			Help: "Lines are kept across runs; one that begins with a blank is not, nor is one with a password or " +
				"the like written out in it ($NAME and @FILE are not).",
			Examples: []string{".history my_add"},
			Run: func(ctx context.Context, args lang.Text) error {
				return listHistory(ctx, deps.History, deps.View, args.Text)
			},
		},
		{
			Name: "clear", Group: groupShell, Typed: true,
			Summary: "empty the window, as Ctrl-L does",
			Run: func(_ context.Context, args lang.Text) error {
				if err := arguments.None(args); err != nil {
					return err
				}
				deps.Lines.Clear()
				return nil
			},
		},
		{
			Name: "help", Aliases: []string{"?"}, Group: groupShell, Usage: "[COMMAND | keys]",
			Summary:  "list the commands, tell all of one, or list the keys",
			Examples: []string{".help serve", ".help keys"},
			Complete: func([]string) []completer.Candidate {
				all := []completer.Candidate{{Text: helpKeys, Description: "list the keys"}}
				for _, c := range t.commands {
					all = append(all, completer.Candidate{Text: c.Name, Description: c.Summary})
				}
				return all
			},
			Run: func(ctx context.Context, args lang.Text) error { return t.help(ctx, deps.View, args) },
		},
		{
			Name: "quit", Aliases: []string{"exit", "detach"}, Group: groupShell,
			Summary: "leave; Ctrl-D on an empty line does the same, and a tap goes on",
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
func listHistory(ctx context.Context, lines *history.History, v *view.View, pattern string) error {
	if lines == nil {
		return fmt.Errorf("no lines are kept in this run")
	}
	var list strings.Builder
	for _, line := range lines.Find(pattern) {
		list.WriteString(strings.ReplaceAll(view.VisibleLines(line), "\n", "\n  ") + "\n")
	}
	return v.Page(ctx, list.String())
}

// help runs .help [COMMAND].
func (t *Table) help(ctx context.Context, v *view.View, args lang.Text) error {
	switch args.Text {
	case "":
	case helpKeys:
		return v.Page(ctx, keyHelp(v))
	default:
		if line, is := t.config.Aliases()[args.Text]; is {
			return v.Page(ctx, fmt.Sprintf("%s is an alias of %s\n", view.Visible(args.Text), view.Visible(line)))
		}
		c, err := t.Find(strings.TrimPrefix(args.Text, "."))
		if p := t.connections.session.Peers().Current(); err != nil && p != nil && p.Known().Knows(args.Text) {
			err = fmt.Errorf("%[1]s is a method of the peer, and no command: .describe %[1]s tells of it", args.Text)
		}
		if err != nil {
			return arguments.Mistake(args, err.Error())
		}
		const widest = 78 // columns that are read well
		return v.Page(ctx, c.help(min(v.ListWidth(), widest)))
	}
	width := min(v.ListWidth(), methods.WidestText)
	var rows columns.Table
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
	const more = ".help COMMAND tells more, .help keys lists the keys. Tab completes, Ctrl-R searches what was " +
		"typed, Ctrl-C gives up a call."
	return v.Page(ctx, rows.Within(width)+"\n"+columns.Wrap(more, width, ""))
}

// helpKeys is what .help lists the keys for.
const helpKeys = "keys"

// keyHelp lists the keys of the line editor.
func keyHelp(v *view.View) string {
	const widest = 26 // of the keys
	width := v.ListWidth()
	var rows columns.Table
	list := func(bindings []term.Binding) {
		for _, b := range bindings {
			keys, does := strings.Fields(b.Names()), strings.Fields(b.Does)
			if width < 2*widest { // too narrow for both in a row
				const below = "    "
				for _, line := range columns.Fill(keys, width, "", "") {
					rows.Row(line)
				}
				for _, line := range columns.Fill(does, width, below, below) {
					rows.Row(line)
				}
				continue
			}
			left, right := columns.Fill(keys, widest, "", ""), columns.Fill(does, width-widest-2, "", "")
			for i := range max(len(left), len(right)) {
				row := []string{"", ""}
				if i < len(left) {
					row[0] = left[i]
				}
				if i < len(right) {
					row[1] = right[i]
				}
				rows.Row(row...)
			}
		}
	}
	list(term.Bindings())
	rows.Row("")
	rows.Row(v.Colors().Bold("With .set editing vi"))
	list(term.ViBindings())
	return rows.String()
}
