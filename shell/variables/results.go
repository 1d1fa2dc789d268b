package variables

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// What is kept of a session's results; the last one always is.
const (
	maxResults     = 1000
	maxResultBytes = 64 << 20
)

// A Result is one that was asked for in a session.
type Result struct {
	Number int    // from 1
	Title  string // what was called
	Value  json.RawMessage
}

// Results are the last results of what was typed, by number. Their methods may be called by any number of goroutines.
type Results struct {
	mu    sync.Mutex // protects what follows
	last  int        // the number of the newest
	all   []Result   // oldest first
	bytes int        // of the values of all
}

// Add keeps a value, which is not to be changed any more, and returns its number.
func (r *Results) Add(title string, value json.RawMessage) (number int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.last++
	r.all = append(r.all, Result{r.last, title, value})
	r.bytes += len(value)
	for len(r.all) > 1 && (len(r.all) > maxResults || r.bytes > maxResultBytes) {
		r.bytes -= len(r.all[0].Value)
		r.all[0] = Result{} // or it would live as long as the memory of all
		r.all = r.all[1:]
	}
	return r.last
}

// List returns the results that are kept, oldest first.
func (r *Results) List() []Result {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.all)
}

// resultName is the name of the variable that the result of a number is in.
func resultName(number int) string { return "_" + strconv.Itoa(number) }

// get returns the value of the result that a variable's name means, and whether there is one.
func (r *Results) get(name string) (json.RawMessage, bool) {
	digits, found := strings.CutPrefix(name, "_")
	number, err := strconv.Atoi(digits)
	if !found || err != nil || resultName(number) != name {
		return nil, false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	first := r.last - len(r.all) + 1
	if number < first || number > r.last {
		return nil, false
	}
	return r.all[number-first].Value, true
}
