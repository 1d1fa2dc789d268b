package replay_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/rpcrec"
	"rpcsh/rpcconn/rpctest"
	"rpcsh/shell/event"
	"rpcsh/shell/replay"
)

const header = `{"rpcrec":1,"start":"2026-11-29T17:15:11.482137Z"}` + "\n"

// patience is how long a test waits for what does not come; a test of that runs on a fake clock.
const patience = 20 * time.Second

// record returns a recording of a connection: each line is a direction and a message, or an event.
func record(lines ...string) string {
	var text strings.Builder
	text.WriteString(header + `{"t":0.000000,"c":1,"e":"open","x":{"protocol":"jsonrpc","framing":"line"}}` + "\n")
	for i, line := range lines {
		at := fmt.Sprintf(`{"t":%d.000000,"c":1,`, i+1)
		if direction, message, ok := strings.Cut(line, " "); ok && !strings.HasPrefix(line, "{") {
			line = at + `"d":"` + direction + `","m":` + message + "}"
		}
		text.WriteString(line + "\n")
	}
	return text.String()
}

func codec(protocol string) (rpcconn.Codec, error) {
	p, err := dial.FindProtocol(protocol)
	if err != nil {
		return nil, err
	}
	return p.NewCodec(), nil
}

// A played recording is what became of it.
type played struct {
	replay.Tally
	differences []string
	seen        []string // what the peer was sent
	err         error
}

// play plays a recording to a peer, which serve makes of its end of the connection.
func play(
	t *testing.T, recording string, opts replay.Options,
	handle func(c *rpcconn.Conn, req *rpcconn.Request) (string, error),
) *played {
	t.Helper()
	p := new(played)
	survey, err := replay.Look(rpcrec.NewReader(strings.NewReader(recording)), codec, opts.Only)
	if err != nil {
		t.Fatal(err)
	}
	var peers []*rpcconn.Conn
	opts.Codec = codec
	opts.Dial = func(_ context.Context, s replay.Spoken, ours *rpcconn.Options) (*rpcconn.Conn, error) {
		a, b := rpctest.Pipe()
		mine, _ := codec(s.Protocol)
		theirs, _ := codec(s.Protocol)
		asked := make(chan struct{}, 1)
		asked <- struct{}{}
		note := func(req *rpcconn.Request) {
			<-asked
			p.seen = append(p.seen, strings.TrimSpace(fmt.Sprintf("%s %s %s", req.ID, req.Method, req.Params)))
			asked <- struct{}{}
		}
		peers = append(peers, rpcconn.New(b, theirs, &rpcconn.Options{
			OnRequest: note,
			Handler: func(_ context.Context, c *rpcconn.Conn, req *rpcconn.Request) (json.RawMessage, error) {
				result, err := handle(c, req)
				return json.RawMessage(result), err
			},
		}))
		return rpcconn.New(a, mine, ours), nil
	}
	opts.Differs = func(d *replay.Difference) { p.differences = append(p.differences, spell(d)) }
	p.Tally, p.err = replay.Play(t.Context(), rpcrec.NewReader(strings.NewReader(recording)), survey, opts)
	for _, peer := range peers {
		_ = peer.Close()
		peer.Wait()
	}
	return p
}

func spell(d *replay.Difference) string {
	text := d.Method
	if !d.ID.IsNone() {
		text = "#" + d.ID.String() + " " + text
	}
	if d.Path != "" {
		text += " " + d.Path
	}
	if d.Text != "" {
		return text + ": " + d.Text
	}
	return fmt.Sprintf("%s: %s → %s", text, d.Then, d.Now)
}

