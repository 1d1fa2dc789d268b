package shell

import (
	"context"
	"fmt"
	"strings"
	"time"

	"rpcsh/rpcconn/catalog"
	"rpcsh/shell/command"
	"rpcsh/shell/habit"
	"rpcsh/shell/human"
	"rpcsh/shell/lang"
	"rpcsh/shell/session"
	"rpcsh/shell/view"
)

// habit returns the refusal of a line that a person has typed and that names a command without its dot; nil: it is
// another line, or the peer is known to have such a method. Where there is little doubt, Enter runs the command: the
// word is one of habit and stands alone, or the peer has listed its methods. Else Enter sends the line.
func (r *runner) habit(ctx context.Context, text string) error {
	line, insists := r.typed(ctx)
	start := len(text) - len(strings.TrimLeft(text, " \t\n"))
	word, rest := habit.CutWord(text[start:])
	p := r.session.CurrentFor(ctx)
	reason, sends := notKnown(p, word)
	known := func() bool { return p != nil && p.Known().Knows(word) }
	if line == "" || insists || known() {
		return nil
	}
	if runs := habit.Runs(word); runs != "" && line == text {
		return r.offer(start, reason, sends, "."+runs+" "+text[start:])
	}
	name, alone := habit.Command(commandsNamed(r.commands), word, rest)
	if name == "" {
		if meant, why := habit.Elsewhere(text); meant != "" && line == text {
			return r.offer(start, why, "", meant)
		}
		return nil
	}
	if !alone {
		awaitKnown(ctx, r.session, p)
	}
	switch {
	case known():
		return nil
	case line == text && alone:
		return r.offer(start, reason, sends, "."+name)
	case line == text && (p == nil || !p.Alive() || lists(p)):
		return r.offer(start, reason, sends, "."+name+rest)
	}
	const ask = "no method %s is known: is .%s meant? (%s)"
	return &refusal{&lang.Error{Column: start, Reason: fmt.Sprintf(ask, word, name, r.onceMore())}, ""}
}

// commandsNamed returns what finds a command as habits know it.
func commandsNamed(commands *command.Table) func(name string) (habit.Named, bool) {
	return func(name string) (habit.Named, bool) {
		c, found := commands.Named(name)
		return habit.Named{Name: c.Name, Takes: c.Usage != "", Fits: c.Fits}, found
	}
}

// notKnown says that p has no method of a name, and how that is called all the same.
func notKnown(p *session.Peer, word string) (reason, sends string) {
	if p != nil && p.Alive() {
		sends = " (.call " + word + " sends it)"
	}
	return "no method " + word + " is known", sends
}

// offer returns the refusal of a line that has what is wrong, for a reason, at a column: Enter runs what is meant.
func (r *runner) offer(column int, reason, sends, meant string) error {
	runs := "Enter runs "
	if r.retypes {
		runs = "the same line again runs "
	}
	return &refusal{&lang.Error{Column: column, Reason: reason + ": " + runs + human.Clip(meant, 80) + sends}, meant}
}

// awaitKnown waits until a peer has told what it offers, where it is being asked, but not for long.
func awaitKnown(ctx context.Context, s *session.Session, p *session.Peer) {
	const patience = time.Second
	if p == nil || !p.Alive() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	_ = s.Discovery().Await(ctx, p) // whatever it is, more is not known now
}

// lists reports whether a peer has said, or a document of it, which methods there are.
func lists(p *session.Peer) bool {
	return p.Known().Has(func(m *catalog.Method) bool { return !m.Ours && !m.Source.Inferred() })
}

// unheard says that notifications may have reached nobody at p, "" where they have: elsewhere, ! runs a program.
func (j *job) unheard(p *session.Peer) string {
	for _, c := range j.Calls {
		if lists(p) && !p.Known().Knows(c.Method) {
			const text = "sent as a notification, which nobody answers; no method %s is known"
			return fmt.Sprintf(text, view.Visible(c.Method))
		}
	}
	return ""
}

// stray returns the mistake of a line that nobody has typed just now and that is a word of habit alone, where the peer
// is not known to have such a method: a script that leaves by exit must not send it.
func (r *runner) stray(ctx context.Context, st *lang.Statement) error {
	c := st.Calls[0]
	h, found := habit.Of(c.Method)
	plain := len(st.Calls) == 1 && !c.Spelt && !c.Notify && c.Params == nil && st.Peer == "" && st.Assign == "" &&
		st.Filter == nil && st.Outlet == nil && !st.Background
	line, _ := r.typed(ctx)
	if !found || !h.Always || !plain || line != "" {
		return nil
	}
	if p := r.session.CurrentFor(ctx); p != nil {
		if err := r.awaitSession(ctx, []*session.Peer{p}, st); err != nil { // which tells what there is
			return err
		}
		if p.Known().Knows(c.Method) {
			return nil
		}
	}
	const text = "no method %s is known: .%s is the command (.call %[1]s sends it)"
	return &lang.Error{Column: c.Column, Reason: fmt.Sprintf(text, c.Method, h.Command)}
}
