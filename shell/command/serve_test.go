package command_test

import (
	"errors"
	"strings"
	"testing"

	"rpcsh/shell/command"
	"rpcsh/shell/lang"
)

// FuzzServe serves anything: it never panics, and a mistake is somewhere in what was written.
func FuzzServe(f *testing.F) {
	for _, text := range []string{
		"m .[0]*2", "m --error -32000 'no luck' {\"try\":2} --times 2",
		"m --error-rate 10% --error 503 busy \"ok\"", "'a b' --if '.[1] == 0' --peer 1,web* null",
		"m --delay 1s..2s --limit 0 --exec 'cat'", "m --truncate 20 --slow 1K/s --reorder", "* --ask", "[a",
		"m --error 0 x {}0", "m --error 0 x 12abc", "m --error 1 x [", "m --wrong-id --drop", `"\u00e9" 1`,
	} {
		f.Add(text)
	}
	s := newShell(f, true)
	serve, err := s.Find("serve")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		first, _, _ := strings.Cut(text, " ")
		if strings.HasSuffix(first, ".star") || strings.HasSuffix(first, command.RecordingSuffix) {
			t.Skip("a file")
		}
		const column = 7
		err := serve.Run(t.Context(), lang.Text{Text: text, Column: column})
		var mistake *lang.Error
		if errors.As(err, &mistake) && (mistake.Column < column || mistake.Column > column+len(text)) {
			t.Errorf("%q is wrong in column %d: %v", text, mistake.Column-column, err)
		}
		s.session.Rules().Close()
		s.screen.take()
	})
}
