package main

import (
	"fmt"
	"strings"
	"unicode/utf8"
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

// exitCodes is the foot of rpcsh -h.
const exitCodes = `
Exit codes: 0 done, 1 the peer answered with an error, or with what is no answer, 2 the command line or a line is wrong,
3 no connection, or it was lost, 4 timed out, 5 an expectation failed, 130 interrupted.
`
