package shell_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rpcsh/rpcconn/dial"
)

// A peer's notifications and requests are handled in the order in which it sends them, also where it waits for nothing:
// each get is answered by what the put before it has set, neither older nor newer, and what a handler sends leaves
// before the answer to what came later.
func TestOrderOfWhatAPeerSends(t *testing.T) {
	t.Parallel()
	const rounds = 200
	script := filepath.Join(t.TempDir(), "order.star")
	source := `
def put(rpc, x):
    n = 0
    for i in range(1000):
        n += i
    rpc.notify("ack", x)
    state["x"] = x

def get(_i):
    return state["x"]
`
	if err := os.WriteFile(script, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, lines := range map[string][]string{
		"script": {".serve " + script},
		"hook":   {".on put !ack $params[0]", ".on put x = .print $params[0]", ".serve get $vars.x"},
		"rule": {
			".on put !ack $params[0]", ".on put x = .print $params[0]", ".serve get '$vars.x, last(range(1000))'",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := startSession(t, dial.Config{Protocol: "jsonrpc", Framing: "line"})
			at := s.listen().Address
			for _, line := range lines {
				s.run(line)
			}
			for _, batch := range []bool{false, true} {
				acked := 0
				answered := make(map[int]int)
				converse(t, at, rounds, batch, func(kind string, n, value int) {
					switch {
					case kind == "put" && n != acked:
						t.Errorf("batch %v: ack %d came, want %d", batch, n, acked)
					case kind == "put":
						acked++
					case value != n || acked <= n:
						t.Errorf("batch %v: get %d was answered by %d, after %d acks", batch, n, value, acked)
					}
					answered[n]++
				})
				if len(answered) != rounds {
					t.Errorf("batch %v: of %d rounds, something came back for %d", batch, rounds, len(answered))
				}
			}
		})
	}
}

// converse sends put N and the request N, get, again and again, in one piece, and tells what comes back: what was put,
// or a request and the value that answers it.
func converse(t *testing.T, at string, rounds int, batch bool, came func(kind string, n, value int)) {
	t.Helper()
	c, err := net.Dial("tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	var all []string
	for i := range rounds {
		all = append(all, fmt.Sprintf(`{"jsonrpc":"2.0","method":"put","params":[%d]}`, i),
			fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"get","params":[%[1]d]}`, i))
	}
	text := strings.Join(all, "\n") + "\n"
	if batch {
		text = "[" + strings.Join(all, ",") + "]\n"
	}
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(c)
	lines.Buffer(nil, 1<<20)
	for n := 0; n < 2*rounds && lines.Scan(); {
		type message struct {
			ID     int
			Method string
			Params []int
			Result int
		}
		var several []message
		line := lines.Text()
		if !strings.HasPrefix(line, "[") {
			line = "[" + line + "]"
		}
		if err := json.Unmarshal([]byte(line), &several); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		for _, m := range several {
			n++
			if m.Method != "" {
				came("put", m.Params[0], 0)
			} else {
				came("get", m.ID, m.Result)
			}
		}
	}
}

// A request does not wait behind what waits itself: for an answer, for a person, or for time.
func TestNothingWaitsForWhatWaits(t *testing.T) {
	t.Parallel()
	script := filepath.Join(t.TempDir(), "waits.star")
	source := "def asks(rpc): rpc.call('ask')\ndef batches(rpc): rpc.batch('ask')\ndef sleeps(): sleep(600)\n"
	if err := os.WriteFile(script, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	s := startSession(t, dial.Config{Protocol: "jsonrpc", Framing: "line"})
	at := s.listen().Address
	for _, line := range []string{
		".serve get 1", ".serve " + script, ".serve delayed --delay 10m --close", ".on hooked ask",
		".on batched .batch ask ; ask", ".on raw .send --wait 10m ask",
	} {
		s.run(line)
	}
	for _, method := range []string{"asks", "batches", "sleeps", "delayed", "hooked", "batched", "raw"} {
		c, err := net.Dial("tcp", at)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		fmt.Fprintf(c, `{"jsonrpc":"2.0","method":%q}`+"\n"+`{"jsonrpc":"2.0","id":1,"method":"get"}`+"\n", method)
		lines := bufio.NewScanner(c)
		for lines.Scan() && strings.Contains(lines.Text(), "ask") {
		}
		if got := lines.Text(); got != `{"jsonrpc":"2.0","id":1,"result":1}` {
			t.Errorf("behind %s: %s", method, got)
		}
	}
}
