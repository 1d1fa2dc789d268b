//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rpcsh/shell/term/termtest"
)

// The row below the line tells of the connection, the prompt has the form and the colour that are asked for, and lines
// are edited with the keys of vi.
func TestDesk(t *testing.T) {
	t.Parallel()
	own := t.TempDir()
	if err := os.MkdirAll(filepath.Join(own, "rpcsh"), 0o700); err != nil {
		t.Fatal(err)
	}
	const config = "[set]\nediting = \"vi\"\n[target.prod]\ncommand = [\"cat\"]\nprotocol = \"jsonrpc\"\n" +
		"framing = \"line\"\ncolor = \"red\"\n[keys]\nctrl-o = \"ctrl-r\"\nf9 = \"up\"\n"
	if err := os.WriteFile(filepath.Join(own, "rpcsh", "config.toml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	s := sitAt(t, rpcshIn(own, nil, "--demo", "--color", "always"), 100, 24)
	s.sees(`config\.toml:\d+: keys\.f9: "f9" is no key: `)
	s.sees(`^127\.0\.0\.1:\d+> *\n+127\.0\.0\.1:\d+ · connected · waits: 0 out, 0 in · \d+/s · last answer [\d.]+ ms$`)
	s.enter("slow 60 &")
	s.Press("\x0fslo") // Ctrl-O
	s.sees(`^\(search "slo"\) slow 60 &$`)
	s.Press("\x07")
	s.sees(`^127\.0\.0\.1:\d+ · connected · waits: 1 out, 0 in · \d+/s`)
	s.sees(`· 0/s · `)
	s.enter(".serve my_double --ask")
	s.enter("my_progress_add 2 2 &")
	s.sees(`^127\.0\.0\.1:\d+ · connected · waits: 2 out, 1 in`)
	s.enter(".reply next 4")
	s.sees(`^127\.0\.0\.1:\d+ · connected · waits: 1 out, 0 in`)
	s.enter(".set status off")
	s.sees(`^127\.0\.0\.1:\d+> *$\n*\z`)

	s.Press("echo one\x1b")
	s.sees(`^127\.0\.0\.1:\d+: echo one`)
	s.Press("bcwtwo")
	s.sees(`^127\.0\.0\.1:\d+> echo two`)
	s.Press("\r")
	s.sees(`^\["two"\]`)

	s.enter(".set prompt '{nothing}> '")
	s.sees(`there is no \{nothing\}: there are \{peer\}, `)
	s.enter(".set prompt '{at} {state} % '")
	s.sees(`^@1 connected % *\n*\z`)
	s.enter(".set prompt auto")
	s.sees(`^127\.0\.0\.1:\d+> *\n*\z`)
	s.enter(".connect @prod")
	s.Await("a prompt in red", func(e *termtest.Emulator) bool {
		for _, row := range e.Cells() {
			text := ""
			for _, c := range row {
				text += c.Text
			}
			if strings.HasPrefix(text, "@prod cat> ") {
				return row[0].Color == 31
			}
		}
		return false
	})
	s.enter(".use 1")
	s.sees(`^@1 127\.0\.0\.1:\d+> *\n*\z`)
	s.enter(".help keys")
	s.sees(`^Tab, Shift-Tab +open the list`)
	s.Press("Gq")
	s.sees(`^@1 127\.0\.0\.1:\d+> *\n*\z`)
	s.leaves()
}

// JSON is coloured as it is typed, and stays so above.
func TestTypedJSON(t *testing.T) {
	t.Parallel()
	s := sit(t, "--demo", "--color", "always")
	s.sees(`^127\.0\.0\.1:\d+>`)
	s.clear()
	colors := func(want string) {
		t.Helper()
		s.Await("the colours "+want, func(e *termtest.Emulator) bool {
			for _, row := range e.Cells() {
				text, shown := "", ""
				for _, c := range row {
					if strings.Contains(text, "> ") { // behind the prompt
						shown += map[int]string{0: ".", 34: "k", 32: "s", 36: "n", 35: "w"}[c.Color]
					}
					text += c.Text
				}
				if strings.Contains(text, "> echo ") { // that what is known came before or behind it does not matter
					return strings.Trim(shown, ".") == strings.Trim(want, ".")
				}
			}
			return false
		})
	}
	s.Press(`echo {"a":["b",12,true`)
	colors("......kkk..sss.nn.wwww")
	s.Press(`,"c`)
	colors("......kkk..sss.nn.wwww.ss")
	s.Press(`"]}`)
	colors("......kkk..sss.nn.wwww.sss")
	s.Press("\r")
	s.sees(`^{"a":\["b",12,true,"c"\]} `)
	colors("......kkk..sss.nn.wwww.sss")
	s.leaves()
}

// A listener whose last client has gone still listens, and the row below the line says so.
func TestBarTellsThatItListens(t *testing.T) {
	t.Parallel()
	s := sitWithoutColor(t, 100, 24, "--no-discover", "-l", "127.0.0.1:0")
	address := s.finds(`^listening on tcp://(127\.0\.0\.1:\d+) `)
	s.enter(".serve hello '\"world\"'")
	s.sees(`^hello is answered`)
	calls(t, "^world$", "-p", "jsonrpc", "-o", "raw", address, "hello")
	s.sees(`^127\.0\.0\.1:\d+ · not connected · listening on ` + address)
	s.leaves()
}
