package shell_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"rpcsh/rpcconn/dial"
	"rpcsh/shell"
	"rpcsh/shell/lang"
)

// A tour is what README.md has one type at the demo peer, and see.
type tour struct{ typed, seen string }

func readTour(t *testing.T) (steps []tour) {
	t.Helper()
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	const title = "## Five minutes with the demo peer\n"
	_, section, _ := strings.Cut(strings.ReplaceAll(string(text), "\r\n", "\n"), title)
	section, _, _ = strings.Cut(section, "\n## ")
	prompt := regexp.MustCompile(`^(?:127\.0\.0\.1:\d+|\(not connected\))> (.*)$`)
	for i, block := range strings.Split(section, "\n```") {
		if i%2 == 0 {
			continue // prose
		}
		for _, line := range strings.Split(block, "\n") {
			if m := prompt.FindStringSubmatch(line); m != nil {
				steps = append(steps, tour{typed: m[1]})
			} else if n := len(steps); n > 0 {
				steps[n-1].seen += line + "\n"
			}
		}
	}
	if len(steps) < 20 {
		t.Fatalf("README.md has %d steps in %q", len(steps), title)
	}
	return steps
}

// TestReadmeTour: what README.md shows a newcomer is what comes.
func TestReadmeTour(t *testing.T) {
	peer := startSession(t, dial.Config{Protocol: "jsonrpc", Framing: "rfc7464"}).peer
	s := dialledBy(t, peer.Target().String(), shell.Config{Wire: dial.Config{Protocol: "jsonrpc", Framing: "rfc7464"}, Discover: true})
	s.see("7 methods by rpc.discover")
	column := regexp.MustCompile(`(?m)^ +\^|\s+TOOK$`) // which the width of the window and of the prompt decide
	for _, step := range readTour(t) {
		if lang.Open(step.typed) {
			continue // it is half typed
		}
		s.forget()
		s.enter(step.typed)
		s.waitPrompt()
		for _, line := range strings.Split(column.ReplaceAllString(normalize(step.seen), ""), "\n") {
			line = strings.TrimSuffix(strings.TrimSpace(line), "…") // cut off by the window
			s.until(step.typed+": "+line, func() bool { return strings.Contains(column.ReplaceAllString(s.take(), ""), line) })
		}
	}
}
