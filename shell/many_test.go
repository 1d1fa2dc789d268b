package shell_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/transport"
	"rpcsh/shell"
)

// manyVariable sets how many clients there are, and how often each calls and is called: 100x1000.
const manyVariable = "RPCSH_MANY"

// mixed is what a client of a number makes of a round.
func mixed(client, round int) int { return client*1_000_000 + round }

// serveMixed is how the shell makes it of [client, round].
const serveMixed = ".serve mix .[0]*1000000+.[1]"

// A crowd is clients that call back when they are called.
type crowd struct {
	links  []*dial.Link
	called atomic.Int64 // calls back that were answered as they should be
	wrong  atomic.Pointer[string]
}

// mix calls back, and checks the answer.
func (c *crowd) mix(ctx context.Context, link *rpcconn.Conn, client, round int) (json.RawMessage, error) {
	params := fmt.Appendf(nil, "[%d,%d]", client, round)
	r, err := link.Call(ctx, "mix", params)
	if err != nil {
		return nil, err
	}
	if want := fmt.Sprint(mixed(client, round)); r.Err != nil || string(r.Result) != want {
		problem := fmt.Sprintf("client %d, round %d: %s (%v), want %s", client, round, r.Result, r.Err, want)
		c.wrong.Store(&problem)
	}
	c.called.Add(1)
	return r.Result, nil
}

// join connects so many clients, in order, each after the one before it is known by connected.
func (c *crowd) join(t testing.TB, at transport.Target, n int, connected func(n int) bool) {
	t.Helper()
	for i := range n {
		client := i + 1
		handle := func(ctx context.Context, link *rpcconn.Conn, req *rpcconn.Request) (json.RawMessage, error) {
			var args []int
			if err := json.Unmarshal(req.Params, &args); err != nil || len(args) != 1 {
				return nil, rpcconn.NewError(rpcconn.CodeInvalidParams, "")
			}
			return c.mix(ctx, link, client, args[0])
		}
		c.links = append(c.links, connectTo(t, at, &rpcconn.Options{Handler: handle}))
		eventually(t, "the client being known", func() bool { return connected(client) })
	}
}

// A tally checks the results of all clients as they are printed, and keeps none of them.
type tally struct {
	mu      sync.Mutex // protects what follows
	partial []byte
	round   int         // that results must be of
	got     map[int]int // results by peer
	wrong   string
}

func (y *tally) Write(b []byte) (int, error) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.partial = append(y.partial, b...)
	for {
		line, rest, found := bytes.Cut(y.partial, []byte("\n"))
		if !found {
			y.partial = append([]byte(nil), y.partial...)
			return len(b), nil
		}
		y.partial = rest
		var answer struct{ Peer, Result int }
		if json.Unmarshal(line, &answer) != nil || answer.Result != mixed(answer.Peer, y.round) {
			y.wrong = fmt.Sprintf("round %d: %s", y.round, line)
		}
		y.got[answer.Peer]++
	}
}

func (y *tally) begin(round int) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.round = round
	clear(y.got)
}

func (y *tally) check(t *testing.T, clients int) {
	t.Helper()
	y.mu.Lock()
	defer y.mu.Unlock()
	if y.wrong != "" || len(y.got) != clients {
		t.Fatalf("%d of %d clients answered in round %d; %s", len(y.got), clients, y.round, y.wrong)
	}
}

// crowdShell starts a shell in which mix is served.
func crowdShell(t testing.TB, stdout io.Writer) (*shell.Shell, transport.Target, func(n int) bool) {
	t.Helper()
	log := new(output)
	sh := shell.New(shell.Config{Stdout: stdout, Stderr: log, Verbose: true, Timeout: 2 * time.Minute})
	t.Cleanup(sh.Close)
	if err := sh.Listen(t.Context(), "127.0.0.1:0", dial.Config{Protocol: "jsonrpc"}); err != nil {
		t.Fatal(err)
	}
	var address []string
	eventually(t, "listening", func() bool {
		address = listeningOn.FindStringSubmatch(log.String())
		return address != nil
	})
	for _, line := range []string{serveMixed, ".watch kind:other"} {
		if err := sh.Eval(t.Context(), line); err != nil {
			t.Fatal(err)
		}
	}
	return sh, transport.Target{Scheme: "tcp", Address: address[1]}, func(n int) bool {
		return strings.Contains(log.String(), fmt.Sprintf("@%d connected", n))
	}
}