// calculator answers add, and everything else with its params; ticks sends notifications first, and ask calls.
func calculator(c *rpcconn.Conn, req *rpcconn.Request) (string, error) {
	ctx := context.Background()
	switch req.Method {
	case "add":
		var n []int
		if err := json.Unmarshal(req.Params, &n); err != nil || len(n) != 2 {
			return "", rpcconn.NewError(rpcconn.CodeInvalidParams, "two numbers are wanted")
		}
		return fmt.Sprint(n[0] + n[1]), nil
	case "ticks":
		for i := range 2 {
			_ = c.Notify(ctx, "tick", json.RawMessage(fmt.Sprintf("[%d]", i)))
		}
		return "2", nil
	case "ask":
		r, err := c.Call(ctx, "double", json.RawMessage("[3]"))
		if err != nil || r.Err != nil {
			return "", errors.Join(err, r.Err)
		}
		return string(r.Result), nil
	case "hang up":
		_ = c.Close()
		return "", rpcconn.ErrNoAnswer
	}
	if req.Params == nil {
		return "null", nil
	}
	return string(req.Params), nil
}

const (
	add      = `> {"jsonrpc":"2.0","id":7,"method":"add","params":[40, 2]}`
	sum      = `< {"jsonrpc":"2.0","id":7,"result":42}`
	ticks    = `> {"jsonrpc":"2.0","id":"a","method":"ticks"}`
	ticked   = `< {"jsonrpc":"2.0","id":"a","result":2}`
	tick0    = `< {"jsonrpc":"2.0","method":"tick","params":[0]}`
	tick1    = `< {"jsonrpc":"2.0","method":"tick","params":[1]}`
	ask      = `> {"jsonrpc":"2.0","id":2,"method":"ask"}`
	asks     = `< {"jsonrpc":"2.0","id":901,"method":"double","params":[3]}`
	answers  = `> {"jsonrpc":"2.0","id":901,"result":6}`
	answered = `< {"jsonrpc":"2.0","id":2,"result":6}`
)

