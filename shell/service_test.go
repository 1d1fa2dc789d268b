package shell_test

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/transport"
	"rpcsh/shell"
	"rpcsh/shell/view"
)

// An output is what was written so far.
type output struct {
	mu   sync.Mutex // protects what follows
	text strings.Builder
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

var listeningOn = regexp.MustCompile(`listening on tcp://(\S+)`)

// startService starts a shell without a person that listens.
func startService(t testing.TB, cfg shell.Config, lines ...string) (sh *shell.Shell, log *output, at transport.Target) {
	t.Helper()
	log = new(output)
	stdout := new(output)
	cfg.Stdout, cfg.Stderr = stdout, log
	sh = shell.New(cfg)
	t.Cleanup(sh.Close)
	if err := sh.Listen(t.Context(), "127.0.0.1:0", dial.Config{Protocol: "jsonrpc"}); err != nil {
		t.Fatal(err)
	}
	var address []string
	for _, line := range append([]string{".peers"}, lines...) {
		if err := sh.Eval(t.Context(), line); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
	}
	eventually(t, "listening", func() bool {
		address = listeningOn.FindStringSubmatch(stdout.String())
		return address != nil
	})
	return sh, log, transport.Target{Scheme: "tcp", Address: address[1]}
}

// connectTo connects a client.
func connectTo(t testing.TB, at transport.Target, opts *rpcconn.Options) *dial.Link {
	t.Helper()
	link, err := dial.Config{Protocol: "jsonrpc"}.Dial(t.Context(), at, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = link.Close()
		link.Wait()
	})
	return link
}

func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s did not happen", what)
		}
	}
}

// What is open is answered, calls back to the peer included, and what happens then is done, before a service ends.
func TestDrain(t *testing.T) {
	t.Parallel()
	sh, log, at := startService(t, shell.Config{Log: true}, ".serve slow --delay 300ms 1", ".on close .print $peer")
	c := connectTo(t, at, nil)
	answered := make(chan string, 1)
	go func() {
		r, err := c.Call(context.Background(), "slow", nil)
		if err != nil {
			answered <- err.Error()
			return
		}
		answered <- string(r.Result)
	}()
	eventually(t, "the request", func() bool { return strings.Contains(log.String(), "← @1 #1 slow") })
	sh.Drain(patience)
	if got := <-answered; got != "1" {
		t.Errorf("what was open is answered %s", got)
	}
	if _, err := (dial.Config{Protocol: "jsonrpc"}).Dial(t.Context(), at, nil); err == nil {
		t.Error("a new peer is taken")
	}
	<-c.Done()
	sh.Close()
	if got := log.String(); strings.Contains(got, "still open") || !strings.Contains(got, "no longer listening") {
		t.Errorf("log:\n%s", got)
	}
}

// What is never answered is waited for for a time, and said.
func TestDrainGivesUp(t *testing.T) {
	t.Parallel()
	for _, form := range []string{view.OutputPretty, view.OutputJSON} {
		t.Run(form, func(t *testing.T) {
			sh, out, at := startService(t, shell.Config{Log: true, Output: form}, ".serve never --delay 1h 1")
			c := connectTo(t, at, nil)
			for range 2 {
				go func() { _, _ = c.Call(context.Background(), "never", nil) }()
			}
			eventually(t, "the requests", func() bool { return strings.Count(out.String(), "never") == 2 })
			sh.Drain(50 * time.Millisecond)
			<-c.Done()
			sh.Close() // all of the log is written
			if !strings.Contains(out.String(), ": 2 requests still open, the connection is closed all the same") {
				t.Errorf("log:\n%s", out)
			}
		})
	}
}

// The log has every message, however many there are, and each of its lines is a JSON object.
func TestLogIsComplete(t *testing.T) {
	t.Parallel()
	const messages = 5000
	sh, out, at := startService(t, shell.Config{Log: true, Output: view.OutputJSON}, ".serve echo .[0]")
	c := connectTo(t, at, nil)
	for i := range messages {
		if err := c.Notify(t.Context(), "note", json.RawMessage(fmt.Sprintf("[%d]", i))); err != nil {
			t.Fatal(err)
		}
	}
	if r, err := c.Call(t.Context(), "echo", json.RawMessage("[\"\u009b\\n\"]")); err != nil ||
		string(r.Result) != "\"\u009b\\n\"" {
		t.Fatalf("%v, %v", r, err)
	}
	sh.Drain(patience)
	sh.Close()
	next := 0
	for _, line := range strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n") {
		var entry struct {
			Time   time.Time
			Peer   int
			Kind   string
			Method string
			Params json.RawMessage
		}
		if err := json.Unmarshal([]byte(line), &entry); err != nil || entry.Time.IsZero() || entry.Kind == "" {
			t.Fatalf("no line of a log: %s (%v)", line, err)
		}
		if entry.Method == "note" {
			if want := fmt.Sprintf("[%d]", next); string(entry.Params) != want {
				t.Fatalf("logged %s, want %s", line, want)
			}
			next++
		}
	}
	if next != messages {
		t.Errorf("%d of %d messages are logged", next, messages)
	}
}