// Each client is called so often, and calls back meanwhile; and each calls so often by itself, at the same time. No
// answer is lost, or is another one's, and what has been done takes no memory.
func TestManyPeers(t *testing.T) {
	clients, rounds := 20, 50
	if text := os.Getenv(manyVariable); text != "" {
		if _, err := fmt.Sscanf(text, "%dx%d", &clients, &rounds); err != nil {
			t.Fatalf("%s=%s: %v", manyVariable, text, err)
		}
	}
	results := &tally{got: make(map[int]int)}
	sh, at, connected := crowdShell(t, results)
	var c crowd
	c.join(t, at, clients, connected)

	start := time.Now()
	var own sync.WaitGroup
	for i, link := range c.links {
		own.Go(func() {
			for round := range rounds {
				if _, err := c.mix(t.Context(), link.Conn, i+1, -round); err != nil {
					t.Errorf("client %d: %v", i+1, err)
					return
				}
			}
		})
	}
	var before uint64
	for round := range rounds {
		results.begin(round)
		if _, err := sh.RunLines(t.Context(), lines(fmt.Sprintf("@all job %d", round)), nil); err != nil {
			t.Fatal(err)
		}
		results.check(t, clients)
		if round == rounds/10 {
			before = heap()
		}
	}
	own.Wait()
	took := time.Since(start)
	if wrong := c.wrong.Load(); wrong != nil {
		t.Error(*wrong)
	}
	if want := int64(2 * clients * rounds); c.called.Load() != want {
		t.Errorf("%d calls back were answered, want %d", c.called.Load(), want)
	}
	const room = 32 << 20
	if after := heap(); after > before+room {
		t.Errorf("the heap grew from %d to %d bytes", before, after)
	}
	t.Logf("%d clients × %d: %.0f messages/s, peak RSS %s",
		clients, rounds, float64(6*clients*rounds)/took.Seconds(), peakRSS())
}

// heap returns the bytes that are in use.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// peakRSS returns the most memory that the process had, where that can be told.
func peakRSS() string {
	f, err := os.Open("/proc/self/status")
	if err != nil {
		return "not known"
	}
	defer f.Close()
	for sc := bufio.NewScanner(f); sc.Scan(); {
		if text, ok := strings.CutPrefix(sc.Text(), "VmHWM:"); ok {
			return strings.TrimSpace(text)
		}
	}
	return "not known"
}

// lines returns what returns these lines.
func lines(all ...string) func() (string, error) {
	return func() (string, error) {
		if len(all) == 0 {
			return "", io.EOF
		}
		line := all[0]
		all = all[1:]
		return line, nil
	}
}

// BenchmarkManyPeers has 100 clients called that call back: by the shell, and by connections alone. An op is a round,
// of 400 messages.
func BenchmarkManyPeers(b *testing.B) {
	const clients = 100
	messages := func(b *testing.B) { b.ReportMetric(float64(4*clients*b.N)/b.Elapsed().Seconds(), "messages/s") }
	b.Run("shell", func(b *testing.B) {
		sh, at, connected := crowdShell(b, &tally{got: make(map[int]int)})
		var c crowd
		c.join(b, at, clients, connected)
		for b.Loop() {
			if err := sh.Eval(b.Context(), "@all job 1"); err != nil {
				b.Fatal(err)
			}
		}
		messages(b)
	})
	b.Run("connections", func(b *testing.B) {
		l, err := dial.Config{Protocol: "jsonrpc"}.Listen(b.Context(),
			transport.Target{Scheme: "tcp", Address: "127.0.0.1:0"})
		if err != nil {
			b.Fatal(err)
		}
		var mu sync.Mutex
		var links []*dial.Link
		var accepting sync.WaitGroup
		handle := func(_ context.Context, _ *rpcconn.Conn, req *rpcconn.Request) (json.RawMessage, error) {
			var args []int
			err := json.Unmarshal(req.Params, &args)
			return fmt.Appendf(nil, "%d", mixed(args[0], args[1])), err
		}
		accepting.Go(func() {
			for {
				link, err := l.Accept(func() *rpcconn.Options { return &rpcconn.Options{Handler: handle} })
				if err != nil {
					return
				}
				mu.Lock()
				links = append(links, link)
				mu.Unlock()
			}
		})
		b.Cleanup(func() {
			_ = l.Close()
			accepting.Wait()
			for _, link := range links {
				_ = link.Close()
				link.Wait()
			}
		})
		var c crowd
		c.join(b, l.Target, clients, func(n int) bool {
			mu.Lock()
			defer mu.Unlock()
			return len(links) == n
		})
		for b.Loop() {
			var round sync.WaitGroup
			for _, link := range links {
				round.Go(func() {
					if r, err := link.Call(b.Context(), "job", json.RawMessage("[1]")); err != nil || r.Err != nil {
						b.Error(r, err)
					}
				})
			}
			round.Wait()
		}
		messages(b)
	})
}

// BenchmarkAllPeers calls all of 300 peers and all of 3,000, in turn: one of many is to take at most twice as long as
// one of few. How often it does is a metric.
func BenchmarkAllPeers(b *testing.B) {
	counts := [2]int{300, 3000}
	var shells [2]*shell.Shell
	handle := func(context.Context, *rpcconn.Conn, *rpcconn.Request) (json.RawMessage, error) {
		return json.RawMessage("1"), nil
	}
	for i, n := range counts {
		sh, at, connected := crowdShell(b, io.Discard)
		for range n {
			connectTo(b, at, &rpcconn.Options{Handler: handle})
		}
		eventually(b, "all being known", func() bool { return connected(n) })
		shells[i] = sh
	}
	var ratios []float64
	for b.Loop() {
		var took [2]float64 // a peer
		for i, sh := range shells {
			start := time.Now()
			if err := sh.Eval(b.Context(), "@all job 1"); err != nil {
				b.Fatal(err)
			}
			took[i] = float64(time.Since(start)) / float64(counts[i])
		}
		ratios = append(ratios, took[1]/took[0])
	}
	slices.Sort(ratios)
	b.ReportMetric(ratios[len(ratios)/2], "of-few")
}
