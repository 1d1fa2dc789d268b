package arguments

import (
	"slices"
	"strings"

	"rpcsh/completer"
	"rpcsh/shell/lang"
)

// CommandMark is not a flag: a command and its words follow it.
const CommandMark = "--"

// A Flag is an element of the table of a command's flags, from which they are read, completed and listed in help.
type Flag struct {
	Name, Usage, Summary string
	// Read reads the flag's arguments from a. name is the flag itself.
	Read func(name lang.Text, a *Args) error
}

// NewFlag returns a flag.
func NewFlag(name, usage, summary string, read func(name lang.Text, a *Args) error) Flag {
	return Flag{Name: name, Usage: usage, Summary: summary, Read: read}
}

// Switch returns a flag without arguments. Reading it calls set.
func Switch(name, summary string, set func()) Flag {
	return NewFlag(name, "", summary, func(lang.Text, *Args) error {
		set()
		return nil
	})
}

// Flags are all flags of one command.
type Flags struct {
	Command string // with its dot
	All     []Flag
	Hint    string // ends the message that lists the flags
}

// next reads the flag at the beginning of a, and reports whether there is one. An unknown flag is a mistake.
func (fs Flags) next(a *Args) (found bool, err error) {
	name := a.Peek()
	i := slices.IndexFunc(fs.All, func(f Flag) bool { return f.Name == name.Text })
	switch {
	case i >= 0:
		a.Word()
		return true, fs.All[i].Read(name, a)
	case strings.HasPrefix(name.Text, "--") && name.Text != CommandMark:
		return false, Mistake(name, "there is no "+name.Text+": "+fs.Command+" has "+fs.names()+fs.Hint)
	}
	return false, nil
}

// Leading reads all flags at the beginning of a.
func (fs Flags) Leading(a *Args) error {
	for {
		if found, err := fs.next(a); !found || err != nil {
			return err
		}
	}
}

// Among reads all of a, and returns the words that are not flags.
func (fs Flags) Among(a *Args) (words []lang.Text, err error) {
	for !a.Empty() {
		switch found, err := fs.next(a); {
		case err != nil:
			return nil, err
		case !found:
			words = append(words, a.Quoted())
		}
	}
	return words, nil
}

// Exactly is Among for so many words at most: those that are missing are "", at the end.
func (fs Flags) Exactly(a *Args, n int) (words []lang.Text, err error) {
	end := a.Rest.Column + len(a.Rest.Text)
	words, err = fs.Among(a)
	if err == nil && len(words) > n {
		err = Mistake(words[n], "nothing belongs here")
	}
	for len(words) < n {
		words = append(words, lang.Text{Column: end})
	}
	return words, err
}

func (fs Flags) names() string {
	var names []string
	for _, f := range fs.All {
		names = append(names, f.Name)
	}
	if len(names) == 2 {
		return names[0] + " and " + names[1]
	}
	return strings.Join(names, ", ")
}

// Candidates returns the flags as completion suggests them.
func (fs Flags) Candidates() []completer.Candidate {
	var all []completer.Candidate
	for _, f := range fs.All {
		description := f.Summary
		if f.Usage != "" {
			description = f.Usage + ": " + f.Summary
		}
		all = append(all, completer.Candidate{Text: f.Name, Description: description})
	}
	return all
}
