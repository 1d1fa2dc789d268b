package answer

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/bsonrpc"
	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/jsonrpc"
	"rpcsh/rpcconn/msgpackrpc"
	"rpcsh/rpcconn/rpctest"
)

// A wired peer is one whose answers may be wrong on purpose; it remembers what was shown of them.
type wired struct {
	caller
	newCodec func() rpcconn.Codec
	seen     chan string
}

func (w wired) Wire() Wire {
	return Wire{
		Conn: w.Conn, NewCodec: w.newCodec,
		Show: func(_ *rpcconn.Request, _ *rpcconn.Response, remark string) { w.seen <- remark },
		Note: func(text string) { w.seen <- "note: " + text },
	}
}

// wiredOptions are those of a connection that answers by rules; what is remarked of answers goes to seen.
func wiredOptions(rules *Rules, newCodec func() rpcconn.Codec, seen chan string) *rpcconn.Options {
	return &rpcconn.Options{
		Handler: func(ctx context.Context, c *rpcconn.Conn, req *rpcconn.Request) (json.RawMessage, error) {
			result, _, err := rules.Answer(ctx, &Request{Request: req, Peer: wired{caller{c}, newCodec, seen}})
			return result, err
		},
		OnAnswer: func(req *rpcconn.Request, _ *rpcconn.Response) { seen <- req.Remark },
	}
}

func newJSON() rpcconn.Codec    { return jsonrpc.New() }
func newBSON() rpcconn.Codec    { return bsonrpc.New() }
func newMsgpack() rpcconn.Codec { return msgpackrpc.New() }

func faulty(t *testing.T, f Faults) *Rules {
	t.Helper()
	r := rule(t, "m", "6")
	r.Faults = f
	rules := new(Rules)
	rules.Set(r)
	return rules
}

func TestFaults(t *testing.T) {
	always := func() float64 { return 0 }
	never := func() float64 { return 0.1 }
	busy := &rpcconn.Error{Code: 503, Message: "busy"}
	onPurpose := failed("1", -32000, "failed on purpose", "")
	for _, tt := range []struct {
		name   string
		faults Faults
		want   []string // what comes, "" being nothing
		remark string
	}{
		{"none", Faults{}, []string{result("1", "6")}, ""},
		{"error by chance", Faults{ErrorRate: 0.1, Chance: always}, []string{onPurpose},
			"an error by chance, on purpose"},
		{
			"own error by chance", Faults{ErrorRate: 0.1, Chance: always, Error: busy},
			[]string{failed("1", 503, "busy", "")}, "an error by chance, on purpose",
		},
		{"no error by chance", Faults{ErrorRate: 0.1, Chance: never}, []string{result("1", "6")}, ""},
		{"always", Faults{ErrorRate: 1}, []string{onPurpose}, "an error by chance, on purpose"},
		{"drop", Faults{Drop: true}, nil, "no answer, on purpose"},
		{"wrong id", Faults{WrongID: true}, []string{result("1048577", "6")}, "with a wrong id, on purpose"},
		{"duplicate", Faults{Duplicate: true}, []string{result("1", "6"), result("1", "6")}, "twice, on purpose"},
		{
			"both", Faults{Both: true},
			[]string{`{"jsonrpc":"2.0","id":1,"result":6,"error":{"code":-32000,"message":"failed on purpose"}}`},
			"with an error beside it, on purpose",
		},
		{"both of an error", Faults{Both: true, ErrorRate: 1, Error: busy},
			[]string{`{"jsonrpc":"2.0","id":1,"result":"on purpose","error":{"code":503,"message":"busy"}}`},
			"an error by chance, with a result beside it, on purpose"},
		{"malformed", Faults{Malformed: true}, []string{`{"jsonrpc"!"2.0","id":1,"result":6}`},
			"malformed, on purpose"},
		{
			"several", Faults{Duplicate: true, WrongID: true, ErrorRate: 1},
			[]string{failed("1048577", -32000, "failed on purpose", ""),
				failed("1048577", -32000, "failed on purpose", "")},
			"an error by chance, with a wrong id, twice, on purpose"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			seen := make(chan string, 10)
			rules := faulty(t, tt.faults)
			rules.Set(rule(t, "then", "7"))
			_, peer := rpctest.NewPeer(t, newJSON(), wiredOptions(rules, newJSON, seen))
			peer.Send(request("1", "m", ""))
			peer.Expect(tt.want...)
			if got := <-seen; got != tt.remark {
				t.Errorf("remarked %q, want %q", got, tt.remark)
			}
			peer.Send(request("2", "then", "")) // the connection is as well as ever
			peer.Expect(result("2", "7"))
		})
	}
}

