package catalog

import (
	"encoding/json"
	"reflect"
	"rpcsh/rpcconn/schema"
	"testing"
)

// roundTrip exports what was learned, reads that back, and exports it again.
func roundTrip(t *testing.T, learned *Learned) *Learned {
	t.Helper()
	c := New()
	c.Replace(learned)
	document := c.OpenRPC("t")
	again, err := FromOpenRPC(document)
	if err != nil {
		t.Fatalf("reading %s: %v", document, err)
	}
	c = New()
	c.Replace(again)
	if second := c.OpenRPC("t"); string(second) != string(document) {
		t.Fatalf("exported:\n%s\nonce more:\n%s", document, second)
	}
	return again
}

func TestOpenRPCIsReadBack(t *testing.T) {
	raw := func(text string) json.RawMessage { return json.RawMessage(text) }
	c := New()
	want := &Learned{
		Source: SourceOpenRPC, Peer: Identity{Name: "P", Version: "1", Modules: []string{"m"}},
		Methods: []Method{
			{
				Name: "all", Kind: KindRequest, Summary: "One.", Description: "Two <b>.\n\nThree.", Structure: ByPosition, Open: true, Deprecated: true,
				Params: []Param{
					{Name: "a", Summary: "s", Required: true, Deprecated: true, Schema: raw(`{"$ref":"#/components/schemas/A%20b~1c"}`)},
					{Name: "b", Schema: raw(`{"minimum":1e400,"default":100.000000}`)},
				},
				Result: &Param{Name: "result"}, Errors: []Error{{-5, "m", raw(`[1]`)}}, Tags: []string{"t"}, Source: SourceOpenRPC,
				Examples: []Example{
					{"e", raw(`[1,"x"]`), raw(`null`)}, {Name: "none"}, {"empty", raw(`[]`), nil}, {"named", raw(`{"a":1}`), nil},
				},
				Via: &Via{"tools/call", raw(`{"name":"all"}`), "arguments"},
			},
			{Name: "named", Params: []Param{{Name: "a"}}, Structure: ByName, Source: SourceOpenRPC, Examples: []Example{{"e", raw(`{"a":1}`), nil}, {"l", raw(`[1]`), nil}}},
			{Name: "seen", Kind: KindNotification, Params: []Param{{Name: "arg1"}}, Source: SourceTraffic, Inferred: true},
			{Name: "unknown", Source: SourceOpenRPC},
			{Name: "unknown", Ours: true, Kind: KindNotification, Source: SourceOpenRPC},
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
	got, err := FromOpenRPC(c.OpenRPC("t"))
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%s, %v\nwant\n%s", dump(got), err, dump(want))
	}
	roundTrip(t, want)
}
