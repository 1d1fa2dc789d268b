package command

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"

	"rpcsh/completer"
	"rpcsh/rpcconn/schema"
	"rpcsh/shell/answer"
	"rpcsh/shell/arguments"
	"rpcsh/shell/event"
	"rpcsh/shell/exit"
	"rpcsh/shell/lang"
	"rpcsh/shell/session"
	"rpcsh/shell/view"
)

// nextRequest stands for the number of the request that is next.
const nextRequest = "next"

// A replier answers the requests that wait for a person.
type replier struct {
	session  *session.Session
	view     *view.View
	lines    replierLines
	messages *Messages
	tapped   Tapped
}

// replierLines is what the replier needs of the loop that reads lines.
type replierLines interface {
	environment
	asker
}

func replyCommands(r *replier) []Command {
	return []Command{
		{
			Name: "reply", Group: groupServing, Usage: "N|next [--anyway] VALUE|?",
			Summary: "answer a request that .serve --ask had wait for you; N is its number, as the prompt and " +
				".pending show it",
			Help: "VALUE is what .print takes: JSON, text, $VARIABLE, @FILE; several are an array, named ones an " +
				"object. Where it is known what answers the method, VALUE is checked, and --anyway sends it all " +
				"the same; Tab completes it, and ? tells what fits and puts an example into the line. A call that " +
				"you wait for goes to the background when a request comes. Without a person, .reply waits until " +
				"request N has come; next is the one that waits, or comes.",
			Examples: []string{".reply 17 6", ".reply next $_", `.reply 17 {"roots":[]}`, ".reply 17 ?"},
			Complete: r.suggest,
			Run:      r.reply,
		},
		{
			Name: "fail", Group: groupServing, Usage: "N|next CODE MESSAGE [DATA]",
			Summary:  "answer a request that waits for you with an error",
			Examples: []string{".fail 17 -32000 'no luck'", `.fail next -32602 "no such file" {"path":"x"}`},
			Complete: r.complete,
			Run:      r.fail,
		},
		{
			Name: "drop", Group: groupServing, Usage: "N|next",
			Summary:  "never answer a request that waits for you; of a message that is held: have it not pass",
			Examples: []string{".drop 17"},
			Complete: r.complete,
			Run:      r.drop,
		},
	}
}

// anyway has .reply send what is not as the result is described.
const anyway = "--anyway"

// reply runs .reply N|next [--anyway] VALUE|?. The flag may also stand before the number.
func (r *replier) reply(ctx context.Context, args lang.Text) error {
	a := arguments.Read(args)
	insists := false
	flags := arguments.Flags{
		Command: ".reply", Hint: "; text that begins like this belongs into quotes",
		All: []arguments.Flag{arguments.Switch(anyway, "", func() { insists = true })},
	}
	if err := flags.Leading(a); err != nil {
		return err
	}
	n, err := r.number(ctx, a)
	if err == nil {
		err = flags.Leading(a)
	}
	if err != nil {
		return err
	}
	if a.Rest.Text == "?" {
		return r.explain(ctx, n)
	}
	value, err := lang.ParseValue(a.Rest, r.lines.Env(ctx))
	if err != nil {
		return err
	}
	if w := r.session.PendingRequests().Find(n); w != nil && !insists && r.checks() {
		if problems := session.Expects(w.Request).Check(value); len(problems) > 0 {
			hint := fmt.Sprintf(" (.reply %d %s … sends it)", n, anyway)
			return arguments.Mistake(a.Rest, problemText(problems)+hint)
		}
	}
	return r.session.PendingRequests().Reply(n, value)
}

// checks reports whether what is sent is checked.
func (r *replier) checks() bool { return r.session.Settings().Validate != session.ValidateOff }

