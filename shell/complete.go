package shell

import (
	"cmp"
	"slices"
	"strings"

	"rpcsh/completer"
	"rpcsh/shell/lang"
	"rpcsh/shell/term"
)

// maxSuggestions is as many as one looks at.
const maxSuggestions = 50

// A choice is one way to complete what is being typed.
type choice struct {
	text        string // what is searched in
	insert      string // what takes the place of what is being typed; "": text
	description string
}

// Complete returns suggestions for the line, with the cursor after line[:cursor]. It may be called at any time, by any goroutine. It
// neither reads nor writes anything outside the program, but for the names in a folder where a file belongs.
func (s *Shell) Complete(line string, cursor int) []term.Suggestion {
	line = line[:cursor]
	if strings.TrimSpace(line) == "" {
		return nil // a list over an empty line is in the way
	}
	c := lang.ReadCursor(line)
	return place(line, c.Start, s.choices(c))
}

// choices returns what may stand at c, the best first.
func (s *Shell) choices(c lang.Cursor) []choice {
	switch c.At {
	case lang.AtPeer:
		return pick(c.Typed, asTyped("@", append(completePeer(s, nil), completer.Candidate{Text: allPeers, Description: "every peer"})))
	case lang.AtCommand:
		return asTyped("", completer.Find(c.Typed, commandCandidates(), maxSuggestions))
	case lang.AtWord:
		return asTyped("", s.completeWord(c))
	case lang.AtMethod:
		found := s.findMethods(s.peerAt(c), c.Typed)
		all := make([]choice, len(found))
		for i, m := range found {
			all[i] = choice{text: m.Text, insert: lang.SpellMethod(m.Text), description: m.Description}
		}
		return all
	case lang.AtVariable:
		return pick(c.Typed, s.variableChoices())
	case lang.AtMember:
		return pick(c.Typed, s.memberChoices(c))
	case lang.AtFile:
		return fileChoices(c.Typed)
	}
	if sc, ok := s.scopeAt(c); ok {
		return pick(c.Typed, sc.choices(c))
	}
	return nil
}

// peerAt returns the peer whose methods are called at c, nil where there is none. Several complete like the first, mistakes like the current one.
func (s *Shell) peerAt(c lang.Cursor) *peer {
	if c.Peer != "" {
		if sel, err := parseSelector(c.Peer); err == nil {
			if found, err := s.peers.choose(sel); err == nil {
				return found[0]
			}
		}
	}
	return s.peers.selected()
}

// completeWord completes a word of a command's arguments.
func (s *Shell) completeWord(c lang.Cursor) []completer.Candidate {
	command, err := findCommand(c.Command.Name)
	words := strings.Fields(c.Command.Args.Text)
	switch {
	case err != nil:
		return nil
	case command.Find != nil:
		return command.Find(s, words, c.Typed)
	case command.Complete != nil:
		return completer.Find(c.Typed, command.Complete(s, words), maxSuggestions)
	}
	return nil
}

func commandCandidates() []completer.Candidate {
	var all []completer.Candidate
	for _, c := range Commands() {
		all = append(all, completer.Candidate{Text: "." + c.Name, Description: c.Summary})
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
	for _, c := range completer.Find(typed, candidates, maxSuggestions) {
		found = append(found, same[c.Text]...)
	}
	return found
}

// place returns choices as suggestions for line, in which what is being typed begins at start. A suggestion takes the place of the last
// word, which begins earlier where there is something before that, and later where a blank has been typed already.
func place(line string, start int, choices []choice) []term.Suggestion {
	word := strings.LastIndexByte(line, ' ') + 1
	lead := line[min(word, start):start]
	var suggestions []term.Suggestion
	for _, c := range choices {
		whole := lead + cmp.Or(c.insert, c.text)
		text, fits := strings.CutPrefix(whole, line[min(word, start):word])
		if !fits || text == "" || visible(text, false) != text {
			continue // it would not come out as it is meant
		}
		suggestions = append(suggestions, term.Suggestion{Text: text, Description: visible(c.description, false), Lead: lead})
		if len(suggestions) == maxSuggestions {
			break
		}
	}
	if len(suggestions) == 1 && suggestions[0].Text == line[word:] {
		return nil // a lone suggestion of what stands there already is in the way
	}
	return suggestions
}

func sorted(choices []choice) []choice {
	slices.SortFunc(choices, func(a, b choice) int { return cmp.Compare(a.text, b.text) })
	return choices
}
