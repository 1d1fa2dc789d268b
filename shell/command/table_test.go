package command_test

import (
	"slices"
	"strings"
	"testing"

	"rpcsh/shell/columns"
	"rpcsh/shell/command"
)

func TestList(t *testing.T) {
	names := make(map[string]bool)
	for _, c := range command.List() {
		if c.Summary == "" || strings.HasSuffix(c.Summary, ".") || !slices.Contains(command.Groups(), c.Group) {
			t.Errorf(".%s: the summary %q, the group %q", c.Name, c.Summary, c.Group)
		}
		for _, name := range append(c.Aliases, c.Name) {
			if names[name] {
				t.Errorf("there are two .%s", name)
			}
			names[name] = true
		}
		for _, example := range c.Examples {
			if !strings.Contains(example, "."+c.Name) {
				t.Errorf(".%s has the example %s", c.Name, example)
			}
		}
	}
}

func TestFind(t *testing.T) {
	table := command.New(command.Deps{})
	for name, want := range map[string]string{
		"peers": "peers", "?": "help", "exit": "quit", "pe": ".pe may be .peers or .pending",
		"pee":    "peers",
		"hlep":   "there is no command .hlep: did you mean .help? (.call .hlep calls a method of that name)",
		"reconn": "reconnect", "close": "close",
		"":       "there is no command .; .help lists them (.call . calls a method of that name)",
		"nosuch": "there is no command .nosuch; .help lists them (.call .nosuch calls a method of that name)",
	} {
		c, err := table.Find(name)
		got := c.Name
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf(".%s: got %s, want %s", name, got, want)
		}
	}
}

func TestHelp(t *testing.T) {
	s := newShell(t, true)
	all := s.run(t, ".help")
	for _, c := range s.Commands() {
		if !strings.Contains(all, "  ."+c.Name+" ") {
			t.Errorf(".help does not tell of .%s", c.Name)
		}
		got := s.run(t, ".help "+c.Name)
		words := strings.Join(strings.Fields(got), " ")
		if !strings.HasPrefix(got, "."+c.Name) || !strings.Contains(words, c.Summary) {
			t.Errorf(".help %s says\n%s", c.Name, got)
		}
	}
	const want = ".help nosuch\n      ^ there is no command .nosuch"
	if got := s.run(t, ".help nosuch"); !strings.HasPrefix(got, want) {
		t.Errorf("got %s", got)
	}
}

// What is read as a list fits into the window, and nothing of it is left out.
func TestHelpFits(t *testing.T) {
	s := newShell(t, true)
	for _, line := range []string{".help", ".help keys", ".set"} {
		s.screen.width = 0
		want := len(strings.Fields(s.run(t, line)))
		for _, s.screen.width = range []int{40, 53, 54, 80, 200} {
			text := s.run(t, line)
			if got := len(strings.Fields(text)); got != want {
				t.Errorf("%s at %d columns has %d words, want %d", line, s.screen.width, got, want)
			}
			for row := range strings.Lines(text) {
				if row = strings.TrimRight(row, "\n"); columns.Width(row) > s.screen.width {
					t.Errorf("%s at %d columns: %s", line, s.screen.width, row)
				}
			}
		}
	}
}