// problemText tells the first of some problems, at least one, and how many there are.
func problemText(problems []schema.Problem) string {
	text := "the " + problems[0].String()
	if more := len(problems) - 1; more > 0 {
		text += fmt.Sprintf("; and %d more", more)
	}
	return text
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
	w := r.session.PendingRequests().Find(n)
	held := w != nil && w.Held
	if err := r.session.PendingRequests().Drop(n); err != nil {
		return err
	}
	if held {
		r.view.Report(fmt.Sprintf("message %d is dropped", n))
		return nil
	}
	r.view.Report(fmt.Sprintf("request %d is never answered", n))
	return nil
}

// number reads which request is meant. Without a person it waits for it, as long as a call waits.
func (r *replier) number(ctx context.Context, a *arguments.Args) (n uint64, err error) {
	first, awaited := a.Word(), r.tapped.awaits()
	if first.Text != nextRequest {
		is := false
		if n, is = messageNumber(first); !is || n == 0 {
			return 0, arguments.Mistake(first,
				"the number of a "+awaited.what+" belongs here, as .pending lists them, or next")
		}
		if r.session.PendingRequests().Find(n) != nil {
			return n, nil
		}
		e, err := r.messages.Find(n)
		if err == nil && e.Kind == event.Parked && r.session.PendingRequests().Find(e.Pending) != nil {
			return e.Pending, nil // the number of the line that asks
		}
		if err == nil && (e.Kind != event.Request || e.Out) {
			return 0, arguments.Mistake(first, fmt.Sprintf("%d is %s: it is %s", n, awaited.isNone, briefly(e)))
		}
	}
	if !r.view.Interactive() {
		limit := r.session.Settings().Timeout
		waiting, cancel := limited(ctx, limit)
		defer cancel()
		r.session.PendingRequests().Await(waiting, n)
		if context.Cause(waiting) == exit.ErrTimeout {
			return 0, fmt.Errorf("%w: %s %s did not come within %s (.set timeout or -t changes that)",
				exit.ErrTimeout, awaited.what, first.Text, limit)
		}
	}
	if n > 0 {
		return n, nil
	}
	waiting := r.session.WaitingForPerson()
	if len(waiting) == 0 {
		return 0, arguments.Mistake(first, awaited.none)
	}
	return waiting[0].Number, nil
}

// Waiting returns the request that a word of .reply names, nil where none of that name waits.
func Waiting(s *session.Session, word string) *answer.Parked {
	all := s.WaitingForPerson()
	for _, w := range all {
		if word == nextRequest || word == numberText(w.Number) {
			return w
		}
	}
	return nil
}

// suggest is complete, and behind the number the answer that the request's protocol suggests.
func (r *replier) suggest(words []string) []completer.Candidate {
	words = slices.DeleteFunc(slices.Clone(words), func(word string) bool { return word == anyway })
	if len(words) != 1 {
		return r.complete(words)
	}
	w := Waiting(r.session, words[0])
	if w == nil {
		return nil
	}
	var all []completer.Candidate
	if w.Suggested != nil {
		all = append(all, completer.Candidate{Text: string(w.Suggested), Description: "an answer that fits"})
	}
	if session.Expects(w.Request).Result() != nil {
		all = append(all, completer.Candidate{Text: "?", Description: "tell what fits"})
	}
	return all
}

// complete completes the number of a request.
func (r *replier) complete(words []string) []completer.Candidate {
	if len(words) > 0 {
		return nil
	}
	var all []completer.Candidate
	for _, w := range r.session.WaitingForPerson() {
		description := requestText(w.Request.Request) + " from " + at(w.Peer)
		all = append(all, completer.Candidate{Text: numberText(w.Number), Description: description})
	}
	if len(all) > 1 {
		description := "the " + r.session.Settings().Order + " (.set order)"
		all = append(all, completer.Candidate{Text: nextRequest, Description: description})
	}
	return all
}

// at returns @NAME, or @N where p has no name.
func at(p answer.Peer) string { return "@" + cmp.Or(p.Name(), strconv.Itoa(p.Number())) }
