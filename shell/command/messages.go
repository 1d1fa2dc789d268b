package command

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"

	"rpcsh/completer"
	"rpcsh/shell/arguments"
	"rpcsh/shell/columns"
	"rpcsh/shell/event"
	"rpcsh/shell/human"
	"rpcsh/shell/jq"
	"rpcsh/shell/lang"
	"rpcsh/shell/ring"
	"rpcsh/shell/session"
	"rpcsh/shell/view"
)

// maxMessages is how many messages .show lists.
const maxMessages = 20

// Messages are what has happened in a session, by number, as lines name it. Its methods may be called by any number of
// goroutines.
type Messages struct {
	session *session.Session
	view    *view.View
	ring    *ring.Ring
	lines   copier
	tapped  Tapped
}

func (m *Messages) commands() []Command {
	return append([]Command{
		{
			Name: "show", Group: groupWatching, Usage: "[N [| JQ] | next | FILTER]",
			Summary: "show a message whole, or list the last ones with their numbers",
			Help: "N is the running number of a message, which stands where one was shortened or waits for an " +
				"answer, and with .set numbers on everywhere; notes have numbers, too. | JQ filters it: . is all of " +
				"it, with the members id, method, params, result, error, peer, dir, kind and more, as .on has it in " +
				"$event. next is the request, or the message that is held, that waits for you next. $#N is the same " +
				"as a value in lines and filters. Without N the last " + strconv.Itoa(maxMessages) +
				" messages are listed that a filter of .watch fits. .set keep says how much is kept.",
			Examples: []string{".show 17", ".show 17 | .params[0]", ".show kind:error", "args = .show 17 | .params"},
			Complete: m.complete,
			Run:      m.show,
		},
	}, m.shareCommands()...)
}

// show runs .show [N | FILTER].
func (m *Messages) show(ctx context.Context, args lang.Text) error {
	a := arguments.Read(args)
	number, is := messageNumber(a.Peek())
	if a.Peek().Text == nextRequest {
		waiting := m.session.WaitingForPerson()
		if len(waiting) == 0 {
			return arguments.Mistake(args, m.tapped.awaits().none)
		}
		number, is = waiting[0].Number, true
	}
	if !is {
		return m.list(args)
	}
	a.Word()
	if err := a.End(); err != nil {
		return err
	}
	e, err := m.Find(number)
	switch {
	case err != nil:
		return arguments.Mistake(args, err.Error())
	case m.view.Output() != view.OutputPretty:
		m.view.Say("%s", m.view.Safe(string(e.AppendJSON(nil))))
		return nil
	}
	return m.view.Page(ctx, m.view.Message(e))
}

// messageNumber returns the number of a message that a word is.
func messageNumber(word lang.Text) (number uint64, is bool) {
	if word.Text == "" || strings.Trim(word.Text, "0123456789") != "" {
		return 0, false
	}
	number, err := strconv.ParseUint(word.Text, 10, 64)
	return number, err == nil
}

// list lists the last messages that a filter chooses, or the last ones of all.
func (m *Messages) list(filter lang.Text) error {
	wanted := func(e *event.Event) bool { return e.Kind.IsMessage() }
	if filter.Text != "" {
		f, err := readFilter(filter)
		if err != nil {
			return err
		}
		wanted = f.Match
	}
	m.ring.Sync()
	found := m.ring.Last(maxMessages, wanted)
	if len(found) == 0 {
		m.view.Remark("nothing that is kept fits")
	}
	const before = 30 // columns, about, of what stands before what a message says
	room := max(20, m.view.ListWidth()-before)
	var t columns.Table
	for _, e := range found {
		text := columns.Clip(view.Summary(e), room, "…")
		t.Row(numberText(e.Number), e.Time.Format("15:04:05.000"), atEvent(e), text)
	}
	if t.Len() > 0 {
		m.view.Say("%s", t.Within(m.view.ListWidth()))
	}
	s := m.ring.Stats()
	text := human.Plural(s.Kept, "event") + " kept, " + human.Size(s.Bytes) + " of " + human.Size(s.Limit)
	if s.Left > 0 {
		text += "; " + human.Grouped(int(s.Left)) + " have left"
	}
	m.view.Remark(m.view.Colors().Dim(text))
	return nil
}

