package methods

import (
	"slices"
	"strings"

	"rpcsh/completer"
	"rpcsh/rpcconn/catalog"
	"rpcsh/shell/glob"
	"rpcsh/shell/view"
)

// maxNearest is how many names are suggested.
const maxNearest = 3

// Unknown says that none of methods is called name, and which names may have been meant.
func Unknown(name string, methods []catalog.Method) string {
	if len(methods) == 0 {
		return "no methods are known yet; those that you call and that exist are learned, .learn FILE reads them " +
			"from a file"
	}
	if glob.Is(name) {
		return "write the name of one method; .methods " + name + " lists those that match"
	}
	if near := Nearest(name, methods); len(near) > 0 {
		return "no method of this name is known; did you mean " + strings.Join(near, " or ") + "?"
	}
	return "no method of this name is known; .methods lists those that are"
}

// Nearest returns the names of the methods that may have been meant by name, the likeliest first.
func Nearest(name string, methods []catalog.Method) []string {
	const longest = 100 // characters of a name that somebody types
	type near struct {
		name  string
		edits int
	}
	var found []near
	var candidates []completer.Candidate
	allowed := 1 + len(name)/5
	for _, m := range methods {
		candidates = append(candidates, completer.Candidate{Text: m.Name})
		if diff := len(m.Name) - len(name); max(diff, -diff) > allowed || len(name) > longest {
			continue
		}
		if n := edits(strings.ToLower(name), strings.ToLower(m.Name)); n <= allowed {
			found = append(found, near{m.Name, n})
		}
	}
	slices.SortStableFunc(found, func(a, b near) int { return a.edits - b.edits })
	var names []string
	for _, n := range found {
		names = append(names, n.name)
	}
	for _, c := range completer.Find(name, candidates, len(candidates)) {
		if contains(c.Text, name, allowed) {
			names = append(names, c.Text)
		}
	}
	var kept []string
	for _, n := range names {
		if n = view.Visible(n); !slices.Contains(kept, n) && len(kept) < maxNearest {
			kept = append(kept, n)
		}
	}
	return kept
}

// contains reports whether the bytes of name stand in a method's name one behind the other, with at most so many
// between them. A few letters stand in too many names.
func contains(method, name string, between int) bool {
	const fewest = 3
	method, name = strings.ToLower(method), strings.ToLower(name)
	if len(name) < fewest {
		return false
	}
	for start := range len(method) {
		at, matched := start, 0
		for ; at < len(method) && matched < len(name) && at-start-matched <= between; at++ {
			if method[at] == name[matched] {
				matched++
			}
		}
		if matched == len(name) && at-start-matched <= between {
			return true
		}
	}
	return false
}

// edits returns how many insertions, deletions and replacements of bytes, and exchanges of neighbours, turn a into b:
// the optimal string alignment distance.
func edits(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		last[j] = j
	}
	for i := range len(a) {
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(row[j]+1, last[j+1]+1, last[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
