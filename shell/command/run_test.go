package command_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"rpcsh/shell/session"
	"rpcsh/shell/variables"
)

// TestRun: what a command shows, and that it does what it says, as others show it.
func TestRun(t *testing.T) {
	s := newShell(t, true)
	s.demo(t)
	for _, step := range []struct{ line, want string }{
		{".peers", `(?s)PEER.*\* +@1 +dialled +\S+ +JSON-RPC 2\.0, rfc7464`},
		{".peers nosuch", `no peer fits`},
		{".name 1 web", `^$`},
		{".peers --sort in w*", `\* +@1 +web`},
		{".name web", `^$`},
		{".use 1", `^$`},
		{".pending", `^nothing is waiting for an answer`},
		{".methods add", `(?s)my_add\(.*method`},
		{".describe my_add", `(?s)^my_add\(.*parameters.*example\n  my_add 0 2`},
		{".set output json", `^$`},
		{".describe my_add", `^\{"name":"my_add"`},
		{".set output pretty", `^$`},
		{".discover rpc.discover", `7 methods by rpc\.discover`},
		{".export openrpc -", `(?s)^\{\n  "openrpc"`},
		{`.send --wait 0 {"jsonrpc":"2.0","method":"nobody"}`, `^$`},
		{".serve", `^nothing is served`},
		{".serve twice .[0]*2", `^twice is answered with \.\[0\]\*2`},
		{".serve '*' --times 2 --error 7 'no luck' {\"try\":2}", `^\* is answered with --times 2`},
		{".serve", `(?s)1  twice +0 +\.\[0\]\*2\n.*2  \*`},
		{".prefer 2", `^$`},
		{".serve", `(?s)1  \*.*2  twice`},
		{".unserve 1", `^$`},
		{".unserve twice", `^$`},
		{".serve", `^nothing is served`},
		{".on", `^nothing is set`},
		{".on connect .close", `^a peer that comes is handled by \.close`},
		{".on 'connect' !x $params", `^the notification connect is handled by !x \$params`},
		{".on", `(?s)1  connect +0 +\.close.*2  'connect'`},
		{".off 'connect'", `^$`},
		{".off 1", `^$`},
		{".on", `^nothing is set`},
		{".watch", `^shown: everything\n$`},
		{".watch my_* kind:request", `^shown: my_\* kind:request\n$`},
		{".mute my_ad", `; hidden: my_ad\nno method that fits my_ad has been seen yet: did you mean my_add`},
		{".mute connect close", `; hidden: my_ad; connect close\n$`},
		{".mute connect  close", `; hidden: my_ad; connect close\n$`},
		{".mute kind:parked", `a request that waits for you is always shown`},
		{".mute all", `\.mute \* hides all messages, \.mute off none`},
		{".watch off", `\.watch all shows all messages`},
		{".watch", `^shown: my_\* kind:request; hidden: my_ad; connect close\n$`},
		{".watch all", `^shown: everything; hidden: my_ad`},
		{".mute peer:1", `; peer:1\n$`},
		{".mute peer:99", `; peer:1; peer:99\nthere is no peer @99 \(\.peers lists them\)\n$`},
		{".mute off", `^shown: everything\n$`},
		{".mute", `^shown: everything\n$`},
		{".set timeout 2", `^$`},
		{".set timeout", `^2s`},
		{".set order newest", `^$`},
		{".set stop off", `^$`},
		{".set", `(?s)order +newest.*stop +off.*timeout +2s`},
		{".close", ``}, // that it is closed is told when it is
		{".methods", `my_add`},
		{".reconnect", `reconnected to`},
		{".close all", ``},
	} {
		if got := s.run(t, step.line); !regexp.MustCompile(step.want).MatchString(got) {
			t.Errorf("%s: got\n%swant %s", step.line, got, step.want)
		}
	}
}

