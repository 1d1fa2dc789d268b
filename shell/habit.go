package shell

import (
	"fmt"
	"slices"
	"strings"

	"rpcsh/shell/lang"
	"rpcsh/shell/session"
)

// A habit is a word of other programs, and what does here what it does there.
type habit struct {
	words   []string
	command string
}

func habits() []habit {
	return []habit{
		{[]string{"quit", "exit", "q", ":q", `\q`}, ".quit"},
		{[]string{"help", "?", "h", "man", `\?`}, ".help"},
		{[]string{"ls"}, ".methods"},
		{[]string{"history"}, ".history"},
		{[]string{"clear", "cls"}, ".clear"},
	}
}

// habit returns the refusal of a line that a person has typed out of habit: a command's name without its dot. No peer
// that is addressed is known to have a method of that name.
func (r *runner) habit(st *lang.Statement, peers []*session.Peer) error {
	c := st.Calls[0]
	i := slices.IndexFunc(habits(), func(h habit) bool { return slices.Contains(h.words, strings.ToLower(c.Method)) })
	plain := len(st.Calls) == 1 && !c.Spelt && !c.Notify && c.Params == nil && st.Assign == "" && st.Filter == nil
	if i < 0 || !plain || !r.isTyped() {
		return nil
	}
	if slices.ContainsFunc(peers, func(p *session.Peer) bool { return p.Known().Knows(c.Method) }) {
		return nil
	}
	const text = "no method %s is known; %s, .call %[1]s calls it all the same"
	h := habits()[i]
	runs := "Enter runs " + h.command
	if r.retypes {
		runs = h.command + " is meant"
	}
	mistake := &lang.Error{Column: c.Column, Reason: fmt.Sprintf(text, c.Method, runs)}
	return &refusal{mistake, h.command}
}
