package catalog

import (
	"encoding/json"
	"reflect"
	"testing"
)

func TestFromOpenRPC(t *testing.T) {
	schema := func(text string) json.RawMessage { return json.RawMessage(text) }
	tests := []struct {
		name, document, title string
		want                  []Method
	}{
		{"empty", `{"openrpc":"1.3.2"}`, "", nil},
		{"title", `{"openrpc":"1.3.2","info":{"title":"T","version":"1.0"},"methods":[]}`, "T 1.0", nil},
		{"no version", `{"methods":[{"name":"m"}],"info":{"title":"T"}}`, "T", []Method{{Name: "m", Source: SourceOpenRPC, Params: []Param{}}}},
		{
			"params", `{"openrpc":"1.3.2","methods":[{"name":"add","summary":" Adds. \nMore.","params":[
				{"name":"a","required":true,"summary":"one","schema":{"type": "integer"}},{"name":"b","description":"two\nlines","schema":true}]}]}`, "",
			[]Method{{Name: "add", Summary: "Adds. ", Source: SourceOpenRPC, Params: []Param{
				{Name: "a", Required: true, Summary: "one", Schema: schema(`{"type": "integer"}`)},
				{Name: "b", Summary: "two", Schema: schema(`true`)},
			}}},
		},
		{
			"references", `{"openrpc":"1.3.2","methods":[{"name":"m","params":[{"$ref":"#/components/contentDescriptors/A"},
				{"$ref":"#/components/contentDescriptors/none"},{"$ref":"elsewhere.json"},{"$ref":"#/components/contentDescriptors/loop"},{"name":"b"}]}],
				"components":{"contentDescriptors":{"A":{"name":"a","required":true,"schema":{"type":"string"}},"loop":{"$ref":"#/components/contentDescriptors/loop"}}}}`, "",
			[]Method{{Name: "m", Source: SourceOpenRPC, Params: []Param{{Name: "a", Required: true, Schema: schema(`{"type":"string"}`)}, {Name: "b"}}}},
		},
		{
			"odd entries", `{"openrpc":"1.3.2","methods":[1,null,"m",{"name":5},{"summary":"no name"},{"$ref":"x"},{"name":"p","params":5},
				{"name":"q","params":[1,null,{"name":7},{"required":true}]},{"name":"r","description":"d"}]}`, "",
			[]Method{{Name: "q", Source: SourceOpenRPC, Params: []Param{}}, {Name: "r", Summary: "d", Source: SourceOpenRPC, Params: []Param{}}},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			learned, err := FromOpenRPC(json.RawMessage(test.document))
			if err != nil || learned.Peer.String() != test.title || !reflect.DeepEqual(learned.Methods, test.want) {
				t.Errorf("got %+v, %v\nwant %q, %+v", learned, err, test.title, test.want)
			}
		})
	}
}

func TestFromOpenRPCSaysWhatIsNone(t *testing.T) {
	for _, document := range []string{``, `{`, `null`, `5`, `[]`, `{}`, `{"methods":5}`, `{"methods":{"a":1}}`, `{"openrpc":5}`} {
		if learned, err := FromOpenRPC(json.RawMessage(document)); err == nil {
			t.Errorf("%q is %+v", document, learned)
		}
	}
}

func FuzzFromOpenRPC(f *testing.F) {
	f.Add([]byte(`{"openrpc":"1","methods":[{"name":"a","params":[{"$ref":"#/components/contentDescriptors/A"},{"name":"b"}]}],"components":{"contentDescriptors":{"A":{"name":"a"}}}}`))
	f.Add([]byte(`{"methods":[null,{}]}`))
	f.Fuzz(func(t *testing.T, document []byte) {
		learned, err := FromOpenRPC(document)
		if err != nil {
			return
		}
		for _, m := range learned.Methods {
			_ = m.Signature()
			if m.Name == "" || m.Source != SourceOpenRPC {
				t.Fatalf("%q gives %+v", document, m)
			}
		}
	})
}
