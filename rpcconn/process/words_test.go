package process

import (
	"slices"
	"testing"
)

func TestWords(t *testing.T) {
	for _, tt := range []struct {
		command        string
		posix, windows []string
	}{
		{"", nil, nil},
		{" code  -w ", []string{"code", "-w"}, []string{"code", "-w"}},
		{`vi +"set ft=x"`, []string{"vi", "+set ft=x"}, []string{"vi", "+set ft=x"}},
		{`"/opt/my editor/ed" -x ""`, []string{"/opt/my editor/ed", "-x", ""}, []string{"/opt/my editor/ed", "-x", ""}},
		{`'a "b' c`, []string{`a "b`, "c"}, []string{"'a", "b' c"}},
		{`a\ b "c\"d\e" '\'`, []string{"a b", `c"d\e`, `\`}, []string{`a\`, "b", `c\d\e '\'`}},
		{`C:\x\ed.exe`, []string{"C:xed.exe"}, []string{`C:\x\ed.exe`}},
		{`"never closed`, []string{"never closed"}, []string{"never closed"}},
	} {
		if got := words(tt.command, true); !slices.Equal(got, tt.posix) {
			t.Errorf("%s is %q, want %q", tt.command, got, tt.posix)
		}
		if got := words(tt.command, false); !slices.Equal(got, tt.windows) {
			t.Errorf("%s is %q on Windows, want %q", tt.command, got, tt.windows)
		}
	}
}