// TestCopy: what is copied is what is seen, without colours; a message is JSON.
func TestCopy(t *testing.T) {
	s := newShell(t, true)
	s.demo(t)
	if got := s.run(t, ".copy"); !strings.Contains(got, "there is no result yet") {
		t.Errorf("nothing to copy: %s", got)
	}
	s.session.Variables().Set(variables.Last, json.RawMessage(`{"a":"\u00fc"}`))
	for _, step := range []struct{ line, copied, seen string }{
		{".copy", `{"a":"ü"}`, "^10 B copied by a test\n$"},
		{".set output json", `{"a":"ü"}`, ""},
		{".copy", `{"a":"\u00fc"}`, "^14 B copied by a test\n$"},
		{".copy 1", `"number":1,"peer":1,"kind":"connect"`, "copied by a test\n$"},
		{".copy 900", "", `there is no message 900`},
		{".copy x", "", `the number of a message belongs here`},
	} {
		if got := s.run(t, step.line); !regexp.MustCompile(step.seen).MatchString(got) ||
			!strings.Contains(s.lines.copied, step.copied) {
			t.Errorf("%s: %q is copied, and seen is %s", step.line, s.lines.copied, got)
		}
	}
	s.lines.fails = errors.New("no clipboard")
	if got := s.run(t, ".copy"); !strings.Contains(got, "nothing was copied: no clipboard") {
		t.Errorf("without a clipboard: %s", got)
	}
	if s.run(t, ".clear"); !s.lines.cleared {
		t.Error(".clear does not clear")
	}
}

// TestPipe: without a person, lists are for programs, and nobody is asked.
func TestPipe(t *testing.T) {
	s := newShell(t, false)
	s.demo(t)
	for line, want := range map[string]string{
		".methods my_add":  `^my_add\(a: number.*\n$`,
		".template my_add": `^my_add 0 2\n$`,
		".fill my_add":     `\.fill asks a person`,
		".serve a 1":       `^$`,
		".on connect x":    `^$`,
		".drop 100":        `request 100`,
	} {
		if strings.HasPrefix(line, ".drop") {
			set := s.session.Settings()
			set.Timeout = 1 // nanosecond: the request never comes
			s.session.Set(set)
		}
		if got := s.run(t, line); !regexp.MustCompile(want).MatchString(got) {
			t.Errorf("%s: got %q, want %s", line, got, want)
		}
	}
}

func TestTemplate(t *testing.T) {
	s := newShell(t, true)
	s.demo(t)
	for method, want := range map[string]string{
		"my_add": "my_add 0 2", "echo": `echo text=""`, "ping": "ping",
		"order.place":          `order.place customer=7 items=[{"name":"tea","count":2}]`,
		`"odd \u001b[31mname"`: `"odd \u001b[31mname"`,
	} {
		if got := s.run(t, ".template "+method); s.lines.typed != want {
			t.Errorf("%s: in the editor is %s, want %s; seen: %s", method, s.lines.typed, want, got)
		}
	}
}

func TestFill(t *testing.T) {
	s := newShell(t, true)
	s.demo(t)
	for _, tt := range []struct{ line, answers, typed, seen string }{
		{".fill my_add", "1 2", "my_add 1 2", ""},
		{".fill @1 my_add", "1 2", "my_add 1 2", ""},
		{".fill my_add", "x 1 2", "my_add 1 2", "this is not JSON; a value of type number is wanted"},
		{".fill my_add", "1", "", "given up, nothing was sent"},
		{".fill ping", "", "ping", ""},
	} {
		s.lines.typed, s.lines.answers = "", strings.Fields(tt.answers)
		got := s.run(t, tt.line)
		if s.lines.typed != tt.typed || !strings.Contains(got, tt.seen) {
			t.Errorf("%s with %s: typed is %q, seen %q; want %q, %q",
				tt.line, tt.answers, s.lines.typed, got, tt.typed, tt.seen)
		}
	}
	s.lines.asked = nil
	s.run(t, ".fill echo")
	if got, want := strings.Join(s.lines.asked, "|"), `level ("low"|"high", optional): low high `; got != want {
		t.Errorf("asked is %s, want %s", got, want)
	}
}

