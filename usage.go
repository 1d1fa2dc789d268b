package main

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"rpcsh/shell/columns"
)

// usageColumn is the width of the forms of rpcsh -h in columns; the summary
// of a longer form begins a row of its own.
const usageColumn = 37

// usage returns the head of rpcsh -h.
func usage() string {
	const forms = `rpcsh is an interactive shell for peers that speak JSON-RPC, BSON-RPC or MessagePack-RPC.

  rpcsh [flags] TARGET                   a shell on that peer; where stdin is no terminal, its lines are run
  rpcsh [flags] TARGET METHOD [ARG …]    one call: the result on stdout, all else on stderr
  rpcsh [flags] TARGET FILE.rpc [ARG …]  run the lines of a file; without TARGET, it connects by itself
  rpcsh [flags] -l ADDRESS               listen; peers come and go as @1, @2 …
  rpcsh [flags] -- COMMAND [ARG …]       the peer is a child process, over its stdin and stdout
  rpcsh --demo                           a built-in peer to try everything on
`
	const targets = `
TARGET is host:port, :port, a path with a slash, or a URL: tcp://, unix://, tls://, ws://, wss://, http://, https://,
or @NAME: one that config.toml has. What it speaks is found out, unless -p and -f say it.

`
	var b strings.Builder
	b.WriteString(forms)
	for _, v := range verbs() {
		line := v.line()
		if utf8.RuneCountInString(line) > usageColumn {
			line += "\n" + strings.Repeat(" ", usageColumn+2)
		}
		fmt.Fprintf(&b, "  %-*s  %s\n", usageColumn, line, v.summary)
	}
	b.WriteString(targets)
	return b.String()
}

// narrowed returns text as it is where its lines have at most width columns. Else what stands in two columns is put one
// below the other, and paragraphs are filled anew.
func narrowed(text string, width int) string {
	const below = "      " // stands before a summary
	lines := strings.Split(text, "\n")
	if !slices.ContainsFunc(lines, func(line string) bool { return columns.Width(line) > width }) {
		return text
	}
	var narrow []string
	fill := func(text, first, indent string) {
		narrow = append(narrow, columns.Fill(strings.Fields(text), width, first, indent)...)
	}
	for i := 0; i < len(lines); i++ {
		line := strings.TrimLeft(lines[i], " ")
		switch lead := len(lines[i]) - len(line); {
		case line == "":
			narrow = append(narrow, "")
		case lead > usageColumn:
			fill(line, below, below)
		case lead > 0:
			form, summary, _ := strings.Cut(line, "  ")
			fill(form, lines[i][:lead], below)
			if summary != "" {
				fill(summary, below, below)
			}
		default:
			for i+1 < len(lines) && lines[i+1] != "" && lines[i+1][0] != ' ' {
				i++
				line += " " + lines[i]
			}
			fill(line, "", "")
		}
	}
	return strings.Join(narrow, "\n")
}

// exitCodes is the foot of rpcsh -h.
const exitCodes = `
Exit codes: 0 done, 1 the peer answered with an error, or with what is no answer, 2 the command line or a line is wrong,
3 no connection, or it was lost, 4 timed out, 5 an expectation failed, 130 interrupted,
131 ended by SIGQUIT, 141 nobody reads what is printed.
`
