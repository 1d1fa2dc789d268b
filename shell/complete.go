package shell

import (
	"strings"

	"rpcsh/completer"
	"rpcsh/rpcconn/catalog"
	"rpcsh/shell/term"
)

// maxSuggestions is as many as one looks at.
const maxSuggestions = 50

// Complete returns suggestions for the line, with the cursor after line[:cursor]. It may be called at any time, by any goroutine; it
// neither reads nor writes anything outside the program.
func (s *Shell) Complete(line string, cursor int) []term.Suggestion {
	line = line[:cursor]
	typed := line[strings.LastIndexAny(line, " \t")+1:]
	words := strings.Fields(line[:len(line)-len(typed)])
	if strings.HasPrefix(strings.TrimLeft(line, " \t"), "#") {
		return nil
	}
	var found []completer.Candidate
	lead := "" // of the word, which the candidates leave out
	if len(words) > 0 && strings.HasPrefix(words[0], ".") {
		found, lead = s.completeCommand(words, typed)
	} else {
		found, lead = s.completeCall(words, typed)
	}
	suggestions := make([]term.Suggestion, 0, len(found))
	for _, c := range found {
		if lead+c.Text != typed || len(found) > 1 { // a lone suggestion of what stands there already is in the way
			suggestions = append(suggestions, term.Suggestion{Text: lead + visible(c.Text, false), Description: visible(c.Description, false)})
		}
	}
	return suggestions
}

// completeCommand completes the arguments of a command.
func (s *Shell) completeCommand(words []string, typed string) ([]completer.Candidate, string) {
	c, err := findCommand(strings.TrimPrefix(words[0], "."))
	if err != nil {
		return nil, ""
	}
	switch c.Name {
	case "call", "notify":
		return s.completeCall(words[1:], typed)
	case "batch":
		rest := words[1:]
		for i, w := range rest {
			if w == ";" {
				rest = rest[i+1:]
				return s.completeCommand(append([]string{words[0]}, rest...), typed)
			}
		}
		return s.completeCall(rest, typed)
	case "print":
		return s.completeVariable(typed)
	}
	if c.Complete == nil {
		return nil, ""
	}
	return completer.Find(typed, c.Complete(s, words[1:]), maxSuggestions), ""
}

// completeCall completes a call: its peer, method and arguments.
func (s *Shell) completeCall(words []string, typed string) ([]completer.Candidate, string) {
	if len(words) >= 2 && words[1] == "=" {
		words = words[2:]
	}
	var at *peer
	if len(words) > 0 && strings.HasPrefix(words[0], "@") {
		at, _ = s.peers.find(words[0]) // @all and mistakes complete like the current one
		words = words[1:]
	} else if len(words) == 0 && strings.HasPrefix(typed, "@") {
		return completer.Find(typed[1:], append(completePeer(s, nil), completer.Candidate{Text: allPeers, Description: "every peer"}), maxSuggestions), "@"
	}
	if len(words) == 0 {
		switch {
		case typed == "":
			return nil, "" // a list over an empty line is in the way
		case typed[0] == '.':
			return completer.Find(typed, commandCandidates(), maxSuggestions), ""
		case typed[0] == '!':
			return s.findMethods(at, typed[1:]), "!"
		}
		return s.findMethods(at, typed), ""
	}
	if strings.HasPrefix(typed, "$") {
		return s.completeVariable(typed)
	}
	return s.completeParam(at, words, typed)
}

// completeParam completes the name, or the value, of a parameter of the method words[0].
func (s *Shell) completeParam(at *peer, words []string, typed string) ([]completer.Candidate, string) {
	if at == nil {
		at = s.peers.selected()
	}
	if at == nil {
		return nil, ""
	}
	m, ok := at.known.Find(strings.TrimPrefix(words[0], "!"))
	if !ok {
		return nil, ""
	}
	given := make(map[string]bool)
	for _, w := range words[1:] {
		name, _, named := strings.Cut(w, "=")
		if !named {
			return nil, "" // positional arguments have no names
		}
		given[strings.TrimSuffix(name, ":")] = true
	}
	name, value, naming := strings.Cut(typed, "=")
	var required, optional []completer.Candidate
	for _, p := range m.Params {
		switch {
		case naming && p.Name == name && p.Type() == "boolean":
			return completer.Find(value, []completer.Candidate{{Text: "true"}, {Text: "false"}}, maxSuggestions), name + "="
		case naming || given[p.Name]:
		case p.Required:
			required = append(required, completer.Candidate{Text: p.Name + "=", Description: paramHelp(p)})
		default:
			optional = append(optional, completer.Candidate{Text: p.Name + "=", Description: paramHelp(p)})
		}
	}
	if typed == "" {
		return append(required, optional...), ""
	}
	return completer.Find(typed, append(required, optional...), maxSuggestions), ""
}

func paramHelp(p catalog.Param) string {
	words := []string{p.Type()}
	if !p.Required {
		words = append(words, "optional")
	}
	return strings.TrimSpace(strings.Join(append(words, p.Summary), " "))
}

func (s *Shell) completeVariable(typed string) ([]completer.Candidate, string) {
	name, ok := strings.CutPrefix(typed, "$")
	if !ok {
		return nil, ""
	}
	var all []completer.Candidate
	s.mu.Lock()
	for v, value := range s.variables {
		all = append(all, completer.Candidate{Text: v, Description: clip(string(value[:min(len(value), 200)]), 40)})
	}
	s.mu.Unlock()
	return completer.Find(name, all, maxSuggestions), "$"
}

func commandCandidates() []completer.Candidate {
	var all []completer.Candidate
	for _, c := range Commands() {
		all = append(all, completer.Candidate{Text: "." + c.Name, Description: c.Summary})
	}
	return all
}

// A methodIndex is a catalog prepared for searching.
type methodIndex struct {
	version int
	index   *completer.Index
}

// quickIndex is how many methods are indexed while a key waits; more are indexed beside that, and found from the next key on.
const quickIndex = 1000

// findMethods returns the methods of at, or of the current peer, that were meant by typed.
func (s *Shell) findMethods(at *peer, typed string) []completer.Candidate {
	if at == nil {
		at = s.peers.selected()
	}
	if at == nil {
		return nil
	}
	at.mu.Lock()
	defer at.mu.Unlock()
	version := at.known.Version()
	if stale := at.indexed == nil || at.indexed.version != version; stale && !at.indexing {
		build := func() *methodIndex { return &methodIndex{version, completer.NewIndex(s.methodCandidates(at))} }
		if at.known.Len() <= quickIndex {
			at.indexed = build()
		} else {
			at.indexing = true
			s.tasks.Go(func() {
				x := build()
				at.mu.Lock()
				defer at.mu.Unlock()
				at.indexed, at.indexing = x, false
			})
		}
	}
	if at.indexed == nil {
		return nil
	}
	return at.indexed.index.Find(typed, maxSuggestions)
}

// methodCandidates returns the methods of at, or of the current peer.
func (s *Shell) methodCandidates(at *peer) []completer.Candidate {
	if at == nil {
		at = s.peers.selected()
	}
	if at == nil {
		return nil
	}
	var all []completer.Candidate
	for _, m := range at.known.Methods() {
		if !m.Ours {
			all = append(all, completer.Candidate{Text: m.Name, Description: strings.TrimSpace(strings.TrimPrefix(m.Signature(), m.Name) + " " + m.Summary)})
		}
	}
	return all
}
