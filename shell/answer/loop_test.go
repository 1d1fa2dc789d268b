//go:build unix

package answer

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"rpcsh/rpcconn"
)

// noneLeft waits until the process whose id a file holds, and its group, have ended.
func noneLeft(t *testing.T, file string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(20 * time.Second); groupRuns(pid); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("process group %d is still there", pid)
		}
	}
}

// groupRuns reports whether a process of a group runs. One that has ended may stay in the table of processes for
// seconds: until init, whose child it has become, takes note of it.
func groupRuns(pgid int) bool {
	if syscall.Kill(-pgid, 0) != nil {
		return false
	}
	files, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil || len(files) == 0 {
		return true // a system without /proc
	}
	for _, file := range files {
		stat, err := os.ReadFile(file)
		if err != nil {
			continue // it has gone
		}
		// proc(5): pid (name) state ppid pgrp …
		fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
		if fields[0] != "Z" && fields[2] == strconv.Itoa(pgid) {
			return true
		}
	}
	return false
}

func newLoop(t *testing.T, line string, stderr func(string)) *Loop {
	t.Helper()
	l := NewLoop(line, "m_*", stderr)
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// ask asks l for what becomes of params.
func (l *Loop) ask(t *testing.T, params string) string {
	return outcome(l.Answer(t.Context(), asked("m", params)))
}

// counting answers each line with it, how many there were, and RPCSH_METHOD.
const counting = `n=0; while read -r line; do n=$((n+1)); echo "$line $n $RPCSH_METHOD"; done`

func TestLoop(t *testing.T) {
	t.Parallel()
	l := newLoop(t, counting, unseen(t))
	for _, tt := range [][2]string{{"[1, 2]", `"[1,2] 1 m_*"`}, {"", `"null 2 m_*"`}, {"{\n}", `"{} 3 m_*"`}} {
		if got := l.ask(t, tt[0]); got != tt[1] {
			t.Errorf("answered %s, want %s", got, tt[1])
		}
	}
}

func TestLoopTakesTurns(t *testing.T) {
	t.Parallel()
	l := newLoop(t, "cat", unseen(t))
	var wg sync.WaitGroup
	for i := range 200 {
		wg.Go(func() {
			if got, want := l.ask(t, fmt.Sprint(i)), fmt.Sprint(i); got != want {
				t.Errorf("answered %s, want %s", got, want)
			}
		})
	}
	wg.Wait()
}

// Who finds that the process has ended is told; the next request is answered by another one.
func TestLoopThatDies(t *testing.T) {
	t.Parallel()
	var said seen
	l := newLoop(t, `read -r line; [ "$line" = 1 ] && { echo oh >&2; exit 3; }; echo "$line"; sleep 3600`, said.add)
	for _, tt := range [][2]string{
		{"1", `error -32000: the command failed: exit status 3; the next request starts it anew "oh"`},
		{"2", "2"},
	} {
		if got := l.ask(t, tt[0]); got != tt[1] {
			t.Errorf("answered %s, want %s", got, tt[1])
		}
	}
	if got := said.String(); got != "oh" {
		t.Errorf("said %q", got)
	}
}

// One that has ended since the last request is started anew, and that is said.
func TestLoopThatDiedBefore(t *testing.T) {
	t.Parallel()
	var said seen
	l := newLoop(t, "read -r line; echo 1; exit 2", said.add)
	if got := l.ask(t, ""); got != "1" {
		t.Errorf("answered %s", got)
	}
	<-l.running.Done()
	if got := l.ask(t, ""); got != "1" {
		t.Errorf("answered %s", got)
	}
	if got := said.String(); got != "it has ended, exit status 2, and is started anew" {
		t.Errorf("said %q", got)
	}
}

// What it writes beside its answers is nobody's answer.
func TestLoopThatWritesTooMuch(t *testing.T) {
	t.Parallel()
	var said seen
	l := newLoop(t, `n=0; while read -r line; do n=$((n+1)); echo $n; echo "debug: $n"; echo "more"; done`, said.add)
	for i := 1; i <= 3; i++ {
		if got := l.ask(t, ""); got != fmt.Sprint(i) {
			t.Errorf("answered %s, want %d", got, i)
		}
		for len(l.running.output) == 0 {
			time.Sleep(time.Millisecond) // until the next line is there
		}
	}
	want := "it wrote more than one line for a request, or a line before the first; that is left out"
	if got := said.String(); !strings.Contains(got, want) {
		t.Errorf("said %q", got)
	}
}

func TestLoopIsMissing(t *testing.T) {
	t.Parallel()
	var said seen
	l := newLoop(t, "/no/such/program", said.add)
	if got := l.ask(t, ""); !strings.HasPrefix(got, "error -32000: the command failed: exit status 127; ") {
		t.Errorf("answered %s", got)
	}
}

// One whose answer takes too long is ended, and what it might still have said is nobody else's answer.
func TestLoopThatIsLate(t *testing.T) {
	t.Parallel()
	pid := filepath.Join(t.TempDir(), "pid")
	l := newLoop(
		t, `echo $$ >`+pid+`; while read -r line; do [ "$line" = 1 ] && sleep 3600; echo "$line"; done`, unseen(t),
	)
	if got := l.ask(t, "0"); got != "0" {
		t.Errorf("answered %s", got)
	}
	ctx, cancel := context.WithTimeoutCause(t.Context(), 20*time.Millisecond, TimeLimitError{time.Second})
	defer cancel()
	got := outcome(l.Answer(ctx, asked("m", "1")))
	if want := `error -32000: Server error "the command: it took longer than 1s (--limit changes that)"`; got != want {
		t.Errorf("answered %s", got)
	}
	noneLeft(t, pid)
	if got := l.ask(t, "2"); got != "2" {
		t.Errorf("answered %s", got)
	}
}

// A connection that ends does not end the process, whose answer nobody gets.
func TestLoopOutlivesConnections(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	asking, gone := filepath.Join(dir, "asked"), filepath.Join(dir, "gone")
	for _, fifo := range []string{asking, gone} { // it is opened when the other side opens it
		if err := syscall.Mkfifo(fifo, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	l := newLoop(t, `cd `+dir+`; n=0
		while read -r line; do n=$((n+1)); [ $n = 1 ] && { : >asked; : <gone; }; echo $n; done`, unseen(t))
	ctx, cancel := context.WithCancel(t.Context())
	var leaving sync.WaitGroup
	defer leaving.Wait()
	leaving.Go(func() {
		_, _ = os.ReadFile(asking)
		cancel()
	})
	if got := outcome(l.Answer(ctx, asked("m", ""))); got != rpcconn.ErrNoAnswer.Error() {
		t.Errorf("answered %s", got)
	}
	if err := os.WriteFile(gone, nil, 0); err != nil {
		t.Fatal(err)
	}
	if got := l.ask(t, ""); got != "2" {
		t.Errorf("answered %s", got)
	}
}

func TestLoopThatFloods(t *testing.T) {
	t.Parallel()
	l := newLoop(t, flood, unseen(t))
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	got := outcome(l.Answer(ctx, asked("m", "")))
	if !strings.Contains(got, "a line of more than 64 MiB, and was ended") {
		t.Errorf("answered %s", got)
	}
}

// What is served no longer is ended, also while it works, and answers no more.
func TestLoopEndsWithItsRule(t *testing.T) {
	for _, tt := range []struct {
		name string
		end  func(r *Rules)
	}{
		{"removed", func(r *Rules) { r.Remove("m") }},
		{"removed by place", func(r *Rules) { _, _ = r.RemoveAt(1) }},
		{"replaced", func(r *Rules) { r.Set(&Rule{Pattern: "m"}) }},
		{"closed", func(r *Rules) { r.Close() }},
		{"file", func(r *Rules) { r.Replace("f", nil) }},
		{"method of a file", func(r *Rules) { r.Replace("f", []*Rule{{Pattern: "m", File: "f"}}) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			pid, busy := filepath.Join(t.TempDir(), "pid"), filepath.Join(t.TempDir(), "busy")
			l := NewLoop(
				`echo $$ >`+pid+`; while read -r line; do `+
					`[ "$line" = 1 ] && >`+busy+` && sleep 3600; echo "$line"; done`,
				"m", unseen(t),
			)
			rules := new(Rules)
			rules.Set(&Rule{Pattern: "m", File: "f", Answerer: l})
			answer := func(params string) string {
				result, _, err := rules.Answer(t.Context(), asked("m", params))
				return outcome(result, err)
			}
			if got := answer("0"); got != "0" {
				t.Errorf("answered %s", got)
			}
			working := make(chan string)
			go func() { working <- answer("1") }()
			for _, err := os.Stat(busy); err != nil; _, err = os.Stat(busy) {
				time.Sleep(time.Millisecond)
			}
			tt.end(rules)
			want := `error -32000: Server error "the command that answers this is no longer served"`
			if got := <-working; got != want {
				t.Errorf("while it worked, answered %s", got)
			}
			noneLeft(t, pid)
			if got := outcome(l.Answer(t.Context(), asked("m", ""))); got != want {
				t.Errorf("later, answered %s", got)
			}
		})
	}
}
