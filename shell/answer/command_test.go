//go:build unix

package answer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"rpcsh/rpcconn"
)

// unseen fails the test if a command says something on its stderr.
func unseen(t *testing.T) func(string) {
	return func(line string) { t.Errorf("shown: %s", line) }
}

// seen keeps what a command says on its stderr.
type seen struct {
	mu    sync.Mutex // protects what follows
	lines []string
}

func (s *seen) add(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines = append(s.lines, line)
}

func (s *seen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.lines, "|")
}

func TestCommands(t *testing.T) {
	var long strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&long, "%d,", i)
	}
	for _, tt := range []struct{ name, line, params, want, said string }{
		{"JSON", "cat", `[1, {"b":1.0}]`, `[1,{"b":1.0}]`, ""},
		{"pretty JSON", `printf '{\n "a": 1\n}\n'`, "", `{"a":1}`, ""},
		{"no params", "cat", "", "null", ""},
		{"text", "echo 'hello  you'", "[1]", `"hello  you"`, ""},
		{"text of several lines", `printf 'a\nb\n\n'`, "", `"a\nb"`, ""},
		{"two values", "echo 1; echo 2", "", `"1\n2"`, ""},
		{"nothing", "true", "[1]", "null", ""},
		{"a blank", "printf ' '", "", `" "`, ""},
		{"no UTF-8", `printf 'a\377'`, "", `"a` + "\ufffd" + `"`, ""},
		{"no UTF-8 in JSON", `printf '"a\377"'`, "", `"\"a` + "\ufffd" + `\""`, ""},
		{"environment", `echo "$RPCSH_METHOD $RPCSH_ID $RPCSH_PEER $RPCSH_PEER_ADDRESS"`, "",
			`"m 1 7 127.0.0.1:7"`, ""},
		{"stderr", "echo so >&2; echo 1", "", "1", "so"},
		{
			"failure", "echo 1; echo so >&2; echo and so >&2; exit 3", "",
			`error -32000: the command failed: exit status 3 "so\nand so"`, "",
		},
		{"silent failure", "exit 1", "", "error -32000: the command failed: exit status 1", ""},
		{"signal", "kill -9 $$", "", "error -32000: the command failed: killed by signal 9", ""},
		{"input is ignored", "exec <&-; echo 1", "[" + long.String() + "0]", "1", ""},
		{"end with an open stdout", "sleep 3600 & echo 1", "", "1", ""},
		{"end with an open stderr", "sleep 3600 >/dev/null & echo 1", "", "1", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var said seen
			got := outcome(NewCommand(tt.line, said.add).Answer(t.Context(), asked("m", tt.params)))
			if got != tt.want || said.String() != tt.said {
				t.Errorf("answered %s, want %s\nsaid %q, want %q", got, tt.want, said.String(), tt.said)
			}
		})
	}
}

func TestCommandIsMissing(t *testing.T) {
	t.Parallel()
	got := outcome(NewCommand("/no/such/program", unseen(t)).Answer(t.Context(), asked("m", "")))
	if !strings.Contains(got, "exit status 127") || !strings.Contains(got, "/no/such/program: ") {
		t.Errorf("answered %s", got)
	}
}

// What cannot even be started, here because its environment cannot be made, is an error to the peer.
func TestCommandIsNotStarted(t *testing.T) {
	t.Parallel()
	got := outcome(NewCommand("true", unseen(t)).Answer(t.Context(), asked("a\x00b", "")))
	if !strings.HasPrefix(got, `error -32000: Server error "cannot start sh: `) {
		t.Errorf("answered %s", got)
	}
}

// What it says on its stderr is bounded: the end is what tells most.
func TestCommandWhoseErrorIsLong(t *testing.T) {
	t.Parallel()
	_, err := NewCommand("i=0; while [ $i -lt 3000 ]; do echo line $i; i=$((i+1)); done >&2; exit 1", unseen(t)).Answer(
		t.Context(), asked("m", ""),
	)
	var e *rpcconn.Error
	if !errors.As(err, &e) || len(e.Data) > 20_000 || !strings.HasSuffix(string(e.Data), `\nline 2999"`) {
		t.Errorf("answered %v", err)
	}
}

// flood writes more than is taken from a command, all in one line, and does not end then.
const flood = "head -c 68000000 /dev/zero; sleep 3600"

