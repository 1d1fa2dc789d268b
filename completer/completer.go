// Package completer finds, among many names, the few that somebody who types most likely means, and puts the best
// first. Method names are what it was made for. It knows nothing of terminals, connections or what a name stands for:
// where the candidates come from, and how those found are shown, is its caller's business.
//
//   - completer.go: Candidate, Index, and the ranking
//   - search.go: what was typed, prepared for looking at many candidates
//   - words.go: matching by the beginnings of words, as "pa" finds my_progress_add
//   - fuzzy.go: matching by characters in their order, as "prgad" does
//   - fold.go: lower case, and where words begin
//   - mask.go: what rules out most candidates at a glance
//   - best.go: the best few of many, in bounded memory
package completer

import (
	"slices"
	"sort"
	"strings"
)

// A Candidate is a name that may be completed to. The Description goes along with it and plays no part in the search.
type Candidate struct{ Text, Description string }

// An Index is a set of candidates prepared for searching. It never changes, and may be used by several goroutines at a
// time.
//
// Names are compared byte by byte after each character was made lower case; bytes that are no UTF-8 stand for
// themselves.
type Index struct {
	// All slices are in alphabetical order: by folded text, and by the text itself where that is the same.
	candidates []Candidate
	folded     []string
	masks      []mask
	// words holds where the words of all candidates begin in their folded texts; those of candidate i are
	// words[wordsEnd[i-1]:wordsEnd[i]].
	words    []int32
	wordsEnd []int32
}

// NewIndex prepares candidates, which it does not keep. Of those with the same Text only the first counts. It takes
// some microseconds a candidate, so it is for when the candidates change, not for each key.
func NewIndex(candidates []Candidate) *Index {
	type entry struct {
		Candidate
		folded string
		words  []int32
	}
	entries := make([]entry, 0, len(candidates))
	seen := make(map[string]struct{}, len(candidates))
	for _, c := range candidates {
		if _, dup := seen[c.Text]; dup {
			continue
		}
		seen[c.Text] = struct{}{}
		e := entry{Candidate: c}
		e.folded, e.words = fold(c.Text)
		entries = append(entries, e)
	}
	slices.SortFunc(entries, func(a, b entry) int {
		if c := strings.Compare(a.folded, b.folded); c != 0 {
			return c
		}
		return strings.Compare(a.Text, b.Text)
	})

	x := &Index{
		candidates: make([]Candidate, len(entries)),
		folded:     make([]string, len(entries)),
		masks:      make([]mask, len(entries)),
		wordsEnd:   make([]int32, len(entries)),
	}
	// Texts that are read one after the other lie in memory one after the other, which halves the time of a search.
	var arena strings.Builder
	for _, e := range entries {
		arena.WriteString(e.folded)
		if e.Text != e.folded {
			arena.WriteString(e.Text)
		}
	}
	rest := arena.String()
	next := func(n int) string {
		s := rest[:n]
		rest = rest[n:]
		return s
	}
	for i, e := range entries {
		folded := next(len(e.folded))
		text := folded
		if e.Text != e.folded {
			text = next(len(e.Text))
		}
		x.candidates[i] = Candidate{Text: text, Description: e.Description}
		x.folded[i] = folded
		x.masks[i] = maskOf(folded, e.words)
		x.words = append(x.words, e.words...)
		x.wordsEnd[i] = int32(len(x.words))
	}
	return x
}

// Len returns the number of candidates.
func (x *Index) Len() int { return len(x.candidates) }

