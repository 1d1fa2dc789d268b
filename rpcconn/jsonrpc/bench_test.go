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
			parts[i] = fmt.Sprintf(`{"id":%d,"name":"record number %d","price":%d.25,"tags":["new","sale"],"active":true}`, i, i, i)
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
			w := wire{JSONRPC: "2.0", ID: json.RawMessage("12345"), Method: "my_add", Params: json.RawMessage(size.params)}
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

func TestNoAllocation(t *testing.T) {
	codec := New()
	var p rpcconn.Packet
	var out []byte
	for _, frame := range []string{
		`{"jsonrpc":"2.0","id":1,"method":"my_add","params":[1,2]}`,
		`{"jsonrpc":"2.0","method":"report_progress","params":{"done":0.5}}`,
		`{"jsonrpc":"2.0","id":1,"result":{"sum":3}}`,
		`[{"jsonrpc":"2.0","id":1,"result":1},{"jsonrpc":"2.0","method":"my_add"}]`,
	} {
		text := []byte(frame)
		if n := testing.AllocsPerRun(100, func() {
			if err := codec.Decode(text, &p); err != nil {
				t.Error(err)
			}
			var err error
			if out, err = codec.AppendEncode(out[:0], &p); err != nil {
				t.Error(err)
			}
		}); n != 0 {
			t.Errorf("decoding and encoding %s allocates %v times", frame, n)
		}
		if string(out) != frame {
			t.Errorf("%s was encoded as %s", frame, out)
		}
	}
}