// TestMistakes: what is wrong is shown where it is.
func TestMistakes(t *testing.T) {
	s := newShell(t, true)
	s.demo(t)
	for _, tt := range []struct{ line, at, want string }{
		{".nosuch", ".nosuch", "there is no command"},
		{".peers --sort x", "x", "a column belongs here: peer, name, role, "},
		{".peers a --sort", "", "a column belongs here"},
		{".peers a --nosuch", "--nosuch", "there is no --nosuch: .peers has --sort"},
		{".detect --nosuch x", "--nosuch", "there is no --nosuch: .detect has -v"},
		{".detect -v x://y", "-v", "x://y"},
		{".detect localhost -v", "localhost", `target "localhost" has no port`},
		{".serve --delay 1s my_double 1", "--delay", "the method comes first, flags behind it: .serve NAME --delay …"},
		{".export openrpc --nosuch x", "--nosuch", "there is no --nosuch: .export has --force"},
		{".target save x y", "y", "nothing belongs here"},
		{".target --force save", "", "a name is missing"},
		{".connect", "", "where? write host:port"},
		{".use", "", "which peer?"},
		{".use 9", "9", "there is no peer @9"},
		{".name 9 web", "9", "there is no peer @9"},
		{".name 1 a/b", "a/b", "a name is letters"},
		{".name 1 7", "7", "a name has something beside digits"},
		{".close 9", "9", "there is no peer @9"},
		{".restart 9", "9", "there is no peer @9"},
		{".reconnect", "", "is connected (.restart closes the connection first)"},
		{".pending x", "x", "nothing belongs here"},
		{".cancel 1 x", "x", "nothing belongs here"},
		{".cancel @9 1", "@9", "there is no peer @9"},
		{".cancel #1", "#1", "no call waits with the id #1"},
		{".cancel x", "x", "the number of a call belongs here"},
		{".cancel 1", "1", "1 is no call that waits: it is no message (.pending"},
		{".cancel 900", "900", "no call 900 waits"},
		{".show x=1", "x=1", "is no filter"},
		{".show next", "next", "no request waits for you"},
		{`.set pager "nosuch program"`, `"nosuch program"`, `"nosuch" is neither on nor off`},
		{".show 900", "900", "there is no message 900: the last one is "},
		{".show 1 x", "x", "nothing belongs here"},
		{".send", "", "what is to be sent is missing"},
		{".send --nosuch x", "--nosuch",
			"there is no --nosuch: .send has --unframed and --wait; text that begins like this belongs into quotes"},
		{".send --wait x y", "x", `"x" is not a duration`},
		{".sleep", "", "a duration belongs here, such as 500ms, 2s or 1m"},
		{".send @1 --wait 1s @9 x", "@9", "@9 x"},
		{".send @1,,2 x", "@1", "a peer is missing"},
		{".send @9 x", "@9", "there is no peer @9"},
		{`.send --wait 0 a\q`, `\q`, `\ begins an escape`},
		{".methods nosuch*", "nosuch*", "no known method matches nosuch*"},
		{".describe", "", "a method is missing"},
		{".describe my_ad", "my_ad", "did you mean my_add"},
		{".describe my_*", "my_*", ".methods my_* lists those that match"},
		{".describe my_add x", "x", "nothing belongs here"},
		{".describe @9 my_add", "@9", "there is no peer @9"},
		{".discover nosuch", "nosuch", "there is no convention nosuch"},
		{".learn", "", "a file is missing"},
		{".learn nosuch.json", "nosuch.json", "no such file"},
		{".export", "", "write .export openrpc FILE"},
		{".export openrpc", "", "a file is missing"},
		{".export openrpc f g", "g", "nothing belongs here"},
		{".export openrpc f --force g", "g", "nothing belongs here"},
		{".export openrpc f --nosuch", "--nosuch", "there is no --nosuch: .export has --force"},
		{".open", "", "which file?"},
		{".open a b c", "a", "which file?"},
		{".close-doc x", "x", "is no language server"},
		{".serve a --nosuch", "--nosuch", "there is no --nosuch: .serve has --exec, --exec-loop, --ask, "},
		{".serve [a 1", "[a", "is not a pattern"},
		{".serve a --drop --abort", "--abort", "--abort does not go with --drop"},
		{".serve a", "", "an answer is missing"},
		{".serve a --ask 1", "1", "the answer is given already"},
		{".serve a --error x", "x", "an error code belongs here"},
		{".serve a --error 1 --drop", "--drop", "a message belongs here"},
		{".serve a --error 1 x {", "{", "the data is not JSON"},
		{".serve a --delay 2s..1s 1", "1s", "the longer time belongs behind the shorter one"},
		{".serve a --times 0 1", "0 1", "a number of requests belongs here"},
		{".serve a --if '.[' 1", "' 1", "unexpected"},
		{".serve a --peer 1,,2 1", "1,,2", "a peer is missing"},
		{".serve a --slow x 1", "x", "a number of bytes a second"},
		{".serve a --truncate x 1", "x", "a number of bytes belongs here"},
		{".serve a --error-rate 10 1", "10", "a part of the requests"},
		{".serve a --limit x 1", "x", `"x" is not a duration`},
		{".serve a .[", "", "unexpected"},
		{".serve a.star 1", "1", "the file answers"},
		{".prefer x", "x", "numbers of rules belong here"},
		{".unserve", "", "which method?"},
		{".unserve nosuch", "nosuch", "nosuch is not served"},
		{".reply", "", "the number of a request belongs here"},
		{".reply next 1", "next", "no request waits for you"},
		{".fail x 1 y", "x", "the number of a request belongs here"},
		{".drop 900 x", "x", "nothing belongs here"},
		{".drop 1", "1", "1 is no request of a peer: it is no message"},
		{".on connect", "", "a line is missing"},
		{".on [x !y", "[x", "is not a pattern"},
		{".on connect my_add 1 b=2", "b=2", "positional and named arguments do not mix"},
		{".on connect .nosuch", ".nosuch", "there is no command .nosuch"},
		{".on connect .fill my_add", ".fill", "is for whoever sits at the keyboard"},
		{".on connect x | .[", "", "unexpected"},
		{".on x @1,,2 y", "@1", "a peer is missing"},
		{".off", "", "which? .on lists what is set"},
		{".off nosuch", "nosuch", "nothing is set for nosuch"},
		{".off 9", "9", "nothing is set for 9"},
		{".watch a peer:x", "peer:x", "a peer's number belongs after peer:"},
		{".mute kind:x", "kind:x", "a kind is one of"},
		{".set nosuch", "nosuch",
			"there is no such setting: there are detect, detect-timeout, editing, escapes, fallback, " +
				"handshake-timeout, ids, keep, noparams, numbers, order, output, pager, prompt, settle, status, " +
				"stop, theme, timeout, validate, view"},
		{".set keys vi", "keys", "there is no such setting: did you mean editing vi?"},
		{".set timout 5s", "timout", "did you mean timeout or detect-timeout or handshake-timeout?"},
		{".set nosuch off", "nosuch", "there is no such setting: there are detect, "},
		{".help echo", "echo", "echo is a method of the peer, and no command: .describe echo tells of it"},
		{".set order x", "x", `"x" is none of oldest, newest`},
		{".set timeout x", "x", `"x" is not a duration`},
		{".history", "", "no lines are kept in this run"},
		{".quit now", "now", "nothing belongs here"},
	} {
		got := s.run(t, tt.line)
		_, caret, _ := strings.Cut(got, "\n")
		wrongPlace := tt.at != "" && strings.Index(caret, "^") != strings.LastIndex(tt.line, tt.at)
		if wrongPlace || !strings.Contains(got, tt.want) {
			t.Errorf("%s: got\n%swant %q at %q", tt.line, got, tt.want, tt.at)
		}
	}
}

// What prepares is a line by itself, and makes no call.
func TestPrepares(t *testing.T) {
	t.Parallel()
	table := command.New(command.Deps{})
	for line, want := range map[string]bool{
		".serve m 1": true, ".ser m 1": true, ".unserve m": true, ".prefer 1": true, "  .serve m .": true,
		".serve": true, "": true, "# .serve": true, ".serve m $(add 1 2)": false, ".let x = 1": false, "m 1": false,
		"@1 m": false, "x = 1": false, ".print 1": false, ".wait m": false, ".on m .serve m 1": false,
	} {
		if got := table.Prepares(line); got != want {
			t.Errorf("%q: %v", line, got)
		}
	}
}