func TestPlay(t *testing.T) {
	const inString = `{"jsonrpc":"2.0","id":1,"method":"echo","params":["{\"a\":\"***1\"}"]}`
	for _, tt := range []struct {
		name      string
		recording string
		opts      replay.Options
		sent      int
		same      int
		differ    int
		seen      []string // nil: it does not matter
		want      []string
	}{
		{
			name: "the same", recording: record(add, sum, ticks, tick0, tick1, ticked), sent: 2, same: 4,
			seen: []string{"7 add [40, 2]", `"a" ticks`},
		},
		{
			name: "the peer calls, too", recording: record(ask, asks, answers, answered), sent: 2, same: 2,
		},
		{
			name: "an error is an answer", sent: 1, same: 1,
			recording: record(`> {"jsonrpc":"2.0","id":1,"method":"add","params":[1]}`,
				`< {"jsonrpc":"2.0","id":1,"error":`+
					`{"code":-32602,"message":"Invalid params","data":"two numbers are wanted"}}`),
		},
		{
			name: "values", sent: 1, same: 0, differ: 1,
			recording: record(`> {"jsonrpc":"2.0","id":1,"method":"echo","params":{"a":[1,2.0],"b":"x","d":{}}}`,
				`< {"jsonrpc":"2.0","id":1,"result":{"d":1,"c":true,"b":"y","a":[1.0,2,3]}}`),
			want: []string{
				`#1 echo result.d: 1 → {}`, `#1 echo result.c: true → `, `#1 echo result.b: "y" → "x"`,
				`#1 echo result.a[2]: 3 → `,
			},
		},
		{
			name: "an error instead of a result", sent: 1, differ: 1,
			recording: record(`> {"jsonrpc":"2.0","id":1,"method":"add","params":[1]}`,
				`< {"jsonrpc":"2.0","id":1,"result":3}`),
			want: []string{
				"#1 add result: 3 → ",
				`#1 add error:  → {"code":-32602,"message":"Invalid params","data":"two numbers are wanted"}`,
			},
		},
		{
			name: "ignored places", sent: 1, same: 1, opts: replay.Options{Ignore: pointers(t, "/result/*/time")},
			recording: record(`> {"jsonrpc":"2.0","id":1,"method":"echo","params":[{"time":1},{"time":2}]}`,
				`< {"jsonrpc":"2.0","id":1,"result":[{"time":3},{"time":4}]}`),
		},
		{
			name: "more notifications than there were", sent: 1, same: 2, differ: 1,
			recording: record(ticks, tick0, ticked),
			want:      []string{"tick: a notification that the recording does not have"},
		},
		{
			name: "optional notifications that did not come", sent: 1, same: 1,
			opts:      replay.Options{Optional: []string{"other", "ti?k"}},
			recording: record(ticks, ticked),
		},
		{
			name: "optional notifications that do not come", sent: 1, same: 1,
			opts:      replay.Options{Optional: []string{"tick*", "note"}},
			recording: record(ticks, tick0, `< {"jsonrpc":"2.0","method":"note"}`, tick1, ticked),
		},
		{
			name: "a request that the recording does not have", sent: 1, differ: 2,
			recording: record(ask, answered),
			want: []string{
				"#2 ask result: 6 → ",
				`#2 ask error:  → {"code":-32601,"message":"Method not found",` +
					`"data":"the recording has no such request"}`,
				"double: a request that the recording does not have",
			},
		},
		{
			name: "only some", sent: 1, same: 1, opts: replay.Options{Only: filter(t, "add")},
			recording: record(add, sum, `> {"jsonrpc":"2.0","id":1,"method":"echo","params":[1]}`,
				`< {"jsonrpc":"2.0","id":1,"result":2}`),
		},
		{
			name: "only some, and nothing else is surplus", sent: 1, same: 1,
			opts: replay.Options{Only: filter(t, "ticks")}, recording: record(ticks, ticked),
		},
		{
			name: "only some, though both sides have the same id", sent: 2, same: 2,
			opts: replay.Options{Only: filter(t, "ask double")},
			recording: record(strings.Replace(add, "7", "901", 1), strings.Replace(sum, "7", "901", 1),
				ask, asks, answers, answered),
		},
		{
			name: "a batch, whose ids are others", sent: 1, same: 2,
			recording: record(
				`> [{"jsonrpc":"2.0","id":70,"method":"add","params":[1,2]},{"jsonrpc":"2.0","method":"note"},`+
					`{"jsonrpc":"2.0","id":71,"method":"add","params":[3,4]}]`,
				`< [{"jsonrpc":"2.0","id":71,"result":7},{"jsonrpc":"2.0","id":70,"result":3}]`),
		},
		{
			name: "all at once", sent: 4, same: 6, opts: replay.Options{Pace: replay.Max},
			recording: record(add, sum, ticks, tick0, tick1, ticked, ask, asks, answers, answered),
		},
		{
			name: "shapes", sent: 1, same: 1, opts: replay.Options{Equality: replay.Shape},
			recording: record(`> {"jsonrpc":"2.0","id":1,"method":"echo","params":{"a":[1.5,2],"b":"x"}}`,
				`< {"jsonrpc":"2.0","id":1,"result":{"a":[7],"b":"other"}}`),
		},
		{
			name: "other shapes", sent: 1, differ: 1, opts: replay.Options{Equality: replay.Shape},
			recording: record(`> {"jsonrpc":"2.0","id":1,"method":"echo","params":{"a":["1"],"b":null}}`,
				`< {"jsonrpc":"2.0","id":1,"result":{"a":[7],"b":"other"}}`),
			want: []string{`#1 echo result.a[0]: 7 → "1"`, `#1 echo result.b: "other" → null`},
		},
		{
			name: "schemas of all results", sent: 2, same: 1, differ: 1,
			opts: replay.Options{Equality: replay.Schema},
			recording: record(`> {"jsonrpc":"2.0","id":1,"method":"echo","params":{"a":1}}`,
				`< {"jsonrpc":"2.0","id":1,"result":{"a":7,"b":"other"}}`,
				`> {"jsonrpc":"2.0","id":2,"method":"echo","params":{"a":"x"}}`,
				`< {"jsonrpc":"2.0","id":2,"result":{"a":8}}`),
			want: []string{`#2 echo result.a: is a string, an integer is wanted`},
		},
		{
			name: "a peer that dialled is the client", sent: 1, same: 1,
			recording: header + `{"t":0,"c":3,"e":"open","x":{"accepted":true,"protocol":"jsonrpc"}}` + "\n" +
				`{"t":0,"c":3,"d":"<","m":{"jsonrpc":"2.0","id":7,"method":"add","params":[40,2]}}` + "\n" +
				`{"t":0,"c":3,"d":">","m":{"jsonrpc":"2.0","id":7,"result":42}}` + "\n",
		},
		{
			name: "both ends of a tap, twice", sent: 2, same: 2,
			recording: strings.Repeat(header+`{"t":0,"c":1,"e":"open","x":{"protocol":"jsonrpc"}}`+"\n"+
				`{"t":0,"c":1,"d":"a>b","m":{"jsonrpc":"2.0","id":7,"method":"add","params":[40,2]}}`+"\n"+
				`{"t":0,"c":1,"d":"b>a","m":{"jsonrpc":"2.0","id":7,"result":42}}`+"\n"+
				`{"t":0,"c":1,"e":"close"}`+"\n", 2),
		},
		{
			name: "a value that the peer has given", sent: 2, same: 2,
			opts: replay.Options{Let: lets(t, "session=/result/session")},
			recording: record(`> {"jsonrpc":"2.0","id":1,"method":"echo","params":{"session":"now-9"}}`,
				`< {"jsonrpc":"2.0","id":1,"result":{"session":"then-1"}}`,
				`> {"jsonrpc":"2.0","id":2,"method":"echo","params":["then-1","/s/then-1/x",{"then-1":1}]}`,
				`< {"jsonrpc":"2.0","id":2,"result":["then-1","/s/then-1/x",{"then-1":1}]}`),
			seen: []string{`1 echo {"session":"now-9"}`, `2 echo ["now-9","/s/now-9/x",{"then-1":1}]`},
		},
		{
			name: "masks", sent: 2, same: 2, opts: replay.Options{Secrets: map[int]string{1: `pass"word`}},
			recording: record(
				`{"t":1,"c":1,"d":">","m":{"jsonrpc":"2.0","id":1,"method":"echo","params":["***1","tok-5"]},"r":1}`,
				`{"t":1,"c":1,"d":"<","m":{"jsonrpc":"2.0","id":1,"result":["***1","***2"]},"r":2}`,
				`{"t":1,"c":1,"d":">","m":{"jsonrpc":"2.0","id":2,"method":"echo","params":["Bearer ***2"]},"r":1}`,
				`{"t":1,"c":1,"d":"<","m":{"jsonrpc":"2.0","id":2,"result":["Bearer ***2"]},"r":1}`),
			seen: []string{`1 echo ["pass\"word","tok-5"]`, `2 echo ["Bearer tok-5"]`},
		},
		{
			name: "masks are learned where only types count, and where nothing does", sent: 2, same: 2,
			opts: replay.Options{
				Equality: replay.Shape, Ignore: pointers(t, "/result/1"), Secrets: map[int]string{1: "swordfish"},
			},
			recording: record(
				`{"t":1,"c":1,"d":">","m":{"jsonrpc":"2.0","id":1,"method":"echo","params":["***1","***1"]},"r":2}`,
				`{"t":1,"c":1,"d":"<","m":{"jsonrpc":"2.0","id":1,"result":["***2","***3"]},"r":2}`,
				`{"t":1,"c":1,"d":">","m":{"jsonrpc":"2.0","id":2,"method":"echo","params":["***2","***3"]},"r":2}`,
				`{"t":1,"c":1,"d":"<","m":{"jsonrpc":"2.0","id":2,"result":["***2","***3"]},"r":2}`),
			seen: []string{`1 echo ["swordfish","swordfish"]`, `2 echo ["swordfish","swordfish"]`},
		},
		{
			name: "masks in JSON in a string", sent: 1, same: 1,
			opts: replay.Options{Secrets: map[int]string{1: `p"w`}},
			recording: record(
				`{"t":1,"c":1,"d":">","r":1,"m":`+inString+`}`,
				`{"t":1,"c":1,"d":"<","r":1,"m":{"jsonrpc":"2.0","id":1,"result":["{\"a\":\"***1\"}"]}}`),
			seen: []string{`1 echo ["{\"a\":\"p\\\"w\"}"]`},
		},
		{
			name: "a secret in JSON in a string is not shown", sent: 1, differ: 1,
			opts: replay.Options{Secrets: map[int]string{1: `p"w`}},
			recording: record(
				`{"t":1,"c":1,"d":">","r":1,"m":`+inString+`}`,
				`{"t":1,"c":1,"d":"<","r":1,"m":{"jsonrpc":"2.0","id":1,"result":["***1"]}}`),
			want: []string{`#1 echo result[0]: "***1" → "{\"a\":\"***1\"}"`},
		},
		{
			name: "a secret that differs is not shown", sent: 1, differ: 1,
			opts: replay.Options{Secrets: map[int]string{1: "swordfish"}},
			recording: record(
				`{"t":1,"c":1,"d":">","m":{"jsonrpc":"2.0","id":1,"method":"echo","params":["***1"]},"r":1}`,
				`{"t":1,"c":1,"d":"<","m":{"jsonrpc":"2.0","id":1,"result":"***1"},"r":1}`),
			want: []string{`#1 echo result: "***1" → ["***1"]`},
		},
		{
			name: "masks in what is not played", sent: 1, same: 1, opts: replay.Options{Only: filter(t, "add")},
			recording: record(
				`{"t":1,"c":1,"d":">","m":{"jsonrpc":"2.0","id":1,"method":"echo","params":["***1"]},"r":1}`,
				`{"t":1,"c":1,"d":"<","m":{"jsonrpc":"2.0","id":1,"method":"who","params":["***1"]},"r":1}`,
				`{"t":1,"c":1,"d":">","m":{"jsonrpc":"2.0","id":1,"result":["***2"]},"r":1}`, add, sum,
				`{"t":1,"c":1,"d":">","m":[{"jsonrpc":"2.0","id":9,"method":"echo","params":["***3"]}],"r":1}`),
		},
		{
			name: "lines that are none", sent: 1, same: 1,
			recording: record(add, "{", "# a remark", sum),
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.opts.Patience = patience
			p := play(t, tt.recording, tt.opts, calculator)
			if p.err != nil {
				t.Fatal(p.err)
			}
			if p.Sent != tt.sent || p.Same != tt.same || p.Differ != tt.differ {
				t.Errorf("%d sent, %d same, %d differ; want %d, %d, %d", p.Sent, p.Same, p.Differ, tt.sent, tt.same,
					tt.differ)
			}
			if got, want := strings.Join(p.differences, "\n"), strings.Join(tt.want, "\n"); got != want {
				t.Errorf("differences:\n%s\nwant:\n%s", got, want)
			}
			if got := strings.Join(p.seen, "\n"); tt.seen != nil && got != strings.Join(tt.seen, "\n") {
				t.Errorf("the peer was sent:\n%s\nwant:\n%s", got, strings.Join(tt.seen, "\n"))
			}
		})
	}
}

