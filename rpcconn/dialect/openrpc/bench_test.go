package openrpc

import (
	"encoding/json"
	"fmt"
	"testing"

	"rpcsh/rpcconn/catalog"
)

// described returns n methods such as peers have them.
func described(n int) []catalog.Method {
	methods := make([]catalog.Method, n)
	for i := range methods {
		methods[i] = catalog.Method{
			Name: fmt.Sprintf("Domain%d.method%d", i%50, i), Summary: "Does what it does.", Source: Source,
			Params: []catalog.Param{
				{Name: "uri", Required: true,
					Schema: json.RawMessage(
						`{"type":"string","description":"Which document it is about, as a URI.","format":"uri"}`)},
				{Name: "position", Required: true, Schema: json.RawMessage(`{"$ref":"#/components/schemas/Position"}`)},
				{Name: "mode", Schema: json.RawMessage(
					`{"type":"string","enum":["fast","slow","never"],"default":"fast"}`)},
				{Name: "limit", Schema: json.RawMessage(
					`{"anyOf":[{"type":"integer"},{"type":"null"}],"title":"Limit"}`)},
			},
			Result: &catalog.Param{Name: "result",
				Schema: json.RawMessage(`{"type":"array","items":{"type":"object","title":"Place",` +
					`"properties":{"a":{"type":"string"}}}}`)},
		}
	}
	return methods
}

func BenchmarkRead(b *testing.B) {
	c := catalog.New(described(9_000)...)
	document := Export(c, "t")
	b.SetBytes(int64(len(document)))
	b.ReportAllocs()
	for b.Loop() {
		if learned, err := Read(document); err != nil || len(learned.Methods) != 9_000 {
			b.Fatal(err)
		}
	}
}
