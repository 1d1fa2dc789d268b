package mcp

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dialect"
	"rpcsh/rpcconn/dialect/dialecttest"
)

const serverHandshake = `{"protocolVersion":"2025-06-18","capabilities":{"tools":{},"prompts":{},` +
	`"resources":{"subscribe":true},"logging":{}},"serverInfo":{"name":"s","version":"1"}}`

func TestHandshake(t *testing.T) {
	p, sent := dialecttest.Answering(map[string]string{"initialize": serverHandshake})
	handshake, err := Dialect().Handshake(t.Context(), p, dialect.Self{Name: "rpcsh", Version: "7", Root: "/a"})
	if err != nil || string(handshake) != serverHandshake {
		t.Errorf("got %s, %v", handshake, err)
	}
	want := []string{
		`initialize {"protocolVersion":"2025-06-18","capabilities":{"roots":{"listChanged":true},"sampling":{},` +
			`"elicitation":{}},"clientInfo":{"name":"rpcsh","version":"7"}}`,
		"!notifications/initialized",
	}
	if !slices.Equal(*sent, want) {
		t.Errorf("sent %q", *sent)
	}
}

func TestMCPPages(t *testing.T) {
	tool := func(name string) string { return `{"name":"` + name + `","inputSchema":{"type":"object"}}` }
	handshake := `{"protocolVersion":"2025-06-18","capabilities":{"tools":{},"resources":{}}}`
	tests := []struct {
		name    string
		answers map[string]string
		tools   []string
		sent    []string
		remarks []string
	}{
		{
			"two pages, no templates", map[string]string{
				"tools/list":                   `{"tools":[` + tool("a") + `],"nextCursor":"c\"1"}`,
				`tools/list {"cursor":"c\"1"}`: `{"tools":[` + tool("b") + `]}`,
				"resources/list":               `{"resources":[]}`,
			},
			[]string{"a", "b"}, []string{"tools/list", `tools/list {"cursor":"c\"1"}`, "resources/list",
				"resources/templates/list"}, nil,
		},
		{
			"a circle", map[string]string{"tools/list": `{"tools":[` + tool("a") + `],"nextCursor":"c"}`,
				"resources/list": `{"resources":[]}`},
			[]string{"a"}, []string{"tools/list", `tools/list {"cursor":"c"}`, "resources/list",
				"resources/templates/list"},
			[]string{"tools/list: it does not end after 2 entries",
				"tools/list: entries without a name of their own: 1"},
		},
		{
			"another form", map[string]string{"tools/list": `[]`, "resources/list": `{"resources":5}`},
			nil, []string{"tools/list", "resources/list", "resources/templates/list"},
			[]string{"tools/list: the answer has no list of tools",
				"resources/list: the answer has no list of resources"},
		},
		{
			"a connection that ends", map[string]string{"tools/list": `{"tools":[` + tool("a") + `]}`,
				"resources/list": "!gone"},
			[]string{"a"}, []string{"tools/list",
				"resources/list"}, []string{"resources/list: connection closed: gone"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p, sent := dialecttest.Answering(test.answers)
			learned, err := Dialect().Learn(t.Context(), p, json.RawMessage(handshake))
			if err != nil {
				t.Fatal(err)
			}
			var tools []string
			for _, m := range learned.Methods {
				if m.Via != nil {
					tools = append(tools, m.Name)
				}
			}
			if !slices.Equal(tools, test.tools) || !slices.Equal(*sent, test.sent) ||
				!slices.Equal(learned.Remarks, test.remarks) {
				t.Errorf("tools %q, sent %q, remarks %q", tools, *sent, learned.Remarks)
			}
		})
	}
}

// TestMCPPagesWithoutEnd asks a server that always has a new page.
func TestMCPPagesWithoutEnd(t *testing.T) {
	n := 0
	p := dialect.Peer{Call: func(context.Context, string, json.RawMessage) (json.RawMessage, error) {
		n++
		return fmt.Appendf(nil, `{"tools":[{"name":"t%d"}],"nextCursor":"%d"}`, n, n), nil
	}}
	learned, err := learn(t.Context(), p, json.RawMessage(`{"protocolVersion":"1","capabilities":{"tools":{}}}`))
	if err != nil || n != maxPages || len(learned.Remarks) != 1 ||
		!strings.Contains(learned.Remarks[0], "more than 200 pages") {
		t.Errorf("%d pages, %v, %v", n, learned.Remarks, err)
	}
}

