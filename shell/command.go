package shell

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"rpcsh/completer"
	"rpcsh/shell/lang"
)

// A Command is one of the shell's own. It is all that there is to know of it: help, completion, README.md and docs/reference.md are made from it.
type Command struct {
	Name     string
	Aliases  []string
	Group    string
	Usage    string   // its arguments, as they are written in help
	Summary  string   // one line
	Help     string   // what the summary leaves out
	Terms    []Term   // what its arguments may be, where those are many
	Examples []string // whole lines

	// Complete returns candidates for the word being typed, after the words before it; nil: there are none.
	Complete func(s *Shell, words []string) []completer.Candidate
	// Find returns the best candidates for typed itself, where they are too many to be listed or depend on it; nil: see Complete.
	Find  func(s *Shell, words []string, typed string) []completer.Candidate
	Typed bool // it needs whoever sits at the keyboard
	// Run runs the command; nil for those that the language knows as calls.
	Run func(ctx context.Context, s *Shell, args lang.Text) error
}

// A Term is one of the words that a command knows, and what it means.
type Term struct{ Name, Meaning string }

// The groups of commands, in the order of help.
const (
	groupConnections = "Connections"
	groupCalls       = "Calls"
	groupMethods     = "Methods"
	groupDocuments   = "Documents"
	groupServing     = "Serving"
	groupWatching    = "Watching"
	groupShell       = "Shell"
)

// Groups returns the groups of commands, in order.
func Groups() []string {
	return []string{groupConnections, groupCalls, groupMethods, groupDocuments, groupServing, groupWatching, groupShell}
}

// Commands returns the table of commands, in the order of their groups.
func Commands() []Command {
	var all []Command
	for _, table := range [][]Command{connectionCommands(), callCommands(), learnCommands(), documentCommands(), serveCommands(), replyCommands(), onCommands(), watchCommands(), shellCommands()} {
		all = append(all, table...)
	}
	return all
}

// findCommand returns the command that name, or the beginning of a single one's name, stands for.
func findCommand(name string) (Command, error) {
	var found []Command
	for _, c := range Commands() {
		for _, n := range append([]string{c.Name}, c.Aliases...) {
			if n == name {
				return c, nil
			}
			if strings.HasPrefix(n, name) && name != "" {
				found = append(found, c)
				break
			}
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return Command{}, fmt.Errorf("there is no command .%s; .help lists them (.call %s calls a method of that name)", name, "."+name)
	}
	names := make([]string, len(found))
	for i, c := range found {
		names[i] = "." + c.Name
	}
	return Command{}, fmt.Errorf(".%s may be %s", name, strings.Join(names, " or "))
}

// command runs a statement that is a command.
func (s *Shell) command(ctx context.Context, st *lang.Statement) error {
	c, err := findCommand(st.Command.Name)
	if err != nil {
		return &lang.Error{Column: st.Command.Column, Reason: err.Error()}
	}
	if c.Run == nil {
		return &lang.Error{Column: st.Command.Column, Reason: "write it in full: ." + c.Name}
	}
	if st.Peer != "" {
		return &lang.Error{Column: st.PeerColumn, Reason: "a peer is for calls; see .help " + c.Name}
	}
	if c.Typed && occasionOf(ctx) != nil {
		return &lang.Error{Column: st.Command.Column, Reason: "." + c.Name + " is for whoever sits at the keyboard"}
	}
	if err = c.Run(ctx, s, st.Command.Args); ctx.Err() != nil {
		return err
	}
	return mistake(err, st.Command.Args.Column)
}

// mistake returns err as one of the line at column, if it is one of the line and does not know its column.
func mistake(err error, column int) error {
	var f *failure
	var shown *shownError
	var syntax *lang.Error
	switch {
	case err == nil, errors.As(err, &shown), errors.As(err, &syntax), errors.As(err, &f) && f.code != ExitUsage, errors.Is(err, errTimeout):
		return err
	}
	return &lang.Error{Column: column, Reason: err.Error()}
}

// noArguments refuses arguments where a command takes none.
func noArguments(args lang.Text) error {
	if args.Text == "" {
		return nil
	}
	return &lang.Error{Column: args.Column, Reason: "nothing belongs here"}
}

// word cuts the first word off text.
func word(text lang.Text) (first, rest lang.Text) {
	i := strings.IndexAny(text.Text, " \t")
	if i < 0 {
		return text, lang.Text{Column: text.Column + len(text.Text)}
	}
	after := strings.TrimLeft(text.Text[i:], " \t")
	return lang.Text{Text: text.Text[:i], Column: text.Column}, lang.Text{Text: after, Column: text.Column + len(text.Text) - len(after)}
}

// A table is rows of cells, put under each other; a row of one cell stands for itself.
type table struct {
	rows [][]string
}

func (t *table) row(cells ...string) { t.rows = append(t.rows, cells) }

// widths returns how wide the columns are.
func (t *table) widths() []int {
	var widths []int
	for _, r := range t.rows {
		for i, cell := range r {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			if len(r) > 1 {
				widths[i] = max(widths[i], displayWidth(cell))
			}
		}
	}
	return widths
}

// String returns the table, its columns aligned; the first row is the head where there is one.
func (t *table) String() string {
	widths := t.widths()
	var b strings.Builder
	for _, r := range t.rows {
		var line strings.Builder
		for i, cell := range r {
			line.WriteString(cell)
			line.WriteString(strings.Repeat(" ", max(0, widths[i]-displayWidth(cell)+2)))
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return b.String()
}

// within is String, but with the last column broken into lines at blanks, so that it fits into width columns where that can be.
func (t *table) within(width int) string {
	widths := t.widths()
	var broken table
	for _, r := range t.rows {
		last := len(r) - 1
		used := 0
		for _, w := range widths[:last] {
			used += w + 2
		}
		const narrowest = 20
		lines := fill(strings.Fields(r[last]), max(narrowest, width-used), "", "")
		broken.row(append(slices.Clone(r[:last]), lines[0])...)
		for _, line := range lines[1:] {
			broken.row(append(make([]string, last), line)...)
		}
	}
	return broken.String()
}

// clip shortens text to n characters.
func clip(text string, n int) string {
	if utf8.RuneCountInString(text) <= n {
		return text
	}
	return string([]rune(text)[:max(0, n-1)]) + "…"
}
