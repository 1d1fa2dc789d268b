package shell

import (
	"context"
	"fmt"
	"strings"

	"rpcsh/completer"
	"rpcsh/rpcconn"
	"rpcsh/shell/lang"
)

func callCommands() []Command {
	return []Command{
		{
			Name: "call", Group: groupCalls, Usage: "[@PEER] [--with NAME=VALUE …] METHOD [ARG …]",
			Summary:  "call a method, whatever its name; quotes around the name are allowed",
			Help:     "--with adds a member to the message beside its params, such as the sessionId of the Chrome DevTools Protocol.",
			Examples: []string{`.call .odd 1`, `.call "two words"`, `.call --with sessionId="A1" Page.enable`},
		},
		{
			Name: "notify", Group: groupCalls, Usage: "[@PEER] METHOD [ARG …]",
			Summary:  "send a notification, as !METHOD does",
			Examples: []string{".notify log hello"},
		},
		{
			Name: "batch", Group: groupCalls, Usage: "[@PEER] CALL ; !CALL ; …",
			Summary:  "send calls and notifications as one batch",
			Help:     "The result is one array, in the order of the requests; an error stands in its place as {\"error\":{…}}. BSON-RPC has no batches.",
			Examples: []string{".batch my_add 1 2 ; !log x ; my_add 3 4", "sums = .batch my_add 1 2 ; my_add 3 4 | add"},
		},
		sendCommand(),
		{
			Name: "print", Group: groupCalls, Usage: "VALUE [| JQ]",
			Summary:  "show a value: $_ is the last result",
			Examples: []string{".print $_", ".print $sums | .[0]"},
		},
		{
			Name: "pending", Group: groupCalls,
			Summary: "list what both sides wait for: calls, and the peers' requests",
			Run: func(_ context.Context, s *Shell, args lang.Text) error {
				if err := noArguments(args); err != nil {
					return err
				}
				s.listPending()
				return nil
			},
		},
		{
			Name: "cancel", Group: groupCalls, Usage: "[@PEER] N",
			Summary:  "give up the call with the id N; its answer will show up as late",
			Examples: []string{".cancel 3", ".cancel @2 3"},
			Complete: func(s *Shell, _ []string) []completer.Candidate {
				var all []completer.Candidate
				for _, p := range s.peers.list() {
					for _, c := range p.outstanding() {
						all = append(all, completer.Candidate{Text: c.id.String(), Description: c.method + " at " + p.at()})
					}
				}
				return all
			},
			Run: func(_ context.Context, s *Shell, args lang.Text) error { return s.cancelCall(args) },
		},
	}
}

func (s *Shell) cancelCall(args lang.Text) error {
	peers := s.peers.list()
	first, rest := word(args)
	if strings.HasPrefix(first.Text, "@") {
		p, err := s.peers.find(first.Text)
		if err != nil {
			return err
		}
		peers = []*peer{p}
		first, rest = word(rest)
	}
	if err := noArguments(rest); err != nil {
		return err
	}
	id := rpcconn.ParseID([]byte(strings.TrimPrefix(first.Text, "#")))
	var found []*call
	for _, p := range peers {
		for _, c := range p.outstanding() {
			if c.id == id {
				found = append(found, c)
			}
		}
	}
	switch len(found) {
	case 0:
		return fmt.Errorf("no call waits with the id %q (.pending lists those that do)", first.Text)
	case 1:
		found[0].cancel(errCancelled)
		return nil
	default:
		return fmt.Errorf("calls of several peers wait with this id: write .cancel %s %s", found[0].peer.at(), first.Text)
	}
}
