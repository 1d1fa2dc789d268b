package openrpc

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/schema"
)

func TestFromOpenRPC(t *testing.T) {
	schema := func(text string) json.RawMessage { return json.RawMessage(text) }
	tests := []struct {
		name, document, title string
		want                  []catalog.Method
	}{
		{"empty", `{"openrpc":"1.3.2"}`, "", nil},
		{"title", `{"openrpc":"1.3.2","info":{"title":"T","version":"1.0"},"methods":[]}`, "T 1.0", nil},
		{"no version", `{"methods":[{"name":"m"}],"info":{"title":"T"}}`, "T",
			[]catalog.Method{{Name: "m", Source: Source, Params: []catalog.Param{}}}},
		{
			"params", `{"openrpc":"1.3.2","methods":[{"name":"add","summary":" Adds. \nMore.","params":[
				{"name":"a","required":true,"summary":"one","schema":{"type": "integer"}},{"name":"b","description":"two\nlines","schema":true}]}]}`, "",
			[]catalog.Method{{Name: "add", Summary: "Adds.", Description: "More.", Source: Source,
				Params: []catalog.Param{
					{Name: "a", Required: true, Summary: "one", Schema: schema(`{"type":"integer"}`)},
					{Name: "b", Summary: "two"},
				}}},
		},
		{
			"references", `{"openrpc":"1.3.2",
			"methods":[{"name":"m","params":[{"$ref":"#/components/contentDescriptors/A"},
				{"$ref":"#/components/contentDescriptors/none"},{"$ref":"elsewhere.json"},
				{"$ref":"#/components/contentDescriptors/loop"},{"name":"b"}]}],
				"components":{"contentDescriptors":{"A":{"name":"a","required":true,"schema":{"type":"string"}},"loop":{"$ref":"#/components/contentDescriptors/loop"}}}}`, "",
			[]catalog.Method{{Name: "m", Source: Source, Open: true,
				Params: []catalog.Param{{Name: "a", Required: true, Schema: schema(`{"type":"string"}`)},
					{Name: "arg2"}, {Name: "arg3"}, {Name: "arg4"}, {Name: "b"}}}},
		},
		{
			"odd entries", `{"openrpc":"1.3.2","methods":[1,null,"m",{"name":5},{"summary":"no name"},{"$ref":"x"},
			{"name":"p","params":5},
				{"name":"q","params":[1,null,{"name":7},{"required":true}]},{"name":"r","description":"d"}]}`, "",
			[]catalog.Method{
				{Name: "p", Source: Source},
				{Name: "q", Source: Source, Open: true, Params: []catalog.Param{{Name: "arg1"}, {Name: "arg2"},
					{Name: "arg3"}, {Name: "arg4", Required: true}}},
				{Name: "r", Summary: "d", Source: Source, Params: []catalog.Param{}},
			},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			learned, err := Read(json.RawMessage(test.document))
			if err != nil || learned.Peer.String() != test.title || !reflect.DeepEqual(learned.Methods, test.want) {
				t.Errorf("got %+v, %v\nwant %q, %+v", learned, err, test.title, test.want)
			}
		})
	}
}

func TestFromOpenRPCReadsFiles(t *testing.T) {
	learned, err := Read([]byte("\xef\xbb\xbf{\r\n\"methods\": [{\"name\": \"m\", \"summary\": \"caf\xe9\"}]\r\n}\r\n"))
	if err != nil || len(learned.Methods) != 1 || learned.Methods[0].Summary != "caf\ufffd" {
		t.Errorf("got %+v, %v", learned, err)
	}
}

func TestSummarize(t *testing.T) {
	tests := []struct{ summary, description, line, rest string }{
		{"", "", "", ""},
		{"s", "d", "s", "d"},
		{" s ", "s\n", "s", ""},
		{"", "One. \r\nTwo.", "One.", "Two."},
		{"", "Title\r\n\r\nText.", "Title", "Text."},
		{"", "A sentence that\ngoes on.", "A sentence that", "A sentence that\ngoes on."},
		{"One.\nTwo.", "Three.", "One.", "Two.\n\nThree."},
		{"", "Twice.\nTwice.", "Twice.", ""},
	}
	for _, test := range tests {
		if line, rest := catalog.Summarize(test.line, test.rest); line != test.line || rest != test.rest {
			t.Errorf("%q, %q, once more: got %q, %q", test.line, test.rest, line, rest)
		}
		if line, rest := catalog.Summarize(test.summary, test.description); line != test.line || rest != test.rest {
			t.Errorf("%q, %q: got %q, %q, want %q, %q", test.summary, test.description, line, rest, test.line,
				test.rest)
		}
	}
}

func TestFromOpenRPCSaysWhatIsNone(t *testing.T) {
	for _, document := range []string{``, `{`, `null`, `5`, `[]`, `{}`, `{"methods":5}`, `{"methods":{"a":1}}`,
		`{"openrpc":5}`} {
		if learned, err := Read(json.RawMessage(document)); err == nil {
			t.Errorf("%q is %+v", document, learned)
		}
	}
}

