package shell

import (
	"context"
	"strconv"

	"rpcsh/completer"
	"rpcsh/shell/lang"
)

func onCommands() []Command {
	return []Command{
		{
			Name: "on", Group: groupServing, Usage: "[connect | close | METHOD LINE]",
			Summary: "run a line whenever a peer comes, goes, or notifies; without arguments, list what is set",
			Help: "METHOD may be a glob; in quotes it is a method, whatever it is called. A call in LINE goes to that peer where it names none, and .close, .name, .use and .serve " +
				"mean it. Lines for one event run in the order in which they were set, for one peer one after the other, and beside what you type.",
			Terms: []Term{
				{"$peer", "the number of the peer"},
				{"$method", "the method of the notification; null where the peer comes or goes"},
				{"$params", "its params; null where there are none"},
			},
			Examples: []string{".on connect welcome $peer", ".on connect .name web", ".on job/done r = job/result id=$params.id", ".on 'log*' @1 !log $params", ".on close @all !left $peer"},
			Find:     completeEvent,
			Run: func(_ context.Context, s *Shell, args lang.Text) error {
				if args.Text == "" {
					s.listHandlers()
					return nil
				}
				return s.on(args)
			},
		},
		{
			Name: "off", Group: groupServing, Usage: "connect | close | METHOD | N",
			Summary:  "take off what .on has set; N is one line, as .on lists them",
			Examples: []string{".off connect", ".off 2"},
			Complete: completeHandler,
			Run:      func(_ context.Context, s *Shell, args lang.Text) error { return s.off(args) },
		},
	}
}

func completeEvent(s *Shell, words []string, typed string) []completer.Candidate {
	if len(words) > 0 {
		return nil
	}
	all := []completer.Candidate{{Text: eventConnect, Description: "a peer comes"}, {Text: eventClose, Description: "a peer goes"}}
	return completer.Find(typed, append(all, servable(s)...), maxSuggestions)
}

func completeHandler(s *Shell, words []string) []completer.Candidate {
	if len(words) > 0 {
		return nil
	}
	var all []completer.Candidate
	for i, h := range s.handlers.list() {
		all = append(all, completer.Candidate{Text: strconv.Itoa(i + 1), Description: h.event.String() + " " + h.line})
	}
	return all
}