// A mask is never sent, alone or in a batch.
func TestPlayMasked(t *testing.T) {
	for _, m := range []string{
		`{"jsonrpc":"2.0","id":1,"method":"echo","params":["***3"]}`,
		`[{"jsonrpc":"2.0","id":1,"method":"add"},{"jsonrpc":"2.0","id":1,"method":"echo","params":["***3"]}]`,
	} {
		p := play(t, record(`{"t":1,"c":1,"d":">","m":`+m+`,"r":1}`), replay.Options{}, calculator)
		var masked *replay.MaskError
		if !errors.As(p.err, &masked) || masked.Line != 3 || masked.Number != 3 || len(p.seen) != 0 {
			t.Errorf("%s: error %v, sent %q", m, p.err, p.seen)
		}
	}
}

// What does not come is waited for as long as Patience says, all that the peer should have said by itself together; a
// message is sent when it was, at the pace Recorded.
func TestPlayTime(t *testing.T) {
	rpctest.Bubble(t, func(t *testing.T) {
		began := time.Now()
		const never = `< {"jsonrpc":"2.0","method":"never"}`
		const nor = `< {"jsonrpc":"2.0","id":5,"method":"nor this"}`
		p := play(t, record(add, sum, never, nor, never, ticks, tick0, tick1, ticked, never),
			replay.Options{Patience: 5 * time.Second}, calculator)
		got := strings.Join(p.differences, "\n")
		want := "never: did not come within 5s\nnor this: did not come within 5s\n" +
			"never: did not come within 5s\nnever: did not come within 5s"
		if p.err != nil || got != want {
			t.Errorf("error %v, differences:\n%s", p.err, got)
		}
		if took := time.Since(began); took != 10*time.Second { // the first three, and the last one
			t.Errorf("it took %s", took)
		}
		began = time.Now()
		p = play(t, record(add, sum, ticks, tick0, tick1, ticked),
			replay.Options{Pace: replay.Recorded, Patience: time.Second}, calculator)
		if took := time.Since(began); p.err != nil || p.Same != 4 || took != 2*time.Second {
			t.Errorf("at the pace of the recording: error %v, %d same, %q, %s", p.err, p.Same, p.differences, took)
		}
	})
}

