//go:build unix

package main

import (
	"os"
	"path/filepath"
	"testing"
)

// An editor shows the file, and takes what is typed for its new text; Ctrl-C is for it alone.
const editorScript = `trap 'echo "my_add 20 1" >"$1"; echo interrupted; exit 0' INT
echo "the file is:"; cat "$1"; echo "the end."
read -r line
[ "$line" = fail ] && exit 1
printf '%b\n' "$line" >"$1"
`

// The line is edited in the person's editor, which has the terminal; what is saved comes back and is not yet run, and
// what does not parse is opened again, with what is wrong below its row.
func TestLineInEditor(t *testing.T) {
	t.Parallel()
	own := t.TempDir()
	script := filepath.Join(own, "an editor.sh")
	if err := os.WriteFile(script, []byte(editorScript), 0o600); err != nil {
		t.Fatal(err)
	}
	env := []string{"NO_COLOR=1", `VISUAL=sh "` + script + `"`, "TMPDIR=" + own}
	s := sitAt(t, rpcshIn(own, env, "--demo"), 100, 30)
	const prompt = `^127\.0\.0\.1:\d+> `
	s.sees(`^127\.0\.0\.1:\d+>`)
	s.clear()
	s.Press("my_add 40\x18\x05") // Ctrl-X Ctrl-E
	s.sees(`^the file is:\nmy_add 40\nthe end\.`)
	s.Press("my_add 40 2\n")
	s.sees(prompt + `my_add 40 2$`)
	s.Press("\r")
	s.sees(`^42 `)

	s.clear()
	s.Press("my_add 1\x18\x05")
	s.sees(`^the file is:\nmy_add 1\nthe end\.`)
	s.Press(`echo {\n"a":1,\n"b" 2\n}` + "\n")
	s.sees(`^the file is:\necho {\n"a":1,\n"b" 2\n#   \^ unexpected character '2', want ':'\n}\nthe end\.`)
	s.Press(`echo {\n"a":1,\n"b":2\n}` + "\n")
	s.sees(prompt + `echo {\n… "a":1,\n… "b":2\n… }$`)
	s.Press("\r")
	s.sees(`^{"a":1,"b":2} `)

	s.clear()
	s.Press("my_add 1 b=2\x18\x05")
	s.sees(`^the file is:\nmy_add 1 b=2\nthe end\.`)
	s.Press("my_add 1 b=2\n") // who saves what was there has it back, mistakes and all
	s.sees(prompt + `my_add 1 b=2$`)

	s.clear()
	s.Press("my_add 1 2\x18\x05")
	s.sees(`^the end\.`)
	s.Press("\x03")
	s.sees(`^\^Cinterrupted\n` + prompt[1:] + `my_add 20 1$`)
	s.Press("\r")
	s.sees(`^21 `)

	s.clear()
	s.enter(".edit-line my_add")
	s.sees(`^the file is:\nmy_add \d+ \d+\nthe end\.`)
	s.Press("my_add 4 5\n")
	s.sees(prompt + `my_add 4 5$`)
	s.enter("echo 1")
	s.sees(`^\[1\] `)
	s.enter(".edit-line")
	s.sees(`^the file is:\necho 1\nthe end\.`)
	s.Press("fail\n")
	s.sees(`^editing with sh: exit status 1$`)
	if left, err := filepath.Glob(filepath.Join(own, "rpcsh-*")); len(left) > 0 || err != nil {
		t.Errorf("left behind: %v %v", left, err)
	}
	s.leaves()
}
