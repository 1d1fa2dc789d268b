package shell

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"rpcsh/rpcconn/catalog"
	"rpcsh/shell/command"
	"rpcsh/shell/lang"
	"rpcsh/shell/session"
)

// A habit is a word of other programs, and the command that does here what it does there.
type habit struct {
	words   []string
	command string
	always  bool // it is hardly a method: without a person, too, it is not sent unless one of its name is known
}

func habits() []habit {
	return []habit{
		{[]string{"quit", "exit", "q", ":q", `\q`, "logout"}, "quit", true},
		{[]string{"help", "?", `\?`}, "help", true},
		{[]string{"h", "man"}, "help", false},
		{[]string{"ls"}, "methods", false},
		{[]string{"history"}, "history", false},
		{[]string{"clear", "cls"}, "clear", false},
	}
}

// habitOf returns the habit that a word is.
func habitOf(word string) (h habit, found bool) {
	all := habits()
	i := slices.IndexFunc(all, func(h habit) bool { return slices.Contains(h.words, word) })
	if i < 0 {
		return habit{}, false
	}
	return all[i], true
}

// meantBy returns the command that a line may mean which begins with a word, "" where it means none. alone says that
// the word is one of habit, and all there is.
func meantBy(commands *command.Table, word, rest string) (name string, alone bool) {
	bare := strings.ToLower(strings.TrimRight(word, "();"))
	h, isHabit := habitOf(bare)
	c, isCommand := commands.Named(bare)
	if isHabit && !isCommand {
		c, _ = commands.Named(h.command)
		isCommand = c.Usage != ""
	}
	rest = strings.TrimSpace(rest)
	switch {
	case isHabit && rest == "":
		return h.command, true
	case isCommand && word == bare && !strings.HasSuffix(rest, "&"): // which no command ends in
		return c.Name, false
	}
	return "", false
}

// habit returns the refusal of a line that a person has typed and that names a command without its dot; nil: it is
// another line, or the peer is known to have such a method. Where there is little doubt, Enter runs the command: the
// word is one of habit and stands alone, or the peer has listed its methods. Else Enter sends the line.
func (r *runner) habit(ctx context.Context, text string) error {
	line, insists := r.typed(ctx)
	start := len(text) - len(strings.TrimLeft(text, " \t\n"))
	word, rest := cutWord(text[start:])
	p := r.session.CurrentFor(ctx)
	known := func() bool { return p != nil && p.Known().Knows(word) }
	if line == "" || insists || known() {
		return nil
	}
	if runs := commandFor(word); runs != "" && line == text {
		return r.offer(p, start, word, "."+runs+" "+text[start:])
	}
	name, alone := meantBy(r.commands, word, rest)
	if name == "" {
		return nil
	}
	if !alone {
		awaitKnown(ctx, r.session, p)
	}
	switch {
	case known():
		return nil
	case line == text && alone:
		return r.offer(p, start, word, "."+name)
	case line == text && (p == nil || !p.Alive() || lists(p)):
		return r.offer(p, start, word, "."+name+rest)
	}
	const ask = "no method %s is known: is .%s meant? (%s)"
	reason := fmt.Sprintf(ask, word, name, r.onceMore())
	return &refusal{&lang.Error{Column: start, Reason: reason}, ""}
}

// offer returns the refusal of a line for p that has a word at a column which is no method: Enter runs what is meant.
func (r *runner) offer(p *session.Peer, column int, word, meant string) error {
	reason := "no method " + word + " is known: "
	if r.retypes {
		reason += "the same line again runs " + meant
	} else {
		reason += "Enter runs " + meant
	}
	if p != nil && p.Alive() {
		reason += " (.call " + word + " sends it)"
	}
	return &refusal{&lang.Error{Column: column, Reason: reason}, meant}
}

// commandFor returns the command that runs the file of lines, or the script, that a word names; "": it names none.
func commandFor(word string) string {
	name := map[string]string{".rpc": "source", ".star": "run"}[filepath.Ext(word)]
	if name == "" {
		return ""
	}
	if info, err := os.Stat(word); err != nil || !info.Mode().IsRegular() {
		return ""
	}
	return name
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

// cutWord cuts the first word off a line.
func cutWord(line string) (word, rest string) {
	if i := strings.IndexAny(line, " \t\n"); i >= 0 {
		return line[:i], line[i:]
	}
	return line, ""
}

// lists reports whether a peer has said, or a document of it, which methods there are.
func lists(p *session.Peer) bool {
	return slices.ContainsFunc(p.Known().Methods(), func(m catalog.Method) bool {
		return !m.Ours && !m.Source.Inferred()
	})
}

// stray returns the mistake of a line that nobody has typed just now and that is a word of habit alone, where the peer
// is not known to have such a method: a script that leaves by exit must not send it.
func (r *runner) stray(ctx context.Context, st *lang.Statement) error {
	c := st.Calls[0]
	h, found := habitOf(c.Method)
	plain := len(st.Calls) == 1 && !c.Spelt && !c.Notify && c.Params == nil && st.Peer == "" && st.Assign == "" &&
		st.Filter == nil && st.Outlet == nil && !st.Background
	line, _ := r.typed(ctx)
	if !found || !h.always || !plain || line != "" {
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
	return &lang.Error{Column: c.Column, Reason: fmt.Sprintf(text, c.Method, h.command)}
}