// Of many messages that have not come again, the first is waited for: what is kept in mind has a bound.
func TestPlayMany(t *testing.T) {
	rpctest.Bubble(t, func(t *testing.T) {
		var lines []string
		for range replay.MaxExpected + 2 {
			lines = append(lines, `< {"jsonrpc":"2.0","method":"never"}`)
		}
		lines = append(lines, `> {"jsonrpc":"2.0","id":1,"method":"add","params":[1,2]}`)
		began := time.Now()
		p := play(t, record(append([]string{add}, lines...)...), replay.Options{
			Pace: replay.Max, Patience: time.Second, Only: filter(t, "add never"),
		}, func(c *rpcconn.Conn, req *rpcconn.Request) (string, error) {
			if req.ID == rpcconn.IntID(1) { // the second call is sent once the first have been waited for
				if took := time.Since(began); took != time.Second {
					t.Errorf("it was sent after %s", took)
				}
				_ = c.Close()
			}
			return "3", nil
		})
		if p.err == nil {
			t.Error("the peer has gone, and nobody has seen it")
		}
	})
}

// A peer that goes away is an error, and what it did not send a difference.
func TestPlayLost(t *testing.T) {
	recording := record(`> {"jsonrpc":"2.0","id":1,"method":"hang up"}`, `< {"jsonrpc":"2.0","id":1,"result":1}`,
		add, sum)
	p := play(t, recording, replay.Options{Patience: patience}, calculator)
	const want = "connection closed by the peer, before the end of the recording"
	if p.err == nil || !strings.Contains(p.err.Error(), want) || p.Differ != 1 {
		t.Errorf("error %v, %d differ: %q", p.err, p.Differ, p.differences)
	}
}

