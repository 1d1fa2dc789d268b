package shell

import (
	"strings"

	"rpcsh/completer"
	"rpcsh/rpcconn/catalog"
)

// A methodIndex is the names of a catalog's methods prepared for searching.
type methodIndex struct {
	version int
	names   *completer.Index
}

// quickIndex is how many methods are indexed while a key waits; more are indexed beside that, and until then found as they were before.
const quickIndex = 1000

// completeMethods completes a method of the current peer as the first word of a command's arguments. It is a Command's Find.
func completeMethods(s *Shell, words []string, typed string) []completer.Candidate {
	if len(words) > 0 {
		return nil
	}
	return s.findMethods(s.peers.selected(), typed)
}

// findMethods returns the methods of p, which may be nil, that were meant by typed. Only of these anything but the name is looked at.
func (s *Shell) findMethods(p *peer, typed string) []completer.Candidate {
	if p == nil {
		return nil
	}
	if p.known.Len() <= quickIndex {
		p.index()
	} else {
		s.prepare(p)
	}
	p.mu.Lock()
	x := p.indexed
	p.mu.Unlock()
	if x == nil {
		return nil
	}
	found := x.names.Find(typed, maxSuggestions)
	for i, c := range found {
		if m, ok := p.known.Find(c.Text); ok {
			found[i].Description = methodHelp(m)
		}
	}
	return found
}

// methodHelp returns what follows a method's name in its signature, and what it is for.
func methodHelp(m catalog.Method) string {
	help := strings.TrimPrefix(m.Signature(), m.Name)
	if m.Deprecated {
		help += " deprecated"
	}
	return strings.TrimSpace(help + " " + m.Summary)
}

// prepare has the index of p's methods made beside the editor, if they have changed, so that it is there when one is typed. It is called
// when many have been learned.
func (s *Shell) prepare(p *peer) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.indexing || p.indexed != nil && p.indexed.version == p.known.Version() {
		return
	}
	p.indexing = true
	s.tasks.Go(func() {
		p.index()
		p.mu.Lock()
		defer p.mu.Unlock()
		p.indexing = false
	})
}

// index makes the index of p's methods, if they have changed.
func (p *peer) index() {
	version := p.known.Version()
	p.mu.Lock()
	known := p.indexed != nil && p.indexed.version == version
	p.mu.Unlock()
	if known {
		return
	}
	var names []completer.Candidate
	for _, m := range p.known.Methods() {
		if !m.Ours {
			names = append(names, completer.Candidate{Text: m.Name})
		}
	}
	x := &methodIndex{version, completer.NewIndex(names)}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.indexed = x
}
