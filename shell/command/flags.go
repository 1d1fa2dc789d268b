package command

import (
	"slices"
	"strings"

	"rpcsh/completer"
	"rpcsh/shell/lang"
)

// A flag is an element of the table of a command's flags, from which they are read, completed and told in help.
type flag struct {
	name, usage, summary string
	// read reads what belongs to the flag, which follows it in a. name is the flag itself.
	read func(name lang.Text, a *arguments) error
}

// sets returns the read of a flag without arguments.
func sets(set func()) func(lang.Text, *arguments) error {
	return func(lang.Text, *arguments) error {
		set()
		return nil
	}
}

// flags are all those of one command.
type flags struct {
	command string // with its dot
	all     []flag
	hint    string // said after what the command's flags are; "": nothing
}

// next reads the flag at the beginning of a, and reports whether there is one. What begins with -- and is no flag
// is a mistake.
func (fs flags) next(a *arguments) (found bool, err error) {
	name := a.peek()
	i := slices.IndexFunc(fs.all, func(f flag) bool { return f.name == name.Text })
	switch {
	case i >= 0:
		a.word()
		return true, fs.all[i].read(name, a)
	case strings.HasPrefix(name.Text, "--") && name.Text != commandMark:
		return false, mistake(name, "there is no "+name.Text+": "+fs.command+" has "+fs.names()+fs.hint)
	}
	return false, nil
}

// leading reads all flags at the beginning of a.
func (fs flags) leading(a *arguments) error {
	for {
		if found, err := fs.next(a); !found || err != nil {
			return err
		}
	}
}

// among reads all flags in a, and returns the words between them.
func (fs flags) among(a *arguments) (words []lang.Text, err error) {
	for !a.empty() {
		switch found, err := fs.next(a); {
		case err != nil:
			return nil, err
		case !found:
			words = append(words, a.word())
		}
	}
	return words, nil
}

func (fs flags) names() string {
	var names []string
	for _, f := range fs.all {
		names = append(names, f.name)
	}
	if len(names) == 2 {
		return names[0] + " and " + names[1]
	}
	return strings.Join(names, ", ")
}

// terms are the flags as help tells them.
func (fs flags) terms() []Term {
	var terms []Term
	for _, f := range fs.all {
		terms = append(terms, Term{strings.TrimSpace(f.name + " " + f.usage), f.summary})
	}
	return terms
}

// candidates are the flags as completion suggests them.
func (fs flags) candidates() []completer.Candidate {
	var all []completer.Candidate
	for _, f := range fs.all {
		description := f.summary
		if f.usage != "" {
			description = f.usage + ": " + f.summary
		}
		all = append(all, completer.Candidate{Text: f.name, Description: description})
	}
	return all
}
