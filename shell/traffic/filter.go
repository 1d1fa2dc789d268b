// Package traffic says which messages are shown: the filters of .watch and .mute.
package traffic

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"rpcsh/shell/glob"
)

// An Event is what a filter looks at in a message.
type Event struct {
	Peer   int
	Out    bool   // sent by us
	Kind   string // one of Kinds
	Method string // of a response, that of its request; "" where that is not known
}

// The kinds of events.
const (
	Request      = "request"
	Notification = "notification"
	Response     = "response"
	Other        = "other" // what is no RPC
	Error        = "error" // a response that is an error, or bytes that are no message
)

// Kinds returns the kinds, for help and completion.
func Kinds() []string { return []string{Request, Notification, Response, Error, Other} }

// A Filter says which events are shown. The zero Filter shows all.
//
// The words of one sort are alternatives, the sorts have all to fit: peer:1 kind:request kind:response a* shows requests and
// responses of methods that begin with a, of peer 1.
type Filter struct {
	text    string
	methods []string
	peers   []int
	dirs    []bool // out?
	kinds   []string
}

// A FilterError is a mistake in the text of a filter.
type FilterError struct {
	Offset int // bytes of the text before the word that is wrong
	Reason string
}

func (e *FilterError) Error() string { return e.Reason }

// ParseFilter reads METHOD globs, peer:N, dir:in|out, kind:KIND, separated by blanks. The error is a *FilterError.
func ParseFilter(text string) (Filter, error) {
	words := strings.Fields(text)
	f := Filter{text: strings.Join(words, " ")}
	offset := 0
	for _, word := range words {
		offset += strings.Index(text[offset:], word)
		if err := f.add(word); err != nil {
			return Filter{}, &FilterError{offset, err.Error()}
		}
		offset += len(word)
	}
	return f, nil
}

func (f *Filter) add(word string) error {
	sort, value, found := strings.Cut(word, ":")
	switch {
	case found && sort == "peer":
		n, err := strconv.Atoi(strings.TrimPrefix(value, "@"))
		if err != nil || n < 1 {
			return fmt.Errorf("%s: a peer's number belongs after peer:, as in peer:1", word)
		}
		f.peers = append(f.peers, n)
	case found && sort == "dir":
		if value != "in" && value != "out" {
			return fmt.Errorf("%s: write dir:in or dir:out", word)
		}
		f.dirs = append(f.dirs, value == "out")
	case found && sort == "kind":
		if !slices.Contains(Kinds(), value) {
			return fmt.Errorf("%s: a kind is one of %s", word, strings.Join(Kinds(), ", "))
		}
		f.kinds = append(f.kinds, value)
	default:
		if err := glob.Check(word); err != nil {
			return err
		}
		f.methods = append(f.methods, word)
	}
	return nil
}

// String returns the filter as it was written, "" where it shows all.
func (f Filter) String() string { return f.text }

// Match reports whether e is shown.
func (f Filter) Match(e Event) bool {
	return fits(f.peers, func(n int) bool { return n == e.Peer }) &&
		fits(f.dirs, func(out bool) bool { return out == e.Out }) &&
		fits(f.kinds, func(k string) bool { return k == e.Kind }) &&
		fits(f.methods, func(m string) bool { return glob.Match(m, e.Method) })
}

// fits reports whether one of the alternatives does, or there are none.
func fits[T any](alternatives []T, fit func(T) bool) bool {
	for _, a := range alternatives {
		if fit(a) {
			return true
		}
	}
	return len(alternatives) == 0
}
