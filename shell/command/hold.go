package command

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"rpcsh/completer"
	"rpcsh/rpcconn/jsontext"
	"rpcsh/shell/arguments"
	"rpcsh/shell/event"
	"rpcsh/shell/exit"
	"rpcsh/shell/human"
	"rpcsh/shell/intercept"
	"rpcsh/shell/lang"
	"rpcsh/shell/session"
	"rpcsh/shell/view"
)

// A Tapped returns the tap that the shell is attached to, nil where it is attached to none. A nil Tapped is that of a
// table that is listed.
type Tapped func() *intercept.Tap

// errNoTap says that there is nothing to hold.
var errNoTap = errors.New("this shell stands between nobody: rpcsh tap -l ADDRESS TARGET begins one that does, and " +
	"rpcsh attach NAME one at a tap that runs (.serve NAME --ask has a peer's requests wait for you)")

// tap returns the tap, or errNoTap.
func (t Tapped) tap() (*intercept.Tap, error) {
	if t != nil {
		if found := t(); found != nil {
			return found, nil
		}
	}
	return nil, errNoTap
}

// claim makes sure that rules can be set: no other shell holds or serves at the tap, where there is one.
func (t Tapped) claim(ctx context.Context) error {
	found, err := t.tap()
	if err != nil {
		return nil
	}
	return failed(found.Claim(ctx))
}

// settle has what the session's rules are for come to them, where there is a tap.
func (t Tapped) settle(ctx context.Context) error {
	found, err := t.tap()
	if err != nil {
		return nil
	}
	return failed(found.Settle(ctx))
}

// A holder holds messages between the two sides of a tap.
type holder struct {
	*replier
	lender lender
}

// The words of .hold and .pass.
const (
	holdOff = "off"
	allHeld = "all"
)

func (h *holder) commands() []Command {
	return []Command{
		{
			Name: "hold", Group: groupServing, Usage: "[FILTER | all | off]",
			Summary: "hold messages between the two sides of a tap; alone, tell what is held",
			Help: filterHelp + " dir:out is what goes to the server. A message that is held waits until .pass, " +
				".edit, .drop, .reply or .fail says what becomes of it; those that are not held pass by it. " +
				"A filter takes the place of the one before. .hold off ends that, and has all pass that is held.",
			Examples: []string{".hold my_add", ".hold all", ".hold dir:in kind:notification", ".hold off"},
			Complete: func([]string) []completer.Candidate {
				return append(filterCandidates(h.session),
					completer.Candidate{Text: allHeld, Description: "hold all messages"},
					completer.Candidate{Text: holdOff, Description: "let all pass"})
			},
			Run: h.hold,
		},
		{
			Name: "pass", Group: groupServing, Usage: "N|next|all",
			Summary:  "have a message pass that .hold holds, as it came; N is its number",
			Help:     "Without a person, .pass waits until message N is held; next is the one that is, or will be.",
			Examples: []string{".pass 17", ".pass next", ".pass all"},
			Complete: h.completePass,
			Run:      h.pass,
		},
	}
}

// hold runs .hold [FILTER | all | off].
func (h *holder) hold(ctx context.Context, args lang.Text) error {
	t, err := h.tapped.tap()
	if err != nil {
		return err
	}
	switch args.Text {
	case "":
		h.view.Report(heldNow(t))
		return nil
	case allHeld:
		args.Text = ""
	case holdOff:
		passed, gone, err := t.Release(ctx)
		if err != nil {
			return failed(err)
		}
		text := "nothing is held any more"
		if passed > 0 {
			text += "; " + passedText(passed, gone)
		}
		h.view.Report(text)
		return nil
	}
	filter, err := readFilter(args)
	if err != nil {
		return err
	}
	if !filter.HasMessages() {
		return arguments.Mistake(args, "only messages can be held, and that is none")
	}
	before, held := t.Holding()
	if err := t.Hold(ctx, filter); err != nil {
		return failed(err)
	}
	instead := ""
	if held && before.String() != filter.String() {
		instead = ", and " + cmp.Or(view.Visible(before.String()), "all else") + " no longer"
	}
	const how = ": .pass N|all, .edit N, .drop N, .reply N VALUE; .hold off ends that"
	h.view.Report(areHeld(filter) + " held from now on" + instead + how)
	return nil
}

// areHeld says which messages a filter has held.
func areHeld(filter event.Filter) string {
	if filter.String() == "" {
		return "all messages are"
	}
	return view.Visible(filter.String()) + " is"
}

// heldNow says what is held.
func heldNow(t *intercept.Tap) string {
	filter, holds := t.Holding()
	if !holds {
		return "nothing is held: .hold FILTER holds what a filter chooses, .hold all all messages"
	}
	return fmt.Sprintf("%s held; %s now (.pending lists them, .hold off ends that)",
		areHeld(filter), human.Plural(t.Held(), "message"))
}

// failed is the error of what the tap does not do, which is no mistake in the line.
func failed(err error) error {
	if err == nil {
		return nil
	}
	return &exit.Failure{Code: exit.PeerError, Err: err}
}