// TestMCPEntriesWithoutEnd asks a server whose pages are long.
func TestMCPEntriesWithoutEnd(t *testing.T) {
	n := 0
	list := strings.Repeat(`{"name":"t"},`, catalog.MaxMethods) + `{"name":"t"}`
	p := dialect.Peer{Call: func(context.Context, string, json.RawMessage) (json.RawMessage, error) {
		n++
		if n > 2 {
			list = `{"name":"t"}`
		}
		return fmt.Appendf(nil, `{"tools":[%s],"nextCursor":"%d"}`, list, n), nil
	}}
	learned, err := learn(t.Context(), p, json.RawMessage(`{"protocolVersion":"1","capabilities":{"tools":{}}}`))
	if err != nil || n != 1 || len(learned.Remarks) == 0 ||
		!strings.Contains(learned.Remarks[0], "does not end after") {
		t.Errorf("%d pages, %q, %v", n, learned.Remarks, err)
	}
}

func TestFromMCP(t *testing.T) {
	list := func(entries ...string) (all []json.RawMessage) {
		for _, e := range entries {
			all = append(all, json.RawMessage(e))
		}
		return all
	}
	learned, err := Read(json.RawMessage(serverHandshake), map[string][]json.RawMessage{
		"tools/list": list(
			`{"name":"get","title":"Get","description":"Gets.\n\nAll of it.","inputSchema":{"type":"object",`+
				`"properties":{"unit":{"type":"string","enum":["C","F"],"default":"C"},"city":{"type":"string",`+
				`"description":"where"}},"required":["city"]},"annotations":{"readOnlyHint":true}}`,
			`{"name":"ping","annotations":{"title":"Pings","destructiveHint":true},"inputSchema":{"type":"object",`+
				`"properties":{},"additionalProperties":true}}`,
			`{"name":"get"}`, `5`, `null`, `{}`, `{"name":"odd","inputSchema":5,"description":7}`,
		),
		"prompts/list": list(
			`{"name":"list","arguments":[{"name":"a","required":true,"description":"d"},{"name":""},{"name":"b"}]}`),
		"resources/list":           list(`{"uri":"x:1","name":"one"}`, `{"uri":"x:2"}`, `{"name":"none"}`),
		"resources/templates/list": list(`{"uriTemplate":"x:{id}"}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	if learned.Peer.String() != "s 1" ||
		!slices.Equal(learned.Remarks, []string{"tools/list: entries without a name of their own: 4"}) {
		t.Errorf("peer %s, remarks %q", learned.Peer, learned.Remarks)
	}
	got := catalog.New()
	got.Replace(learned)
	find := func(name string) catalog.Method {
		m, ok := got.Find(name)
		if !ok {
			t.Errorf("there is no %s", name)
		}
		return m
	}
	get := find("get")
	if get.Summary != "Gets." || get.Description != "All of it." || get.Open || get.Structure != catalog.ByName ||
		!slices.Equal(get.Tags, []string{"tool", "read-only"}) {
		t.Errorf("get is %+v", get)
	}
	if want := (&catalog.Via{Method: "tools/call", Fixed: json.RawMessage(`{"name":"get"}`),
		Member: "arguments"}); !reflect.DeepEqual(get.Via, want) {
		t.Errorf("get is called via %+v", get.Via)
	}
	if len(get.Params) != 2 || get.Params[0].Name != "unit" || get.Params[0].Required || get.Params[1].Name != "city" ||
		!get.Params[1].Required || get.Params[1].Summary != "where" {
		t.Errorf("get has %+v", get.Params)
	}
	if ping := find("tools/ping"); ping.Summary != "Pings" || !ping.Open ||
		string(ping.Via.Fixed) != `{"name":"ping"}` {
		t.Errorf("tools/ping is %+v", ping)
	}
	if odd := find("odd"); !odd.Open || odd.Params == nil {
		t.Errorf("odd is %+v", odd)
	}
	if prompt := find("prompts/prompts/list"); string(prompt.Via.Fixed) != `{"name":"list"}` ||
		prompt.Signature() != "prompts/prompts/list(a: string, b?: string) → GetPromptResult" {
		t.Errorf("the prompt is %s, via %+v", prompt.Signature(), prompt.Via)
	}
	if read := find("resources/read"); string(read.Params[0].Schema) != `{"anyOf":[{"type":"string","enum":["x:1",`+
		`"x:2"]},{"type":"string"}],"description":"or one that fits x:{id}"}` {
		t.Errorf("resources/read takes %s", read.Params[0].Schema)
	}
	if method, sent, err := get.Call(json.RawMessage(`{"city":"Bern"}`)); method != "tools/call" ||
		string(sent) != `{"name":"get","arguments":{"city":"Bern"}}` || err != nil {
		t.Errorf("get sends %s %s, %v", method, sent, err)
	}
	if problems := got.Check(get, json.RawMessage(`{"unit":"K","town":1}`)); len(problems) != 3 {
		t.Errorf("a wrong unit, another name and no city: %v", problems)
	}
	if problems := got.Check(find("tools/call"), json.RawMessage(`{"name":"get","_meta":{}}`)); len(problems) != 0 {
		t.Errorf("_meta: %v", problems)
	}
	find("resources/subscribe")
	if got.Knows("completion/complete") {
		t.Error("a server without completions has completion/complete")
	}
}

func TestMCPURI(t *testing.T) {
	list := func(text string) []json.RawMessage {
		if text == "" {
			return nil
		}
		return []json.RawMessage{json.RawMessage(text)}
	}
	tests := []struct{ resource, template, want string }{
		{"", "", `{"type":"string"}`},
		{`{"uri":"a"}`, "", `{"type":"string","enum":["a"]}`},
		{"", `{"uriTemplate":"a{b}"}`, `{"type":"string","description":"or one that fits a{b}"}`},
	}
	for _, test := range tests {
		if got := uriSchema(list(test.resource), list(test.template)); string(got) != test.want {
			t.Errorf("%s, %s: got %s", test.resource, test.template, got)
		}
	}
}

// TestMCPMethodsAreWhole checks the table by hand: names are unique, and schemas are JSON.
func TestMCPMethodsAreWhole(t *testing.T) {
	capabilities := make(map[string]json.RawMessage)
	for _, c := range []string{"tools", "prompts", "resources", "completions", "logging"} {
		capabilities[c] = json.RawMessage(`{"subscribe":true}`)
	}
	seen := make(map[string]bool)
	for _, m := range protocolMethods(capabilities, json.RawMessage(`{}`)) {
		if seen[fmt.Sprint(m.Name, m.Ours)] {
			t.Errorf("%s is there twice", m.Name)
		}
		seen[fmt.Sprint(m.Name, m.Ours)] = true
		schemas := m.Params
		if m.Result != nil {
			schemas = append(schemas, *m.Result)
		}
		for _, p := range schemas {
			if !json.Valid(p.Schema) {
				t.Errorf("%s: the schema of %s is %s", m.Name, p.Name, p.Schema)
			}
		}
	}
	if len(seen) != 28 {
		t.Errorf("there are %d methods", len(seen))
	}
}

func FuzzFromMCP(f *testing.F) {
	f.Add([]byte(serverHandshake), []byte(`{"name":"get","inputSchema":{"type":"object",`+
		`"properties":{"a":{"$ref":"#/$defs/A"}},"$defs":{"A":{"$ref":"#/$defs/A"}}}}`))
	f.Add([]byte(serverHandshake),
		[]byte(`{"name":"ping","uri":"a:b","uriTemplate":"{","arguments":[{"name":"a"}],`+
			`"outputSchema":{"type":"object"}}`))
	f.Fuzz(func(t *testing.T, handshake, entry []byte) {
		lists := make(map[string][]json.RawMessage)
		for _, l := range pagedLists() {
			lists[l.method] = []json.RawMessage{entry, entry}
		}
		learned, err := Read(handshake, lists)
		if err != nil {
			return
		}
		for _, m := range learned.Methods {
			_ = m.Signature()
			if _, err := json.Marshal(m); m.Name == "" || m.Params == nil || json.Valid(entry) && err != nil {
				t.Fatalf("%q gives %+v, %v", entry, m, err)
			}
		}
	})
}