func pointers(t *testing.T, texts ...string) (all []replay.Pointer) {
	for _, text := range texts {
		p, err := replay.ParsePointer(text)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	return all
}

func lets(t *testing.T, text string) []replay.Let {
	l, err := replay.ParseLet(text)
	if err != nil {
		t.Fatal(err)
	}
	return []replay.Let{l}
}

func filter(t *testing.T, text string) event.Filter {
	f, err := event.ParseFilter(text)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// A recording of which too much had to be kept is refused before anybody is dialled.
func TestTooMuchToPlay(t *testing.T) {
	var connections, methods, masks strings.Builder
	for _, b := range []*strings.Builder{&connections, &methods, &masks} {
		b.WriteString(record())
	}
	for i := range 100_001 {
		fmt.Fprintf(&connections, `{"t":1,"c":%d,"e":"open"}`+"\n", i+1)
		fmt.Fprintf(&methods, `{"t":1,"c":1,"d":"<","m":{"jsonrpc":"2.0","id":%d,"method":"m%d"}}`+"\n", i, i)
		fmt.Fprintf(&masks, `{"t":1,"c":1,"d":">","r":1,"m":{"method":"m","params":["***%d"]}}`+"\n", i+1)
	}
	for _, test := range []struct{ name, recording, want string }{
		{"connections", connections.String(), " connections, which are too many to play"},
		{"methods", methods.String(), "it has too many methods or masked values to play"},
		{"masked values", masks.String(), "it has too many methods or masked values to play"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := replay.Look(rpcrec.NewReader(strings.NewReader(test.recording)), codec, event.Filter{})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q", err, test.want)
			}
		})
	}
}

