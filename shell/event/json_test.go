package event

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"rpcsh/rpcconn"
)

func TestAppendJSON(t *testing.T) {
	at := time.Date(2026, 11, 28, 7, 31, 2, 114_000_000, time.UTC)
	const head = `{"time":"2026-11-28T07:31:02.114Z","number":7`
	for _, tt := range []struct {
		event Event
		want  string
	}{
		{Event{Kind: Note, Text: "a \"b\"\n\u202e"}, `,"kind":"note","text":"a \"b\"\n` + "\u202e" + `"}`},
		{Event{Kind: Connect, Peer: Peer{Number: 2, Name: "web"}, Text: "x"},
			`,"peer":2,"name":"web","kind":"connect","text":"x"}`},
		{Event{Kind: Request, Peer: Peer{Number: 1}, ID: rpcconn.IntID(3), Method: "m", Params: []byte("[1, \"a b\"]")},
			`,"peer":1,"dir":"in","kind":"request","id":3,"method":"m","params":[1,"a b"]}`},
		{Event{Kind: Response, Out: true, ID: rpcconn.ParseID([]byte(`"x"`)),
			Result: []byte("null"), Took: 1500 * time.Microsecond},
			`,"dir":"out","kind":"response","id":"x","result":null,"ms":1.500}`},
		{Event{Kind: Error, Err: &rpcconn.Error{Code: -32000, Message: "no", Data: []byte(`{"a": 1}`)},
			Match: Late, Method: "m"},
			`,"dir":"in","kind":"error","method":"m","error":{"code":-32000,"message":"no","data":{"a":1}},` +
				`"match":"late"}`},
		{Event{Kind: Error, Err: &rpcconn.Error{}, Result: []byte("1"), Match: Unmatched},
			`,"dir":"in","kind":"error","result":1,"error":{"code":0,"message":""},"match":"unmatched"}`},
		{Event{Kind: Error, Err: &rpcconn.Error{CodeText: []byte("{\n\"a\": 1}"), Message: "no"}},
			`,"dir":"in","kind":"error","error":{"code":{"a":1},"message":"no"}}`},
		{Event{Kind: Other, Value: []byte("{\n\"a\":1}"), Extra: []byte(`{"s":1}`)},
			`,"dir":"in","kind":"other","value":{"a":1},"extra":{"s":1}}`},
		{Event{Kind: Frame, Out: true, Frame: []byte("{}\x00")}, `,"dir":"out","kind":"frame","frame":"e30A"}`},
		{Event{Kind: Unreadable, Text: "bad"}, `,"dir":"in","kind":"unreadable","text":"bad"}`},
	} {
		tt.event.Number, tt.event.Time = 7, at
		got := string(tt.event.AppendJSON(nil))
		if got != head+tt.want {
			t.Errorf("got  %s\nwant %s", got, head+tt.want)
		}
		if !json.Valid([]byte(got)) || strings.Contains(got, "\n") {
			t.Errorf("no JSON on one line: %s", got)
		}
	}
}

func TestSince(t *testing.T) {
	if got := Since(time.Now().Add(time.Hour)); got <= 0 {
		t.Errorf("what is known is %v, which is not known", got)
	}
}