// fullOpenRPC has everything that is read of a document.
const fullOpenRPC = `{"openrpc":"1.3.2","info":{"title":"Zoo","version":"2","x-rpcsh-modules":["a","b"]},"methods":[
	{"name":"feed","summary":"Feeds.","description":"Feeds an animal.\n\nOnce.","paramStructure":"by-name",
	"deprecated":true,
		"tags":[{"name":"care"},{"$ref":"#/components/tags/daily"},"text"],
		"params":[
			{"name":"animal","required":true,"deprecated":true,"description":"whom",
			"schema":{"$ref":"#/components/schemas/Animal"}},
			{"$ref":"#/components/contentDescriptors/Food"},
			{"name":"where","schema":{"$ref":"#/components/contentDescriptors/Food/schema"}}],
		"result":{"name":"eaten","schema":{"type":"boolean"}},
		"errors":[{"code":-1,"message":"bites","data":{"a":1}},{"$ref":"#/components/errors/Ill"},{"code":"x"}],
		"examples":[{"name":"a cat","params":[{"name":"animal","value":{"name":"Tom"}},
		{"$ref":"#/components/examples/fish"}],"result":{"name":"r","value":true}},
			{"$ref":"#/components/examplePairings/none"},{"params":[{"name":"animal","externalValue":"http://x"}]}]},
	{"$ref":"#/components/x-methods/born"},
	{"name":"weigh","paramStructure":"by-position",
	"params":[{"name":"a","schema":{"$defs":{"Kilo":{"type":"number"}},"$ref":"#/$defs/Kilo"}},
	{"name":"b","schema":{"$ref":"http://elsewhere/x.json","title":"T"}}],
		"examples":[{"name":"two","params":[{"name":"a","value":1},{"name":"b","value":2.50}]}]}],
	"components":{
		"contentDescriptors":{"Food":{"name":"food","schema":{"enum":["fish","hay"]}}},
		"schemas":{"Animal":{"type":"object",
		"properties":{"name":{"type":"string"},
		"young":{"type":"array","items":{"$ref":"#/components/schemas/Animal"}}}},"Unused":{}},
		"errors":{"Ill":{"code":7,"message":"ill"}},
		"tags":{"daily":{"name":"daily"}},
		"examples":{"fish":{"name":"food","value":"fish"}},
		"x-methods":{"born":{"name":"born","params":[]}}}}`

func TestFromOpenRPCReadsAll(t *testing.T) {
	got, err := Read(json.RawMessage(fullOpenRPC))
	if err != nil {
		t.Fatal(err)
	}
	raw := func(text string) json.RawMessage { return json.RawMessage(text) }
	want := &catalog.Learned{
		Source: Source, Peer: catalog.Identity{Name: "Zoo", Version: "2", Modules: []string{"a", "b"}},
		Methods: []catalog.Method{
			{
				Name: "feed", Summary: "Feeds.", Description: "Feeds an animal.\n\nOnce.", Structure: catalog.ByName,
				Deprecated: true,
				Tags:       []string{"care", "daily", "text"}, Source: Source,
				Params: []catalog.Param{
					{Name: "animal", Summary: "whom", Required: true, Deprecated: true,
						Schema: raw(`{"$ref":"#/components/schemas/Animal"}`)},
					{Name: "food", Schema: raw(`{"enum":["fish","hay"]}`)},
					{Name: "where", Schema: raw(`{"$ref":"#/components/schemas/Food"}`)},
				},
				Result: &catalog.Param{Name: "eaten", Schema: raw(`{"type":"boolean"}`)},
				Errors: []catalog.MethodError{{Code: -1, Message: "bites", Data: raw(`{"a":1}`)},
					{Code: 7, Message: "ill"}},
				Examples: []catalog.Example{{Name: "a cat", Params: raw(`{"animal":{"name":"Tom"},"food":"fish"}`),
					Result: raw(`true`)}},
			},
			{Name: "born", Params: []catalog.Param{}, Source: Source},
			{
				Name: "weigh", Structure: catalog.ByPosition, Source: Source,
				Params: []catalog.Param{{Name: "a", Schema: raw(`{"$ref":"#/components/schemas/weigh.Kilo"}`)},
					{Name: "b", Schema: raw(`{"title":"T"}`)}},
				Examples: []catalog.Example{{Name: "two", Params: raw(`[1,2.50]`)}},
			},
		},
		Definitions: schema.Definitions{
			"Animal": raw(`{"type":"object","properties":{"name":{"type":"string"},"young":{"type":"array",` +
				`"items":{"$ref":"#/components/schemas/Animal"}}}}`),
			"Food":       raw(`{"enum":["fish","hay"]}`),
			"weigh.Kilo": raw(`{"type":"number"}`),
		},
		Remarks: []string{
			`nothing is at "#/components/examplePairings/none", which is referred to`,
			`an example of "feed" has no value`,
			`schemas that are elsewhere are not fetched, such as "http://elsewhere/x.json"`,
		},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%s\nwant\n%s", dump(got), dump(want))
	}
}

