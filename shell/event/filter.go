package event

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"rpcsh/shell/glob"
)

// A Filter chooses events: .watch, .mute, .on, logs and subscribers use it. The zero Filter chooses all.
//
// Words of one sort are alternatives, and every sort that is there has to fit: peer:1 kind:request kind:response a*
// chooses requests and responses of methods that begin with a, of peer 1.
type Filter struct {
	text    string
	methods []string
	peers   []int
	dirs    []bool // out?
	kinds   []Kind
}

// Kinds returns the kinds that kind: takes, for help and completion. Error covers what is unreadable, too.
func Kinds() []Kind {
	return append(
		MessageKinds(), Connect, Close, Speaks, Deviation, Stderr, Progress, Learned, Parked, Unparked, Frame, Note,
		Problem,
	)
}

func kindNames() []string {
	var names []string
	for _, k := range Kinds() {
		names = append(names, string(k))
	}
	return names
}

// A FilterError is a mistake in the text of a filter.
type FilterError struct {
	Offset int // bytes of the text before the word that is wrong
	Reason string
}

func (e *FilterError) Error() string { return e.Reason }

// ParseFilter reads METHOD globs, peer:N, dir:in|out, kind:KIND, separated by blanks; connect and close are events of
// these kinds. A word that looks like something else is a mistake, unless a backslash precedes it. The error is a
// *FilterError.
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
		if !slices.Contains(Kinds(), Kind(value)) {
			return fmt.Errorf("%s: a kind is one of %s", word, strings.Join(kindNames(), ", "))
		}
		f.kinds = append(f.kinds, Kind(value))
	case word == string(Connect), word == string(Close): // as .on has them
		f.kinds = append(f.kinds, Kind(word))
	default:
		if err := misread(word); err != nil {
			return err
		}
		if err := glob.Check(word); err != nil {
			return err
		}
		f.methods = append(f.methods, word)
	}
	return nil
}

// misread returns what was meant by a word that is no method, though it could be the name of one; nil: it may be meant
// as that.
func misread(word string) error {
	const none = "%s is no filter: %s"
	sort, _, _ := strings.Cut(word, ":")
	kind := strings.TrimSuffix(word, "s")
	switch {
	case strings.HasPrefix(word, `\`):
		return nil
	case strings.HasPrefix(word, "@"):
		return fmt.Errorf(none, word, "write peer:"+word[1:])
	case strings.HasPrefix(word, "#"):
		return fmt.Errorf(none, word, "that is how an id of the wire is written")
	case strings.HasPrefix(word, "!"):
		return fmt.Errorf(none, word, "write kind:notification "+word[1:])
	case strings.ContainsAny(word, `=,;|&<>(){}"'$`):
		return fmt.Errorf(none, word, "it is method globs, peer:N, dir:in, dir:out and kind:KIND, with blanks between "+
			`them; a \ before it makes it a method`)
	case sort != word && slices.Contains([]string{"method", "methods", "name"}, sort):
		return fmt.Errorf(none, word, "write the method alone: "+word[len(sort)+1:])
	case sort != word && slices.Contains([]string{"type", "kinds", "peers", "direction", "id"}, sort):
		return fmt.Errorf(none, word, "the sorts are kind:, peer: and dir:")
	case word == "in", word == "out":
		return fmt.Errorf(none, word, "write dir:"+word+`; a method of that name is \`+word)
	case slices.Contains(Kinds(), Kind(kind)):
		return fmt.Errorf(none, word, "write kind:"+kind+`; a method of that name is \`+word)
	}
	return nil
}

// String returns the filter as it was written, "" where it chooses all.
func (f Filter) String() string { return f.text }

// OfKind returns the filter that chooses events of these kinds, at least one.
func OfKind(kinds ...Kind) Filter {
	words := make([]string, len(kinds))
	for i, k := range kinds {
		words[i] = "kind:" + string(k)
	}
	return Filter{text: strings.Join(words, " "), kinds: kinds}
}

// WithMethod returns f, but for events of methods that a glob matches, and nothing else: whatever the glob looks like,
// it is none of the filter's other words.
func (f Filter) WithMethod(pattern string) Filter {
	f.text = strings.TrimSpace(f.text + " " + pattern)
	f.methods = []string{pattern}
	return f
}

// Methods returns the globs of f, none where it is for all methods.
func (f Filter) Methods() []string { return slices.Clone(f.methods) }

// Peers returns the numbers of the peers that f names, none where it is for all.
func (f Filter) Peers() []int { return slices.Clone(f.peers) }

// Names reports whether f says that it is for events of a kind.
func (f Filter) Names(k Kind) bool { return slices.Contains(f.kinds, k) }

// HasMethods reports whether f names no kind but those whose events have a method: requests, notifications and their
// answers.
func (f Filter) HasMethods() bool {
	return !slices.ContainsFunc(f.kinds, func(k Kind) bool {
		return k != Request && k != Notification && k != Response && k != Error
	})
}

// HasMessages reports whether f may choose anything that passes over a connection.
func (f Filter) HasMessages() bool { return fits(f.kinds, Kind.IsMessage) }

// With returns a filter for what both f and other choose, as far as other says something of kinds and directions of
// which f says nothing.
func (f Filter) With(other Filter) Filter {
	if f.kinds == nil {
		f.kinds = other.kinds
	}
	if f.dirs == nil {
		f.dirs = other.dirs
	}
	return f
}

// Incoming returns f, but for what comes in.
func (f Filter) Incoming() Filter {
	f.dirs = []bool{false}
	return f
}

// Match reports whether f chooses e.
func (f Filter) Match(e *Event) bool {
	if f.methods == nil && f.peers == nil && f.dirs == nil && f.kinds == nil { // as those of most subscribers
		return true
	}
	return f.FitsPeer(e) &&
		fits(f.dirs, func(out bool) bool { return out == e.Out }) &&
		fits(f.kinds, func(k Kind) bool { return k == e.Kind || k == Error && e.isFailure() }) &&
		fits(f.methods, func(m string) bool {
			return glob.Match(m, e.Method) || e.Subject != "" && glob.Match(m, e.Subject)
		})
}

// FitsPeer reports whether f chooses events of the peer that e is about.
func (f Filter) FitsPeer(e *Event) bool {
	return fits(f.peers, func(n int) bool { return n == e.Peer.Number })
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

// isFailure reports whether e is bytes that were meant to be a message, and are none.
func (e *Event) isFailure() bool { return e.Kind == Unreadable && e.Topic != TopicNoise }
