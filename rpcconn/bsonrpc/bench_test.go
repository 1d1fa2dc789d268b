package bsonrpc

import (
	"encoding/json"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"

	"rpcsh/rpcconn"
)

// benchmarkMessages are requests of about the size their name tells: numbers, texts, and documents of both.
func benchmarkMessages() []struct {
	name string
	m    rpcconn.Message
} {
	item := `{"name":"someone or other","n":123456,"f":1.5,"tags":["red","green"],"on":true}`
	params := func(items int) json.RawMessage {
		return json.RawMessage("[" + strings.Repeat(item+",", items-1) + item + "]")
	}
	request := rpcconn.Message{Kind: rpcconn.KindRequest, ID: rpcconn.IntID(7), Method: "my_progress_add"}
	small, medium, large := request, request, request
	small.Params, medium.Params, large.Params = json.RawMessage(`[2,2]`), params(11), params(700)
	return []struct {
		name string
		m    rpcconn.Message
	}{{"small", small}, {"1KiB", medium}, {"64KiB", large}}
}

func BenchmarkEnvelope(b *testing.B) {
	for _, test := range benchmarkMessages() {
		frame := encode(b, test.m)
		b.Run(test.name, func(b *testing.B) {
			b.SetBytes(int64(len(frame)))
			b.ReportAllocs()
			for b.Loop() {
				var e envelope
				if err := e.scan(frame); err != nil || e.params.kind != bsoncore.TypeArray {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkDecode(b *testing.B) {
	for _, test := range benchmarkMessages() {
		frame := encode(b, test.m)
		b.Run(test.name, func(b *testing.B) {
			c := New()
			var p rpcconn.Packet
			b.SetBytes(int64(len(frame)))
			b.ReportAllocs()
			for b.Loop() {
				if err := c.Decode(frame, &p); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkEncode(b *testing.B) {
	for _, test := range benchmarkMessages() {
		frame := encode(b, test.m)
		b.Run(test.name, func(b *testing.B) {
			c := New()
			p := rpcconn.Packet{Messages: []rpcconn.Message{test.m}}
			b.SetBytes(int64(len(frame)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := c.AppendEncode(frame[:0], &p); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// driverMessage is the message as one would write it for the driver, which is what the codec is compared with.
type driverMessage struct {
	Version string        `bson:"bsonrpc"`
	ID      int32         `bson:"id"`
	Method  string        `bson:"method"`
	Params  bson.RawValue `bson:"params"`
}

func BenchmarkDriverEnvelope(b *testing.B) {
	for _, test := range benchmarkMessages() {
		frame := encode(b, test.m)
		b.Run(test.name, func(b *testing.B) {
			b.SetBytes(int64(len(frame)))
			b.ReportAllocs()
			for b.Loop() {
				var m driverMessage
				if err := bson.Unmarshal(frame, &m); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkDriverDecode(b *testing.B) {
	for _, test := range benchmarkMessages() {
		frame := encode(b, test.m)
		b.Run(test.name, func(b *testing.B) {
			b.SetBytes(int64(len(frame)))
			b.ReportAllocs()
			for b.Loop() {
				var m driverMessage
				if err := bson.Unmarshal(frame, &m); err != nil {
					b.Fatal(err)
				}
				if _, err := bson.MarshalExtJSON(bson.D{{Key: "params", Value: m.Params}}, false, false); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkDriverEncode(b *testing.B) {
	for _, test := range benchmarkMessages() {
		frame := encode(b, test.m)
		text := []byte(`{"params":` + string(test.m.Params) + `}`)
		b.Run(test.name, func(b *testing.B) {
			b.SetBytes(int64(len(frame)))
			b.ReportAllocs()
			for b.Loop() {
				var params struct {
					Params bson.RawValue `bson:"params"`
				}
				if err := bson.UnmarshalExtJSON(text, false, &params); err != nil {
					b.Fatal(err)
				}
				if _, err := bson.Marshal(driverMessage{Version: version, ID: 7, Method: test.m.Method,
					Params: params.Params}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
