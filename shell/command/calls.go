package command

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"rpcsh/completer"
	"rpcsh/rpcconn"
	"rpcsh/shell/arguments"
	"rpcsh/shell/call"
	"rpcsh/shell/event"
	"rpcsh/shell/exit"
	"rpcsh/shell/lang"
	"rpcsh/shell/session"
	"rpcsh/shell/view"
)

// callCommands are the calls that the language knows as commands, and what is about calls that wait.
func callCommands(s *session.Session, v *view.View, env environment, messages *Messages) []Command {
	return []Command{
		{
			Name: "call", Group: groupCalls, Usage: "[@PEER] [FLAG …] METHOD [ARG …]",
			Summary: "call a method, whatever its name; quotes around the name are allowed",
			Help: "A method that is known as a notification is called all the same. Two calls that wait never have " +
				"the same id.",
			Terms: flagTerms(callFlags("call")),
			Examples: []string{
				`.call .odd 1`, `.call "two words"`, `.call --timeout 2s long_process 1 2 3`, `.call --id '"abc"' ping`,
				`.call --with sessionId="A1" Page.enable`,
			},
			Complete: func([]string) []completer.Candidate { return callFlags("call").Candidates() },
		},
		{
			Name: "notify", Group: groupCalls, Usage: "[@PEER] [FLAG …] METHOD [ARG …]",
			Summary:  "send a notification, as !METHOD does",
			Terms:    flagTerms(callFlags("notify")),
			Examples: []string{".notify log hello"},
			Complete: func([]string) []completer.Candidate { return callFlags("notify").Candidates() },
		},
		{
			Name: "batch", Group: groupCalls, Usage: "[@PEER] [FLAG …] CALL ; !CALL ; …",
			Summary: "send calls and notifications as one batch",
			Help: "The result is one array, in the order of the requests; an error stands in its place as " +
				"{\"error\":{…}}. BSON-RPC has no batches.",
			Terms: flagTerms(callFlags("batch")),
			Examples: []string{".batch my_add 1 2 ; !log x ; my_add 3 4", "sums = .batch my_add 1 2 ; my_add 3 4 | " +
				"add", ".batch --timeout 2s slow ; slow"},
			Complete: func([]string) []completer.Candidate { return callFlags("batch").Candidates() },
		},
		sendCommand(s, v, env),
		{
			Name: "print", Group: groupCalls, Usage: "VALUE [| JQ]",
			Summary:  "show a value: $_ is the last result, $_1 the first of the session",
			Examples: []string{".print $_", ".print $sums | .[0]"},
		},
		resultsCommand(s, v),
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
			Name: "cancel", Group: groupCalls, Usage: "[@PEER] [N|#ID]",
			Summary: "give up a call by its number, or its id; its answer will show up as late",
			Help: "Without a number, the call that waits is given up, where there is one only. N is the running " +
				"number of the call, as .pending lists it, and as it stands before a call that ends in &. " +
				"#ID is the id that it has on the wire.",
			Examples: []string{".cancel 23", ".cancel #3", ".cancel @2 #3"},
			Complete: func([]string) []completer.Candidate { return pendingCandidates(s.Peers().List()) },
			Run:      func(_ context.Context, args lang.Text) error { return cancel(s, messages, args) },
		},
	}
}

// callFlags are the flags of a command that is a call, for help and completion: the language reads them.
func callFlags(command string) (flags arguments.Flags) {
	for _, f := range lang.CallFlags(command) {
		flags.All = append(flags.All, arguments.NewFlag(f.Name, f.Usage, f.Summary, nil))
	}
	return flags
}

// pendingCandidates are the calls that wait for an answer.
func pendingCandidates(peers []*session.Peer) []completer.Candidate {
	var all []completer.Candidate
	for _, p := range peers {
		for _, c := range p.Pending() {
			description := "#" + c.ID.String() + " " + c.Method + " at " + p.At()
			all = append(all, completer.Candidate{Text: numberText(c.Number), Description: description})
		}
	}
	return all
}

// cancel runs .cancel [@PEER] [N|#ID].
func cancel(s *session.Session, messages *Messages, args lang.Text) error {
	peers := s.Peers().List()
	a := arguments.Read(args)
	if first := a.Peek(); strings.HasPrefix(first.Text, "@") {
		p, err := s.Peers().Find(a.Word().Text)
		if err != nil {
			return err
		}
		peers = []*session.Peer{p}
	}
	word := a.Word()
	if err := a.End(); err != nil {
		return err
	}
	if all := pendingCandidates(peers); word.Text == "" && len(all) == 1 {
		word.Text = all[0].Text
	}
	id, isID := strings.CutPrefix(word.Text, "#")
	number, isNumber := messageNumber(word)
	if !isID && !isNumber {
		return arguments.Mistake(word, "the number of a call belongs here, as .pending lists them, or its id, as in #3")
	}
	wanted := rpcconn.ParseID([]byte(id)).Plain()
	var found []*call.Pending
	isOther := false // it is the id of a call
	at := ""         // whose call it is: the first one's where there are several
	for _, p := range peers {
		for _, c := range p.Pending() {
			if isID && c.ID.Plain() == wanted || isNumber && c.Number == number {
				found = append(found, c)
				at = cmp.Or(at, p.At())
			}
			isOther = isOther || c.ID.String() == word.Text
		}
	}
	switch {
	case len(found) == 1:
		found[0].Cancel(exit.ErrCancelled)
		return nil
	case len(found) > 1:
		return arguments.Mistake(word, "calls of several peers wait with this id: write .cancel "+at+" "+word.Text)
	case isID:
		return arguments.Mistake(word, "no call waits with the id "+word.Text+" (.pending lists those that do)")
	}
	hint := " (.pending lists those that do)"
	if isOther {
		hint = "; the call whose id it is: .cancel #" + word.Text
	}
	reason := fmt.Sprintf("no call %d waits", number) + hint
	if e, err := messages.Find(number); err == nil { // which may be long
		reason = fmt.Sprintf("%d is no call that waits: it is %s", number, briefly(e)) + hint
	}
	return arguments.Mistake(word, reason)
}

// briefly says what a message is, without what it carries.
func briefly(e *event.Event) string {
	if !e.Kind.IsMessage() {
		return "no message"
	}
	text, from := string(e.Kind), "the peer's "
	if e.Out {
		from = "our "
	}
	if e.Method != "" {
		text += " " + view.Visible(e.Method)
	}
	return from + text
}
