package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"rpcsh/shell/exit"
)

// A verb is a word that stands where a TARGET could, which no target can be: it has neither a port nor a slash.
type verb struct {
	name, usage, summary string
	words                []string // what may follow; nil: files
}

// The verbs.
const (
	verbRun        = "run"
	verbCompletion = "completion"
	verbMan        = "man"
)

// verbs returns all verbs, in the order of their use.
func verbs() []verb {
	return []verb{
		{verbRun, "FILE [ARG …]", "run the lines of a file of any name", nil},
		{verbCompletion, strings.Join(completionShells(), "|"), "print what completes command lines in that shell",
			completionShells()},
		{verbMan, "", "print the manual page", []string{}},
	}
}

// scriptSuffix ends the name of a file of lines that takes the place of TARGET or METHOD.
const scriptSuffix = ".rpc"

// readVerb takes a verb, or FILE.rpc, with what follows it off the arguments.
func (o *options) readVerb() error {
	heads := o.args[:min(2, len(o.args))]
	at := slices.IndexFunc(heads, isScript)
	missing := slices.IndexFunc(heads, isMissing)
	isVerb := len(o.args) > 0 && !o.demo && verbAt(o.args[0]) >= 0
	switch {
	case isVerb && o.args[0] == verbRun:
		if len(o.args) < 2 {
			return exit.Usagef("run what? write rpcsh run FILE%s [ARG …]", scriptSuffix)
		}
		o.script, o.scriptArgs, o.args = o.args[1], o.args[2:], nil
	case isVerb:
		o.verb, o.verbArgs, o.args = o.args[0], o.args[1:], nil
	case at == 0 || at == 1 && !o.demo && o.listen == "":
		o.script, o.scriptArgs, o.args = o.args[at], o.args[at+1:], o.args[:at]
	case missing == 0 && !o.demo:
		return exit.Usagef("%s: there is no such file", o.args[0])
	case missing == 0 || missing == 1 && !o.demo && o.listen == "":
		return exit.Usagef("%[1]s: there is no such file (.call %[1]s calls a method of that name)", o.args[missing])
	}
	return nil
}

// verbAt returns the index of a verb, -1 for another word.
func verbAt(word string) int {
	return slices.IndexFunc(verbs(), func(v verb) bool { return v.name == word })
}

// isScript reports whether a word is the name of a file of lines, and not of a socket or a method.
func isScript(word string) bool {
	if !strings.HasSuffix(word, scriptSuffix) {
		return false
	}
	info, err := os.Stat(word)
	return err == nil && info.Mode().IsRegular()
}

// isMissing reports whether a word can only be meant as the name of a file of lines, and there is none.
func isMissing(word string) bool {
	_, err := os.Stat(word)
	return strings.HasSuffix(word, scriptSuffix) && !strings.Contains(word, ":") && errors.Is(err, fs.ErrNotExist)
}

// printed returns what a verb prints.
func (p *program) printed() (string, error) {
	switch {
	case p.verb == verbMan && len(p.verbArgs) == 0:
		return manual(), nil
	case p.verb == verbCompletion && len(p.verbArgs) > 0 && p.verbArgs[0] == completionWords:
		return completionLines(p.complete(p.verbArgs[1:])), nil
	case p.verb == verbCompletion && len(p.verbArgs) == 1 && slices.Contains(completionShells(), p.verbArgs[0]):
		return completionScript(p.verbArgs[0]), nil
	}
	v := verbs()[verbAt(p.verb)]
	return "", exit.Usagef("write %s", strings.TrimSpace(fmt.Sprintf("rpcsh %s %s", v.name, v.usage)))
}
