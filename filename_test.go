//go:build unix

package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// What a flag is given as a file may begin with ~, whoever reads it: of --flag=~/x, a system's shell does not.
func TestFilesOfFlags(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	o := new(options)
	sets := []*pflag.FlagSet{newFlags(o)}
	for _, v := range verbs() {
		if v.flags != nil {
			sets = append(sets, pflag.NewFlagSet(v.name, pflag.ContinueOnError))
			v.flags(o, sets[len(sets)-1])
		}
	}
	var single, several []string
	for _, f := range sets {
		f.VisitAll(func(flag *pflag.Flag) {
			switch name, _ := pflag.UnquoteUsage(flag); {
			case name != "FILE" && name != "CONFIG":
			case flag.Value.Type() == "stringArray":
				several = append(several, flag.Name)
			default:
				single = append(single, flag.Name)
				if err := flag.Value.Set("~/x"); err != nil {
					t.Errorf("--%s=~/x: %v", flag.Name, err)
				}
				if got, want := flag.Value.String(), filepath.Join(home, "x"); got != want {
					t.Errorf("--%s=~/x is %s, want %s", flag.Name, got, want)
				}
			}
		})
	}
	if len(single) < 8 || !slices.Equal(several, []string{"schema", "serve"}) {
		t.Errorf("the flags that take files are %q, and %q several times", single, several)
	}

	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(home, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("doc.json", `{"openrpc":"1.3.2","info":{"title":"x","version":"1"},"methods":[]}`)
	write("serve.star", "def served(): pass\n")
	write("token", "secret\n")
	cmd := rpcshIn(t.TempDir(), []string{"HOME=" + home}, "--schema=~/doc.json",
		"--serve=~/serve.star", "--token=@~/token", "-e", ".serve")
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "served") {
		t.Errorf("%v: %s", err, out)
	}
}
