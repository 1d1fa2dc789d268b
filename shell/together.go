package shell

import (
	"errors"
	"fmt"
	"strings"

	"rpcsh/rpcconn"
)

// showTogether shows what several peers answered, as a table or as an object for each, and returns the first error.
func (s *Shell) showTogether(j *job, outcomes []outcome) error {
	if j.output == OutputJSON {
		return s.showObjects(outcomes)
	}
	var first error
	var t table
	t.row("PEER", "TIME", "RESULT")
	cut := false
	for i := range outcomes {
		o := &outcomes[i]
		room := max(20, s.listWidth()-len(o.peer.at())-16)
		text, long := o.oneLine(room)
		cut = cut || long
		if o.err != nil {
			text = s.colors.err(text)
			if first == nil {
				first = &shownError{o.err}
			}
		}
		t.row(o.peer.at(), took(o.took), text)
		for _, r := range o.remarks {
			t.row("", "", s.colors.dim(visible(r, false)))
		}
	}
	text := t.String()
	switch {
	case cut && len(outcomes) <= fewPeers && s.interactive():
		text = s.belowEachOther(outcomes)
	case cut:
		text += s.colors.dim("some are cut off: .print $_ shows all of them, .print $_[0] the first") + "\n"
	}
	if s.interactive() && len(outcomes) > fewPeers {
		text += s.failures(outcomes) + "\n"
	}
	s.screen.print(s.stdout(), text)
	return first
}

// fewPeers is how many peers' results one takes in at a glance: they are shown whole, below each other, where they do not fit into a table;
// behind the table of more it says which of them failed.
const fewPeers = 10

// failures says how many of outcomes are errors, and whose.
func (s *Shell) failures(outcomes []outcome) string {
	var failed []string
	for i := range outcomes {
		if outcomes[i].err != nil {
			failed = append(failed, outcomes[i].peer.at())
		}
	}
	text := fmt.Sprintf("%s peers, ", grouped(len(outcomes)))
	if len(failed) == 0 {
		return s.colors.dim(text + "no error")
	}
	text += plural(len(failed), "error") + ": " + strings.Join(failed[:min(len(failed), fewPeers)], " ")
	if len(failed) > fewPeers {
		text += " …"
	}
	return s.colors.err(text)
}

// belowEachOther returns outcomes one under the other.
func (s *Shell) belowEachOther(outcomes []outcome) string {
	var b strings.Builder
	for i := range outcomes {
		o := &outcomes[i]
		b.WriteString(s.colors.bold(o.peer.at()) + "  " + s.colors.dim(took(o.took)) + "\n")
		if o.err != nil {
			text, _ := o.oneLine(maxShown)
			b.WriteString(s.colors.err(text) + "\n")
			continue
		}
		for _, v := range o.shown {
			if v != nil {
				b.WriteString(withLineBreak(s.resultText(v)))
			}
		}
		for _, r := range o.remarks {
			b.WriteString(s.colors.dim(visible(r, false)) + "\n")
		}
	}
	return b.String()
}

// oneLine returns what came of a call at one peer, in at most room characters, and whether it had to be cut off.
func (o *outcome) oneLine(room int) (text string, long bool) {
	if o.err != nil {
		text = o.err.Error()
		var e *rpcconn.Error
		if errors.As(o.err, &e) {
			text = errorText(e)
		}
	} else {
		var texts []string
		for _, v := range o.shown {
			if v != nil {
				texts = append(texts, compact(v[:min(len(v), 4*room)]))
			}
			long = long || len(v) > 4*room
		}
		text = strings.Join(texts, " ")
	}
	text = visible(text, false)
	clipped := clip(text, room)
	return clipped, long || clipped != text
}

// showObjects shows what peers answered as objects that say which of them it was.
func (s *Shell) showObjects(outcomes []outcome) error {
	var first error
	for i := range outcomes {
		o := &outcomes[i]
		who := appendPeer(nil, o.peer)[1:]
		if o.err == nil {
			for _, v := range o.shown {
				s.screen.print(s.stdout(), s.safe(fmt.Sprintf(`{%s,"result":%s}`, who, compact(v))))
			}
			continue
		}
		var e *rpcconn.Error
		if !errors.As(o.err, &e) {
			e = &rpcconn.Error{Message: o.err.Error()}
		}
		s.screen.print(s.stdout(), s.safe(fmt.Sprintf(`{%s,%s`, who, errorObject(e)[1:])))
		if first == nil {
			first = &shownError{o.err}
		}
	}
	return first
}