// atEvent returns whom an event is about: @NAME or @N; "": nobody.
func atEvent(e *event.Event) string {
	if e.Peer.Number == 0 {
		return ""
	}
	return view.Visible(e.Peer.At())
}

// Find returns what has happened under a number. A request that waits for the person is there as long as it does.
func (m *Messages) Find(number uint64) (*event.Event, error) {
	e, err := m.ring.Get(number)
	if err == nil {
		return e, nil
	}
	for _, r := range m.session.WaitingForPerson() {
		if r.Number == number {
			e := &event.Event{
				Number: number, Kind: event.Request, Time: r.Time, ID: r.ID, Method: r.Method, Params: r.Params,
				Extra: r.Extra,
			}
			if p, ok := r.Peer.(*session.Peer); ok {
				e.Peer = p.Event()
			}
			return e, nil
		}
	}
	return nil, err
}

// Value returns the message that a variable is, as an object, and whether there is one of this name: #17.
func (m *Messages) Value(name string) (json.RawMessage, bool) {
	if !lang.IsMessage(name) {
		return nil, false
	}
	number, err := strconv.ParseUint(name[1:], 10, 64)
	if err != nil {
		return nil, false
	}
	e, err := m.Find(number)
	if err != nil {
		return nil, false
	}
	return e.AppendJSON(nil), true
}

// Compile compiles a jq expression of a line, in which the variables of ctx and messages may be used, and returns their
// values for it. Its mistakes know their column.
func (m *Messages) Compile(ctx context.Context, text lang.Text) (*jq.Filter, []json.RawMessage, error) {
	var names []string
	var values []json.RawMessage
	for name, value := range m.session.VariablesFor(ctx) {
		names, values = append(names, name), append(values, value)
	}
	for _, name := range jq.Variables(text.Text) {
		if !lang.IsMessage(name) {
			continue
		}
		value, found := m.Value(name)
		if !found {
			at := text.Column + strings.Index(text.Text, "$"+name)
			return nil, nil, &lang.Error{Column: at, Reason: lang.Unknown(name)}
		}
		names, values = append(names, name), append(values, value)
	}
	f, err := jq.Compile(text.Text, names...)
	return f, values, arguments.JQMistake(text, err)
}

// CompileFilter is Compile for the filter of a line, behind which its result may go elsewhere.
func (m *Messages) CompileFilter(ctx context.Context, text lang.Text) (*jq.Filter, []json.RawMessage, error) {
	f, values, err := m.Compile(ctx, text)
	return f, values, arguments.FilterMistake(text, err)
}

// Candidates returns the numbers of the last messages that are wanted, the last one first.
func (m *Messages) Candidates(wanted func(*event.Event) bool) []completer.Candidate {
	found := m.ring.Last(MaxCandidates, wanted)
	all := make([]completer.Candidate, len(found))
	for i, e := range found {
		const widest = 60 // characters
		all[len(all)-1-i] = completer.Candidate{
			Text:        numberText(e.Number),
			Description: strings.TrimSpace(human.Clip(view.Summary(e), widest) + " " + atEvent(e)),
		}
	}
	return all
}

// IsMessage chooses what has passed over a connection, for Candidates.
func IsMessage(e *event.Event) bool { return e.Kind.IsMessage() }

// complete completes the number of a message, or a filter.
func (m *Messages) complete(words []string) []completer.Candidate {
	if len(words) > 0 {
		return filterCandidates(m.session)
	}
	return append(m.Candidates(IsMessage), filterCandidates(m.session)...)
}
