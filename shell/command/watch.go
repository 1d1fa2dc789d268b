package command

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"rpcsh/completer"
	"rpcsh/shell/event"
	"rpcsh/shell/lang"
	"rpcsh/shell/session"
	"rpcsh/shell/view"
)

const filterHelp = "A filter is method globs, peer:N, dir:in, dir:out, and kind:KIND, in any number; words of one " +
	"sort are alternatives, and all sorts have to fit. Messages are of the kinds request, notification, response, " +
	"error, other and unreadable, which error covers, too."

// What shows and hides all messages again.
const (
	watchAll = "all"
	muteOff  = "off"
)

func watchCommands(s *session.Session, v *view.View) []Command {
	complete := func([]string) []completer.Candidate { return filterCandidates(s) }
	return []Command{
		{
			Name: "watch", Group: groupWatching, Usage: "[FILTER | all]",
			Summary:  "show only the messages that fit; without arguments, say what is shown",
			Help:     filterHelp + " What is not shown is answered all the same.",
			Examples: []string{".watch report_*", ".watch peer:1 kind:request kind:error", ".watch all"},
			Complete: complete,
			Run: func(_ context.Context, args lang.Text) error {
				switch args.Text {
				case "":
					sayWatched(v)
					return nil
				case watchAll:
					v.SetWatch(event.Filter{})
					return nil
				}
				return withFilter(args, v.SetWatch)
			},
		},
		{
			Name: "mute", Group: groupWatching, Usage: "[FILTER | off]",
			Summary: "hide the messages that fit; without arguments, say what is hidden",
			Help: filterHelp + " What is no message stays, unless a filter names its kind: connect, close, speaks, " +
				"stderr, learned, parked, unparked, note, problem. Filters add up; .mute off shows everything again.",
			Examples: []string{".mute tick", ".mute kind:notification peer:2", ".mute off"},
			Complete: func(words []string) []completer.Candidate {
				return append(complete(words), completer.Candidate{Text: muteOff, Description: "hide nothing"})
			},
			Run: func(_ context.Context, args lang.Text) error {
				switch args.Text {
				case "":
					sayWatched(v)
					return nil
				case muteOff:
					v.ClearMute()
					return nil
				}
				return withFilter(args, v.AddMute)
			},
		},
	}
}

// withFilter hands the filter that args are to use; its mistakes know their column.
func withFilter(args lang.Text, use func(event.Filter)) error {
	f, err := event.ParseFilter(args.Text)
	var wrong *event.FilterError
	if errors.As(err, &wrong) {
		return &lang.Error{Column: args.Column + wrong.Offset, Reason: wrong.Reason}
	}
	if err != nil {
		return err
	}
	use(f)
	return nil
}

// sayWatched says what is shown, and what is hidden.
func sayWatched(v *view.View) {
	watch, mute := v.Watched()
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
	v.Say("%s", view.Visible(text))
}

// filterCandidates are the words of filters.
func filterCandidates(s *session.Session) []completer.Candidate {
	all := []completer.Candidate{
		{Text: "dir:in", Description: "what comes in"},
		{Text: "dir:out", Description: "what is sent"},
		{Text: watchAll, Description: "everything"},
	}
	for _, k := range event.MessageKinds() {
		all = append(all, completer.Candidate{Text: "kind:" + string(k)})
	}
	for _, p := range s.Peers().List() {
		all = append(all, completer.Candidate{Text: "peer:" + strconv.Itoa(p.Number()), Description: p.Label()})
	}
	return append(all, called(s, "seen from")...)
}
