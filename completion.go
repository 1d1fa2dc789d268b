package main

import (
	"embed"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dial"
	"rpcsh/shell"
	"rpcsh/shell/command"
	"rpcsh/shell/replay"
	"rpcsh/shell/view"
)

//go:embed completion
var completionFiles embed.FS

// completionShells returns the shells whose command lines can be completed. Each has a script in the folder completion,
// which asks rpcsh itself.
func completionShells() []string { return []string{"bash", "zsh", "fish"} }

// completionWords is what these scripts ask by: rpcsh completion words WORD …, the last of which is being typed, "" for
// a new one. A line is a candidate and, behind a tab, what it is.
const completionWords = "words"

func completionScript(shell string) string {
	text, err := completionFiles.ReadFile("completion/rpcsh." + shell)
	if err != nil {
		panic(err) // it is a part of the program
	}
	return string(text)
}

// A candidate is what the word that is being typed may become.
type candidate struct{ text, about string }

// completionLines returns candidates as the scripts read them.
func completionLines(all []candidate) string {
	var b strings.Builder
	for _, c := range all {
		b.WriteString(view.Visible(c.text) + "\t" + view.Visible(c.about) + "\n")
	}
	return b.String()
}

// complete returns what the last of words may become; none where a file belongs, which the shell knows best.
func (p *program) complete(words []string) []candidate {
	if len(words) == 0 {
		return nil
	}
	before, typed := words[:len(words)-1], words[len(words)-1]
	o := new(options)
	flags := newFlags(o)
	args := []string{} // TARGET METHOD ARG …
	anywhere := false  // flags stand behind arguments, too
	for i := 0; i < len(before); i++ {
		switch word := before[i]; {
		case word == "--":
			return nil
		case len(args) > 0 && !anywhere || !strings.HasPrefix(word, "-"):
			args = append(args, word)
			if v := verbAt(args[0]); len(args) == 1 && v >= 0 && verbs()[v].flags != nil {
				verbs()[v].flags(o, flags)
				anywhere = true
			}
		default:
			f := flagOf(flags, word)
			if f == nil || f.NoOptDefVal != "" || strings.Contains(word, "=") {
				continue
			}
			if i++; i == len(before) { // its value is being typed
				return starting(typed, flagValues(f.Name))
			}
		}
	}
	if (len(args) == 0 || anywhere) && strings.HasPrefix(typed, "-") {
		return starting(typed, flagCandidates(flags))
	}
	if isGiven(flags, before, "demo") {
		return nil
	}
	return starting(typed, p.argumentCandidates(args))
}

// flagOf returns the flag that a word is, nil for none.
func flagOf(flags *pflag.FlagSet, word string) *pflag.Flag {
	name, isLong := strings.CutPrefix(word, "--")
	if isLong {
		name, _, _ = strings.Cut(name, "=")
		return flags.Lookup(name)
	}
	return flags.ShorthandLookup(word[len(word)-1:])
}

func isGiven(flags *pflag.FlagSet, words []string, name string) bool {
	return slices.ContainsFunc(words, func(w string) bool {
		if !strings.HasPrefix(w, "-") || w == "-" {
			return false
		}
		f := flagOf(flags, w)
		return f != nil && f.Name == name
	})
}

// flagValues returns the values of a flag that has certain ones.
func flagValues(name string) (all []candidate) {
	for _, value := range map[string][]string{
		"protocol": dial.ProtocolNames(), "framing": dial.FramingNames(), "output": view.Outputs(), "ids": shell.IDs(),
		"color": {colorAuto, colorAlways, colorNever}, "pace": replay.Paces(), "equal": replay.Equalities(),
	}[name] {
		all = append(all, candidate{value, ""})
	}
	return all
}

func flagCandidates(flags *pflag.FlagSet) (all []candidate) {
	flags.VisitAll(func(f *pflag.Flag) {
		_, usage := pflag.UnquoteUsage(f)
		all = append(all, candidate{"--" + f.Name, usage})
		if f.Shorthand != "" {
			all = append(all, candidate{"-" + f.Shorthand, usage})
		}
	})
	return all
}

// argumentCandidates returns what may follow args.
func (p *program) argumentCandidates(args []string) (all []candidate) {
	switch {
	case len(args) == 0:
		all = p.namedTargets()
		for _, v := range verbs() {
			all = append(all, candidate{v.name, v.summary})
		}
		return all
	case len(args) == 2 && verbAt(args[0]) >= 0 && verbs()[verbAt(args[0])].dials:
		return p.namedTargets()
	case len(args) > 1:
		return nil
	}
	if i := verbAt(args[0]); i >= 0 {
		words := verbs()[i].words
		if words == nil {
			return nil
		}
		for _, word := range words() {
			all = append(all, candidate{word, ""})
		}
		return all
	}
	return p.rememberedMethods(args[0])
}

func (p *program) namedTargets() (all []candidate) {
	for _, t := range p.named.Targets() {
		all = append(all, candidate{command.TargetMark + t.Name, t.Place.String()})
	}
	return all
}

// rememberedMethods returns the methods that earlier shells have learned of a target.
func (p *program) rememberedMethods(target string) (all []candidate) {
	t, err := p.namedTarget(target)
	if err != nil {
		return nil
	}
	known, err := catalog.Store{Dir: filepath.Join(stateDir(), methodsFolder)}.Load(t.Place())
	if err != nil {
		return nil
	}
	for _, m := range known.Methods() {
		if !m.Ours {
			all = append(all, candidate{m.Name, m.Summary})
		}
	}
	return all
}

// starting returns the candidates that begin with typed.
func starting(typed string, all []candidate) []candidate {
	return slices.DeleteFunc(all, func(c candidate) bool { return !strings.HasPrefix(c.text, typed) })
}
