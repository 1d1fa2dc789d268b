package shell_test

import (
	"context"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"rpcsh/rpcconn/demo"
	"rpcsh/rpcconn/dial"
	"rpcsh/shell"
	"rpcsh/shell/lang"
)

var commandLike = regexp.MustCompile(`\.[a-z]+`)

// reachesOut reports whether a line may do something outside of the session: run a program, write a file, connect, or
// end it.
func reachesOut(line string) bool {
	if strings.ContainsAny(line, "<>") || strings.Contains(line, "|!") || strings.Contains(line, "exec") ||
		strings.Contains(line, ".star") || strings.Contains(line, "@") && strings.Contains(line, "/") {
		return true
	}
	outside := []string{
		".connect", ".listen", ".detect", ".restart", ".reconnect", ".learn", ".export", ".edit", ".open", ".quit",
		".exit", ".close-doc", ".source", ".target", ".run", ".copy",
	}
	return slices.ContainsFunc(commandLike.FindAllString(line, -1), func(word string) bool {
		return slices.ContainsFunc(outside,
			func(c string) bool { return strings.HasPrefix(c, word) || strings.HasPrefix(word, c) })
	})
}

// FuzzEval evaluates any line at a peer: it never panics, and a mistake is somewhere in the line.
func FuzzEval(f *testing.F) {
	for _, line := range []string{
		"my_add 40 2", "x = echo {\"a\":[1]} | .a", "@1,2 !log x", ".batch my_add 1 2 ; !log x ; nosuch",
		".serve m --error 1 x {} --times 2", ".fail 1 -1 x {}0", ".reply next $x", ".drop 1",
		".on tick x = my_add $params[0] 1", ".off 1", ".send --unframed --wait 0 \\x1e{}\\n", ".send hex:7b7d",
		".name 1 web", ".use 1", ".peers web --sort in", ".prefer 1 2", ".unserve m", ".watch my_* in", ".mute errors",
		".mute off", ".set timeout 1s", ".set", ".methods /add", ".describe my_add", "my_add?", ".template my_add",
		".print $x[0].a | length", ".call --with a=1 '.x' b:=[1]", ".notify @1 \"a b\" 1", ".cancel @1 7",
		".pending", ".help serve", ".close 9", ".history x", "# no", "my_add a=1 b=two &", ".print 'x' | .[",
		".fill my_add",
	} {
		f.Add(line)
	}
	wire := dial.Config{Protocol: "jsonrpc", Framing: "line"}
	p, err := demo.Start(f.Context(), wire)
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(p.Close)
	f.Fuzz(func(t *testing.T, line string) {
		if reachesOut(line) {
			t.Skip("it would do something outside")
		}
		s := shell.New(shell.Config{Stdout: io.Discard, Stderr: io.Discard, Wire: wire, Timeout: time.Minute})
		defer s.Close()
		if err := s.Connect(t.Context(), p.Target().String(), wire); err != nil {
			t.Fatal(err)
		}
		err := s.Eval(t.Context(), ".set timeout 50ms") // of the line, and of the end
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		err = s.Eval(ctx, line)
		var mistake *lang.Error
		if errors.As(err, &mistake) && (mistake.Column < 0 || mistake.Column > len(line)) {
			t.Errorf("%q is wrong in column %d: %v", line, mistake.Column, err)
		}
	})
}
