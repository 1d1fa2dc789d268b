package shell_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rpcsh/rpcconn/dial"
	"rpcsh/shell"
	"rpcsh/shell/exit"
)

// A line waits for what a peer sends, and has what it carries as its result.
func TestWait(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, before, line, check string }{
		{"a notification", "ticks 3 20 &", "x = .wait tick 20s", "type == \"array\""},
		{"a glob, filtered", "ticks 3 20 &", "x = .wait peer:1 t*k | [.[0] > 0]", ". == [true]"},
		{"a request", ".every 20ms my_progress_add 2 2", "x = .wait my_double", ". == [3]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := startSession(t, dial.Config{Protocol: "jsonrpc", Framing: "rfc7464"})
			s.run(".connect $PEER")
			s.run(tt.before)
			s.run(tt.line)
			s.enter(`.print 1 | if ($x | ` + tt.check + `) then "as told" else "otherwise" end`)
			if got := s.see("as told|otherwise"); !strings.Contains(got, "as told") {
				t.Error("it is not")
			}
		})
	}
}

// Where nobody is there who could send anything, nothing is waited for.
func TestWaitForNobody(t *testing.T) {
	s := shell.New(shell.Config{Stdout: io.Discard, Stderr: io.Discard})
	defer s.Close()
	err := s.Eval(t.Context(), ".wait tick")
	if exit.Code(err) != exit.Connection {
		t.Errorf("%v, exit code %d", err, exit.Code(err))
	}
}

// Time passes as it was said.
func TestSleep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := shell.New(shell.Config{Stdout: io.Discard, Stderr: io.Discard})
		defer s.Close()
		start := time.Now()
		if err := s.Eval(t.Context(), ".repeat 3 .sleep 20m"); err != nil {
			t.Fatal(err)
		}
		if slept := time.Since(start); slept != time.Hour {
			t.Errorf("it took %v", slept)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // as Ctrl-C ends it
		defer cancel()
		interrupted := s.Eval(ctx, ".sleep 1h")
		if !errors.Is(interrupted, exit.ErrInterrupted) || time.Since(start) != time.Hour+time.Minute {
			t.Errorf("%v after %v", interrupted, time.Since(start))
		}
	})
}
