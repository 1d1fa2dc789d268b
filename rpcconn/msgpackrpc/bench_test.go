package msgpackrpc

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/tinylib/msgp/msgp"

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

func request(params string) *rpcconn.Packet {
	return &rpcconn.Packet{Messages: []rpcconn.Message{{
		Kind: rpcconn.KindRequest, ID: rpcconn.IntID(12345), Method: "my_add", Params: json.RawMessage(params),
	}}}
}

// BenchmarkDecode compares with what msgp itself makes JSON with.
func BenchmarkDecode(b *testing.B) {
	for _, size := range sizes() {
		frame, err := New().AppendEncode(nil, request(size.params))
		if err != nil {
			b.Fatal(err)
		}
		b.Run(size.name+"/codec", func(b *testing.B) {
			codec := New()
			var p rpcconn.Packet
			b.ReportAllocs()
			b.SetBytes(int64(len(frame)))
			for b.Loop() {
				if err := codec.Decode(frame, &p); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(size.name+"/msgp", func(b *testing.B) {
			var text bytes.Buffer
			b.ReportAllocs()
			b.SetBytes(int64(len(frame)))
			for b.Loop() {
				text.Reset()
				if _, err := msgp.UnmarshalAsJSON(&text, frame); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkEncode compares with encoding/json and msgp by way of Go values.
func BenchmarkEncode(b *testing.B) {
	for _, size := range sizes() {
		p := request(size.params)
		b.Run(size.name+"/codec", func(b *testing.B) {
			codec := New()
			var frame []byte
			b.ReportAllocs()
			for b.Loop() {
				var err error
				if frame, err = codec.AppendEncode(frame[:0], p); err != nil {
					b.Fatal(err)
				}
			}
			b.SetBytes(int64(len(frame)))
		})
		b.Run(size.name+"/msgp", func(b *testing.B) {
			var frame []byte
			b.ReportAllocs()
			for b.Loop() {
				var params any
				if err := json.Unmarshal(p.Messages[0].Params, &params); err != nil {
					b.Fatal(err)
				}
				var err error
				if frame, err = msgp.AppendIntf(frame[:0], []any{0, 12345, "my_add", params}); err != nil {
					b.Fatal(err)
				}
			}
			b.SetBytes(int64(len(frame)))
		})
	}
}
