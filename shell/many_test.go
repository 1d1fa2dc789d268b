package shell_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/dial"
	"rpcsh/shell"
)

// A transcript is what a shell without a person printed.
type transcript struct {
	mu   sync.Mutex // protects what follows
	text bytes.Buffer
}

func (t *transcript) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.Write(b)
}

// take returns what was printed since the last call.
func (t *transcript) take() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	defer t.text.Reset()
	return t.text.String()
}

// A crowd is a shell that listens, and clients that answer its calls of work, each of which calls add back before it does.
type crowd struct {
	tb     testing.TB
	shell  *shell.Shell
	stdout transcript
	stderr transcript
	size   int
}

func gather(tb testing.TB, size int) *crowd {
	c := &crowd{tb: tb, size: size}
	c.shell = shell.New(shell.Config{Stdout: &c.stdout, Stderr: &c.stderr, Wire: dial.Config{Protocol: "jsonrpc", Framing: "line"}, Timeout: patience, Output: shell.OutputJSON, Verbose: true})
	tb.Cleanup(c.shell.Close)
	c.run(".listen 127.0.0.1:0")
	c.run(".mute kind:request kind:response")
	c.run(".serve add .[0]+.[1]")
	address := c.address()
	for i := 1; i <= size; i++ {
		link, err := dial.Config{Protocol: "jsonrpc", Framing: "line"}.Dial(tb.Context(), dial.Target{Scheme: "tcp", Address: address}, &rpcconn.Options{Handler: c.work(i)})
		if err != nil {
			tb.Fatal(err)
		}
		tb.Cleanup(func() {
			_ = link.Close()
			link.Wait()
		})
		c.run(fmt.Sprintf("@%d work 0", i)) // waits until it is there, so that it is peer i
	}
	c.stdout.take()
	return c
}

// address returns where the shell has said that it listens.
func (c *crowd) address() string {
	c.tb.Helper()
	printed := ""
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(time.Millisecond) { // the screen prints beside
		printed += c.stderr.take()
		if found := regexp.MustCompile(`listening on tcp://(\S+) `).FindStringSubmatch(printed); found != nil {
			return found[1]
		}
	}
	c.tb.Fatalf("where it listens is not said in %q", printed)
	return ""
}

// work returns the handler of client i: 1000 times i and the argument, added by the shell.
func (c *crowd) work(i int) rpcconn.Handler {
	return func(ctx context.Context, conn *rpcconn.Conn, req *rpcconn.Request) (json.RawMessage, error) {
		var args []int
		if err := json.Unmarshal(req.Params, &args); err != nil || len(args) != 1 {
			return nil, rpcconn.NewError(rpcconn.CodeInvalidParams, "")
		}
		r, err := conn.Call(ctx, "add", json.RawMessage(fmt.Sprintf("[%d,%d]", 1000*i, args[0])))
		if err != nil {
			return nil, err
		}
		return r.Result, nil
	}
}

func (c *crowd) run(line string) {
	c.tb.Helper()
	if err := c.shell.Eval(c.tb.Context(), line); err != nil {
		c.tb.Fatalf("%s: %v; on stderr: %s", line, err, c.stderr.take())
	}
}

// round calls all clients once, with n, and checks what each answers.
func (c *crowd) round(n int) {
	c.tb.Helper()
	c.run(fmt.Sprintf("x = @all work %d", n))
	var want strings.Builder
	for i := 1; i <= c.size; i++ {
		fmt.Fprintf(&want, ",%d", 1000*i+n)
	}
	c.run(".print $x")
	for end := time.Now().Add(patience); ; time.Sleep(time.Millisecond) { // the screen prints beside
		printed := strings.TrimSpace(c.stdout.take())
		last := printed[strings.LastIndexByte(printed, '\n')+1:]
		if last == "["+want.String()[1:]+"]" {
			return
		}
		if strings.HasPrefix(last, "[") || time.Now().After(end) {
			c.tb.Fatalf("round %d: got %q, want [%s]", n, last, want.String()[1:])
		}
	}
}

// TestManyPeers has many clients called at once, and calling back, again and again: nothing is lost, nothing crossed. RPCSH_MANY=100x1000 has
// more of them, more often.
func TestManyPeers(t *testing.T) {
	size, rounds := 20, 50
	if many := os.Getenv("RPCSH_MANY"); many != "" {
		if _, err := fmt.Sscanf(many, "%dx%d", &size, &rounds); err != nil {
			t.Fatalf("RPCSH_MANY=%s: %v", many, err)
		}
	}
	before := heap()
	c := gather(t, size)
	for n := range rounds {
		c.round(n)
	}
	grown := heap() - before
	t.Logf("%d clients, each called and calling back %d times; %d KiB more are in use", size, rounds, grown>>10)
	const most = 64 << 20
	if grown > most {
		t.Errorf("%d MiB more are in use", grown>>20)
	}
}

// heap returns how many bytes are in use, without what is left to be collected.
func heap() int64 {
	runtime.GC()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	return int64(memory.HeapAlloc)
}

func BenchmarkManyPeers(b *testing.B) {
	for _, size := range []int{1, 100} {
		b.Run(fmt.Sprint("clients=", size), func(b *testing.B) {
			c := gather(b, size)
			for n := 0; b.Loop(); n++ {
				c.round(n % 1000)
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*size), "µs/call")
		})
	}
}
