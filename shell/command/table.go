package command

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"rpcsh/completer"
	"rpcsh/history"
	"rpcsh/shell/config"
	"rpcsh/shell/exit"
	"rpcsh/shell/lang"
	"rpcsh/shell/record"
	"rpcsh/shell/ring"
	"rpcsh/shell/session"
	"rpcsh/shell/view"
)

// Deps is what commands act on.
type Deps struct {
	Session *session.Session
	View    *view.View
	Lines   Lines
	History *history.History // nil: no lines are kept
	Config  *config.Config   // nil: nothing is configured
	Ring    *ring.Ring       // what has happened
	// Recording starts and stops the session's recording.
	Recording *record.Control
	Tapped    Tapped // nil: there is no tap
}

// A Table is the commands of one shell. Run and checkLine are called by those who run lines; all else by any goroutine.
type Table struct {
	connections *connections
	learner     *learner
	repeater    *repeater
	messages    *Messages
	index       *MethodIndex
	commands    []Command
	settings    []Setting
	config      *config.Config
	view        *view.View
	lines       Lines
}

// New returns the commands that act on deps. With no deps at all, they can be listed, and not be run.
func New(deps Deps) *Table {
	t := &Table{
		connections: &connections{deps.Session, deps.View, deps.Lines},
		learner:     &learner{deps.Session, deps.View, deps.Lines},
		index:       NewMethodIndex(deps.Session),
		messages:    &Messages{deps.Session, deps.View, deps.Ring, deps.Lines, deps.Tapped},
		settings:    settingTable(deps.Session, deps.View, deps.Lines, deps.Ring),
		config:      deps.Config,
		view:        deps.View,
		lines:       deps.Lines,
	}
	if t.config == nil {
		t.config = config.Loader{}.Load()
	}
	t.repeater = &repeater{session: deps.Session, view: deps.View, lines: deps.Lines, check: t.checkLine}
	found := &finder{deps.Session, t.index}
	replier := &replier{deps.Session, deps.View, deps.Lines, t.messages, deps.Tapped}
	holder := &holder{replier, deps.Lines}
	t.commands = slices.Concat(
		t.connections.commands(t),
		callCommands(deps.Session, deps.View, deps.Lines, t.messages),
		methodCommands(deps, found),
		t.learner.commands(),
		[]Command{exportCommand(deps.Session, deps.View, deps.Recording)},
		documentCommands(deps.Session, deps.View, deps.Lines, holder),
		serveCommands(deps.Session, deps.View, deps.Tapped),
		holder.commands(),
		replyCommands(replier),
		hookCommands(deps.Session, deps.View, t.checkHook),
		watchCommands(deps.Session, deps.View, deps.Ring),
		shapeCommands(deps.Session, deps.View, deps.Lines),
		t.messages.commands(),
		[]Command{recordCommand(deps.Session, deps.View, deps.Recording)},
		t.repeater.commands(),
		[]Command{letCommand(deps.Session, t.messages)},
		t.shellCommands(deps),
	)
	return t
}

// Commands returns all commands, in the order of their groups.
func (t *Table) Commands() []Command { return t.commands }

// Settings returns all that .set changes, in order of name.
func (t *Table) Settings() []Setting { return t.settings }

// Index returns the names of the peers' methods, prepared for searching.
func (t *Table) Index() *MethodIndex { return t.index }

// Messages returns what the session's messages are by their numbers.
func (t *Table) Messages() *Messages { return t.messages }

// Named returns the command of a name, or of an alias.
func (t *Table) Named(name string) (c Command, found bool) {
	i := slices.IndexFunc(t.commands, func(c Command) bool {
		return c.Name == name || slices.Contains(c.Aliases, name)
	})
	if i < 0 {
		return Command{}, false
	}
	return t.commands[i], true
}

// Find returns the command that name stands for: its name, an alias, or the beginning of a single command's.
func (t *Table) Find(name string) (Command, error) {
	if c, is := t.Named(name); is {
		return c, nil
	}
	var found []Command
	for _, c := range t.commands {
		for _, n := range append([]string{c.Name}, c.Aliases...) {
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
		return Command{}, t.noCommand(name)
	}
	names := make([]string, len(found))
	for i, c := range found {
		names[i] = "." + c.Name
	}
	return Command{}, fmt.Errorf(".%s may be %s", name, strings.Join(names, " or "))
}

// noCommand returns the error for a name that no command has: which ones are near.
func (t *Table) noCommand(name string) error {
	var names []string
	for _, c := range t.commands {
		names = append(names, c.Name)
	}
	help := "; .help lists them"
	if near := completer.Nearest(name, names); len(near) > 0 {
		help = ": did you mean ." + strings.Join(near, " or .") + "?"
	}
	return fmt.Errorf("there is no command .%[1]s%[2]s (.call .%[1]s calls a method of that name)", name, help)
}

// Run runs a statement that is a command. A mistake in the line is a *lang.Error.
func (t *Table) Run(ctx context.Context, st *lang.Statement) error {
	c, err := t.allowed(st.Command, session.HookOf(ctx) != nil)
	switch {
	case err != nil:
		return err
	case c.Run == nil:
		return &lang.Error{Column: st.Command.Column, Reason: "write it in full: ." + c.Name}
	case st.Peer != "":
		return &lang.Error{Column: st.PeerColumn, Reason: "a peer is for calls; see .help " + c.Name}
	}
	if err = c.Run(ctx, st.Command.Args); ctx.Err() != nil {
		return err
	}
	return located(err, st.Command.Args.Column)
}

// Prepares reports whether a line is empty, or a command that Prepares and makes no call for its arguments.
func (t *Table) Prepares(line string) bool {
	st, err := lang.Check(line)
	switch {
	case err != nil:
		return false
	case st.Command == nil:
		return len(st.Calls) == 0 && st.Print == nil && st.Wait == nil
	}
	c, err := t.Find(st.Command.Name)
	return err == nil && c.Prepares && !strings.Contains(st.Command.Args.Text, "$(")
}

// allowed returns the command that is named, if it may be run where it is.
func (t *Table) allowed(named *lang.Command, inHook bool) (Command, error) {
	c, err := t.Find(named.Name)
	switch {
	case err != nil:
		return c, &lang.Error{Column: named.Column, Reason: err.Error()}
	case c.Typed && inHook:
		return c, &lang.Error{Column: named.Column, Reason: "." + c.Name + " is for whoever sits at the keyboard"}
	}
	return c, nil
}

// located returns err as a mistake at column, if it is one in the line and does not know its column.
func located(err error, column int) error {
	var f *exit.Failure
	var mistake *lang.Error
	switch {
	case err == nil, exit.IsShown(err), errors.As(err, &mistake), errors.As(err, &f) && f.Code != exit.Usage:
		return err
	}
	if code := exit.Code(err); code != exit.Usage && code != exit.Connection { // which is that of all other errors
		return err
	}
	return &lang.Error{Column: column, Reason: err.Error()}
}
