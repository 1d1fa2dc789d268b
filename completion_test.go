package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dial"
	"rpcsh/shell/command"
	"rpcsh/shell/config"
	"rpcsh/shell/export"
)

// A desk is where command lines are typed: what is configured and remembered there.
type desk struct{ env []string }

func newDesk(t *testing.T) desk {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "rpcsh", config.UserFile)
	err := os.MkdirAll(filepath.Dir(file), 0o700)
	if err == nil {
		err = os.WriteFile(file, []byte("[target.staging]\nurl = \"10.0.0.1:6000\"\n"), 0o600)
	}
	known := catalog.New(catalog.Method{Name: "my_add", Summary: "Adds."}, catalog.Method{Name: "x", Ours: true})
	if err == nil {
		err = catalog.Store{Dir: filepath.Join(dir, "rpcsh", methodsFolder)}.Save("10.0.0.1:6000", known)
	}
	if err != nil {
		t.Fatal(err)
	}
	return desk{append(os.Environ(), "XDG_CONFIG_HOME="+dir, "XDG_STATE_HOME="+dir)}
}

// run returns what a program prints.
func (d desk) run(t *testing.T, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Env, cmd.Stderr = d.env, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %q: %v", name, args, err)
	}
	return string(out)
}

func TestCompletion(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for _, tt := range []struct {
		words []string
		want  string // the candidates; "": none, so that the shell completes files
	}{
		{[]string{"@"}, "@staging"},
		{[]string{"-p", "jsonrpc", "@s"}, "@staging"},
		{[]string{"c"}, "completion"},
		{[]string{"completion", ""}, strings.Join(completionShells(), " ")},
		{[]string{"run", ""}, ""},
		{[]string{"@staging", ""}, "my_add"},
		{[]string{"10.0.0.1:6000", "my"}, "my_add"},
		{[]string{"http://10.0.0.1:6000/", "my"}, "my_add"},
		{[]string{"10.0.0.1:6001", ""}, ""},
		{[]string{"--demo", ""}, ""},
		{[]string{"@staging", "my_add", ""}, ""},
		{[]string{"--", "rp"}, ""},
		{[]string{"-p", ""}, strings.Join(dial.ProtocolNames(), " ")},
		{[]string{"-vp", "js"}, "jsonrpc jsonrpc1"},
		{[]string{"--framing", "net"}, "netstring"},
		{[]string{"--ca", "x"}, ""},
		{[]string{"--detect", "@s"}, "@staging"},
		{[]string{"--timeout=5s", "@s"}, "@staging"},
		{[]string{"--ti"}, "--timeout"},
		{[]string{"@staging", "--ti"}, ""},
		{[]string{"export", ""}, strings.Join(export.Names(), " ")},
		{[]string{"export", "md", ""}, ""},
		{[]string{"export", "md", "x.rpcrec", "--wr"}, "--write"},
		{[]string{"show", "x.rpcrec", ""}, ""},
		{[]string{"replay", ""}, ""},
		{[]string{"replay", "x.rpcrec", ""}, "@staging"},
		{[]string{"replay", "x.rpcrec", "--pace", ""}, "lockstep recorded max"},
		{[]string{"verify", "--eq"}, "--equal"},
		{[]string{"replay", "x.rpcrec", "--ti"}, "--timeout"},
		{[]string{"replay", "x.rpcrec", "--", "--ti"}, ""},
	} {
		var got []string
		args := append([]string{verbCompletion, completionWords}, tt.words...)
		for line := range strings.Lines(d.run(t, "rpcsh", args...)) {
			text, _, _ := strings.Cut(line, "\t")
			got = append(got, text)
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%q may become %q, want %q", tt.words, got, tt.want)
		}
	}
	all := d.run(t, "rpcsh", verbCompletion, completionWords, "-")
	newFlags(new(options)).VisitAll(func(f *pflag.Flag) {
		if !strings.Contains(all, "--"+f.Name+"\t") {
			t.Errorf("--%s is not completed", f.Name)
		}
	})
}

// missing skips a test that needs a program of the system; where everything is installed, in CI, it fails.
func missing(t *testing.T, program string, err error) {
	t.Helper()
	if os.Getenv("CI") == "true" && runtime.GOOS == "linux" {
		t.Fatal(err)
	}
	skips.add(t.Name(), program, "install it by the system's package manager")
	t.Skip(err)
}

// The scripts are read by the shells that are there.
func TestCompletionScripts(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for _, shell := range completionShells() {
		t.Run(shell, func(t *testing.T) {
			if _, err := exec.LookPath(shell); err != nil {
				missing(t, shell, err)
			}
			file := filepath.Join(t.TempDir(), "rpcsh")
			if err := os.WriteFile(file, []byte(d.run(t, "rpcsh", verbCompletion, shell)), 0o600); err != nil {
				t.Fatal(err)
			}
			d.run(t, shell, "-n", file)
		})
	}
}

// What bash is told begins where bash completes: behind the last of its word breaks, or with it where that is an @.
func TestCompletionInBash(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("bash"); err != nil {
		missing(t, "bash", err)
	}
	d := newDesk(t)
	for line, want := range map[string]string{
		"rpcsh @sta":              "@staging",
		"rpcsh @":                 "@staging",
		"rpcsh -p bson @sta":      "@staging",
		"rpcsh 10.0.0.1:6000 my":  "my_add",
		"rpcsh -p bson":           "bsonrpc",
		"rpcsh @staging ":         "my_add",
		"rpcsh --no-dis":          "--no-discover",
		"rpcsh nothing:1 nothing": "",
	} {
		const script = `source <(rpcsh completion bash); COMP_WORDBREAKS=$' \t\n"\'@><=;|&(:'
COMP_LINE=$1 COMP_POINT=${#1}; _rpcsh; echo "${COMPREPLY[@]}"`
		if got := strings.TrimSpace(d.run(t, "bash", "-c", script, "bash", line)); got != want {
			t.Errorf("%q: %q, want %q", line, got, want)
		}
	}
}

// The manual page has all that the tables have, and roff reads it without a warning.
func TestManual(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	page := d.run(t, "rpcsh", verbMan)
	plain := strings.NewReplacer(`\-`, "-", `\&`, "", `\e`, `\`).Replace(page)
	var terms []string
	newFlags(new(options)).VisitAll(func(f *pflag.Flag) { terms = append(terms, "--"+f.Name) })
	for _, v := range verbs() {
		terms = append(terms, v.line())
		v.ownFlags().VisitAll(func(f *pflag.Flag) { terms = append(terms, "--"+f.Name) })
	}
	for _, c := range command.List() {
		terms = append(terms, "."+c.Name)
	}
	for _, term := range terms {
		if !slices.ContainsFunc(strings.Split(plain, "\n"), func(line string) bool {
			return strings.HasPrefix(line, `\fB`) && strings.Contains(line, term)
		}) {
			t.Errorf("the page says nothing of %s", term)
		}
	}
	if _, err := exec.LookPath("groff"); err != nil {
		missing(t, "groff", err)
	}
	cmd := exec.Command("groff", "-man", "-Kutf8", "-Tutf8", "-ww", "-z")
	cmd.Stdin = strings.NewReader(page)
	if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("groff says %s, %v", out, err)
	}
}
