// Package command is the shell's own commands: one table, from which they are found, run, completed, and listed in
// help and in docs/reference.md. A group of commands is a file. What a command does lies in package session, how it
// looks in package view; a command reads its arguments, calls the one, and tells the other.
package command

import (
	"context"
	"strings"

	"rpcsh/completer"
	"rpcsh/shell/arguments"
	"rpcsh/shell/columns"
	"rpcsh/shell/lang"
)

// A Command is one of the shell's own. It is all that there is to know of it: help, completion and docs are made
// from it.
type Command struct {
	Name     string
	Aliases  []string
	Group    string
	Usage    string   // its arguments, as they are written in help
	Summary  string   // one line
	Help     string   // what the summary leaves out
	Terms    []Term   // what its arguments may be, where those are many
	Examples []string // whole lines

	// Complete returns candidates for the word being typed, after the words before it; nil: there are none. Like
	// Find, it may be called at any time, by any goroutine.
	Complete func(words []string) []completer.Candidate
	// Find returns the best candidates for typed itself, where they are too many to be listed or depend on it; nil:
	// see Complete.
	Find  func(words []string, typed string) []completer.Candidate
	Typed bool // it is for whoever sits at the keyboard: a line of .on cannot have it
	// Prepares says that it changes how peers are answered, and needs none: run before there is one, it is in time for
	// the first request.
	Prepares bool
	// Run runs the command; nil for those that the language knows as calls.
	Run func(ctx context.Context, args lang.Text) error
}

// A Term is one of the words that a command knows, and what it means.
type Term struct{ Name, Meaning string }

// flagTerms are flags as help tells them.
func flagTerms(flags arguments.Flags) []Term {
	var terms []Term
	for _, f := range flags.All {
		terms = append(terms, Term{strings.TrimSpace(f.Name + " " + f.Usage), f.Summary})
	}
	return terms
}

// The groups of commands.
const (
	groupConnections = "Connections"
	groupCalls       = "Calls"
	groupMethods     = "Methods"
	groupDocuments   = "Documents"
	groupServing     = "Serving"
	groupWatching    = "Watching"
	groupLines       = "Lines"
	groupShell       = "Shell"
)

// Groups returns the groups of commands, in the order of help.
func Groups() []string {
	return []string{
		groupConnections, groupCalls, groupMethods, groupDocuments, groupServing, groupWatching, groupLines,
		groupShell,
	}
}

// List returns the table of commands without a shell, for help and docs: they can be read, and not be run.
func List() []Command { return New(Deps{}).Commands() }

// help returns all that there is to say about c, in lines of at most width columns.
func (c Command) help(width int) string {
	var b strings.Builder
	b.WriteString(strings.Join(columns.Fill(strings.Fields("."+c.Name+" "+c.Usage), width, "", "    "), "\n") + "\n")
	b.WriteString(columns.Wrap(c.Summary, width, "  ") + "\n")
	if c.Help != "" {
		b.WriteString("\n" + columns.Wrap(c.Help, width-2, "  ") + "\n")
	}
	if len(c.Terms) > 0 {
		var t columns.Table
		for _, term := range c.Terms {
			t.Row("  "+term.Name, term.Meaning)
		}
		b.WriteString("\n" + t.Within(width))
	}
	if len(c.Aliases) > 0 {
		b.WriteString("\n  also: ." + strings.Join(c.Aliases, ", .") + "\n")
	}
	if len(c.Examples) > 0 {
		b.WriteString("\n")
		for _, e := range c.Examples {
			b.WriteString("  " + e + "\n")
		}
	}
	return b.String()
}

// Candidate returns c as completion shows it.
func (c Command) Candidate() completer.Candidate {
	return completer.Candidate{Text: "." + c.Name, Description: c.Summary}
}
