package main

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/bsonrpc"
	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/jsonrpc"
)

// TestReplayScript has service.star take the place of the server in the captures of two py-bson-rpc programs: to what
// the client sent there it must answer what the server did, calls back included. It stands in for TestInteropScript
// where the library is not installed.
func TestReplayScript(t *testing.T) {
	t.Parallel()
	newJSON := func() rpcconn.Codec { return jsonrpc.New() }
	for _, c := range []captured{
		{interop{form: "rfc7464", title: "JSON-RPC 2.0, rfc7464", flags: []string{"-p", "jsonrpc"}}, newJSON},
		{interop{form: "netstring", title: "JSON-RPC 2.0, netstring", flags: []string{"-f", "netstring"}}, newJSON},
		{interop{form: "none", title: "JSON-RPC 2.0, none", flags: []string{"-p", "jsonrpc", "-f", "none"}}, newJSON},
		{interop{form: "bson", title: "BSON-RPC 2.0", flags: []string{"-p", "bsonrpc"}},
			func() rpcconn.Codec { return bsonrpc.New() }},
	} {
		t.Run(c.form, func(t *testing.T) {
			t.Parallel()
			sh, port := c.listen(t, "-s", "testdata/pybsonrpc/service.star")
			conn, err := net.Dial("tcp", "127.0.0.1:"+port)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if err := conn.SetDeadline(time.Now().Add(interopPatience)); err != nil {
				t.Fatal(err)
			}
			answers := c.channel(t, conn)
			for _, turn := range c.turns(t) {
				if _, err := conn.Write(turn.sent); err != nil {
					t.Fatal(err)
				}
				for _, want := range turn.answered {
					if got, err := c.receive(answers); err != nil || got != want {
						t.Fatalf("got %s (%v), want %s", got, err, want)
					}
				}
			}
			if got, err := c.receive(answers); err != io.EOF {
				t.Errorf("after bye: %s, %v", got, err)
			}
			sh.stops(t)
		})
	}
}

// A captured conversation is one in a wire form.
type captured struct {
	interop
	codec func() rpcconn.Codec
}

// A turn is what the client sent, and the frames that the server answered, as text.
type turn struct {
	sent     []byte
	answered []string
}

// turns reads the capture.
func (c *captured) turns(t *testing.T) []turn {
	t.Helper()
	f, err := os.Open("testdata/captures/pybsonrpc-" + c.form + ".jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var turns []turn
	var answered []byte // of the last turn
	finish := func() {
		if len(turns) == 0 {
			return
		}
		ch := c.channel(t, nopConn{bytes.NewReader(answered)})
		for {
			text, err := c.receive(ch)
			if err != nil {
				break
			}
			turns[len(turns)-1].answered = append(turns[len(turns)-1].answered, text)
		}
		answered = nil
	}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var chunk struct{ From, Hex string }
		if err := json.Unmarshal(lines.Bytes(), &chunk); err != nil {
			t.Fatal(err)
		}
		b, err := hex.DecodeString(chunk.Hex)
		if err != nil {
			t.Fatal(err)
		}
		if chunk.From == "server" {
			answered = append(answered, b...)
			continue
		}
		finish()
		turns = append(turns, turn{sent: b})
	}
	finish()
	turns = slices.DeleteFunc(turns, func(turn turn) bool { return len(turn.sent) == 0 })
	if len(turns) < 5 {
		t.Fatalf("%s has %d turns", f.Name(), len(turns))
	}
	return turns
}

// A nopConn is what was read from a connection.
type nopConn struct{ io.Reader }

func (nopConn) Write(b []byte) (int, error) { return len(b), nil }
func (nopConn) Close() error                { return nil }

// channel returns the frames of a stream.
func (c *captured) channel(t *testing.T, stream io.ReadWriteCloser) rpcconn.Channel {
	t.Helper()
	framing, err := dial.NewFraming(c.form, 0)
	if err != nil {
		t.Fatal(err)
	}
	ch := framing(stream)
	t.Cleanup(func() { _ = ch.Close() })
	return ch
}

// receive returns what the messages in the next frame say.
func (c *captured) receive(ch rpcconn.Channel) (string, error) {
	frame, err := ch.Recv()
	if err != nil {
		return "", err
	}
	var p rpcconn.Packet
	if err := c.codec().Decode(frame, &p); err != nil {
		return "", err
	}
	var said []string
	for _, m := range p.Messages {
		said = append(said, strings.TrimSpace(fmt.Sprintf("%s %s %s %s %v", m.ID, m.Method, m.Params, m.Result, m.Err)))
	}
	return strings.Join(said, "; "), nil
}
