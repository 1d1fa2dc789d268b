package recording

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"rpcsh/rpcconn/rpcrec"
	"rpcsh/shell/event"
	"rpcsh/shell/redact"
)

// start is when the recordings of the tests begin.
var start = time.Date(2026, 11, 29, 17, 15, 11, 0, time.UTC)

// told returns the events of a recording, one a line, without their times of day.
func told(t *testing.T, lines string) string {
	t.Helper()
	r := rpcrec.NewReader(strings.NewReader(`{"rpcrec":1,"start":"2026-11-29T17:15:11Z"}` + "\n" + lines))
	d := NewDecoder(start)
	var b strings.Builder
	for {
		rec, err := r.Next()
		if err != nil {
			return b.String()
		}
		for _, e := range d.Events(rec) {
			fmt.Fprintf(&b, "%v %s", e.Time.Sub(start), bytes.TrimPrefix(e.AppendJSON(nil), e.AppendJSON(nil)[:len(
				`{"time":"`)+len(e.Time.Format(time.RFC3339Nano))+len(`",`)]))
			for _, line := range e.Digest {
				fmt.Fprintf(&b, " | %s", line)
			}
			b.WriteString("\n")
		}
	}
}

func TestEvents(t *testing.T) {
	const open = `{"t":0,"c":1,"e":"open","x":{"target":"tcp://h:1","title":"h:1","protocol":"%s",` +
		`"framing":"line"}}` + "\n"
	tests := []struct {
		name, protocol, lines, want string
	}{
		{"a call and its answer", "jsonrpc",
			`{"t":1,"c":1,"d":">","m":{"jsonrpc":"2.0","id":1,"method":"add","params":[40, 2.0]}}
{"t":1.5,"c":1,"d":"<","m":{"jsonrpc":"2.0","id":1,"result":42}}
{"t":2,"c":1,"d":"<","m":{"jsonrpc":"2.0","id":1,"result":43}}`,
			`1s "peer":1,"dir":"out","kind":"request","id":1,"method":"add","params":[40,2.0]}
1.5s "peer":1,"dir":"in","kind":"response","id":1,"method":"add","result":42,"ms":500.000}
2s "peer":1,"dir":"in","kind":"response","id":1,"result":43,"match":"unmatched"}
`},
		{"ids of both sides", "jsonrpc",
			`{"t":1,"c":1,"d":">","m":{"jsonrpc":"2.0","id":1,"method":"ours"}}
{"t":2,"c":1,"d":"<","m":{"jsonrpc":"2.0","id":1,"method":"theirs"}}
{"t":3,"c":1,"d":">","m":{"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"no"}}}
{"t":4,"c":1,"d":"<","m":{"jsonrpc":"2.0","id":1,"result":null}}`,
			`1s "peer":1,"dir":"out","kind":"request","id":1,"method":"ours"}
2s "peer":1,"dir":"in","kind":"request","id":1,"method":"theirs"}
3s "peer":1,"dir":"out","kind":"error","id":1,"method":"theirs","error":{"code":-1,"message":"no"},"ms":1000.000}
4s "peer":1,"dir":"in","kind":"response","id":1,"method":"ours","result":null,"ms":3000.000}
`},
		{"a batch, and what is no message", "jsonrpc",
			`{"t":1,"c":1,"d":"<","m":[{"jsonrpc":"2.0","method":"a"},{"jsonrpc":"2.0","method":"b"},3]}
{"t":2,"c":1,"d":"<","m":{"event":"hello"}}
{"t":3,"c":1,"d":"<","s":"{\"id\":"}
{"t":4,"c":1,"d":"<","b":"/w=="}`,
			`1s "peer":1,"dir":"in","kind":"notification","method":"a"}
1s "peer":1,"dir":"in","kind":"notification","method":"b"}
1s "peer":1,"dir":"in","kind":"unreadable","text":"not a message: a message is an object: \"3\""}
2s "peer":1,"dir":"in","kind":"other","method":"hello","value":{"event":"hello"}}
3s "peer":1,"dir":"in","kind":"unreadable","text":"offset 6: the JSON text ends too early: \"{\\\"id\\\":\""}
4s "peer":1,"dir":"in","kind":"unreadable","text":"offset 0: unexpected byte 0xff, want a value: ff"}
`},
		{"marks", "jsonrpc",
			`{"t":1,"c":1,"d":"<","s":"{\"jsonrpc\"","n":5000}
{"t":2,"c":1,"d":"<","m":{"jsonrpc":"2.0","method":"a"},"k":"edited"}
{"t":3,"c":1,"d":">","m":{"jsonrpc":"2.0","method":"a"},"f":"twice"}`,
			`1s "peer":1,"dir":"in","kind":"unreadable","text":"the first 10 B of 4.9 KiB; \"{\\\"jsonrpc\\\"\""}
2s "peer":1,"dir":"in","kind":"notification","method":"a","text":"edited"}
3s "peer":1,"dir":"out","kind":"notification","method":"a","text":"twice, on purpose"}
`},
		{"BSON", "bsonrpc",
			`{"t":1,"c":1,"d":">","b":"SQAAAAJic29ucnBjAAQAAAAyLjAAEGlkAAEAAAACbWV0aG9kAAQAAABhZGQABHBhc` +
				`mFtcwATAAAAEDAAKAAAABAxAAIAAAAAAA=="}`,
			`1s "peer":1,"dir":"out","kind":"request","id":1,"method":"add","params":[40,2]}
`},
		{"what is spoken is not told", "",
			`{"t":1,"c":7,"d":">","b":"lAABqW52aW1fZXZhbJGjMSsx"}
{"t":2,"c":7,"d":"<","b":"lAEBwAI="}
{"t":3,"c":8,"d":">","m":{"jsonrpc":"2.0","id":"x","method":"add"}}
{"t":4,"c":8,"d":">","m":{"id":1,"method":"add"}}`,
			`1s "peer":7,"dir":"out","kind":"request","id":1,"method":"nvim_eval","params":["1+1"]}
2s "peer":7,"dir":"in","kind":"response","id":1,"method":"nvim_eval","result":2,"ms":1000.000}
3s "peer":8,"dir":"out","kind":"request","id":"x","method":"add"}
4s "peer":8,"dir":"out","kind":"request","id":1,"method":"add"}
`},
		{"what is no message", "jsonrpc",
			`{"t":1,"c":1,"e":"detect","x":{"protocol":"lsp","framing":"header"}}
{"t":2,"c":1,"e":"stderr","x":{"text":"ready"}}
{"t":3,"e":"note","x":{"text":"half time"}}
{"t":4,"c":1,"e":"note","x":{"text":"broken","kind":"problem"}}
{"t":5,"c":1,"e":"lost","x":{"count":2,"reason":"the disk is slow"}}
{"t":6,"c":1,"e":"applause"}
{"t":7,"c":1,"e":"close","x":{"reason":"closed here","orderly":7}}`,
			`1s "peer":1,"kind":"speaks","text":"h:1 speaks lsp, header"}
2s "peer":1,"kind":"stderr","text":"ready"}
3s "kind":"note","text":"half time"}
4s "peer":1,"kind":"problem","text":"broken"}
5s "peer":1,"kind":"problem","text":"2 messages missing here: the disk is slow"}
7s "peer":1,"kind":"close","text":"h:1: closed here"}
`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			want := `0s "peer":1,"kind":"connect","text":"connected to tcp://h:1 · ` + test.protocol +
				`, line"}` + "\n" + test.want
			got := told(t, fmt.Sprintf(open, test.protocol)+test.lines)
			if test.protocol == "" {
				want = strings.Replace(want, " · , line", " · line", 1)
			}
			if got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// A connection that is made anew has no requests from before.
func TestReopened(t *testing.T) {
	got := told(t, `{"t":1,"c":1,"d":">","m":{"jsonrpc":"2.0","id":1,"method":"add"}}
{"t":2,"c":1,"e":"open"}
{"t":3,"c":1,"d":"<","m":{"jsonrpc":"2.0","id":1,"result":1}}`)
	if !strings.Contains(got, `"result":1,"match":"unmatched"`) {
		t.Errorf("got\n%s", got)
	}
}

// Requests that never get an answer are kept up to a bound.
func TestUnanswered(t *testing.T) {
	d := NewDecoder(start)
	for i := range maxUnanswered + 10 {
		d.Events(&rpcrec.Record{Conn: 1, Dir: rpcrec.AToB, Data: fmt.Appendf(nil,
			`{"jsonrpc":"2.0","id":%d,"method":"add"}`, i)})
	}
	n := 0
	d.OnUnanswered = func(u Unanswered) {
		if n++; u.Peer.Number != 1 || !u.Out || u.Method != "add" {
			t.Fatalf("unanswered: %+v", u)
		}
	}
	d.End()
	if n != maxUnanswered {
		t.Errorf("%d requests are kept", n)
	}
}

// What a binary message says can be read, changed, and encoded again.
func TestReadable(t *testing.T) {
	d := NewDecoder(start)
	d.Speaks(1, "msgpackrpc")
	data := []byte("\x94\x00\x01\xa3add\x92\x28\x02")
	readable := d.Readable(1, data)
	if got := string(readable); got != `{"id":1,"method":"add","params":[40,2]}` {
		t.Fatalf("it reads %s", got)
	}
	if again, err := d.Encode(1, readable); err != nil || !bytes.Equal(again, data) {
		t.Errorf("encoded again: %x, error %v", again, err)
	}
	if d.Readable(1, []byte("\xc1")) != nil || d.Readable(2, []byte(`{"id":1,"method":"add"}`)) != nil {
		t.Error("what is no message, or not binary, is read")
	}
	if _, err := d.Encode(3, readable); err == nil {
		t.Error("what was not binary is encoded")
	}
	if got := len(d.Events(&rpcrec.Record{Conn: 1, Dir: rpcrec.In, Data: data})); got != 1 || event.Request == "" {
		t.Errorf("%d events", got)
	}
}

// Secrets are masked in a binary message though nothing says what is spoken.
func TestMaskGuessed(t *testing.T) {
	const line = `{"rpcrec":1,"start":"2026-11-29T17:15:11Z"}
{"t":0,"c":1,"d":">","b":"lAABo2FkZJGBpXRva2VuoXo="}`
	r, err := rpcrec.NewReader(strings.NewReader(line)).Next()
	if err != nil {
		t.Fatal(err)
	}
	d := NewDecoder(start)
	events := d.Events(r)
	if err := d.Mask(redact.New(redact.Rules{}), r); err != nil || r.Redacted != 1 {
		t.Errorf("%d values masked, %v", r.Redacted, err)
	}
	if d.Again(r, events); string(events[0].Params) != `[{"token":"***1"}]` {
		t.Errorf("params are %s", events[0].Params)
	}
}

// However many requests are never answered, and however many connections there are, those that came last are known.
func TestForgets(t *testing.T) {
	d := NewDecoder(start)
	unanswered := 0
	d.OnUnanswered = func(u Unanswered) {
		unanswered++
		if u.Method != "m" || !u.Out {
			t.Fatalf("unanswered: %+v", u)
		}
	}
	message := func(conn int, dir rpcrec.Direction, format string, args ...any) event.Event {
		r := &rpcrec.Record{Part: 1, Conn: conn, Dir: dir, Data: fmt.Appendf(nil, format, args...)}
		return d.Events(r)[0]
	}
	long := strings.Repeat("9", 1000)
	const requests = maxUnanswered + 10_000
	for i := range requests {
		message(i%(2*maxConns), rpcrec.Out, `{"jsonrpc":"2.0","id":"%d%s","method":"m"}`, i, long[:i%2*1000])
	}
	got := message((requests-1)%(2*maxConns), rpcrec.In, `{"jsonrpc":"2.0","id":"%d%s","result":1}`, requests-1, long)
	if got.Method != "m" || got.Match != event.Matched {
		t.Errorf("the newest request has no answer: %+v", got)
	}
	w := &d.waiting
	if len(d.conns) > maxConns || len(d.came) > maxConns || w.open > maxUnanswered || w.size > maxUnansweredSize ||
		len(w.places) > 2*w.open+1000 {
		t.Errorf("%d connections, %d and %d requests of %d bytes are kept", len(d.conns), w.open, len(w.places), w.size)
	}
	if d.End(); unanswered != requests-1 {
		t.Errorf("%d were never answered, want %d", unanswered, requests-1)
	}
	if w.open != 0 || w.size != 0 {
		t.Errorf("at the end %d are kept", w.open)
	}
}
