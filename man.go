package main

import (
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"rpcsh/shell/command"
	"rpcsh/shell/term"
)

// manual returns the manual page, in the macros of man(7). Flags, commands, keys and exit codes are those of the
// tables.
func manual() string {
	var m man
	m.line(`.TH RPCSH 1 "" "rpcsh ` + version + `" "User Commands"`)
	m.section("NAME")
	m.text("rpcsh - an interactive shell for peers that speak RPC over a connection in which both sides may call")
	head, rest, _ := strings.Cut(usage(), "\n\n")
	forms, more, _ := strings.Cut(rest, "\n\n")
	m.section("SYNOPSIS")
	m.line(".nf")
	for _, form := range strings.Split(forms, "\n") {
		m.text(strings.TrimSpace(form))
	}
	m.line(".fi")
	m.section("DESCRIPTION")
	m.text(head)
	m.line(".PP")
	m.text(strings.TrimSpace(more))
	m.section("OPTIONS")
	newFlags(new(options)).VisitAll(m.flag)
	m.section("VERBS")
	for _, v := range verbs() {
		m.item(v.line(), v.summary)
		m.line(".RS")
		v.ownFlags().VisitAll(m.flag)
		m.line(".RE")
	}
	m.section("COMMANDS OF THE SHELL")
	for _, group := range command.Groups() {
		m.line(".SS " + group)
		for _, c := range command.List() {
			if c.Group == group {
				m.item(strings.TrimSpace("."+c.Name+" "+c.Usage), c.Summary)
			}
		}
	}
	m.section("KEYS")
	for _, b := range term.Bindings() {
		m.item(b.Names(), b.Does)
	}
	m.section("EXIT STATUS")
	m.line(".nf")
	for line := range strings.Lines(strings.TrimSpace(exitCodes)) {
		m.text(strings.TrimSuffix(line, "\n"))
	}
	m.line(".fi")
	return m.String()
}

// A man is a page that is being written.
type man struct{ strings.Builder }

func (m *man) line(text string) { m.WriteString(text + "\n") }

func (m *man) section(title string) { m.line(".SH " + title) }

// text writes text in which nothing has a meaning.
func (m *man) text(text string) {
	if text = roff(text); strings.HasPrefix(text, ".") || strings.HasPrefix(text, "'") {
		text = `\&` + text
	}
	m.line(text)
}

// item writes a term, and below it what it means.
func (m *man) item(term, about string) {
	m.line(".TP")
	m.line(fmt.Sprintf(`\fB\&%s\fR`, roff(term)))
	m.text(about)
}

// flag writes what a flag means.
func (m *man) flag(f *pflag.Flag) {
	value, about := pflag.UnquoteUsage(f)
	name := "--" + f.Name
	if f.Shorthand != "" {
		name = "-" + f.Shorthand + ", " + name
	}
	m.item(strings.TrimSpace(name+" "+value), about)
}

// roff returns text as roff shows it; its hyphens are those of ASCII, so that what they are a part of can be copied.
func roff(text string) string {
	return strings.NewReplacer(`\`, `\e`, "-", `\-`, "\n", " ").Replace(text)
}
