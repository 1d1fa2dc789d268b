package catalog

import (
	"encoding/json"
	"fmt"
	"testing"
)

// many returns n methods such as peers have them.
func many(n int) []Method {
	methods := make([]Method, n)
	for i := range methods {
		methods[i] = Method{
			Name: fmt.Sprintf("Domain%d.method%d", i%50, i), Summary: "Does what it does.", Source: sourcePeer,
			Params: []Param{
				{Name: "uri", Required: true,
					Schema: json.RawMessage(
						`{"type":"string","description":"Which document it is about, as a URI.","format":"uri"}`)},
				{Name: "position", Required: true, Schema: json.RawMessage(`{"$ref":"#/components/schemas/Position"}`)},
				{Name: "mode", Schema: json.RawMessage(
					`{"type":"string","enum":["fast","slow","never"],"default":"fast"}`)},
				{Name: "limit", Schema: json.RawMessage(
					`{"anyOf":[{"type":"integer"},{"type":"null"}],"title":"Limit"}`)},
			},
			Result: &Param{Name: "result",
				Schema: json.RawMessage(`{"type":"array","items":{"type":"object","title":"Place",` +
					`"properties":{"a":{"type":"string"}}}}`)},
		}
	}
	return methods
}

func BenchmarkSignature(b *testing.B) {
	methods := many(20_000)
	b.ReportAllocs()
	for b.Loop() {
		for i := range methods {
			methods[i].Signature()
		}
	}
}

func BenchmarkCheck(b *testing.B) {
	c := checked()
	m := many(1)[0]
	params := json.RawMessage(`{"uri":"file:///a","position":{"line":1,"col":2},"mode":"slow","limit":null}`)
	b.ReportAllocs()
	for b.Loop() {
		if got := c.Check(m, params); len(got) > 0 {
			b.Fatal(got)
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	s := Store{Dir: b.TempDir()}
	c := New(many(20_000)...)
	if err := s.Save("t", c); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Load("t"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMethods(b *testing.B) {
	c := New(many(20_000)...)
	b.Run("changed", func(b *testing.B) {
		for b.Loop() {
			c.Replace(&Learned{Source: SourceCode})
			c.Methods()
		}
	})
	b.Run("same", func(b *testing.B) {
		for b.Loop() {
			c.Methods()
		}
	})
}
