package shell

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"rpcsh/completer"
	"rpcsh/shell/lang"
	"rpcsh/shell/traffic"
)

const filterHelp = "A filter is method globs, peer:N, dir:in, dir:out, and kind:request, kind:notification, kind:response or kind:error, in any number; " +
	"words of one sort are alternatives, the sorts have all to fit."

func watchCommands() []Command {
	return []Command{
		{
			Name: "watch", Group: groupWatching, Usage: "[FILTER | all]",
			Summary:  "show only the messages that fit; without arguments, say what is shown",
			Help:     filterHelp + " What is not shown is answered all the same.",
			Examples: []string{".watch report_*", ".watch peer:1 kind:request kind:error", ".watch all"},
			Complete: completeFilter,
			Run: func(_ context.Context, s *Shell, args lang.Text) error {
				if args.Text == "" {
					s.sayWatched()
					return nil
				}
				if args.Text == allPeers {
					args.Text = ""
				}
				f, err := parseFilter(args)
				if err != nil {
					return err
				}
				s.mu.Lock()
				s.watch = f
				s.mu.Unlock()
				return nil
			},
		},
		{
			Name: "mute", Group: groupWatching, Usage: "[FILTER | off]",
			Summary:  "hide the messages that fit; without arguments, say what is hidden",
			Help:     filterHelp + " Filters add up; .mute off shows everything again.",
			Examples: []string{".mute tick", ".mute kind:notification peer:2", ".mute off"},
			Complete: func(s *Shell, words []string) []completer.Candidate {
				return append(completeFilter(s, words), completer.Candidate{Text: "off", Description: "hide nothing"})
			},
			Run: func(_ context.Context, s *Shell, args lang.Text) error {
				switch args.Text {
				case "":
					s.sayWatched()
					return nil
				case "off":
					s.mu.Lock()
					s.mute = nil
					s.mu.Unlock()
					return nil
				}
				f, err := parseFilter(args)
				if err != nil {
					return err
				}
				s.mu.Lock()
				s.mute = append(s.mute, f)
				s.mu.Unlock()
				return nil
			},
		},
	}
}

// parseFilter reads a filter; its mistakes know their column.
func parseFilter(args lang.Text) (traffic.Filter, error) {
	f, err := traffic.ParseFilter(args.Text)
	var mistake *traffic.FilterError
	if errors.As(err, &mistake) {
		return f, &lang.Error{Column: args.Column + mistake.Offset, Reason: mistake.Reason}
	}
	return f, err
}

func (s *Shell) sayWatched() {
	s.mu.Lock()
	shown, hidden := s.watch.String(), []string{}
	for _, m := range s.mute {
		hidden = append(hidden, m.String())
	}
	s.mu.Unlock()
	if shown == "" {
		shown = "everything"
	}
	text := "shown: " + shown
	if len(hidden) > 0 {
		text += "; hidden: " + strings.Join(hidden, "; ")
	}
	s.say("%s", visible(text, false))
}

func completeFilter(s *Shell, _ []string) []completer.Candidate {
	all := []completer.Candidate{{Text: "dir:in", Description: "what comes in"}, {Text: "dir:out", Description: "what is sent"}, {Text: "all", Description: "everything"}}
	for _, k := range traffic.Kinds() {
		all = append(all, completer.Candidate{Text: "kind:" + k})
	}
	for _, p := range s.peers.list() {
		all = append(all, completer.Candidate{Text: "peer:" + strconv.Itoa(p.number), Description: p.name})
		for _, m := range p.known.Methods() {
			if m.Ours {
				all = append(all, completer.Candidate{Text: m.Name, Description: "seen from " + p.name})
			}
		}
	}
	return all
}