// In all protocols, what is malformed cannot be read, and is framed all the same; other faults can.
func TestFaultyFrames(t *testing.T) {
	for _, tt := range []struct {
		framing  string
		newCodec func() rpcconn.Codec
	}{
		{"rfc7464", newJSON}, {"none", newJSON}, {"line", newJSON},
		{"none", func() rpcconn.Codec { return jsonrpc.New1() }},
		{"header", func() rpcconn.Codec { return jsonrpc.NewVersionless() }},
		{"bson", newBSON}, {"msgpack", newMsgpack},
	} {
		for _, answer := range []string{"6", `"a text"`, `{"a":[1,{"b":null}]}`, "null", `error("no")`} {
			for _, f := range []Faults{{Malformed: true}, {WrongID: true}, {Both: true}, {Duplicate: true}} {
				t.Run(fmt.Sprintf("%s/%s/%+v", tt.framing, answer, f), func(t *testing.T) {
					r := rule(t, "m", answer)
					r.Faults = f
					var rules Rules
					rules.Set(r)
					framing, err := dial.NewFraming(tt.framing, 0)
					if err != nil {
						t.Fatal(err)
					}
					a, b := net.Pipe()
					c := rpcconn.New(framing(a), tt.newCodec(),
						wiredOptions(&rules, tt.newCodec, make(chan string, 10)))
					defer c.Wait()
					defer c.Close()
					peer := framing(b)
					defer peer.Close()
					ask := func(id int64) {
						m := rpcconn.Message{Kind: rpcconn.KindRequest, ID: rpcconn.IntID(id), Method: "m"}
						p := rpcconn.Packet{Messages: []rpcconn.Message{m}}
						frame, err := tt.newCodec().AppendEncode(nil, &p)
						if err != nil {
							t.Fatal(err)
						}
						if err := peer.Send(t.Context(), frame); err != nil {
							t.Fatal(err)
						}
					}
					read := func() (rpcconn.Message, error) {
						frame, err := peer.Recv()
						var bad *rpcconn.FrameError
						if err != nil && !errors.As(err, &bad) {
							t.Fatal(err)
						}
						var p rpcconn.Packet
						if err == nil {
							err = tt.newCodec().Decode(frame, &p)
						}
						switch {
						case err != nil:
							return rpcconn.Message{}, err
						case p.Messages[0].Kind == rpcconn.KindInvalid:
							return p.Messages[0], errors.New("no message")
						}
						return p.Messages[0], nil
					}
					ask(5)
					m, err := read()
					switch {
					case (err != nil) != f.Malformed:
						t.Errorf("it is read as %+v, %v", m, err)
					case f.WrongID && (m.Kind != rpcconn.KindResponse || m.ID == rpcconn.IntID(5)):
						t.Errorf("got %+v", m)
					case f.Duplicate:
						again, _ := read()
						if m.ID != rpcconn.IntID(5) || again.ID != m.ID || !bytes.Equal(again.Result, m.Result) {
							t.Errorf("got %+v, then %+v", m, again)
						}
					case f.Both && m.Err == nil: // which counts
						t.Errorf("with a result and an error, it is read as %+v", m)
					}
					ask(6) // what follows is framed as ever
					if _, err := read(); (err != nil) != f.Malformed {
						t.Errorf("then came %v", err)
					}
				})
			}
		}
	}
}

func TestOtherID(t *testing.T) {
	for id, want := range map[string]string{
		"1": "1048577", "1048576": "0", "-3": "-1048579", `"a"`: `"not a"`, `""`: `"not "`, "1.5": "71.5",
		"-1.5": "-71.5", "null": "1048576", `[1]`: "1048576",
		"12345678901234567890": "712345678901234567890",
	} {
		if got := otherID(rpcconn.ParseID([]byte(id))).String(); got != want {
			t.Errorf("instead of %s it answers %s, want %s", id, got, want)
		}
	}
}

// overStream serves rules over a stream, asks for m once, and returns all that comes until the connection is closed
// after d.
func overStream(
	t *testing.T, framing string, rules *Rules, seen chan string, d time.Duration,
) (came string, arrivals []time.Duration) {
	t.Helper()
	f, err := dial.NewFraming(framing, 0)
	if err != nil {
		t.Fatal(err)
	}
	a, b := net.Pipe()
	c := rpcconn.New(f(a), newJSON(), wiredOptions(rules, newJSON, seen))
	start := time.Now()
	if _, err := io.WriteString(b, request("1", "m", "")+"\n"); err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(d, func() { _ = c.Close() })
	var all strings.Builder
	buf := make([]byte, 1024)
	for {
		n, err := b.Read(buf)
		if err != nil {
			break
		}
		all.Write(buf[:n])
		arrivals = append(arrivals, time.Since(start))
	}
	c.Wait()
	return all.String(), arrivals
}