// pass runs .pass N|next|all.
func (h *holder) pass(ctx context.Context, args lang.Text) error {
	t, err := h.tapped.tap()
	if err != nil {
		return err
	}
	if args.Text == allHeld {
		h.view.Report(passedText(t.PassAll(ctx)))
		return nil
	}
	a := arguments.Read(args)
	n, err := h.number(ctx, a)
	if err == nil {
		err = a.End()
	}
	if err != nil {
		return err
	}
	return h.letPass(ctx, t, n)
}

// letPass has a message pass as it came.
func (h *holder) letPass(ctx context.Context, t *intercept.Tap, n uint64) error {
	gone, err := t.Pass(ctx, n)
	h.tellGone(n, gone)
	return err
}

// tellGone says that a message may have passed in vain, where that is so.
func (h *holder) tellGone(n uint64, gone []string) {
	if len(gone) > 0 {
		h.view.Report(fmt.Sprintf("message %d passed%s", n, inVain(gone)))
	}
}

// passedText says how many messages passed, and to whom in vain.
func passedText(passed int, gone []string) string {
	return human.Plural(passed, "message") + " passed" + inVain(gone)
}

// inVain says that messages may have reached nobody, since some sides have gone; "": none has.
func inVain(gone []string) string {
	if len(gone) == 0 {
		return ""
	}
	has := " has"
	if len(gone) > 1 {
		has = " have"
	}
	return ", and may have reached nobody: " + strings.Join(gone, " and ") + has + " closed the connection"
}

// edits reports whether what .edit is given means a message of a tap.
func (h *holder) edits(args lang.Text) bool {
	if t, err := h.tapped.tap(); err != nil || t == nil {
		return false
	}
	if args.Text == "" {
		return len(heldCandidates(h.session)) > 0
	}
	word := arguments.Read(args).Word()
	_, is := messageNumber(word)
	return is || word.Text == nextRequest
}

// edit runs .edit [N|next [MESSAGE]], which is about the next one where none is named.
func (h *holder) edit(ctx context.Context, args lang.Text) error {
	t, err := h.tapped.tap()
	if err != nil {
		return err
	}
	if args.Text == "" {
		args.Text = nextRequest
	}
	a := arguments.Read(args)
	n, err := h.number(ctx, a)
	if err != nil {
		return err
	}
	message, err := t.Message(n)
	if err != nil {
		return err
	}
	if !a.Empty() {
		var mistake *lang.Error
		if errors.As(validMessage(a.Rest.Text), &mistake) {
			mistake.Column += a.Rest.Column
			return mistake
		}
		return h.replace(ctx, t, n, message, []byte(a.Rest.Text))
	}
	var b bytes.Buffer
	if json.Indent(&b, message, "", "  ") != nil { // it is no JSON, and may become some
		b.Reset()
		b.Write(message)
	}
	pretty := b.String()
	edited, err := h.lender.EditMessage(ctx, pretty, validMessage)
	switch {
	case errors.As(err, new(*lang.Error)): // the place is one in the file
		return failed(fmt.Errorf("%s; message %d is still held", err.Error(), n))
	case err != nil:
		return fmt.Errorf("%w; message %d is still held", err, n)
	case strings.TrimSpace(edited) == "":
		if err := h.session.PendingRequests().Drop(n); err != nil {
			return err
		}
		h.view.Report(fmt.Sprintf("message %d is dropped", n))
		return nil
	case edited == pretty:
		h.view.Report(fmt.Sprintf("message %d passes as it came", n))
		return h.letPass(ctx, t, n)
	}
	return h.replace(ctx, t, n, message, []byte(edited))
}

// replace passes on another message in the place of one that is held.
func (h *holder) replace(ctx context.Context, t *intercept.Tap, n uint64, message, other []byte) error {
	gone, err := t.Edit(ctx, n, other)
	if err != nil {
		return failed(err)
	}
	h.tellGone(n, gone)
	if id := jsontext.Get(message, "id"); id != nil && !bytes.Equal(id, jsontext.Get(other, "id")) {
		const text = "its id was %s, by which its sender or its receiver knows it"
		h.view.Report(fmt.Sprintf(text, view.Visible(string(id))))
	}
	return nil
}

// validMessage returns what is wrong with a text that is to be a message, nil for nothing; a *lang.Error has its place.
func validMessage(text string) error {
	err := jsontext.Valid([]byte(text))
	var syntax *jsontext.SyntaxError
	switch {
	case errors.As(err, &syntax):
		return &lang.Error{Column: syntax.Offset, Reason: "it is no JSON: " + syntax.Reason}
	case err != nil:
		return &lang.Error{Column: len(text), Reason: "it is no JSON: " + err.Error()}
	}
	return nil
}

// completePass completes what is held.
func (h *holder) completePass(words []string) []completer.Candidate {
	if len(words) > 0 {
		return nil
	}
	all := heldCandidates(h.session)
	if len(all) > 1 {
		all = append(all, completer.Candidate{Text: allHeld, Description: "all that is held"})
	}
	return all
}

// heldCandidates are the messages that are held.
func heldCandidates(s *session.Session) (all []completer.Candidate) {
	for _, w := range s.WaitingForPerson() {
		if w.Held {
			description := requestText(w.Request.Request) + " from " + at(w.Peer)
			all = append(all, completer.Candidate{Text: numberText(w.Number), Description: description})
		}
	}
	return all
}
