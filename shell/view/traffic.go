package view

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/shell/columns"
	"rpcsh/shell/event"
	"rpcsh/shell/human"
)

// clock is the form of times before unsolicited lines.
const clock = "15:04:05.000"

// A style says how lines look.
type style struct {
	*look
	several func() bool // lines have to say which peer they are about
	numbers bool        // events can be looked at by their numbers, so that lines may have them
	columns func() int  // of a row, where lines are broken between words; nil: they are not broken
	*form
}

// lineHead returns the beginning of a line of traffic.
func (s style) lineHead(t time.Time, out bool, p event.Peer) string {
	l := row{style: s}
	l.head(t, "", out, p)
	return string(l.text)
}

// numberOf returns the number of e as it stands behind the time, with a blank before it; "": it is not shown. It always
// is where that was asked for, and before what may be given up by it: a call that nobody waits for.
func (s style) numberOf(e *event.Event) string {
	if !s.numbers || e.Number == 0 || !s.Numbers() && !(e.Out && e.Kind == event.Request) {
		return ""
	}
	return " " + strconv.FormatUint(e.Number, 10)
}

// wrapped breaks what people read at blanks where it is wider than the window, which breaks words.
func (s style) wrapped(text string) string {
	if s.columns == nil {
		return text
	}
	return columns.BreakWords(text, s.columns())
}

// kept returns a part of a line that wrapped is to leave in one piece: JSON text, so that it can be copied from the
// window, and what would not be read well in two.
func (s style) kept(text string) string {
	if s.columns == nil {
		return text
	}
	return columns.Whole(text)
}

// trafficLine renders a message. summary, if it is not "", replaces its result, or the params of a notification.
func (s style) trafficLine(e *event.Event, summary string) string {
	line, _ := s.appendTraffic(nil, e, summary)
	return s.wrapped(string(line))
}

// appendTraffic appends trafficLine, not wrapped, and reports whether something was left out.
func (s style) appendTraffic(dst []byte, e *event.Event, summary string) (line []byte, cut bool) {
	l := row{style: s, text: dst}
	l.head(e.Time, s.numberOf(e), e.Out, e.Peer)
	l.message(e, summary)
	l.add(l.whole(e))
	return l.text, l.cut
}

// A row is a line about a message, or another event, while it is rendered.
type row struct {
	style
	text []byte // of the line up to here
	cut  bool   // something was left out
}

func (l *row) add(text string) { l.text = append(l.text, text...) }

// head adds the beginning of a line of traffic. number is "", or as numberOf returns it.
func (l *row) head(t time.Time, number string, out bool, p event.Peer) {
	l.add(l.colors.Dim(t.Format(clock) + number))
	l.add(" ")
	if out {
		l.add(l.colors.Out("→"))
	} else {
		l.add(l.colors.In("←"))
	}
	l.add(" ")
	if l.several() {
		l.add(l.colors.Dim(p.At()))
		l.add(" ")
	}
}

// shorten is Shorten, and takes note of what it leaves out.
func (l *row) shorten(text string, total int) string {
	text, cut := shorten(text, total)
	l.cut = l.cut || cut
	return text
}

// short is form.short, and takes note of what it leaves out.
func (l *row) short(value json.RawMessage) string {
	return l.shorten(l.json(beginning(value)), len(value))
}

// whole says how e is seen whole, "" where that is so already, or cannot be.
func (l *row) whole(e *event.Event) string {
	if !l.cut || !l.numbers || e.Number == 0 {
		return ""
	}
	return "  " + l.colors.Dim(".show "+strconv.FormatUint(e.Number, 10))
}

// message adds what a message says.
func (l *row) message(e *event.Event, summary string) {
	switch e.Kind {
	case event.Request, event.Notification:
		l.request(e, summary)
	case event.Response, event.Error:
		l.response(e, summary)
	case event.Other:
		l.add(l.kept(l.paint(l.short(e.Value))))
	default:
		paint := l.colors.Err
		if e.Topic == event.TopicNoise {
			paint = l.colors.Dim
		}
		l.add(paint(l.shorten(e.Text, len(e.Text))))
	}
}

func (l *row) request(e *event.Event, summary string) {
	l.id(e.ID)
	l.add(l.colors.Bold(brief(e.Method)))
	if e.Extra != nil {
		l.add(" ")
		l.add(l.colors.Dim(l.kept(l.short(e.Extra))))
	}
	if summary != "" {
		l.add(" ")
		l.add(summary)
	} else if args := arguments(e.Params, l.json); args != "" {
		l.add(" ")
		l.add(l.kept(l.paint(l.shorten(args, len(e.Params)))))
	}
	l.remark(e.Text)
}

func (l *row) response(e *event.Event, summary string) {
	if e.Result == nil && e.Err == nil {
		l.add(l.colors.Dim(strings.TrimSpace(idText(e.ID) + " " + brief(e.Text))))
		return
	}
	l.id(e.ID)
	l.answer(e, summary)
	if e.Took > 0 {
		l.add("  ")
		l.add(l.colors.Dim(l.kept(human.Took(e.Took))))
	}
	if e.Extra != nil {
		l.add("  ")
		l.add(l.colors.Dim(l.kept(l.short(e.Extra))))
	}
	if e.Err != nil && e.Result != nil { // against JSON-RPC 2.0 section 5
		l.remark("with a result beside it: " + l.short(e.Result))
	}
	l.remark(matchText(e))
	l.remark(e.Text)
}

// answer adds the result or error of a response.
func (l *row) answer(e *event.Event, summary string) {
	switch {
	case e.Err != nil:
		text := errorText(e.Err, l.json)
		l.add(l.colors.Err(l.shorten(text, len(text))))
	case summary == "":
		l.add(l.kept(l.paint(l.short(e.Result))))
	default:
		l.cut = true
		l.add(summary)
	}
}

// id adds the id as it stands before a message.
func (l *row) id(id rpcconn.ID) {
	if !id.IsNone() {
		l.add(l.colors.Dim(idText(id)))
		l.add(" ")
	}
}

// remark adds a text that is not "" as it stands after a message.
func (l *row) remark(text string) {
	if text != "" {
		l.add("  ")
		l.add(l.colors.Dim(brief(text)))
	}
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
	return s.wrapped(s.colors.Dim(mark + Visible(e.Text)))
}

// idText returns the id as "#7", or "" if there is none.
func idText(id rpcconn.ID) string {
	if id.IsNone() {
		return ""
	}
	return "#" + brief(id.String())
}

// matchText says that nobody waits for a response. It is "" if somebody does.
func matchText(e *event.Event) string {
	switch {
	case e.Match == event.Late && e.Method != "":
		return "late: " + brief(e.Method) + " was given up"
	case e.Match == event.Late:
		return "late: its request was given up"
	case e.Match == event.Unmatched:
		return "unmatched response"
	}
	return ""
}