func TestBytes(t *testing.T) {
	whole := result("1", "6") + "\n"
	for _, tt := range []struct {
		faults Faults
		want   string
		took   time.Duration
		remark string
	}{
		{Faults{Truncate: 10}, whole[:10], 0, "its first 10 bytes, on purpose"},
		{Faults{Truncate: 1000}, whole, 0, "its first 36 bytes, on purpose"},
		{Faults{Slow: 1}, whole, 35 * time.Second, "at 1 bytes a second, on purpose"},
		{
			Faults{Slow: 2, Truncate: 5, WrongID: true}, whole[:5], 2 * time.Second,
			"with a wrong id, its first 5 bytes, at 2 bytes a second, on purpose",
		},
		{Faults{Slow: 1 << 20, Duplicate: true}, whole + whole, 0, "twice, at 1048576 bytes a second, on purpose"},
	} {
		synctest.Test(t, func(t *testing.T) {
			seen := make(chan string, 10)
			came, arrivals := overStream(t, "line", faulty(t, tt.faults), seen, time.Hour)
			if came != tt.want {
				t.Errorf("%+v: came %q, want %q", tt.faults, came, tt.want)
			}
			if took := arrivals[len(arrivals)-1]; took != tt.took {
				t.Errorf("%+v: it took %s, want %s", tt.faults, took, tt.took)
			}
			if got := <-seen; got != tt.remark {
				t.Errorf("remarked %q, want %q", got, tt.remark)
			}
		})
	}
}

// A connection that is closed while an answer is being written slowly is not kept by that.
func TestCloseWhileSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		came, _ := overStream(t, "line", faulty(t, Faults{Slow: 1}), make(chan string, 10), 2500*time.Millisecond)
		if want := result("1", "6")[:3]; came != want {
			t.Errorf("came %q, want %q", came, want)
		}
	})
}

// Where messages go out whole only, what cannot be done is told, and the rest done.
func TestWholeMessagesOnly(t *testing.T) {
	for _, tt := range []struct {
		faults Faults
		want   string
		remark string
	}{
		{Faults{Truncate: 3}, result("1", "6"), ""},
		{Faults{Slow: 1, WrongID: true}, result("1048577", "6"), "with a wrong id, on purpose"},
	} {
		seen := make(chan string, 10)
		_, peer := rpctest.NewPeer(t, newJSON(), wiredOptions(faulty(t, tt.faults), newJSON, seen))
		peer.Send(request("1", "m", ""))
		peer.Expect(tt.want)
		note := <-seen
		if !strings.Contains(note, "note: the answer to m goes out whole") ||
			!strings.Contains(note, "whole messages") {
			t.Errorf("told %q", note)
		}
		if got := <-seen; got != tt.remark {
			t.Errorf("remarked %q, want %q", got, tt.remark)
		}
	}
}

// A faulty answer to a part of a batch goes out by itself, and the batch without it.
func TestFaultInBatch(t *testing.T) {
	rules := faulty(t, Faults{WrongID: true})
	rules.Set(rule(t, "then", "7"))
	_, peer := rpctest.NewPeer(t, newJSON(), wiredOptions(rules, newJSON, make(chan string, 10)))
	peer.Send("[" + request("1", "m", "") + "," + request("2", "then", "") + "]")
	got := map[string]bool{peer.Recv(): true, peer.Recv(): true}
	if !got[result("1048577", "6")] || !got["["+result("2", "7")+"]"] {
		t.Errorf("came %v", got)
	}
}

func TestFaultThenClose(t *testing.T) {
	r := rule(t, "m", "6")
	r.Faults, r.Close = Faults{Duplicate: true}, true
	var rules Rules
	rules.Set(r)
	_, peer := rpctest.NewPeer(t, newJSON(), wiredOptions(&rules, newJSON, make(chan string, 10)))
	peer.Send(request("1", "m", ""))
	peer.Expect(result("1", "6"), result("1", "6"), "")
}

func TestReorder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rules := faulty(t, Faults{Reorder: true})
		rules.Set(rule(t, "then", "7"))
		seen := make(chan string, 10)
		_, peer := rpctest.NewPeer(t, newJSON(), wiredOptions(rules, newJSON, seen))
		start := time.Now()
		ask := func(id, method string) {
			peer.Send(request(id, method, ""))
			synctest.Wait()
		}
		expectRemark := func(want string) {
			t.Helper()
			if got := <-seen; got != want {
				t.Errorf("remarked %q, want %q", got, want)
			}
		}
		ask("1", "m")
		ask("2", "then")
		peer.Expect(result("2", "7"), result("1", "6"))
		expectRemark("")
		expectRemark("behind a later one, on purpose")
		ask("3", "m")
		ask("4", "m")
		peer.Expect(result("4", "6"), result("3", "6"))
		expectRemark("before an earlier one, on purpose")
		expectRemark("behind a later one, on purpose")
		if d := time.Since(start); d != 0 {
			t.Errorf("it took %s", d)
		}
		ask("5", "m")
		peer.Expect(result("5", "6"))
		expectRemark("held back for 1s, on purpose")
		if d := time.Since(start); d != time.Second {
			t.Errorf("it took %s", d)
		}
		ask("6", "then")
		peer.Expect(result("6", "7"))
		expectRemark("")
		ask("7", "m")
		peer.Close() // which ends the waiting
	})
}

func TestMalformed(t *testing.T) {
	for _, frame := range []string{"", "1", "12345", `"a text"`} {
		if got := malformed([]byte(frame), newJSON); len(got) != len(frame) {
			t.Errorf("of %q it made %q", frame, got)
		}
	}
}
