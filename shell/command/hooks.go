package command

import (
	"context"
	"strconv"

	"rpcsh/shell/arguments"

	"rpcsh/completer"
	"rpcsh/shell/event"
	"rpcsh/shell/glob"
	"rpcsh/shell/human"
	"rpcsh/shell/lang"
	"rpcsh/shell/session"
	"rpcsh/shell/view"
)

// A hooker sets and takes off lines that are run at what peers do.
type hooker struct {
	session *session.Session
	view    *view.View
	check   func(line lang.Text) error
}

func hookCommands(s *session.Session, v *view.View, check func(line lang.Text) error) []Command {
	h := &hooker{s, v, check}
	return []Command{
		{
			Name: "on", Group: groupServing, Usage: "[connect | close | METHOD LINE]",
			Summary: "run a line whenever a peer comes, goes, or notifies; without arguments, list what is set",
			Help: "METHOD may be a glob; in quotes it is a method, whatever it is called. A call in LINE goes to " +
				"that peer where it names none, and .close, .name, .use and .serve mean it. Lines for one event " +
				"run in the order in which they were set, for one peer one after the other, and beside what you " +
				"type.",
			Terms: []Term{
				{"$peer", "the number of the peer"},
				{"$method", "the method of the notification; null where the peer comes or goes"},
				{"$params", "its params; null where there are none"},
			},
			Examples: []string{
				".on connect welcome $peer", ".on connect .name web", ".on job/done r = job/result id=$params.id",
				".on 'log*' @1 !log $params", ".on close @all !left $peer",
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
func (h *hooker) on(args lang.Text) error {
	a := arguments.Read(args)
	t, err := parseTrigger(a.Quoted())
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

// parseTrigger reads connect, close, or a METHOD, which quotes keep from being one of these.
func parseTrigger(word lang.Text) (session.Trigger, error) {
	switch kind := event.Kind(word.Text); kind {
	case "":
		return session.Trigger{}, arguments.Mistake(word, "connect, close or a method belongs here")
	case event.Connect, event.Close:
		return session.Trigger{Kind: kind}, nil
	}
	t := session.Trigger{Kind: event.Notification, Method: arguments.Unquote(word.Text)}
	if err := glob.Check(t.Method); err != nil {
		return t, arguments.Mistake(word, err.Error())
	}
	return t, nil
}

// TriggerText returns t as .on is told it.
func TriggerText(t session.Trigger) string {
	name := t.Method
	switch {
	case t.Kind != event.Notification:
		return string(t.Kind)
	case name == string(event.Connect), name == string(event.Close):
		return "'" + name + "'"
	}
	return lang.SpellMethod(name)
}

// triggerTitle says what t is.
func triggerTitle(t session.Trigger) string {
	switch t.Kind {
	case event.Connect:
		return "a peer that comes"
	case event.Close:
		return "a peer that goes"
	}
	return "the notification " + t.Method
}

// list lists what .on has set.
func (h *hooker) list() {
	all := h.session.Hooks().List()
	if len(all) == 0 {
		h.view.Remark("nothing is set: .on connect LINE runs a line for each peer that comes (.help on)")
		return
	}
	const longest = 600 // bytes of an error
	var t view.Table
	t.Row("", "EVENT", "RAN", "LINE", "LAST ERROR")
	for i, hook := range all {
		runs, err := hook.State()
		text := ""
		if err != nil {
			text = view.Visible(human.Clip(view.CompactError(err), longest))
		}
		trigger := view.Visible(TriggerText(hook.Trigger))
		t.Row(strconv.Itoa(i+1), trigger, human.Grouped(runs), view.Visible(hook.Line), text)
	}
	h.view.Say("%s", t.Within(h.view.ListWidth()))
}

// off runs .off connect|close|METHOD|N.
func (h *hooker) off(args lang.Text) error {
	a := arguments.Read(args)
	first := a.Quoted()
	if err := a.End(); err != nil {
		return err
	}
	if first.Text == "" {
		return arguments.Mistake(first, "which? .on lists what is set")
	}
	t, err := parseTrigger(first)
	if err != nil {
		return err
	}
	if h.session.Hooks().Remove(func(_ int, hook *session.Hook) bool { return hook.Trigger == t }) > 0 {
		return nil
	}
	n, err := strconv.Atoi(first.Text)
	if err == nil && h.session.Hooks().Remove(func(i int, _ *session.Hook) bool { return i == n }) > 0 {
		return nil
	}
	return arguments.Mistake(first, "nothing is set for "+TriggerText(t)+" (.on lists what is)")
}

// completeTrigger completes what a line can be run at.
func (h *hooker) completeTrigger(words []string, typed string) []completer.Candidate {
	if len(words) > 0 {
		return nil
	}
	all := []completer.Candidate{
		{Text: string(event.Connect), Description: "a peer comes"},
		{Text: string(event.Close), Description: "a peer goes"},
	}
	return completer.Find(typed, append(all, called(h.session, "called by")...), MaxCandidates)
}

// completeHook completes the number of a line.
func (h *hooker) completeHook(words []string) []completer.Candidate {
	if len(words) > 0 {
		return nil
	}
	var all []completer.Candidate
	for i, hook := range h.session.Hooks().List() {
		description := TriggerText(hook.Trigger) + " " + hook.Line
		all = append(all, completer.Candidate{Text: strconv.Itoa(i + 1), Description: description})
	}
	return all
}