// Find returns the best at most max candidates for what was typed, best first:
//
//  1. those that begin with it, in the same case;
//
//  2. those that begin with it in another case;
//
//  3. those with words that begin with it, cut into pieces if needed: "add", "pa", "p_a" and "padd" all find
//     my_progress_add. A word begins at the start of the name, after one of . _ - / : $ and blank, and with a capital
//     letter that follows none. Each piece begins a word after the word of the piece before it; one of the separators
//     typed, whichever it is, ends a piece. Fewer pieces are better;
//
//  4. those that have its characters in the same order with others between. The fewer between the better, then the
//     earlier the better. "rogr" finds my_progress_add, as does "mprgd".
//
// The first two are in alphabetical order: names that belong together stay together, a name stands before longer ones
// that begin with it, and the list keeps its order while one types on. In the others, where all else is the same, the
// shorter comes first, then alphabetical order. Alphabetical order takes no notice of case, unless names differ by
// nothing else. An empty typed gives the first max candidates in alphabetical order.
func (x *Index) Find(typed string, max int) []Candidate {
	if max <= 0 || len(x.candidates) == 0 {
		return nil
	}
	max = min(max, len(x.candidates))
	foldedTyped, _ := fold(typed)
	lo, hi := x.prefixRange(foldedTyped)
	found := x.findPrefix(typed, lo, hi, max)
	if len(found) < max {
		found = x.findRest(found, newSearch(foldedTyped), lo, hi, max)
	}
	if len(found) == 0 {
		return nil
	}
	result := make([]Candidate, len(found))
	for i, n := range found {
		result[i] = x.candidates[n]
	}
	return result
}

// Find is Index.Find for a handful of candidates, for which an Index does not pay.
func Find(typed string, from []Candidate, max int) []Candidate {
	return NewIndex(from).Find(typed, max)
}

// prefixRange returns which candidates, from lo up to but not including hi, begin with typed in whatever case.
func (x *Index) prefixRange(typed string) (lo, hi int) {
	lo = sort.SearchStrings(x.folded, typed)
	hi = lo + sort.Search(len(x.folded)-lo, func(i int) bool { return !strings.HasPrefix(x.folded[lo+i], typed) })
	return lo, hi
}

// findPrefix returns the best at most max of candidates lo to hi, which all begin with typed: first those that do so in
// the same case.
func (x *Index) findPrefix(typed string, lo, hi, max int) []int32 {
	size := min(max, hi-lo)
	found := make([]int32, 0, size)
	var otherCase []int32
	for i := lo; i < hi && len(found) < size; i++ {
		if strings.HasPrefix(x.candidates[i].Text, typed) {
			found = append(found, int32(i))
		} else if len(otherCase) < size {
			otherCase = append(otherCase, int32(i))
		}
	}
	return append(found, otherCase[:min(len(otherCase), size-len(found))]...)
}

// findRest appends to found, which are all of candidates lo to hi, the best of the others until there are max.
func (x *Index) findRest(found []int32, s *search, lo, hi, max int) []int32 {
	best := newBest(max - len(found))
	x.rank(s, best, 0, lo)
	x.rank(s, best, hi, len(x.folded))
	for _, r := range best.sorted() {
		found = append(found, r.index)
	}
	return found
}

// rank offers those of candidates from to end that match to best. What cannot get in any more is not looked at closely.
func (x *Index) rank(s *search, best *best, from, end int) {
	for i := from; i < end; i++ {
		m := &x.masks[i]
		if s.mayMatchWords(m) && wordRank(s.leastPieces(m), len(x.folded[i])) < best.limit {
			if pieces := s.wordPieces(x.folded[i], x.wordsOf(i)); pieces > 0 {
				best.offer(wordRank(pieces, len(x.folded[i])), int32(i))
				continue
			}
		}
		if m.chars&s.chars != s.chars {
			continue
		}
		least := s.leastSpan(m)
		if fuzzyRank(least, 0, len(x.folded[i])) >= best.limit {
			continue
		}
		if start, span := s.tightest(x.folded[i], least, best.limit.span()); span > 0 {
			best.offer(fuzzyRank(span, start, len(x.folded[i])), int32(i))
		}
	}
}

// wordsOf returns where the words of candidate i begin.
func (x *Index) wordsOf(i int) []int32 {
	var from int32
	if i > 0 {
		from = x.wordsEnd[i-1]
	}
	return x.words[from:x.wordsEnd[i]]
}
