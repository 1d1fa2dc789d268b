package command

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"rpcsh/completer"
	"rpcsh/shell/arguments"
	"rpcsh/shell/event"
	"rpcsh/shell/glob"
	"rpcsh/shell/lang"
	"rpcsh/shell/session"
	"rpcsh/shell/view"
)

// A hookSetter sets and takes off lines that are run when something happens.
type hookSetter struct {
	session *session.Session
	view    *view.View
	check   func(line lang.Text) error
}

func hookCommands(s *session.Session, v *view.View, check func(line lang.Text) error) []Command {
	h := &hookSetter{s, v, check}
	return []Command{
		{
			Name: "on", Group: groupServing, Usage: "[EVENT LINE]",
			Summary: "run a line for each event of a kind, such as connect; without arguments, list what is set",
			Help: "EVENT is connect, close, the METHOD of a notification, or kind:KIND; peer:N and dir:in or dir:out " +
				"narrow it. An object that is no RPC counts as a notification of what its member event, notification " +
				"or type says. Kinds are those of .watch and .mute: request, notification, response and error want a " +
				"METHOD behind them, the others do not. METHOD may be a glob; in quotes it is a method, whatever it " +
				"is called. A call in LINE goes to that peer where it names none, and .close, .name, .use and .serve " +
				"mean it. Lines for one event run in the order in which they were set, for one peer one after the " +
				"other, and beside what you type. What lines themselves cause runs none. > FILE begins the file anew " +
				"each time, >> FILE adds to it.",
			Terms: []Term{
				{"$peer", "the number of the peer"},
				{"$method", "the method of the message; null where there is none"},
				{"$params", "its params; null where there are none"},
				{"$event", "all that there is to know, as --linger prints it: $event.error.code, $event.text"},
			},
			Examples: []string{
				".on connect welcome $peer", ".on connect .name web", ".on job/done r = job/result id=$params.id",
				".on 'log*' @1 !log $params", ".on close @all !left $peer", ".on kind:error * .print $event.error",
			},
			Find: h.completeTrigger,
			Run: func(_ context.Context, args lang.Text) error {
				if args.Text == "" {
					h.list()
					return nil
				}
				return h.on(args)
			},
		},
		{
			Name: "off", Group: groupServing, Usage: "connect | close | METHOD | N",
			Summary:  "take off what .on has set; N is one line, as .on lists them",
			Examples: []string{".off connect", ".off 2"},
			Complete: h.completeHook,
			Run:      func(_ context.Context, args lang.Text) error { return h.off(args) },
		},
	}
}

// on runs .on TRIGGER LINE.
func (h *hookSetter) on(args lang.Text) error {
	a := arguments.Read(args)
	t, err := parseTrigger(a, notifications())
	if err != nil {
		return err
	}
	if a.Empty() {
		return arguments.Mistake(a.Rest, "a line is missing, such as .close or log $params")
	}
	if err := h.check(a.Rest); err != nil {
		return err
	}
	h.session.Hooks().Add(t, a.Rest.Text)
	if h.view.Interactive() {
		h.view.Say("%s is handled by %s", view.Visible(triggerTitle(t)), view.Visible(a.Rest.Text))
	}
	return nil
}

// parseTrigger reads connect, close, a METHOD, which quotes keep from being one of these, or words of a filter and
// then, where the kinds that they choose have one, a METHOD. Where they name no kind, it is of the usual ones.
func parseTrigger(a *arguments.Args, usual event.Filter) (session.Trigger, error) {
	word := a.Quoted()
	switch kind := event.Kind(word.Text); kind {
	case "":
		return session.Trigger{}, arguments.Mistake(word, "connect, close or a method belongs here")
	case event.Connect, event.Close:
		return session.Trigger{Text: word.Text, Filter: event.OfKind(kind)}, nil
	}
	if !isFilterWord(word.Text) {
		return methodTrigger("", usual, word)
	}
	words := word
	for isFilterWord(a.Peek().Text) {
		next := a.Word()
		words.Text += " " + next.Text
	}
	var filter event.Filter
	if err := withFilter(words, func(f event.Filter) { filter = f }); err != nil {
		return session.Trigger{}, err
	}
	if !filter.HasMethods() {
		return session.Trigger{Text: words.Text, Filter: filter}, nil
	}
	if !strings.Contains(words.Text, "kind:") {
		filter = filter.With(usual)
	}
	method := a.Quoted()
	if method.Text == "" {
		return session.Trigger{}, arguments.Mistake(method, "a method belongs here, or a glob: * is any")
	}
	return methodTrigger(words.Text+" ", filter, method)
}

