package dial

import (
	"bufio"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/plain"
	"rpcsh/rpcconn/rpctest"
)

// A fault is how a peer's bytes end too early.
type fault string

const (
	isCut       fault = "cut"         // an orderly end
	isReset     fault = "reset"       // a TCP reset, or a child that is killed
	isHalfClose fault = "half-closed" // the peer goes on reading
	isStalled   fault = "stalled"     // nothing comes any more
)

// A form is how messages are on the wire, and what a peer says in it to a first call: a notification, a request and the
// answer, or the answer alone.
type form struct{ name, protocol, framing, answer string }

// forms are those of the captures, and the other framings with the messages of the capture that has none.
func forms(t *testing.T) (all []form) {
	for _, name := range []string{"rfc7464", "netstring", "none", "bson", "bson-rich"} {
		protocol, framing := "jsonrpc", name
		if strings.HasPrefix(name, "bson") {
			protocol, framing = "bsonrpc", "bson"
		}
		all = append(all, form{name, protocol, framing, strings.Join(firstAnswer(t, name), "")})
	}
	messages := firstAnswer(t, "none")
	for _, framing := range []string{"line", "header", "length", "nul"} {
		var answer strings.Builder
		for _, m := range messages {
			answer.WriteString(framedText(framing, m))
		}
		all = append(all, form{framing, "jsonrpc", framing, answer.String()})
	}
	const inMessagePack = "\x93\x02\xafreport_progress\x91\xa2hi" + "\x94\x00\x01\xa9my_double\x91\x03" +
		"\x94\x01\x01\xc0\xa4four"
	return append(all, form{"msgpack", "msgpackrpc", "msgpack", inMessagePack})
}

// firstAnswer returns what the server of a capture has sent when it has answered the client's first call, in pieces.
func firstAnswer(t *testing.T, capture string) (pieces []string) {
	t.Helper()
	f, err := os.Open(filepath.Join("../../testdata/captures", "pybsonrpc-"+capture+".jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	ours := 3 // the call, the answer to the server's own, and what comes next
	if capture == "bson-rich" {
		ours = 2
	}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var chunk struct{ From, Hex string }
		if err := json.Unmarshal(lines.Bytes(), &chunk); err != nil {
			t.Fatal(err)
		}
		b, err := hex.DecodeString(chunk.Hex)
		if err != nil {
			t.Fatal(err)
		}
		if chunk.From == "server" {
			pieces = append(pieces, string(b))
		} else if ours--; ours == 0 {
			return pieces
		}
	}
	t.Fatalf("the capture %s has no answer", capture)
	return nil
}

// goLike is what libraries and the operating system say, and no error of a connection is to.
var goLike = regexp.MustCompile(`\bEOF\b|i/o timeout|use of closed|connection reset|broken pipe|\bsyscall\b|` +
	`\b(read|write|dial|readfrom|writev?) (tcp|unix|pipe)|\|\d|net/http|websocket: |failed to |tls: |json: |0x[0-9a-f]`)

// checkFault checks the error of a call that a fault has ended.
func checkFault(t *testing.T, at string, err error) {
	t.Helper()
	if err == nil {
		t.Errorf("%s: there is no error", at)
	} else if text := plain.Error(err).Error(); goLike.MatchString(text) || strings.TrimSpace(text) == "" {
		t.Errorf("%s: %s", at, text)
	}
}

// A broken is a stream in memory whose peer says its answer once there are calls, and breaks off.
type broken struct {
	answer string
	fault  fault
	called chan struct{} // closed once there are calls
	closed chan struct{}
	once   sync.Once
}

func (b *broken) Read(p []byte) (int, error) {
	select {
	case <-b.called:
	case <-b.closed:
		return 0, io.EOF
	}
	n := copy(p, b.answer)
	b.answer = b.answer[n:]
	switch {
	case n > 0:
		return n, nil
	case b.fault == isReset:
		return 0, rpctest.ErrReset
	case b.fault == isStalled:
		<-b.closed
	}
	return 0, io.EOF
}

func (b *broken) Write(p []byte) (int, error) { return len(p), nil }

func (b *broken) Close() error {
	b.once.Do(func() { close(b.closed) })
	return nil
}

// In each framing, wherever in its bytes the peer breaks off, and however, each call ends, with an error that tells of
// it, or the answer that has come. The transport is memory here, and so is the clock: TestFaultsOfTransports has the
// others.
func TestFaultsInEveryFraming(t *testing.T) {
	for _, f := range forms(t) {
		for _, how := range []fault{isCut, isReset, isStalled} { // half-closed is cut to who reads
			rpctest.Bubble(t, func(t *testing.T) {
				for at := range len(f.answer) + 1 {
					breakOff(t, f, how, at)
				}
			})
		}
	}
}

// breakOff makes two calls, and a batch, to a peer that breaks off at a byte of its answer to the first.
func breakOff(t *testing.T, f form, how fault, at int) {
	t.Helper()
	wire, err := Config{Protocol: f.protocol, Framing: f.framing}.Wire(Target{Scheme: "tcp"})
	if err != nil {
		t.Fatal(err)
	}
	framing, err := NewFraming(f.framing, 0)
	if err != nil {
		t.Fatal(err)
	}
	called := make(chan struct{})
	c := Over(framing(&broken{f.answer[:at], how, called, make(chan struct{}), sync.Once{}}), wire, "peer", nil)
	defer func() {
		_ = c.Close()
		c.Wait()
	}()
	where := fmt.Sprintf("%s, %s after %d of %d bytes", f.name, how, at, len(f.answer))
	want := rpcconn.ErrClosed
	if how == isStalled {
		want = context.DeadlineExceeded
	}
	whole := strings.Trim(f.answer[at:], "\n\x00,") == "" // but for what ends a message
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var calls sync.WaitGroup
	for i := range 3 {
		calls.Go(func() {
			var err error
			if i == 2 && f.protocol == "jsonrpc" { // others have no batches
				_, err = c.Batch(ctx, []rpcconn.Call{{Method: "m"}, {Method: "m"}})
			} else {
				_, err = c.Call(ctx, "m", nil)
			}
			if err != nil || i > 0 || !whole {
				checkFault(t, where, err)
				if !errors.Is(err, want) {
					t.Errorf("%s: %v, want %v", where, err, want)
				}
			}
		})
		synctest.Wait() // the first has the first id
	}
	close(called)
	calls.Wait() // in a bubble, what waits for ever fails
}