// dump returns what is learned as text that can be compared by eye.
func dump(l *catalog.Learned) string {
	text, _ := json.MarshalIndent(l, "", " ")
	return string(text)
}

func TestFromOpenRPCFollowsNoCircles(t *testing.T) {
	learned, err := Read(json.RawMessage(`{"methods":[
		{"$ref":"#/methods/0"},{"$ref":"#/methods"},{"$ref":"#"},{"$ref":""},{"$ref":"#x"},{"$ref":"#/methods/99"},
		{"$ref":"#/methods/0/$ref/x"},
		{"name":"m","params":[{"$ref":"#/methods/7/params/0"},{"name":"a","schema":{"$ref":"#"}},
		{"name":"b","schema":{"$ref":"#/methods/7/params/2/schema"}},
			{"name":"c","schema":{"allOf":[{"$ref":"#/methods/7/params/3/schema"}]}}]}]}`))
	if err != nil || len(learned.Methods) != 1 {
		t.Fatalf("got %+v, %v", learned, err)
	}
	m := learned.Methods[0]
	if got, want := m.Signature(), "m(arg1?, a?: m, b?: 2, c?: 3, …)"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for _, p := range m.Params {
		learned.Definitions.Sample(p.Schema)
		learned.Definitions.Properties(p.Schema)
	}
}

// TestFromOpenRPCIsBounded has documents of which a reader that follows each reference makes ever more.
func TestFromOpenRPCIsBounded(t *testing.T) {
	long := strings.Repeat(`{"name":"n","params":[{"name":"a","schema":{"$ref":"#/components/schemas/A"}}]},`, 1000)
	nested := strings.Repeat(`{"a":`, 900) + `1` + strings.Repeat(`}`, 900)
	pointer := "#/components"
	var refs []string
	for range 900 {
		pointer += "/a"
		refs = append(refs, fmt.Sprintf(`{"name":"p","schema":{"$ref":%q}}`, pointer))
	}
	tests := []struct{ name, document string }{
		{"one large object that many are", `{"methods":[` + strings.Repeat(`{"$ref":"#/x-large"},`, 2000) +
			`{"name":"m"}],"x-large":{"name":"large","params":[` + strings.Repeat(`{},`, 2000) + `{}]}}`},
		{"parts within parts", `{"methods":[{"name":"m","params":[` + strings.Join(refs, ",") + `]}],"components":` +
			nested + `}`},
		{"parts that are not there", `{"methods":[` + long + `{"name":"m"}],"components":{"x":"` +
			strings.Repeat("x", 1<<20) + `"}}`},
		{"a thousand names", `{"methods":[` +
			strings.Repeat(`{"name":"m","params":[{"name":"a","schema":{"$defs":{"A":{}},"$ref":"#/$defs/A"}}]},`,
				1000) + `{"name":"m"}]}`},
	}
	for _, test := range tests {
		learned, err := Read(json.RawMessage(test.document))
		if err != nil || len(learned.Remarks) > 10 {
			t.Errorf("%s: %v, %q", test.name, err, learned.Remarks)
			continue
		}
		size := 0
		for _, d := range learned.Definitions {
			size += len(d)
		}
		if size > 11*len(test.document)+1<<20 {
			t.Errorf("%s: of %d bytes become definitions of %d", test.name, len(test.document), size)
		}
	}
}

func FuzzFromOpenRPC(f *testing.F) {
	f.Add([]byte(`{"openrpc":"1","methods":[{"name":"a","params":[{"$ref":"#/components/contentDescriptors/A"},` +
		`{"name":"b"}]}],"components":{"contentDescriptors":{"A":{"name":"a"}}}}`))
	f.Add([]byte(`{"methods":[null,{}]}`))
	f.Add([]byte(fullOpenRPC))
	f.Fuzz(func(t *testing.T, document []byte) {
		learned, err := Read(document)
		if err != nil {
			return
		}
		for _, m := range learned.Methods {
			_ = m.Signature()
			if m.Name == "" || m.Source != Source && !m.Source.Inferred() {
				t.Fatalf("%q gives %+v", document, m)
			}
		}
		roundTrip(t, learned)
	})
}

func TestMethodsAreBounded(t *testing.T) {
	list := strings.Repeat(`{"name":"m"},`, catalog.MaxMethods) + `{"name":"m"}`
	l, err := Read(json.RawMessage(`{"openrpc":"1.3.2","methods":[` + list + `]}`))
	if err != nil || len(l.Methods) != catalog.MaxMethods || len(l.Remarks) != 1 {
		t.Errorf("%d methods, remarks %q, %v", len(l.Methods), l.Remarks, err)
	}
}
