package shell

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"rpcsh/shell/human"
	"rpcsh/shell/session"
	"rpcsh/shell/view"
)

// usualPrompt is the form of the prompt where none is set. {peer} has the warning that its certificate was not
// verified.
const usualPrompt = "{waits}{peer}> "

// promptParts returns what a form of the prompt may have in braces.
func promptParts() []string {
	return []string{"peer", "at", "target", "protocol", "state", "time", "waits"}
}

// checkPrompt returns what is wrong with a form of the prompt.
func checkPrompt(form string) error {
	var unknown error
	fillPrompt(form, func(name string) string {
		if !slices.Contains(promptParts(), name) && unknown == nil {
			unknown = fmt.Errorf("there is no {%s}: there are {%s}", view.Visible(name),
				strings.Join(promptParts(), "}, {"))
		}
		return ""
	})
	return unknown
}

// fillPrompt returns form with the parts that are named in braces.
func fillPrompt(form string, part func(name string) string) string {
	var b strings.Builder
	for form != "" {
		before, rest, opens := strings.Cut(form, "{")
		name, after, closes := strings.Cut(rest, "}")
		b.WriteString(view.Visible(before))
		switch form = after; {
		case opens && closes:
			b.WriteString(part(name))
		case opens:
			b.WriteString("{" + view.Visible(rest))
		}
	}
	return b.String()
}

// promptPart returns one of promptParts, as things are. peer is the current one, nil where there is none.
func (p *prompter) promptPart(name string, peer *session.Peer, warning string) string {
	longest := 40 // the URL of a debugger has twice as much
	if p.isNarrow() {
		longest = max(10, p.terminal.Width()/2)
	}
	isThere := peer != nil && peer.Alive()
	switch name {
	case "waits":
		return p.waitingText()
	case "time":
		return time.Now().Format("15:04:05")
	case "state":
		if isThere {
			return "connected"
		}
		return "not connected"
	case "peer":
		if !isThere {
			return "(" + p.absent(peer) + ")"
		}
		text := view.Visible(human.Clip(peer.Label(), longest))
		if peer.Accepted() || len(p.session.Peers().List()) > 1 || peer.Name() != "" {
			text = peer.At() + " " + text
		}
		return warning + text
	}
	if !isThere {
		return ""
	}
	switch name {
	case "at":
		return peer.At()
	case "target":
		return view.Visible(human.Clip(peer.Label(), longest))
	default:
		return view.Visible(peer.WireText())
	}
}

// absent says why no peer can be called.
func (p *prompter) absent(peer *session.Peer) string {
	l := p.session.Listeners()
	switch {
	case p.taps() && peer == nil:
		return "nobody is connected"
	case p.taps():
		return peer.At() + " has gone"
	case len(l) > 0 && (peer == nil || len(p.session.Peers().List()) == 0): // who connects next is meant
		return "listening on " + l[0].Target.Short()
	case peer != nil && peer.Accepted():
		return peer.At() + " has gone"
	}
	return "not connected"
}
