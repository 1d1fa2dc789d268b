package shell

import (
	"strings"

	"rpcsh/shell/columns"
)

// pairGap is what stands between a line to type and what it does, at least.
const pairGap = "  "

// Greet shows text to the person, so that it fits the window: its lines are broken at blanks, and those that are a line
// to type with what it does beside it, and blanks before both, are a table.
func (s *Shell) Greet(text string) { s.view.Say("%s", greeting(text, s.view.ListWidth())) }

func greeting(text string, width int) string {
	var out []string
	var pairs columns.Table
	flush := func() {
		if pairs.Len() > 0 {
			out = append(out, strings.TrimSuffix(pairs.Within(width), "\n"))
			pairs = columns.Table{}
		}
	}
	for line := range strings.SplitSeq(text, "\n") {
		typed, does, isPair := strings.Cut(strings.TrimLeft(line, " "), pairGap)
		if isPair && strings.HasPrefix(line, pairGap) {
			pairs.Row(pairGap+typed, strings.TrimSpace(does))
			continue
		}
		flush()
		out = append(out, columns.BreakWords(line, width))
	}
	flush()
	return strings.Join(out, "\n")
}
