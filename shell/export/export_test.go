package export

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/rpcrec"
	"rpcsh/shell/event"
)

// written returns what a form makes of events.
func written(t *testing.T, name string, events ...*Event) string {
	t.Helper()
	form, found := Find(name)
	if !found {
		t.Fatalf("there is no form %s", name)
	}
	var text strings.Builder
	out := bufio.NewWriter(&text)
	w := form.New(out)
	w.Begin(&rpcrec.Header{})
	for _, e := range events {
		w.Event(e)
	}
	if err := errors.Join(w.End(), out.Flush()); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

// Each call is one slice, whether it was answered or not, and no two slices in a lane overlap.
func TestLanes(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	conns := []*Conn{{Number: 1}, {Number: 2}}
	began := time.Date(2026, 11, 29, 17, 15, 11, 0, time.UTC)
	var events []*Event
	var open []*Event
	const calls = 500
	for n, at := 0, began; n < calls; at = at.Add(time.Duration(random.IntN(3)) * time.Microsecond) {
		e := event.Event{Kind: event.Request, Time: at, Out: random.IntN(2) == 0, Method: "m"}
		e.ID = rpcconn.IntID(int64(n))
		conn := conns[random.IntN(len(conns))]
		if i := random.IntN(len(open) + 1); i < len(open) {
			asked := open[i]
			if open = append(open[:i], open[i+1:]...); random.IntN(10) == 0 {
				continue // for ever
			}
			e.Kind, e.Out, e.ID, e.Took, conn = event.Response, !asked.Out, asked.ID, at.Sub(asked.Time), asked.Conn
		} else if n++; len(open) < 20 {
			open = append(open, &Event{Event: e, Conn: conn})
		}
		events = append(events, &Event{Event: e, Conn: conn})
	}
	var trace struct {
		Events []struct {
			Ph                string
			PID, TID, TS, Dur int64
		} `json:"traceEvents"`
	}
	if err := json.Unmarshal([]byte(written(t, "trace", events...)), &trace); err != nil {
		t.Fatal(err)
	}
	type lane struct{ pid, tid int64 }
	slices := make(map[lane][][2]int64)
	n := 0
	for _, e := range trace.Events {
		if e.Ph != "X" {
			continue
		}
		n++
		l := lane{e.PID, e.TID}
		for _, other := range slices[l] {
			if e.TS < other[1] && other[0] < e.TS+e.Dur {
				t.Fatalf("in lane %v are %d to %d and %v", l, e.TS, e.TS+e.Dur, other)
			}
		}
		slices[l] = append(slices[l], [2]int64{e.TS, e.TS + e.Dur})
	}
	if n != calls || len(slices) < 5 || len(slices) > calls/2 {
		t.Errorf("%d slices in %d lanes", n, len(slices))
	}
}

// Text of a peer neither ends a span or a block of code nor begins one.
func TestCodeSpan(t *testing.T) {
	for text, want := range map[string]string{
		"my_add": "`my_add`", "": "`  `", "a`b": "``a`b``", "`": "`` ` ``", "a ``` b": "````a ``` b````",
		" a": "`  a `", "a\nb": "`a\\nb`", "</p>": "`</p>`",
	} {
		if got := codeSpan(text); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
	params := json.RawMessage("[\"````\"]")
	e := &Event{Event: event.Event{Kind: event.Notification, Method: "m", Params: params}, Conn: &Conn{}}
	if got := written(t, "md", e); !strings.HasSuffix(got, "\n`````json\n[\"````\"]\n`````\n\n") {
		t.Errorf("the block is %q", got)
	}
}

func TestEscapeMermaid(t *testing.T) {
	for text, want := range map[string]string{
		`my_add [40,2]`: `my_add [40,2]`, "a;b": "a#59;b", "#35;": "#35;35#59;", "a\nb": "a#10;b", "": "#32;",
		"  ":       "#32;",
		"%%{init}": "#37;#37;{init}", "<br/>": "#60;br/#62;", "style: x": "style#58; x", "é日": "é日", "$$x": "#36;#36;x",
	} {
		if got := escapeMermaid(text); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

// A long value is there in part, and the report says so.
func TestLongValue(t *testing.T) {
	params, err := json.Marshal([]string{strings.Repeat("é", maxValue)})
	if err != nil {
		t.Fatal(err)
	}
	e := &Event{Event: event.Event{Kind: event.Notification, Method: "m", Params: params}, Conn: &Conn{}}
	if got := written(t, "md", e); len(got) > maxValue+500 || !strings.Contains(got, "The first 3.9 KiB of 7.8 KiB.") {
		t.Errorf("%d bytes: …%s", len(got), got[max(0, len(got)-200):])
	}
	e.Text = Message(&e.Event, true)
	if got := written(t, "trace", e); len(got) > maxArgument+500 || validTrace(got) != nil {
		t.Errorf("the trace has %d bytes, %v", len(got), validTrace(got))
	}
}

func validTrace(text string) error {
	var v any
	return json.Unmarshal([]byte(text), &v)
}

// An archive, which is in memory until it is written, has no more messages than that can hold, and says so.
func TestLongArchive(t *testing.T) {
	form, _ := Find("har")
	out := bufio.NewWriter(io.Discard)
	w := form.New(out)
	third := make([]byte, maxArchive/3)
	message := Event{Event: event.Event{Kind: event.Notification}, Conn: &Conn{Number: 1}, Data: third}
	for range 4 {
		w.Event(&message)
	}
	if err := w.End(); err == nil || !strings.Contains(err.Error(), "and 2 more are not in it") {
		t.Errorf("error %v", err)
	}
}

// However many calls are never answered, those behind them find their lane at once.
func TestManyLanes(t *testing.T) {
	c, form := &Conn{Number: 1}, newTrace(bufio.NewWriter(io.Discard))
	for i := range 20_000 {
		e := event.Event{Kind: event.Request, ID: rpcconn.IntID(int64(i)), Method: "m", Time: time.Unix(int64(i), 0)}
		answer := e
		answer.Kind, answer.Took, answer.Time = event.Response, time.Second, e.Time.Add(time.Second)
		if form.Event(&Event{Event: e, Conn: c}); i%2 > 0 {
			answer.Out = true
			form.Event(&Event{Event: answer, Conn: c})
		}
	}
	l := c.form.(*process).lanes[false]
	if len(l.until) > maxOpen+1 || l.busy < maxOpen-1 {
		t.Errorf("%d lanes, of which %d are known to be taken", len(l.until), l.busy)
	}
}
