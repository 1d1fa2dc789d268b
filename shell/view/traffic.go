package view

import (
	"strings"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/shell/event"
	"rpcsh/shell/human"
)

// clock is the form of times before unsolicited lines.
const clock = "15:04:05.000"

// A style says how lines look.
type style struct {
	colors  *Palette
	several func() bool // lines have to say which peer they are about
}

// lineHead returns the beginning of a line of traffic.
func (s style) lineHead(t time.Time, out bool, p event.Peer) string {
	arrow := s.colors.In("←")
	if out {
		arrow = s.colors.Out("→")
	}
	head := s.colors.Dim(t.Format(clock)) + " " + arrow + " "
	if s.several() {
		head += s.colors.Dim(p.At()) + " "
	}
	return head
}

// trafficLine renders a message. summary, if it is not "", replaces its result.
func (s style) trafficLine(e *event.Event, summary string) string {
	head := s.lineHead(e.Time, e.Out, e.Peer)
	switch e.Kind {
	case event.Request, event.Notification:
		return head + s.requestLine(e)
	case event.Response, event.Error:
		return head + s.responseLine(e, summary)
	case event.Other:
		return head + compactValue(e.Value)
	}
	return head + s.colors.Err(Shorten(e.Text, len(e.Text)))
}

func (s style) requestLine(e *event.Event) string {
	text := s.idText(e.ID) + s.colors.Bold(Visible(e.Method))
	if e.Extra != nil {
		text += " " + s.colors.Dim(compactValue(e.Extra))
	}
	if args := Arguments(e.Params); args != "" {
		text += " " + Shorten(args, len(e.Params))
	}
	return text + s.remarks(e.Text)
}

func (s style) responseLine(e *event.Event, summary string) string {
	if e.Result == nil && e.Err == nil {
		return s.colors.Dim(strings.TrimSpace(idText(e.ID) + " " + Visible(e.Text)))
	}
	text := summary
	switch {
	case e.Err != nil:
		text = ErrorText(e.Err)
		text = s.colors.Err(Shorten(text, len(text)))
	case text == "":
		text = compactValue(e.Result)
	}
	text = s.idText(e.ID) + text
	if e.Took > 0 {
		text += "  " + s.colors.Dim(human.Took(e.Took))
	}
	if e.Extra != nil {
		text += "  " + s.colors.Dim(compactValue(e.Extra))
	}
	return text + s.remarks(besideError(e), matchText(e), e.Text)
}

// stderrLine renders a line that a child process wrote to its stderr: a peer, or a command that answers peers, which
// has a title and no number.
func (s style) stderrLine(e *event.Event) string {
	mark := "│ "
	switch {
	case e.Peer.Number == 0 && e.Peer.Title != "":
		mark = Visible(e.Peer.Title) + " │ "
	case e.Peer.Number > 0 && s.several():
		mark = e.Peer.At() + " │ "
	}
	return s.colors.Dim(mark + Visible(e.Text))
}

// idText returns the id as "#7", or "" if there is none.
func idText(id rpcconn.ID) string {
	if id.IsNone() {
		return ""
	}
	return "#" + Visible(id.String())
}

// idText returns the id as it stands before a message.
func (s style) idText(id rpcconn.ID) string {
	if id.IsNone() {
		return ""
	}
	return s.colors.Dim(idText(id)) + " "
}

// remarks returns the texts that are not "" as they stand after a message.
func (s style) remarks(texts ...string) string {
	all := ""
	for _, text := range texts {
		if text != "" {
			all += "  " + s.colors.Dim(Visible(text))
		}
	}
	return all
}

// besideError says that a response has both an error and a result, against JSON-RPC 2.0 section 5. It is "" if it has
// not.
func besideError(e *event.Event) string {
	if e.Err == nil || e.Result == nil {
		return ""
	}
	return "with a result beside it: " + compactValue(e.Result)
}

// matchText says that nobody waits for a response. It is "" if somebody does.
func matchText(e *event.Event) string {
	switch {
	case e.Match == event.Late && e.Method != "":
		return "late: " + Visible(e.Method) + " was given up"
	case e.Match == event.Late:
		return "late: its request was given up"
	case e.Match == event.Unmatched:
		return "unmatched response"
	}
	return ""
}
