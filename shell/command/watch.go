package command

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"rpcsh/completer"
	"rpcsh/rpcconn/catalog"
	"rpcsh/shell/arguments"
	"rpcsh/shell/event"
	"rpcsh/shell/glob"
	"rpcsh/shell/lang"
	"rpcsh/shell/methods"
	"rpcsh/shell/ring"
	"rpcsh/shell/session"
	"rpcsh/shell/view"
)

const filterHelp = "A filter is globs of methods and of MCP's tools, peer:N, dir:in, dir:out, and kind:KIND, in any " +
	"number; words of one sort are alternatives, and all sorts have to fit. Messages are of the kinds request, " +
	"notification, response, error, other and unreadable, which error covers, too."

// What shows and hides all messages again.
const (
	watchAll = "all"
	muteOff  = "off"
)

// A watcher chooses which messages are shown.
type watcher struct {
	session *session.Session
	view    *view.View
	ring    *ring.Ring
}

func watchCommands(s *session.Session, v *view.View, kept *ring.Ring) []Command {
	w := &watcher{s, v, kept}
	complete := func([]string) []completer.Candidate { return filterCandidates(s) }
	return []Command{
		{
			Name: "watch", Group: groupWatching, Usage: "[FILTER | all]",
			Summary: "show only the messages that fit; without arguments, say what is shown",
			Help: filterHelp +
				" What is not shown is answered all the same, and what waits for you is always shown.",
			Examples: []string{".watch report_*", ".watch peer:1 kind:request kind:error", ".watch all"},
			Complete: complete,
			Run:      func(_ context.Context, args lang.Text) error { return w.watch(args) },
		},
		{
			Name: "mute", Group: groupWatching, Usage: "[FILTER | off]",
			Summary: "hide the messages that fit; without arguments, say what is hidden",
			Help: filterHelp + " What is no message stays, unless a filter names its kind: connect, close, " +
				"kind:speaks, kind:deviation, kind:stderr, kind:learned, kind:unparked, kind:note, kind:problem. A " +
				"request that waits for you is never hidden. Filters add up; .mute off shows everything again.",
			Examples: []string{".mute tick", ".mute connect close", ".mute kind:notification peer:2", ".mute off"},
			Complete: func(words []string) []completer.Candidate {
				return append(complete(words), completer.Candidate{Text: muteOff, Description: "hide nothing"})
			},
			Run: func(_ context.Context, args lang.Text) error { return w.mute(args) },
		},
	}
}

// watch runs .watch [FILTER | all].
func (w *watcher) watch(args lang.Text) error {
	switch args.Text {
	case "":
		w.view.Say("%s", w.watched())
		return nil
	case watchAll:
		w.view.SetWatch(event.Filter{})
		w.view.Report(w.watched())
		return nil
	case muteOff, "none":
		return arguments.Mistake(args, ".watch all shows all messages, .mute * hides all")
	}
	return w.choose(args, w.view.SetWatch)
}

// mute runs .mute [FILTER | off].
func (w *watcher) mute(args lang.Text) error {
	switch args.Text {
	case "":
		w.view.Say("%s", w.watched())
		return nil
	case muteOff:
		w.view.ClearMute()
		w.view.Report(w.watched())
		return nil
	case watchAll:
		return arguments.Mistake(args, ".mute * hides all messages, .mute off none")
	}
	f, err := readFilter(args)
	if err == nil && f.Names(event.Parked) {
		return arguments.Mistake(args, "a request that waits for you is always shown")
	}
	return w.choose(args, w.view.AddMute)
}

// choose reads a filter, puts it in force by use, and says what that means.
func (w *watcher) choose(args lang.Text, use func(event.Filter)) error {
	f, err := readFilter(args)
	if err != nil {
		return err
	}
	use(f)
	w.view.Report(w.watched())
	if !w.view.Interactive() {
		return nil
	}
	for _, method := range f.Methods() {
		w.remarkUnseen(method)
	}
	for _, number := range f.Peers() {
		if _, err := w.session.Peers().Find(strconv.Itoa(number)); err != nil {
			w.view.Remark(w.view.Colors().Dim(err.Error()))
		}
	}
	return nil
}

// remarkUnseen says so where nobody has seen a method that a glob fits.
func (w *watcher) remarkUnseen(pattern string) {
	var all []catalog.Method
	for _, p := range append(w.session.Peers().List(), w.session.Peers().Gone()...) {
		all = append(all, p.Known().Methods()...)
	}
	if slices.ContainsFunc(all, func(m catalog.Method) bool { return glob.Match(pattern, m.Name) }) {
		return
	}
	w.ring.Sync()
	seen := w.ring.Last(1, func(e *event.Event) bool { return e.Method != "" && glob.Match(pattern, e.Method) })
	if len(seen) > 0 {
		return
	}
	text := "no method that fits " + view.Visible(pattern) + " has been seen yet"
	if near := methods.Nearest(pattern, all); len(near) > 0 {
		text += ": did you mean " + view.Visible(strings.Join(near, " or ")) + "?"
	}
	w.view.Remark(w.view.Colors().Dim(text))
}

// withFilter hands the filter that args are to use.
func withFilter(args lang.Text, use func(event.Filter)) error {
	f, err := readFilter(args)
	if err == nil {
		use(f)
	}
	return err
}

// readFilter reads a filter; its mistakes know their column.
func readFilter(args lang.Text) (event.Filter, error) {
	f, err := event.ParseFilter(args.Text)
	var wrong *event.FilterError
	if errors.As(err, &wrong) {
		err = &lang.Error{Column: args.Column + wrong.Offset, Reason: wrong.Reason}
	}
	return f, err
}

// watched says what is shown, and what is hidden.
func (w *watcher) watched() string {
	watch, mute := w.view.Watched()
	text := "shown: everything"
	if shown := watch.String(); shown != "" {
		text = "shown: " + shown
	}
	var hidden []string
	for _, m := range mute {
		hidden = append(hidden, m.String())
	}
	if len(hidden) > 0 {
		text += "; hidden: " + strings.Join(hidden, "; ")
	}
	return view.Visible(text)
}

// filterCandidates are the words of filters.
func filterCandidates(s *session.Session) []completer.Candidate {
	all := []completer.Candidate{
		{Text: "dir:in", Description: "what comes in"},
		{Text: "dir:out", Description: "what is sent"},
		{Text: watchAll, Description: "everything"},
		{Text: string(event.Connect), Description: "a peer comes"},
		{Text: string(event.Close), Description: "a peer goes"},
	}
	for _, k := range event.MessageKinds() {
		all = append(all, completer.Candidate{Text: "kind:" + string(k)})
	}
	for _, p := range s.Peers().List() {
		all = append(all, completer.Candidate{Text: "peer:" + strconv.Itoa(p.Number()), Description: p.Label()})
	}
	return append(all, called(s, "seen from")...)
}
