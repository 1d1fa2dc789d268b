package arguments

import (
	"strings"
	"testing"

	"rpcsh/shell/jq"
	"rpcsh/shell/lang"
)

// What was meant for a shell of the system, behind a filter or as one, is said.
func TestFilterMistake(t *testing.T) {
	const file, command, already = "|> FILE", "|! COMMAND", "is jq already"
	for text, want := range map[string]string{
		". > out.json": file, ".[0] >> /tmp/out": file, ".a | .b > out": file,
		"less": command, "less -R": command, ".a | grep x": command,
		"jq .": already, ".a | jq": already,
		".a >= x": "", "foo(1)": "", ".[": "", ".a | .b -> c": "",
	} {
		_, err := jq.Compile(text)
		if err == nil {
			t.Errorf("%s is no mistake", text)
			continue
		}
		got := FilterMistake(lang.Text{Text: text}, err).Error()
		for _, hint := range []string{file, command, already} {
			if strings.Contains(got, hint) != (hint == want) {
				t.Errorf("%s: %s", text, got)
			}
		}
	}
}
