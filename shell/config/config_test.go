package config_test

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"rpcsh/rpcconn/dial"
	"rpcsh/shell/config"
)

// load reads files of a folder of the test's: the person's and, unless it is "", the project's.
func load(t *testing.T, user, project string, more func(*config.Loader)) (*config.Config, string) {
	t.Helper()
	dir := t.TempDir()
	trust := config.Trust{File: filepath.Join(dir, "t", "trusted.json")}
	l := config.Loader{User: filepath.Join(dir, "config.toml"), Trust: trust}
	write(t, l.User, user)
	if project != "" {
		l.Project = filepath.Join(dir, config.ProjectFile)
		write(t, l.Project, project)
	}
	if more != nil {
		more(&l)
	}
	return l.Load(), dir
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// said returns what a Config has to say, without the folder of the test.
func said(c *config.Config, dir string) string {
	return strings.ReplaceAll(strings.Join(c.Remarks(), "\n"), dir+string(filepath.Separator), "")
}

const whole = `# of mine
[set]
timeout = "5s"
stop = false
settle = 0

[alias]
add = "my_add $1 $2"

[target.staging]
url = "wss://staging.example.com/rpc"
protocol = "jsonrpc"
headers = { Authorization = "Bearer ${CONFIG_TEST_TOKEN}", X = "1" }
ca = "ca.pem"
schema = "https://staging.example.com/openrpc.json"
serve = ["mock.star", "/abs/two.star"]
on-connect = [
  ".watch tick",
]
color = "red"

[target.local]
command = ["nvim", "--embed"]
protocol = "nvim"

[theme.mine]
key = "bold blue"
number = 208

[keys]
ctrl-o = "ctrl-x ctrl-e"
`

func TestLoad(t *testing.T) {
	c, dir := load(t, whole, "", nil)
	if got := said(c, dir); got != "" {
		t.Errorf("it remarks %s", got)
	}
	var rows []string
	for _, r := range c.Rows() {
		row := strings.ReplaceAll(r.Key+" "+r.Value+" "+r.From, dir+string(filepath.Separator), "")
		rows = append(rows, row)
	}
	want := []string{
		"target.local.command nvim, --embed config.toml:23",
		"target.local.protocol nvim config.toml:24",
		"target.staging.url wss://staging.example.com/rpc config.toml:11",
		"target.staging.protocol jsonrpc config.toml:12",
		"target.staging.ca ca.pem config.toml:14",
		"target.staging.schema https://staging.example.com/openrpc.json config.toml:15",
		"target.staging.serve mock.star, /abs/two.star config.toml:16",
		"target.staging.on-connect .watch tick config.toml:17",
		"target.staging.color red config.toml:20",
		"target.staging.headers.Authorization Bearer ${CONFIG_TEST_TOKEN} config.toml:13",
		"target.staging.headers.X 1 config.toml:13",
		"alias.add my_add $1 $2 config.toml:8",
		"set.timeout 5s config.toml:3",
		"set.stop off config.toml:4",
		"set.settle 0 config.toml:5",
		"keys.ctrl-o ctrl-x ctrl-e config.toml:31",
		"theme.mine.key bold blue config.toml:27",
		"theme.mine.number 208 config.toml:28",
	}
	if !slices.Equal(rows, want) {
		t.Errorf("in force is\n%s\nwant\n%s", strings.Join(rows, "\n"), strings.Join(want, "\n"))
	}
	if got, _, _ := c.Aliases().Expand("add 1 2"); got != "my_add 1 2" {
		t.Errorf("the alias stands for %q", got)
	}
}

func TestWire(t *testing.T) {
	c, dir := load(t, whole, "", nil)
	staging, err := c.Target("staging")
	if err != nil {
		t.Fatal(err)
	}
	_, err = staging.Wire(dial.Config{})
	if err == nil || !strings.HasSuffix(err.Error(),
		"config.toml:13: headers.Authorization: ${CONFIG_TEST_TOKEN} is not in the environment") {
		t.Errorf("without its variable: %v", err)
	}
	t.Setenv("CONFIG_TEST_TOKEN", "secret")
	base := dial.Config{Protocol: "mcp", Framing: "line"}
	wire, err := staging.Wire(base)
	if err != nil || wire.Protocol != "jsonrpc" || wire.Framing != "" || wire.TLS.CA != filepath.Join(dir, "ca.pem") ||
		wire.Header.Get("Authorization") != "Bearer secret" {
		t.Errorf("it is dialled as %+v, %v", wire, err)
	}
	if base.Header != nil {
		t.Error("other targets get its headers")
	}
	_, err = c.Target("nosuch")
	if err == nil || err.Error() != "there is no target nosuch: there are local, staging" {
		t.Errorf("one that is not there: %v", err)
	}
}

// Each mistake names file, line and key, and leaves all else in force.
func TestMistakes(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"a = ", "config.toml:1: unexpected character U+000A at start of value"},
		{"[alias]\nx = \"1\"\nx = \"2\"", "config.toml:3: x: "},
		{"[targets.x]\nurl = \":1\"", "config.toml:1: targets.x: there is no such key; there are target.NAME, " +
			"alias, set, keys and theme.NAME\nconfig.toml:2: targets.x.url: there is no such key; "},
		{"[[target.x]]\nurl = \":1\"", "config.toml:1: target.x: write one table, [NAME] in place of [[NAME]]"},
		{"[target]\nx = 1", `config.toml:2: target.x: a table is wanted: [target.NAME] with url = "…"`},
		{"[target.\"a b\"]\nurl = \":1\"", `config.toml:1: target."a b": a target's name`},
		{"[target.x]\nurl = \":1\"\nprotcol = \"mcp\"", "config.toml:3: target.x.protcol: there is no such key"},
		{"[target.x]\nurl = 1", `config.toml:2: target.x.url: text is wanted: url = "…"`},
		{"[target.x]\nurl = \":1\"\nserve = 1", `config.toml:3: target.x.serve: a list is wanted: serve = ["…"]`},
		{"[target.x]\nurl = \":1\"\nserve = [1]", `config.toml:3: target.x.serve: text is wanted: serve = "…"`},
		{"[target.x]\nurl = \":1\"\nheaders = \"A: b\"", "config.toml:3: target.x.headers: headers are wanted: "},
		{"[target.x]\nurl = \":1\"\nprotocol = \"nosuch\"", "config.toml:3: target.x.protocol: "},
		{"[target.x]\nurl = \":1\"\nframing = \"nosuch\"", "config.toml:3: target.x.framing: "},
		{"[target.x]\nurl = \":1\"\ncolor = \"pink\"", "config.toml:3: target.x.color: choose one of red, "},
		{"\n[target.x]\nprotocol = \"mcp\"", "config.toml:2: target.x: it has no url: "},
		{"[target.x]\nurl = \"nowhere\"", `config.toml:2: target.x.url: target "nowhere" has no port`},
		{"[target.x]\nurl = \":1\"\ncommand = [\"a\"]", "config.toml:3: target.x.command: url and command "},
		{"[alias]\na = 1", `config.toml:2: alias.a: a line is wanted: NAME = "LINE"`},
		{"[alias]\na = [\"1\"]", `config.toml:2: alias.a: a value is wanted: NAME = "TEXT"`},
		{"[alias]\n\".a\" = \"x\"", `config.toml:2: alias.".a": an alias is letters`},
		{"[set.timeout]\na = 1", `config.toml:1: set.timeout: a value is wanted`},
		{"[theme]\na = 1", `config.toml:2: theme.a: a colour is wanted: [theme.NAME] with PART = "COLOUR"`},
		{"[theme.x]\nkey = [1]", `config.toml:2: theme.x.key: a colour is wanted`},
		{"[keys]\nctrl-o = 1", `config.toml:2: keys.ctrl-o: a key is wanted: KEY = "KEY"`},
	} {
		// What is right is in force all the same, unless it is no TOML.
		isTOML := !strings.HasPrefix(tt.text, "a =") && !strings.Contains(tt.text, "x = \"2")
		c, dir := load(t, tt.text+"\n[target.good]\nurl = \":2\"\n", "", nil)
		got := said(c, dir)
		if !strings.HasPrefix(got, tt.want) {
			t.Errorf("%q: it says\n%s\nwant\n%s", tt.text, got, tt.want)
		}
		if _, err := c.Target("good"); err != nil && isTOML {
			t.Errorf("%q: %v", tt.text, err)
		}
	}
}

