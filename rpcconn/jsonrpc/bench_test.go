package jsonrpc

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"rpcsh/rpcconn"
)

// sizes are the params of the messages that are measured.
func sizes() []struct{ name, params string } {
	records := func(n int) string {
		parts := make([]string, n)
		for i := range parts {
			parts[i] = fmt.Sprintf(`{"id":%d,"name":"record number %d","price":%d.25,"tags":["new","sale"],`+
				`"active":true}`, i, i, i)
		}
		return "[1,2,[" + strings.Join(parts, ",") + "]]"
	}
	return []struct{ name, params string }{{"small", "[1,2]"}, {"1KiB", records(10)}, {"64KiB", records(720)}}
}

// wire is the message as encoding/json reads and writes it.
type wire struct {
	JSONRPC string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id,omitempty"`
	Method  string          `json:"method,omitempty"`
	Params  json.RawMessage `json:"params,omitempty"`
	Result  json.RawMessage `json:"result,omitempty"`
	Error   json.RawMessage `json:"error,omitempty"`
}

func BenchmarkDecode(b *testing.B) {
	for _, size := range sizes() {
		frame := []byte(`{"jsonrpc":"2.0","id":12345,"method":"my_add","params":` + size.params + `}`)
		b.Run(size.name+"/codec", func(b *testing.B) {
			codec := New()
			var p rpcconn.Packet
			b.ReportAllocs()
			b.SetBytes(int64(len(frame)))
			for b.Loop() {
				if err := codec.Decode(frame, &p); err != nil || p.Messages[0].Kind != rpcconn.KindRequest {
					b.Fatal(err)
				}
			}
		})
		b.Run(size.name+"/encodingjson", func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(frame)))
			for b.Loop() {
				var w wire
				if err := json.Unmarshal(frame, &w); err != nil || w.Method == "" {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkEncode(b *testing.B) {
	for _, size := range sizes() {
		p := single(rpcconn.Message{
			Kind: rpcconn.KindRequest, ID: rpcconn.IntID(12345), Method: "my_add", Params: json.RawMessage(size.params),
		})
		b.Run(size.name+"/codec", func(b *testing.B) {
			codec := New()
			var frame []byte
			b.ReportAllocs()
			for b.Loop() {
				var err error
				if frame, err = codec.AppendEncode(frame[:0], &p); err != nil {
					b.Fatal(err)
				}
			}
			b.SetBytes(int64(len(frame)))
		})
		b.Run(size.name+"/encodingjson", func(b *testing.B) {
			w := wire{JSONRPC: "2.0", ID: json.RawMessage("12345"), Method: "my_add",
				Params: json.RawMessage(size.params)}
			b.ReportAllocs()
			for b.Loop() {
				frame, err := json.Marshal(&w)
				if err != nil {
					b.Fatal(err)
				}
				b.SetBytes(int64(len(frame)))
			}
		})
	}
}

// BenchmarkDialects is a request, and the event of a session of the Chrome DevTools Protocol.
func BenchmarkDialects(b *testing.B) {
	for _, test := range []struct {
		name  string
		codec *Codec
		frame string
	}{
		{"1.0", New1(), `{"id":12345,"method":"my_add","params":[1,2]}`},
		{"versionless", NewVersionless(), `{"id":12345,"method":"my_add","params":[1,2]}`},
		{"versionless/extra", NewVersionless(),
			`{"method":"my_add","params":[1,2],"sessionId":"0123456789ABCDEF0123456789ABCDEF"}`},
	} {
		frame := []byte(test.frame)
		var p rpcconn.Packet
		b.Run(test.name+"/decode", func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(frame)))
			for b.Loop() {
				if err := test.codec.Decode(frame, &p); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(test.name+"/encode", func(b *testing.B) {
			var out []byte
			b.ReportAllocs()
			b.SetBytes(int64(len(frame)))
			for b.Loop() {
				var err error
				if out, err = test.codec.AppendEncode(out[:0], &p); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func TestAllocations(t *testing.T) {
	var p rpcconn.Packet
	var out []byte
	for _, test := range []struct {
		codec *Codec
		want  float64
		frame string
	}{
		{New(), 0, `{"jsonrpc":"2.0","id":1,"method":"my_add","params":[1,2]}`},
		{New(), 0, `{"jsonrpc":"2.0","method":"report_progress","params":{"done":0.5}}`},
		{New(), 0, `{"jsonrpc":"2.0","id":1,"result":{"sum":3}}`},
		{New(), 0, `[{"jsonrpc":"2.0","id":1,"result":1},{"jsonrpc":"2.0","method":"my_add"}]`},
		{New1(), 0, `{"id":1,"method":"my_add","params":[1,2]}`},
		{New1(), 0, `{"id":null,"method":"report_progress","params":[]}`},
		{New1(), 0, `{"id":1,"result":{"sum":3},"error":null}`},
		{NewVersionless(), 0, `{"id":1,"method":"my_add","params":[1,2]}`},
		{NewVersionless(), 0, `{"id":1,"result":{"sum":3}}`},
		{NewVersionless(), 1, `{"method":"my_add","params":[1,2],"sessionId":"0123456789ABCDEF0123456789ABCDEF",` +
			`"n":[1, 2]}`},
	} {
		text := []byte(test.frame)
		if n := testing.AllocsPerRun(100, func() {
			if err := test.codec.Decode(text, &p); err != nil {
				t.Error(err)
			}
			var err error
			if out, err = test.codec.AppendEncode(out[:0], &p); err != nil {
				t.Error(err)
			}
		}); n != test.want {
			t.Errorf("decoding and encoding %s allocates %v times, want %v", test.frame, n, test.want)
		}
		if string(out) != test.frame {
			t.Errorf("%s was encoded as %s", test.frame, out)
		}
	}
}
