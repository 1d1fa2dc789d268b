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
		`[]`, `"x"`, `{`, "{\"id\":\"\xff\"}", `{"result":1}{}`, "\xef\xbb\xbf{\"result\":1}\x00[]", "{\x00}\x00",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, frame []byte) {
		var p rpcconn.Packet
		codec := New()
		if !decodes(t, codec, frame, &p) {
			return
		}
		for _, m := range p.Messages {
			if m.Kind == rpcconn.KindInvalid && m.Err != nil && m.Err.Code != rpcconn.CodeInvalidRequest {
				t.Fatalf("Decode(%q): %s", frame, show(m))
			}
		}
		p.Messages = slices.DeleteFunc(p.Messages, func(m rpcconn.Message) bool {
			return m.Kind == rpcconn.KindInvalid
		})
		if p.Batch || len(p.Messages) > 0 {
			checkEncode(t, codec, &p)
		}
	})
}

// FuzzDecodeDialects is FuzzDecode for the dialects without batches.
func FuzzDecodeDialects(f *testing.F) {
	for _, seed := range []string{
		`{"id":1,"method":"a","params":[1,2]}`, `{"id":null,"method":"a"}`, `{"id":{},"method":"a","params":{}}`,
		`{"id":1,"result":null,"error":"te\u0078t"}`, `{"id":1,"result":1,"error":null}`, `{"id":1,"error":[ 1, {} ]}`,
		`{"id":1,"error":{"code":1,"message":"m","data":2}}`, `{"id":1,"error":{"code":1.5,"message":"m"}}`,
		`{"method":"a","sessionId":"S","\u0078":[1],"jsonrpc":"2.0"}`, `[{"id":1,"method":3},{"x":1}]`,
		`{"id":1,"id":2,"method":"a"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, frame []byte) {
		for _, codec := range []*Codec{New1(), NewVersionless()} {
			var p rpcconn.Packet
			if !decodes(t, codec, frame, &p) {
				return
			}
			for _, m := range p.Messages {
				if m.Kind == rpcconn.KindInvalid {
					if m.Err != nil && m.ID.IsNone() {
						t.Fatalf("%s: Decode(%q) has an answer for nobody: %s", codec.dialect.name, frame, show(m))
					}
					continue
				}
				checkEncode(t, codec, &rpcconn.Packet{Messages: []rpcconn.Message{m}})
			}
		}
	})
}

// decodes reports whether codec decodes frame, having checked what has to be so in any case.
func decodes(t *testing.T, codec *Codec, frame []byte, p *rpcconn.Packet) bool {
	t.Helper()
	codec.Glean(frame)
	if err := codec.Decode(frame, p); err != nil {
		var e *rpcconn.Error
		if !errors.As(err, &e) || e.Code != rpcconn.CodeParseError || len(p.Messages) != 0 {
			t.Fatalf("Decode(%q) = %v with %d messages", frame, err, len(p.Messages))
		}
		return false
	}
	harmless := len(p.Deviations) > 0
	p.Deviations = nil
	if !json.Valid(frame) && !harmless {
		t.Fatalf("Decode(%q) takes what is no JSON", frame)
	}
	if !p.Batch && len(p.Messages) != 1 && !harmless {
		t.Fatalf("Decode(%q): %d messages", frame, len(p.Messages))
	}
	for _, m := range p.Messages {
		if m.Kind == rpcconn.KindInvalid && !json.Valid(m.Raw) || m.Extra != nil && !json.Valid(m.Extra) {
			t.Fatalf("Decode(%q): no JSON in %s", frame, show(m))
		}
	}
	return true
}

// checkEncode checks that p, which was decoded, is the same after it was encoded and decoded.
func checkEncode(t *testing.T, codec *Codec, p *rpcconn.Packet) {
	t.Helper()
	if !p.Batch && len(p.Messages) > 1 { // several texts in one frame
		for _, m := range p.Messages {
			checkEncode(t, codec, &rpcconn.Packet{Messages: []rpcconn.Message{m}})
		}
		return
	}
	encoded, err := codec.AppendEncode(nil, p)
	if err != nil {
		t.Fatalf("encoding what was decoded: %v", err)
	}
	if bytes.ContainsAny(encoded, "\r\n") {
		t.Fatalf("encoded to several lines: %q", encoded)
	}
	var again rpcconn.Packet
	if err := codec.Decode(encoded, &again); err != nil {
		t.Fatalf("encoded as %q: %v", encoded, err)
	}
	if again.Batch != p.Batch || len(again.Messages) != len(p.Messages) {
		t.Fatalf("encoded as %q: %d messages, want %d", encoded, len(again.Messages), len(p.Messages))
	}
	for i, m := range p.Messages {
		if m.Err != nil && codec.dialect.anyError && isAllData(m.Err) {
			m.Err = codec.readError(m.Err.Data)
		}
		if m.Kind != rpcconn.KindResponse && m.Params == nil && codec.dialect.allMembers {
			m.Params = []byte("[]")
		}
		if got, want := show(again.Messages[i]), show(encodable(m)); got != want {
			t.Errorf("%s: encoded as %q:\n got %s\nwant %s", codec.dialect.name, encoded, got, want)
		}
	}
}

// encodable returns m as encoding and decoding leaves it: every text on one line, and an id in every answer (section
// 5).
func encodable(m rpcconn.Message) rpcconn.Message {
	oneLine := func(text []byte) []byte {
		text = bytes.ReplaceAll(text, []byte("\n"), []byte(" "))
		return bytes.ReplaceAll(text, []byte("\r"), []byte(" "))
	}
	m.ID = rpcconn.ParseID(oneLine(m.ID.Append(nil)))
	if m.Kind == rpcconn.KindResponse && m.ID.IsNone() {
		m.ID = rpcconn.NullID()
	}
	m.Params, m.Result, m.Extra = oneLine(m.Params), oneLine(m.Result), oneLine(m.Extra)
	if m.Err != nil {
		m.Err.Data = oneLine(m.Err.Data)
	}
	return m
}
