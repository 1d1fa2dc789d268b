package openrpc

import (
	"encoding/json"
	"reflect"
	"testing"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/schema"
)

// roundTrip exports what was learned, reads that back, and exports it again.
func roundTrip(t *testing.T, learned *catalog.Learned) *catalog.Learned {
	t.Helper()
	c := catalog.New()
	c.Replace(learned)
	document := Export(c, "t")
	again, err := Read(document)
	if err != nil {
		t.Fatalf("reading %s: %v", document, err)
	}
	c = catalog.New()
	c.Replace(again)
	if second := Export(c, "t"); string(second) != string(document) {
		t.Fatalf("exported:\n%s\nonce more:\n%s", document, second)
	}
	return again
}

func TestOpenRPCIsReadBack(t *testing.T) {
	raw := func(text string) json.RawMessage { return json.RawMessage(text) }
	c := catalog.New()
	want := &catalog.Learned{
		Source: Source, Peer: catalog.Identity{Name: "P", Version: "1", Modules: []string{"m"}},
		Methods: []catalog.Method{
			{
				Name: "all", Kind: catalog.KindRequest, Summary: "One.", Description: "Two <b>.\n\nThree.",
				Structure: catalog.ByPosition, Open: true, Deprecated: true,
				Params: []catalog.Param{
					{Name: "a", Summary: "s", Required: true, Deprecated: true,
						Schema: raw(`{"$ref":"#/components/schemas/A%20b~1c"}`)},
					{Name: "b", Schema: raw(`{"minimum":1e400,"default":100.000000}`)},
				},
				Result: &catalog.Param{Name: "result"}, Errors: []catalog.MethodError{{Code: -5, Message: "m",
					Data: raw(`[1]`)}}, Tags: []string{"t"}, Source: Source,
				Examples: []catalog.Example{
					{Name: "e", Params: raw(`[1,"x"]`), Result: raw(`null`)}, {Name: "none"},
					{Name: "empty", Params: raw(`[]`)}, {Name: "named", Params: raw(`{"a":1}`)},
				},
				Via: &catalog.Via{Method: "tools/call", Fixed: raw(`{"name":"all"}`), Member: "arguments"},
			},
			{Name: "named", Params: []catalog.Param{{Name: "a"}}, Structure: catalog.ByName, Source: Source,
				Examples: []catalog.Example{{Name: "e", Params: raw(`{"a":1}`)}, {Name: "l", Params: raw(`[1]`)}}},
			{Name: "seen", Kind: catalog.KindNotification, Params: []catalog.Param{{Name: "arg1"}},
				Source: catalog.SourceTraffic, Inferred: true},
			{Name: "unknown", Source: Source},
			{Name: "unknown", Ours: true, Kind: catalog.KindNotification, Source: Source},
		},
		Definitions: schema.Definitions{
			"A b/c": raw(`{"type":"object","properties":{"next":{"$ref":"#/components/schemas/N"}}}`),
			"N":     raw(`{"items":{"$ref":"#/components/schemas/N"}}`),
		},
	}
	learned := *want
	learned.Definitions = schema.Definitions{"unused": raw(`{"$ref":"#/components/schemas/N"}`), "broken": raw(`{`)}
	for name, d := range want.Definitions {
		learned.Definitions[name] = d
	}
	c.Replace(&learned)
	got, err := Read(Export(c, "t"))
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%s, %v\nwant\n%s", dump(got), err, dump(want))
	}
	roundTrip(t, want)
}
