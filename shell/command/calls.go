package command

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"rpcsh/shell/arguments"

	"rpcsh/completer"
	"rpcsh/rpcconn"
	"rpcsh/shell/call"
	"rpcsh/shell/exit"
	"rpcsh/shell/lang"
	"rpcsh/shell/session"
	"rpcsh/shell/view"
)

// callCommands are the calls that the language knows as commands, and what is about calls that wait.
func callCommands(s *session.Session, v *view.View, env environment) []Command {
	return []Command{
		{
			Name: "call", Group: groupCalls, Usage: "[@PEER] [--with NAME=VALUE …] METHOD [ARG …]",
			Summary: "call a method, whatever its name; quotes around the name are allowed",
			Help: "--with adds a member to the message beside its params, such as the sessionId of the Chrome " +
				"DevTools Protocol.",
			Examples: []string{`.call .odd 1`, `.call "two words"`, `.call --with sessionId="A1" Page.enable`},
		},
		{
			Name: "notify", Group: groupCalls, Usage: "[@PEER] METHOD [ARG …]",
			Summary:  "send a notification, as !METHOD does",
			Examples: []string{".notify log hello"},
		},
		{
			Name: "batch", Group: groupCalls, Usage: "[@PEER] CALL ; !CALL ; …",
			Summary: "send calls and notifications as one batch",
			Help: "The result is one array, in the order of the requests; an error stands in its place as " +
				"{\"error\":{…}}. BSON-RPC has no batches.",
			Examples: []string{".batch my_add 1 2 ; !log x ; my_add 3 4", "sums = .batch my_add 1 2 ; my_add 3 4 | " +
				"add"},
		},
		sendCommand(s, v, env),
		{
			Name: "print", Group: groupCalls, Usage: "VALUE [| JQ]",
			Summary:  "show a value: $_ is the last result",
			Examples: []string{".print $_", ".print $sums | .[0]"},
		},
		{
			Name: "pending", Group: groupCalls,
			Summary: "list what both sides wait for: calls, and the peers' requests",
			Run: func(_ context.Context, args lang.Text) error {
				if err := arguments.None(args); err != nil {
					return err
				}
				listPending(s, v)
				return nil
			},
		},
		{
			Name: "cancel", Group: groupCalls, Usage: "[@PEER] N",
			Summary:  "give up the call with the id N; its answer will show up as late",
			Examples: []string{".cancel 3", ".cancel @2 3"},
			Complete: func([]string) []completer.Candidate { return pendingCandidates(s.Peers().List()) },
			Run:      func(_ context.Context, args lang.Text) error { return cancel(s, args) },
		},
	}
}

// pendingCandidates are the calls that wait for an answer.
func pendingCandidates(peers []*session.Peer) []completer.Candidate {
	var all []completer.Candidate
	for _, p := range peers {
		for _, c := range p.Pending() {
			all = append(all, completer.Candidate{Text: c.ID.String(), Description: c.Method + " at " + p.At()})
		}
	}
	return all
}

// cancel runs .cancel [@PEER] N.
func cancel(s *session.Session, args lang.Text) error {
	peers := s.Peers().List()
	a := arguments.Read(args)
	if first := a.Peek(); strings.HasPrefix(first.Text, "@") {
		p, err := s.Peers().Find(a.Word().Text)
		if err != nil {
			return err
		}
		peers = []*session.Peer{p}
	}
	number := a.Word()
	if err := a.End(); err != nil {
		return err
	}
	id := rpcconn.ParseID([]byte(strings.TrimPrefix(number.Text, "#")))
	var found []*call.Pending
	at := "" // whose call it is: the first one's where there are several
	for _, p := range peers {
		for _, c := range p.Pending() {
			if c.ID == id {
				found = append(found, c)
				at = cmp.Or(at, p.At())
			}
		}
	}
	switch len(found) {
	case 0:
		return fmt.Errorf("no call waits with the id %q (.pending lists those that do)", number.Text)
	case 1:
		found[0].Cancel(exit.ErrCancelled)
		return nil
	}
	return fmt.Errorf("calls of several peers wait with this id: write .cancel %s %s", at, number.Text)
}