// A project's file is confirmed once in each form, and has targets and aliases only.
func TestProject(t *testing.T) {
	const project = "[target.here]\nurl = \":1\"\n[target.staging]\nurl = \":2\"\n[alias]\nx = \"my_add 1 1\"\n"
	asked := ""
	var l config.Loader
	answer := func(yes bool) func(string, []byte, string, bool) bool {
		return func(_ string, _ []byte, summary string, changed bool) bool {
			asked += summary
			if changed {
				asked += " changed"
			}
			return yes
		}
	}
	c, dir := load(t, whole, project, func(loader *config.Loader) { l = *loader })
	none := ".rpcsh.toml is passed over: nobody has confirmed it (a shell at a terminal asks; --trust-project takes it)"
	if got := said(c, dir); got != none {
		t.Errorf("without a person: %s", got)
	}
	has := func(c *config.Config) bool {
		_, err := c.Target("here")
		return err == nil
	}
	l.Confirm = answer(false)
	if c := l.Load(); has(c) || said(c, dir) != ".rpcsh.toml is passed over: it was not confirmed" {
		t.Errorf("the person says no: %s", said(c, dir))
	}
	l.Confirm = answer(true)
	if c := l.Load(); !has(c) || asked != strings.Repeat("2 targets (here, staging), 1 alias (x)", 2) {
		t.Errorf("the person says yes to %q", asked)
	}
	l.Confirm = nil
	c = l.Load()
	if staging, err := c.Target("staging"); !has(c) || err != nil || staging.URL != "wss://staging.example.com/rpc" {
		t.Errorf("once confirmed: %s, %v; it must not change what is the person's", said(c, dir), staging)
	}
	asked = ""
	write(t, l.Project, project+"[set]\ntimeout = 1\n")
	if c := l.Load(); has(c) || !strings.Contains(said(c, dir), "it has changed since it was confirmed") {
		t.Errorf("once changed: %s", said(c, dir))
	}
	l.All = true
	if c := l.Load(); !has(c) || !strings.Contains(said(c, dir), ".rpcsh.toml:8: set.timeout: settings are for your") {
		t.Errorf("--trust-project: %s", said(c, dir))
	}
	l.All, l.Confirm = false, answer(true)
	if c := l.Load(); !has(c) || !strings.HasSuffix(asked, "changed") {
		t.Errorf("the person is asked %q", asked)
	}
	write(t, l.Trust.File, "no JSON")
	if c := l.Load(); has(c) || !strings.Contains(said(c, dir), "reading what was confirmed") {
		t.Errorf("nothing is known of what was confirmed: %s", said(c, dir))
	}
}

