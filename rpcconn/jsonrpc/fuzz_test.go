package jsonrpc

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"rpcsh/rpcconn"
)

// FuzzDecode checks that nothing panics, that errors are of the kind that Codec promises, and that what is a message
// survives encoding and decoding.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`{"jsonrpc":"2.0","id":1,"method":"my_add","params":[1,2]}`,
		`{"jsonrpc":"2.0","method":"a\n\u00e9","params":{"a":null}}`,
		`{"id":"x","result":null,"error":{"code":-3.2e4,"message":"m","data":[1]}}`,
		`{"error":"text","id":null}`,
		"[{\"jsonrpc\":\"2.0\",\"id\":1.0,\"method\":\"a\",\"params\":[\n]},1,[],{}]",
		`{"\u0069d":1,"id":2,"method":3}`,
		`[]`, `"x"`, `{`, "{\"id\":\"\xff\"}", `{"result":1}{}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, frame []byte) {
		codec := New()
		var p rpcconn.Packet
		if err := codec.Decode(frame, &p); err != nil {
			var e *rpcconn.Error
			if !errors.As(err, &e) || e.Code != rpcconn.CodeParseError || len(p.Messages) != 0 {
				t.Fatalf("Decode(%q) = %v with %d messages", frame, err, len(p.Messages))
			}
			return
		}
		if !json.Valid(frame) {
			t.Fatalf("Decode(%q) takes what is no JSON", frame)
		}
		if !p.Batch && len(p.Messages) != 1 {
			t.Fatalf("Decode(%q): %d messages", frame, len(p.Messages))
		}
		for _, m := range p.Messages {
			if m.Kind == rpcconn.KindInvalid && (m.Err == nil || m.Err.Code != rpcconn.CodeInvalidRequest || !json.Valid(m.Raw)) {
				t.Fatalf("Decode(%q): %s", frame, show(m))
			}
		}
		p.Messages = slices.DeleteFunc(p.Messages, func(m rpcconn.Message) bool { return m.Kind == rpcconn.KindInvalid })
		if !p.Batch && len(p.Messages) == 0 {
			return
		}
		encoded, err := codec.AppendEncode(nil, &p)
		if err != nil {
			t.Fatalf("encoding what Decode(%q) gave: %v", frame, err)
		}
		if bytes.ContainsAny(encoded, "\r\n") {
			t.Fatalf("Decode(%q) encoded has several lines: %q", frame, encoded)
		}
		var again rpcconn.Packet
		if err := codec.Decode(encoded, &again); err != nil {
			t.Fatalf("Decode(%q), encoded as %q: %v", frame, encoded, err)
		}
		if again.Batch != p.Batch || len(again.Messages) != len(p.Messages) {
			t.Fatalf("Decode(%q), encoded as %q: %d messages, want %d", frame, encoded, len(again.Messages), len(p.Messages))
		}
		for i, m := range p.Messages {
			if got, want := show(again.Messages[i]), show(encodable(m)); got != want {
				t.Errorf("Decode(%q), encoded as %q:\n got %s\nwant %s", frame, encoded, got, want)
			}
		}
	})
}

// encodable returns m as encoding and decoding leaves it: every text on one line, and an id in every answer (section 5).
func encodable(m rpcconn.Message) rpcconn.Message {
	oneLine := func(text []byte) []byte {
		text = bytes.ReplaceAll(text, []byte("\n"), []byte(" "))
		return bytes.ReplaceAll(text, []byte("\r"), []byte(" "))
	}
	m.ID = rpcconn.ParseID(oneLine(m.ID.Append(nil)))
	if m.Kind == rpcconn.KindResponse && m.ID.IsNone() {
		m.ID = rpcconn.NullID()
	}
	m.Params, m.Result = oneLine(m.Params), oneLine(m.Result)
	if m.Err != nil {
		m.Err.Data = oneLine(m.Err.Data)
	}
	return m
}