// notifications returns the filter for what peers tell us.
func notifications() event.Filter { return event.OfKind(event.Notification, event.Other).Incoming() }

// ParseWait reads what .wait waits for: what .on takes, of requests and notifications where no kind is named.
func ParseWait(text lang.Text) (event.Filter, error) {
	a := arguments.Read(text)
	t, err := parseTrigger(a, event.OfKind(event.Request, event.Notification).Incoming())
	if err == nil {
		err = a.End()
	}
	return t.Filter, err
}

// isFilterWord reports whether a word is one of a filter that is no method.
func isFilterWord(word string) bool {
	for _, sort := range []string{"kind:", "peer:", "dir:"} {
		if strings.HasPrefix(word, sort) {
			return true
		}
	}
	return false
}

// methodTrigger returns what a filter chooses of a method's messages.
func methodTrigger(before string, filter event.Filter, word lang.Text) (session.Trigger, error) {
	method := arguments.Unquote(word.Text)
	if err := glob.Check(method); err != nil {
		return session.Trigger{}, arguments.Mistake(word, err.Error())
	}
	text := lang.SpellMethod(method)
	if method == string(event.Connect) || method == string(event.Close) || isFilterWord(method) {
		text = "'" + method + "'"
	}
	return session.Trigger{Text: before + text, Filter: filter.WithMethod(method)}, nil
}

// triggerTitle says what t is.
func triggerTitle(t session.Trigger) string {
	switch t.Text {
	case string(event.Connect):
		return "a peer that comes"
	case string(event.Close):
		return "a peer that goes"
	}
	if strings.HasPrefix(t.Filter.String(), notifications().String()) && !isFilterWord(t.Text) {
		return "the notification " + arguments.Unquote(t.Text)
	}
	return t.Text
}

// list lists what .on has set.
func (h *hookSetter) list() {
	all := h.session.Hooks().List()
	if len(all) == 0 {
		h.view.Remark("nothing is set: .on connect LINE runs a line for each peer that comes (.help on)")
		return
	}
	kept := make([]keptLine, len(all))
	for i, hook := range all {
		kept[i] = keptLine{number: i + 1, when: hook.Trigger.Text, line: hook.Line}
		kept[i].runs, kept[i].err = hook.State()
	}
	listKept(h.view, "EVENT", kept)
}

// off runs .off connect|close|METHOD|N.
func (h *hookSetter) off(args lang.Text) error {
	a := arguments.Read(args)
	first := a.Rest
	if a.Empty() {
		return arguments.Mistake(first, "which? .on lists what is set")
	}
	t, err := parseTrigger(a, notifications())
	if err == nil {
		err = a.End()
	}
	if err != nil {
		return err
	}
	all := h.session.Hooks().List()
	found := slices.Clone(all)
	found = slices.DeleteFunc(found, func(hook *session.Hook) bool { return hook.Trigger.Text != t.Text })
	if n, err := strconv.Atoi(first.Text); len(found) == 0 && err == nil && n >= 1 && n <= len(all) {
		found = all[n-1 : n]
	}
	if len(found) == 0 {
		return arguments.Mistake(first, "nothing is set for "+t.Text+" (.on lists what is)")
	}
	h.session.Hooks().Remove(found...)
	return nil
}

// completeTrigger completes what a line can be run at.
func (h *hookSetter) completeTrigger(words []string, typed string) []completer.Candidate {
	if len(words) > 0 {
		return nil
	}
	all := []completer.Candidate{
		{Text: string(event.Connect), Description: "a peer comes"},
		{Text: string(event.Close), Description: "a peer goes"},
	}
	if typed != "" && (strings.HasPrefix("kind:", typed) || strings.HasPrefix(typed, "kind:")) {
		for _, k := range event.Kinds() {
			all = append(all, completer.Candidate{Text: "kind:" + string(k), Description: "an event of this kind"})
		}
	}
	return completer.Find(typed, append(all, called(h.session, "called by")...), MaxCandidates)
}

// completeHook completes the number of a line.
func (h *hookSetter) completeHook(words []string) []completer.Candidate {
	if len(words) > 0 {
		return nil
	}
	var all []completer.Candidate
	for i, hook := range h.session.Hooks().List() {
		description := hook.Trigger.Text + " " + hook.Line
		all = append(all, completer.Candidate{Text: strconv.Itoa(i + 1), Description: description})
	}
	return all
}