func TestCommandThatFloods(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	got := outcome(NewCommand(flood, unseen(t)).Answer(ctx, asked("m", "")))
	want := `error -32000: Server error "the command wrote more than 64 MiB, and was ended"`
	if got != want || ctx.Err() != nil {
		t.Errorf("answered %s, %v", got, ctx.Err())
	}
}

// A command that never ends is ended with all that it has started, though it ignores SIGTERM, when its time is up, or
// the connection ends.
func TestCommandThatNeverEnds(t *testing.T) {
	for _, tt := range []struct{ name, line string }{
		{"quiet", "sleep 3600"},
		{"deaf", "exec <&-; sleep 3600"},
		{"mute", "exec >&-; sleep 3600"},
		{"stubborn", "trap '' TERM; sleep 3600; sleep 3600"},
		{"with children", "sleep 3600 & sleep 3600 & wait"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			pid := filepath.Join(t.TempDir(), "pid")
			line := "echo $$ >" + pid + "; " + tt.line
			ctx, cancel := context.WithTimeoutCause(t.Context(), 200*time.Millisecond, TimeLimitError{time.Second})
			defer cancel()
			got := outcome(NewCommand(line, unseen(t)).Answer(ctx, asked("m", "")))
			const want = `error -32000: Server error "the command: it took longer than 1s (--limit changes that)"`
			if got != want {
				t.Errorf("answered %s", got)
			}
			if _, err := os.Stat(pid); err == nil { // else it was ended before it began
				noneLeft(t, pid)
			}

			ctx, cancel = context.WithCancel(t.Context())
			time.AfterFunc(50*time.Millisecond, cancel)
			got = outcome(NewCommand(tt.line, unseen(t)).Answer(ctx, asked("m", "")))
			if got != rpcconn.ErrNoAnswer.Error() {
				t.Errorf("after the connection's end, answered %s", got)
			}
		})
	}
}

// Of many requests at once, some wait for their turn.
func TestCommandsAtOnce(t *testing.T) {
	t.Parallel()
	c := NewCommand("cat", unseen(t))
	var wg sync.WaitGroup
	for i := range 2 * maxRunning {
		wg.Go(func() {
			if got, want := outcome(c.Answer(t.Context(), asked("m", fmt.Sprint(i)))), fmt.Sprint(i); got != want {
				t.Errorf("answered %s, want %s", got, want)
			}
		})
	}
	wg.Wait()
}

// One that has to wait for its turn is not started.
func TestCommandsAtOnceAreBounded(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "started")
	started := func() int {
		text, _ := os.ReadFile(file) // there is none before the first
		return strings.Count(string(text), "\n")
	}
	c := NewCommand("echo >>"+file+"; exec sleep 3600", unseen(t))
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	for range maxRunning {
		wg.Go(func() { _, _ = c.Answer(ctx, asked("m", "")) })
	}
	for end := time.Now().Add(patience); started() < maxRunning; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d are started, want %d", started(), maxRunning)
		}
	}
	limited, cancelLimited := context.WithTimeout(ctx, 300*time.Millisecond)
	defer cancelLimited()
	got := outcome(c.Answer(limited, asked("m", "")))
	if got != rpcconn.ErrNoAnswer.Error() || started() != maxRunning {
		t.Errorf("answered %s, %d are started, want %d", got, started(), maxRunning)
	}
}

func TestCommandIsForNotifications(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "told")
	var rules Rules
	rules.Set(&Rule{Pattern: "told", Acts: true, Answerer: NewCommand("cat >"+file, unseen(t))})
	note := &Request{Request: &rpcconn.Request{Method: "told", Params: json.RawMessage("[1]")}, Peer: caller{}}
	if err := rules.Notify(t.Context(), note); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(file); err != nil || string(got) != "[1]" {
		t.Errorf("it got %q, %v", got, err)
	}
}

func TestOutputValue(t *testing.T) {
	for _, tt := range [][2]string{
		{"", "null"}, {"\n", "null"}, {"\r\n", "null"}, {" 1 \n", "1"}, {"1e400", "1e400"},
		{"9007199254740993\n", "9007199254740993"},
		{`"\ud800"`, `"\ud800"`}, {"nul", `"nul"`}, {"{", `"{"`}, {"a\r\n", `"a"`},
		{strings.Repeat("[", 100_000), `"` + strings.Repeat("[", 100_000) + `"`},
	} {
		if got := string(outputValue([]byte(tt[0]))); got != tt[1] {
			t.Errorf("%.20q is read as %.20s, want %.20s", tt[0], got, tt[1])
		}
	}
}