func TestExportIsReadBack(t *testing.T) {
	s := newShell(t, true)
	s.demo(t)
	described := s.run(t, ".describe order.place")
	file := filepath.Join(t.TempDir(), "peer one.json")
	for _, step := range []struct{ args, want string }{
		{"openrpc FILE", "written to " + file}, {"openrpc FILE", "--force"},
		{"openrpc FILE --force", "written to " + file}, {"openrpc --force FILE", "written to " + file},
		{"--force openrpc FILE", "written to " + file},
	} {
		line := ".export " + strings.Replace(step.args, "FILE", "'"+file+"'", 1)
		got := strings.Join(strings.Fields(s.run(t, line)), " ") // however it was wrapped
		if !strings.Contains(got, strings.Join(strings.Fields(step.want), " ")) {
			t.Errorf("exported %s: %s, want %s", step.args, got, step.want)
		}
	}
	data, err := os.ReadFile(file)
	if err != nil || !json.Valid(data) {
		t.Fatalf("the file is %s, %v", data, err)
	}
	want := strings.ReplaceAll(string(data), "\u202e", `\u202e`) // which one does not see on a screen
	if got := s.run(t, ".export openrpc -"); got != want {
		t.Errorf("on the screen is\n%s\nwant\n%s", got, want)
	}
	s.run(t, ".learn '"+file+"'")
	if got := s.run(t, ".describe order.place"); got != described {
		t.Errorf("read back it is\n%s\nand was\n%s", got, described)
	}
}

func TestLearnFiles(t *testing.T) {
	s := newShell(t, true)
	s.demo(t)
	t.Chdir(t.TempDir())
	for name, content := range map[string]string{
		"a.py":   "class Services:\n    @request\n    def one(self, x=5):\n        'Does one.'\n",
		"b.py":   "class Services:\n    @notification\n    def two(self, y):\n        pass\n",
		"c.py":   "print('no service')\n",
		"j.json": `{"methods":[{"name":"three"}]}`, "broken.json": `{"methods":`,
	} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, step := range []struct{ files, says, known string }{
		{"a.py b.py j.json", "1 method learned from", "one three two"},
		{"b.py", "1 method learned from", "three two"},
		{"c.py", "no function in it", "three two"},
		{"a.py broken.json", "broken.json: reading the OpenRPC document", "three two"},
	} {
		if got := s.run(t, ".learn "+step.files); !strings.Contains(got, step.says) {
			t.Errorf("%s: %s", step.files, got)
		}
		var known []string
		for _, name := range []string{"one", "three", "two"} {
			if got := s.run(t, ".describe "+name); !strings.Contains(got, "no method of this name") {
				known = append(known, name)
			}
		}
		if got := strings.Join(known, " "); got != step.known {
			t.Errorf("after %s there are %s, want %s", step.files, got, step.known)
		}
	}
}

func TestNoPeer(t *testing.T) {
	s := newShell(t, true)
	for _, line := range []string{
		".close", ".reconnect", ".methods", ".describe x", ".discover", ".learn x", ".export openrpc x", ".open x",
		".send x",
	} {
		if got := s.run(t, line); !strings.HasPrefix(got, "not connected: .connect HOST:PORT dials a peer") {
			t.Errorf("%s: %s", line, got)
		}
	}
	if got := s.run(t, ".peers"); got != "nobody is connected\n" {
		t.Errorf(".peers: %s", got)
	}
	if got := s.run(t, ".close all"); got != "" {
		t.Errorf(".close all: %s", got)
	}
}

func TestSettings(t *testing.T) {
	s := newShell(t, true)
	for _, setting := range s.Settings() {
		for _, value := range setting.Values {
			if err := setting.Set(value); err != nil {
				t.Errorf("%s cannot be %s: %v", setting.Name, value, err)
			}
		}
		if setting.Set("no such value") == nil {
			t.Errorf("%s takes anything", setting.Name)
		}
	}
	want := session.Settings{
		NoParams: session.NoParamsObject, Validate: session.ValidateResults, Order: session.OrderNewest,
		IDs: session.IDsLenient, Detect: session.DetectPassive,
	}
	got := s.session.Settings()
	want.Fallback = got.Fallback
	if got != want || s.lines.stops {
		t.Errorf("the last of all values are %+v, want %+v", got, want)
	}
}
