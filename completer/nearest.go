package completer

import (
	"slices"
	"strings"
)

// maxNearest is how many names are suggested.
const maxNearest = 3

// Nearest returns up to three of names that may have been meant by a name that is none of them, the likeliest first:
// those that a few edits turn it into, and those that contain it, or nearly do.
func Nearest(name string, names []string) []string {
	const longest = 100 // bytes of a name that somebody types
	type near struct {
		name  string
		edits int
	}
	var found []near
	var candidates []Candidate
	allowed := 1 + len(name)/5
	for _, other := range names {
		candidates = append(candidates, Candidate{Text: other})
		if diff := len(other) - len(name); max(diff, -diff) > allowed || len(name) > longest {
			continue
		}
		if n := edits(strings.ToLower(name), strings.ToLower(other)); n <= allowed {
			found = append(found, near{other, n})
		}
	}
	slices.SortStableFunc(found, func(a, b near) int { return a.edits - b.edits })
	var nearest []string
	keep := func(name string) {
		if !slices.Contains(nearest, name) && len(nearest) < maxNearest {
			nearest = append(nearest, name)
		}
	}
	for _, n := range found {
		keep(n.name)
	}
	for _, c := range Find(name, candidates, len(candidates)) {
		if contains(c.Text, name, allowed) {
			keep(c.Text)
		}
	}
	return nearest
}

// contains reports whether the bytes of name stand in another one, one behind the other, with at most so many between
// them. A few letters stand in too many names.
func contains(other, name string, between int) bool {
	const fewest = 3
	other, name = strings.ToLower(other), strings.ToLower(name)
	if len(name) < fewest {
		return false
	}
	for start := range len(other) {
		at, matched := start, 0
		for ; at < len(other) && matched < len(name) && at-start-matched <= between; at++ {
			if other[at] == name[matched] {
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