// What somebody has changed between the two is played as the server saw it.
func TestChangedBetween(t *testing.T) {
	const head = `{"t":1.000000,"c":1,"d":`
	recording := record(
		head+`"a>b","m":{"jsonrpc":"2.0","id":1,"method":"add","params":[50,2]},"k":"edited",`+
			`"o":{"m":{"jsonrpc":"2.0","id":1,"method":"add","params":[40,2]}}}`,
		head+`"b>a","m":{"jsonrpc":"2.0","id":1,"result":0},"k":"edited",`+
			`"o":{"m":{"jsonrpc":"2.0","id":1,"result":52}}}`,
		head+`"a>b","m":{"jsonrpc":"2.0","id":2,"method":"never"},"k":"dropped"}`,
		head+`"b>a","m":{"jsonrpc":"2.0","id":2,"result":1},"k":"injected"}`,
		head+`"a>b","m":{"jsonrpc":"2.0","id":9,"method":"own"},"k":"injected"}`,
		head+`"b>a","m":{"jsonrpc":"2.0","id":9,"result":true},"k":"dropped"}`,
	)
	p := play(t, recording, replay.Options{}, func(_ *rpcconn.Conn, req *rpcconn.Request) (string, error) {
		switch req.Method {
		case "add":
			return "52", nil
		case "own":
			return "true", nil
		}
		return "", rpcconn.NewError(rpcconn.CodeMethodNotFound, "")
	})
	if p.err != nil || p.Sent != 2 || p.Same != 2 || len(p.differences) > 0 {
		t.Errorf("%+v", p)
	}
	survey, err := replay.Look(rpcrec.NewReader(strings.NewReader(recording)), codec, event.Filter{})
	if err != nil || survey.Taken != 1 {
		t.Errorf("error %v, %d messages have not reached the server, want 1", err, survey.Taken)
	}
}

// A recording that begins while the client is connected is known by that, unless nothing is sent there.
func TestBeginsInTheMiddle(t *testing.T) {
	const open = `{"t":0,"c":%d,"e":"open","x":{%s"protocol":"jsonrpc","framing":"line"}}` + "\n"
	const call = `{"t":1,"c":1,"d":">","m":{"jsonrpc":"2.0","id":1,"method":"add"}}` + "\n"
	for recording, want := range map[string]bool{
		fmt.Sprintf(open, 1, `"late":true,`) + call:                            true,
		fmt.Sprintf(open, 1, "") + call:                                        false,
		fmt.Sprintf(open, 1, "") + fmt.Sprintf(open, 2, `"late":true,`) + call: false,
	} {
		survey, err := replay.Look(rpcrec.NewReader(strings.NewReader(header+recording)), codec, event.Filter{})
		if err != nil || survey.Late != want {
			t.Errorf("error %v, late: %v, want %v, of\n%s", err, survey.Late, want, recording)
		}
	}
}
