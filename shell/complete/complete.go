// Package complete says what may stand at the cursor of a line that is being typed, and hints at what belongs there. It
// knows the session's peers and variables and the table of commands, and not the terminal.
package complete

import (
	"cmp"
	"slices"
	"strings"

	"rpcsh/completer"
	"rpcsh/shell/command"
	"rpcsh/shell/lang"
	"rpcsh/shell/session"
	"rpcsh/shell/term"
	"rpcsh/shell/view"
)

// A Completer completes the lines of one session. Its methods may be called at any time, by any goroutine.
type Completer struct {
	session  *session.Session
	commands *command.Table
	width    func() int
}

// New returns a Completer. width returns how many columns the terminal has.
func New(s *session.Session, commands *command.Table, width func() int) *Completer {
	return &Completer{s, commands, width}
}

// A choice is one way to complete what is being typed.
type choice struct {
	text        string // what is searched in
	insert      string // what takes the place of what is being typed; "": text
	description string
}

// Complete returns suggestions for the line, with the cursor after line[:cursor]. It neither reads nor writes anything
// outside the program, but for the names in a folder where a file belongs.
func (s *Completer) Complete(line string, cursor int) []term.Suggestion {
	line = lang.LineAt(line[:cursor]).Text
	if strings.TrimSpace(line) == "" {
		return nil // a list over an empty line is in the way
	}
	c := lang.ReadCursor(line)
	return place(line, c.Start, s.choices(c))
}

// choices returns what may stand at c, the best first.
func (s *Completer) choices(c lang.Cursor) []choice {
	switch c.At {
	case lang.AtPeer:
		all := completer.Candidate{Text: session.AllPeers, Description: "every peer"}
		return pick(c.Typed, asTyped("@", append(command.Peers(s.session), all)))
	case lang.AtCommand:
		return asTyped("", completer.Find(c.Typed, s.commandCandidates(), command.MaxCandidates))
	case lang.AtWord:
		return asTyped("", s.completeWord(c))
	case lang.AtMethod:
		all := asTyped("", completer.Find(c.Typed, s.commands.Aliases(), command.MaxCandidates))
		p := s.peerAt(c)
		if p == nil {
			return all
		}
		found := s.commands.Index().Find(p.Known(), c.Typed)
		all = slices.Grow(all, len(found))
		for _, m := range found {
			all = append(all, choice{text: m.Text, insert: lang.SpellMethod(m.Text), description: m.Description})
		}
		return all
	case lang.AtVariable:
		return pick(c.Typed, s.variableChoices(c.Typed))
	case lang.AtMember:
		return pick(c.Typed, s.memberChoices(c))
	case lang.AtFile:
		return fileChoices(c.Typed, lang.SpellFile)
	case lang.AtOutlet:
		return fileChoices(c.Typed, lang.SpellOutlet)
	}
	all := s.answers(c)
	if sc, ok := s.scopeAt(c); ok {
		all = append(all, sc.choices(c)...)
	}
	return besideFiles(c.Typed, s.documentChoices(c), pick(c.Typed, all))
}

// besideFiles returns files and others: first what begins with what is typed, and of that the files.
func besideFiles(typed string, files, others []choice) []choice {
	if len(files) == 0 {
		return others
	}
	begins := func(c choice) int {
		if strings.HasPrefix(c.text, typed) {
			return 0
		}
		return 1
	}
	all := append(files, others...)
	slices.SortStableFunc(all, func(a, b choice) int { return begins(a) - begins(b) })
	return all
}

// peerAt returns the peer whose methods are called at c, nil where there is none. Several complete like the first,
// mistakes like the current one.
func (s *Completer) peerAt(c lang.Cursor) *session.Peer {
	if c.Peer != "" {
		if sel, err := session.ParseSelector(c.Peer); err == nil {
			if found, err := s.session.Peers().Choose(sel); err == nil {
				return found[0]
			}
		}
	}
	return s.session.Peers().Current()
}

// completeWord completes a word of a command's arguments.
func (s *Completer) completeWord(c lang.Cursor) []completer.Candidate {
	found, err := s.commands.Find(c.Command.Name)
	words := strings.Fields(c.Command.Args.Text)
	switch {
	case err != nil:
		return nil
	case found.Find != nil:
		return found.Find(words, c.Typed)
	case found.Complete != nil:
		return completer.Find(c.Typed, found.Complete(words), command.MaxCandidates)
	}
	return nil
}

func (s *Completer) commandCandidates() []completer.Candidate {
	var all []completer.Candidate
	for _, c := range s.commands.Commands() {
		all = append(all, c.Candidate())
	}
	return all
}

// asTyped returns candidates as choices that are written as they are, behind a prefix.
func asTyped(prefix string, candidates []completer.Candidate) []choice {
	choices := make([]choice, len(candidates))
	for i, c := range candidates {
		choices[i] = choice{text: c.Text, insert: prefix + c.Text, description: c.Description}
	}
	return choices
}

// pick returns those of a handful of choices that were meant by typed; all of them, in their order, where nothing is.
func pick(typed string, from []choice) []choice {
	if typed == "" {
		return from
	}
	candidates := make([]completer.Candidate, len(from))
	same := make(map[string][]choice, len(from)) // that are found by the same text: true and "true"
	for i, c := range from {
		candidates[i].Text = c.text
		same[c.text] = append(same[c.text], c)
	}
	var found []choice
	for _, c := range completer.Find(typed, candidates, command.MaxCandidates) {
		found = append(found, same[c.Text]...)
	}
	return found
}

// place returns choices as suggestions for line, in which what is being typed begins at start. A suggestion takes the
// place of the last word, which begins earlier where there is something before that, and later where a blank has been
// typed already.
func place(line string, start int, choices []choice) []term.Suggestion {
	word := strings.LastIndexAny(line, " \t\n") + 1
	lead := line[min(word, start):start]
	suggestions := make([]term.Suggestion, 0, min(len(choices), command.MaxCandidates))
	for _, c := range choices {
		whole := lead + cmp.Or(c.insert, c.text)
		text, fits := strings.CutPrefix(whole, line[min(word, start):word])
		if !fits || text == "" || view.Visible(text) != text {
			continue // it would not come out as it is meant
		}
		description := view.Visible(c.description)
		suggestions = append(suggestions, term.Suggestion{Text: text, Description: description, Lead: lead})
		if len(suggestions) == command.MaxCandidates {
			break
		}
	}
	if len(suggestions) == 0 || len(suggestions) == 1 && suggestions[0].Text == line[word:] {
		return nil // a lone suggestion of what stands there already is in the way
	}
	return suggestions
}

func sorted(choices []choice) []choice {
	slices.SortFunc(choices, func(a, b choice) int { return cmp.Compare(a.text, b.text) })
	return choices
}