func TestFindProject(t *testing.T) {
	dir := t.TempDir()
	below := filepath.Join(dir, "a", "b")
	if err := os.MkdirAll(below, 0o700); err != nil {
		t.Fatal(err)
	}
	if got := config.FindProject(below); got != "" {
		t.Errorf("it finds %s", got)
	}
	write(t, filepath.Join(dir, config.ProjectFile), "")
	write(t, filepath.Join(dir, "a", config.ProjectFile), "")
	if got, want := config.FindProject(below), filepath.Join(dir, "a", config.ProjectFile); got != want {
		t.Errorf("it finds %s, want %s", got, want)
	}
}

// What is saved is read again; the rest of the file stays as it is, comments included.
func TestSave(t *testing.T) {
	c, dir := load(t, whole, "", nil)
	path := filepath.Join(dir, "config.toml")
	added := &config.Target{Name: "new", URL: "tcp://h:1", Protocol: "bsonrpc", Serve: []string{`a"b`}}
	if err := c.Save(added, false); err != nil {
		t.Fatal(err)
	}
	const newText = "\n[target.new]\nurl = \"tcp://h:1\"\nprotocol = \"bsonrpc\"\nserve = [\"a\\\"b\"]\n"
	if got := read(t, path); got != whole+newText {
		t.Errorf("the file is\n%s", got)
	}
	if got, err := c.Target("new"); err != nil || got.Place.String() != path+":33" {
		t.Errorf("it is in force as %+v, %v", got, err)
	}
	if err := c.Save(added, false); err == nil || !strings.HasSuffix(err.Error(), "--force replaces it") {
		t.Errorf("once more: %v", err)
	}
	if err := c.Save(&config.Target{Name: "staging", URL: "tcp://h:2"}, true); err != nil {
		t.Fatal(err)
	}
	before, after, _ := strings.Cut(whole, "[target.staging]")
	_, after, _ = strings.Cut(after, "color = \"red\"\n")
	want := before + after + newText + "\n[target.staging]\nurl = \"tcp://h:2\"\n"
	if got := read(t, path); got != want {
		t.Errorf("the file is\n%s\nwant\n%s", got, want)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm()&0o077 != 0 && runtime.GOOS != "windows" {
		t.Errorf("others can read it: %v, %v", info.Mode(), err)
	}
	for text, want := range map[string]string{
		"a = ":                         "mend that first",
		"[target]\nnew = {url=\":1\"}": "change it by hand",
	} {
		write(t, path, text)
		if err := c.Save(added, true); err == nil || !strings.Contains(err.Error(), want) || read(t, path) != text {
			t.Errorf("a file of %q: %v", text, err)
		}
	}
	if err := c.Save(&config.Target{Name: "a b"}, false); err == nil {
		t.Error("a name of two words is taken")
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
