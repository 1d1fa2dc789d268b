package command

import (
	"slices"
	"sync"

	"rpcsh/completer"
	"rpcsh/rpcconn/catalog"
	"rpcsh/shell/methods"
	"rpcsh/shell/session"
)

const (
	quickIndex = 1000 // methods: more are indexed beside the editor, and until then found as they were before
	maxIndexes = 16   // catalogs whose index is kept

	roomForHelp = 512 // bytes: hardly a signature with a summary is longer
)

// A MethodIndex is the names of peers' methods, prepared for searching. Its methods may be called by any goroutine.
type MethodIndex struct {
	session *session.Session
	changed func() // is called after an index was made beside the editor

	mu  sync.Mutex      // protects what follows, and is not held while an index is made
	all []*indexedNames // the one that was used last first
}

// indexedNames are those of one catalog.
type indexedNames struct {
	known    *catalog.Catalog
	version  int              // of known, when names was made
	names    *completer.Index // nil: it is not made yet
	indexing bool
}

// NewMethodIndex returns an index of nothing. Larger catalogs are indexed by goroutines of s.
func NewMethodIndex(s *session.Session) *MethodIndex {
	return &MethodIndex{session: s, changed: func() {}}
}

// OnChange has f called when other methods are found than a moment ago, because an index was made beside the editor. It
// may be set as long as nothing is indexed.
func (x *MethodIndex) OnChange(f func()) { x.changed = f }

// Find returns the methods of a catalog that were meant by typed, the best first. It looks at these alone for more
// than their names.
func (x *MethodIndex) Find(known *catalog.Catalog, typed string) []completer.Candidate {
	if known.Len() <= quickIndex {
		x.update(known)
	} else {
		x.Prepare(known)
	}
	names := x.names(known)
	if names == nil {
		return nil
	}
	found := names.Find(typed, MaxCandidates)
	memory := make([]byte, roomForHelp)
	for i, c := range found {
		if m, ok := known.Find(c.Text); ok {
			found[i].Description = methods.Help(&m, memory)
		}
	}
	return found
}

// Prepare has the index of a catalog made beside the editor, if it has changed, so that it is there when a name is
// typed.
func (x *MethodIndex) Prepare(known *catalog.Catalog) {
	x.mu.Lock()
	e := x.entryLocked(known)
	begins := !e.indexing && !e.isCurrent()
	e.indexing = e.indexing || begins
	x.mu.Unlock()
	if !begins {
		return
	}
	x.session.Go(func() {
		x.update(known)
		x.mu.Lock()
		e.indexing = false
		x.mu.Unlock()
		x.changed()
	})
}

// update makes the index of a catalog, if it has changed.
func (x *MethodIndex) update(known *catalog.Catalog) {
	x.mu.Lock()
	current := x.entryLocked(known).isCurrent()
	x.mu.Unlock()
	if current {
		return
	}
	version := known.Version()
	theirs := known.Names()
	all := make([]completer.Candidate, len(theirs))
	for i, name := range theirs {
		all[i].Text = name
	}
	names := completer.NewIndex(all)
	x.mu.Lock()
	defer x.mu.Unlock()
	e := x.entryLocked(known)
	e.version, e.names = version, names
}

func (x *MethodIndex) names(known *catalog.Catalog) *completer.Index {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.entryLocked(known).names
}

// entryLocked returns what is indexed of a catalog, which moves to the front; the one at the end is forgotten where
// there are many.
func (x *MethodIndex) entryLocked(known *catalog.Catalog) *indexedNames {
	e := &indexedNames{known: known}
	if i := slices.IndexFunc(x.all, func(e *indexedNames) bool { return e.known == known }); i >= 0 {
		e = x.all[i]
		x.all = slices.Delete(x.all, i, i+1)
	}
	x.all = slices.Insert(x.all, 0, e)
	x.all = x.all[:min(len(x.all), maxIndexes)]
	return e
}

func (e *indexedNames) isCurrent() bool { return e.names != nil && e.version == e.known.Version() }
