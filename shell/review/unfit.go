package review

import (
	"maps"
	"slices"
	"strings"

	"rpcsh/completer"
	"rpcsh/shell/event"
	"rpcsh/shell/view"
)

// unfit is what is known of the events that a filter does not choose, so that it can be said what it could.
type unfit struct {
	messages bool // there are some
	methods  map[string]bool
}

// maxUnfit is how many methods are remembered that a filter does not choose.
const maxUnfit = 1000

// fits reports whether the filter chooses an event.
func (s *source) fits(e *event.Event) bool {
	if s.opts.Filter.Match(e) {
		s.chose = s.chose || e.Kind.IsMessage() || s.opts.Filter.String() != ""
		return true
	}
	if s.chose || !e.Kind.IsMessage() {
		return false
	}
	s.unfit.messages = true
	if e.Method != "" && len(e.Method) <= maxMethod && len(s.unfit.methods) < maxUnfit {
		if s.unfit.methods == nil {
			s.unfit.methods = make(map[string]bool)
		}
		s.unfit.methods[e.Method] = true
	}
	return false
}

// remarkNothing says so where the recording has nothing that the filter chooses.
func (s *source) remarkNothing() {
	if text := s.nothing(); text != "" {
		s.opts.Remark(text)
	}
}

// nothing says that the recording has nothing that the filter chooses, and which methods it has whose names are near;
// "" where it has something.
func (s *source) nothing() string {
	filter := s.opts.Filter.String()
	switch {
	case s.chose:
		return ""
	case !s.unfit.messages:
		return s.opts.File + " has no messages"
	}
	text := "nothing in " + s.opts.File + " fits " + filter
	all := slices.Sorted(maps.Keys(s.unfit.methods))
	for i, name := range all {
		all[i] = view.Visible(name)
	}
	var near []string
	for _, pattern := range s.opts.Filter.Methods() {
		near = append(near, completer.Nearest(strings.ReplaceAll(pattern, "*", ""), all)...)
	}
	switch {
	case len(near) > 0:
		text += "; did you mean " + strings.Join(near, " or ") + "?"
	case len(s.opts.Filter.Methods()) > 0 && len(all) > 0:
		text += "; its methods are " + listed(all)
	}
	return text
}

// listed returns the first of names.
func listed(names []string) string {
	const most = 5
	if len(names) > most {
		return strings.Join(names[:most], ", ") + " and others"
	}
	return strings.Join(names, ", ")
}
