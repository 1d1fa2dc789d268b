package command

import (
	"cmp"
	"context"
	"fmt"
	"strconv"

	"rpcsh/shell/arguments"

	"rpcsh/completer"
	"rpcsh/shell/answer"
	"rpcsh/shell/lang"
	"rpcsh/shell/session"
	"rpcsh/shell/view"
)

// nextRequest stands for the number of the request that is next.
const nextRequest = "next"

// A replier answers the requests that wait for a person.
type replier struct {
	session *session.Session
	view    *view.View
	env     environment
}

func replyCommands(s *session.Session, v *view.View, env environment) []Command {
	r := &replier{s, v, env}
	return []Command{
		{
			Name: "reply", Group: groupServing, Usage: "N|next VALUE",
			Summary: "answer a request that .serve --ask had wait for you; N is its number, as the prompt and " +
				".pending show it",
			Help: "VALUE is what .print takes: JSON, text, $VARIABLE, @FILE; several are an array, named ones an " +
				"object. A call that you wait for goes to the background when a request comes. Without a person, " +
				".reply waits until request N has come.",
			Examples: []string{".reply 1 6", ".reply next $_", `.reply 2 {"roots":[]}`},
			Complete: r.complete,
			Run:      r.reply,
		},
		{
			Name: "fail", Group: groupServing, Usage: "N|next CODE MESSAGE [DATA]",
			Summary:  "answer a request that waits for you with an error",
			Examples: []string{".fail 1 -32000 'no luck'", `.fail next -32602 "no such file" {"path":"x"}`},
			Complete: r.complete,
			Run:      r.fail,
		},
		{
			Name: "drop", Group: groupServing, Usage: "N|next",
			Summary:  "never answer a request that waits for you",
			Examples: []string{".drop 1"},
			Complete: r.complete,
			Run:      r.drop,
		},
	}
}

// reply runs .reply N|next VALUE.
func (r *replier) reply(ctx context.Context, args lang.Text) error {
	a := arguments.Read(args)
	n, err := r.number(ctx, a)
	if err != nil {
		return err
	}
	value, err := lang.ParseValue(a.Rest, r.env.Env(ctx))
	if err != nil {
		return err
	}
	return r.session.PendingRequests().Reply(n, value)
}

// fail runs .fail N|next CODE MESSAGE [DATA].
func (r *replier) fail(ctx context.Context, args lang.Text) error {
	a := arguments.Read(args)
	n, err := r.number(ctx, a)
	if err != nil {
		return err
	}
	e, err := arguments.Error(a)
	if err != nil {
		return err
	}
	if err := a.End(); err != nil {
		return err
	}
	return r.session.PendingRequests().Fail(n, e)
}

// drop runs .drop N|next.
func (r *replier) drop(ctx context.Context, args lang.Text) error {
	a := arguments.Read(args)
	n, err := r.number(ctx, a)
	if err != nil {
		return err
	}
	if err := a.End(); err != nil {
		return err
	}
	if err := r.session.PendingRequests().Drop(n); err != nil {
		return err
	}
	r.view.Report(fmt.Sprintf("request %d is never answered", n))
	return nil
}

// number reads which request is meant. Without a person it waits for it, as long as a call waits.
func (r *replier) number(ctx context.Context, a *arguments.Args) (n int, err error) {
	first := a.Word()
	if first.Text != nextRequest {
		if n, err = strconv.Atoi(first.Text); err != nil || n < 1 {
			return 0, arguments.Mistake(first, "the number of a request belongs here, as .pending lists them, or next")
		}
	}
	if !r.view.Interactive() {
		ctx, cancel := limited(ctx, r.session.Settings().Timeout)
		defer cancel()
		r.session.PendingRequests().Await(ctx, n)
	}
	if n > 0 {
		return n, nil
	}
	waiting := r.session.WaitingForPerson()
	if len(waiting) == 0 {
		return 0, arguments.Mistake(first, "no request waits for you")
	}
	return waiting[0].Number, nil
}

// complete completes the number of a request.
func (r *replier) complete(words []string) []completer.Candidate {
	if len(words) > 0 {
		return nil
	}
	var all []completer.Candidate
	for _, w := range r.session.WaitingForPerson() {
		description := requestText(w.Request.Request) + " from " + at(w.Peer)
		all = append(all, completer.Candidate{Text: strconv.Itoa(w.Number), Description: description})
	}
	if len(all) > 1 {
		description := "the " + r.session.Settings().Order + " (.set order)"
		all = append(all, completer.Candidate{Text: nextRequest, Description: description})
	}
	return all
}

// at returns @NAME, or @N where p has no name.
func at(p answer.Peer) string { return "@" + cmp.Or(p.Name(), strconv.Itoa(p.Number())) }
