package lsp

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dialect"
	"rpcsh/rpcconn/dialect/dialecttest"
)

func TestHandshake(t *testing.T) {
	const answer = `{"capabilities":{"hoverProvider":true}}`
	p, sent := dialecttest.Answering(map[string]string{"initialize": answer})
	handshake, err := Dialect().Handshake(t.Context(), p, dialect.Self{Name: "rpcsh", Version: "7", Root: "/a b/c"})
	if err != nil || string(handshake) != answer {
		t.Errorf("got %s, %v", handshake, err)
	}
	if len(*sent) != 2 || (*sent)[1] != "!initialized {}" {
		t.Fatalf("sent %q", *sent)
	}
	const begin = `initialize {"processId":null,"clientInfo":{"name":"rpcsh","version":"7"},` +
		`"rootUri":"file:///a%20b/c","workspaceFolders":[{"uri":"file:///a%20b/c","name":"c"}],` +
		`"capabilities":{"general":`
	if !strings.HasPrefix((*sent)[0], begin) {
		t.Errorf("sent %s", (*sent)[0])
	}
}

// TestLSPCapabilitiesAreTheProtocols checks that what we say we can do is what the protocol has a name for.
func TestLSPCapabilitiesAreTheProtocols(t *testing.T) {
	var check func(path string, capabilities json.RawMessage, definition string)
	check = func(path string, capabilities json.RawMessage, definition string) {
		var members map[string]json.RawMessage
		if json.Unmarshal(capabilities, &members) != nil {
			return
		}
		var schema struct {
			Properties map[string]struct {
				Ref string `json:"$ref"`
			} `json:"properties"`
		}
		if err := json.Unmarshal(model().Definitions[definition], &schema); err != nil || schema.Properties == nil {
			return // not an object of its own
		}
		for name, value := range members {
			property, ok := schema.Properties[name]
			if !ok {
				t.Errorf("%s has no member %s", path, name)
			}
			check(path+"."+name, value, strings.TrimPrefix(property.Ref, "#/components/schemas/"))
		}
	}
	check("capabilities", clientCapabilities, "ClientCapabilities")
}

func TestFromLSP(t *testing.T) {
	tests := []struct {
		capabilities string
		has, hasNot  []string
	}{
		{`{}`, []string{"shutdown", "exit", "initialize", "$/cancelRequest", "workspace/didChangeConfiguration"},
			[]string{"textDocument/hover", "textDocument/didOpen", "client/registerCapability", "$/logTrace"}},
		{
			`{"hoverProvider":{},"definitionProvider":true,"referencesProvider":false,` +
				`"completionProvider":{"resolveProvider":true},"codeActionProvider":true}`,
			[]string{"textDocument/hover", "textDocument/definition", "textDocument/completion",
				"completionItem/resolve", "textDocument/codeAction"},
			[]string{"textDocument/references", "codeAction/resolve"},
		},
		{`{"textDocumentSync":2}`, []string{"textDocument/didOpen", "textDocument/didChange", "textDocument/didClose",
			"textDocument/didSave"}, []string{"textDocument/willSave"}},
		{`{"textDocumentSync":0}`, nil, []string{"textDocument/didOpen", "textDocument/didChange"}},
		{`{"textDocumentSync":{"openClose":true,"change":0,"willSave":true}}`,
			[]string{"textDocument/didOpen", "textDocument/willSave"}, []string{"textDocument/didChange",
				"textDocument/didSave"}},
		{
			`{"semanticTokensProvider":{"legend":{},"full":{"delta":true}},` +
				`"workspace":{"fileOperations":{"didCreate":{}}},"callHierarchyProvider":true}`,
			[]string{"textDocument/semanticTokens/full", "textDocument/semanticTokens/full/delta",
				"workspace/didCreateFiles", "callHierarchy/incomingCalls"},
			[]string{"textDocument/semanticTokens/range", "workspace/didRenameFiles"},
		},
		{`{"hoverProvider":null,"textDocumentSync":"x","workspace":5,"completionProvider":[]}`,
			[]string{"textDocument/completion"}, []string{"textDocument/hover", "textDocument/didOpen"}},
	}
	for _, test := range tests {
		learned, err := Read(json.RawMessage(`{"capabilities":` + test.capabilities +
			`,"serverInfo":{"name":"s","version":"2"}}`))
		if err != nil || learned.Peer.String() != "s 2" {
			t.Fatalf("%s: %v, %v", test.capabilities, learned, err)
		}
		c := catalog.New()
		c.Replace(learned)
		for _, name := range test.has {
			if !c.Knows(name) {
				t.Errorf("%s: there is no %s", test.capabilities, name)
			}
		}
		for _, name := range test.hasNot {
			if c.Knows(name) {
				t.Errorf("%s: there is %s", test.capabilities, name)
			}
		}
	}
}

func TestFromLSPInBothDirections(t *testing.T) {
	learned, err := Read(json.RawMessage(`{"capabilities":{}}`))
	if err != nil {
		t.Fatal(err)
	}
	var ours []string
	for _, m := range learned.Methods {
		if m.Ours {
			ours = append(ours, m.Name)
		}
	}
	for _, name := range []string{"client/registerCapability", "workspace/configuration",
		"textDocument/publishDiagnostics", "$/progress", "$/cancelRequest", "$/logTrace"} {
		if !slices.Contains(ours, name) {
			t.Errorf("we have no %s", name)
		}
	}
	if slices.Contains(ours, "textDocument/hover") {
		t.Error("hover is ours")
	}
}

func TestLSPShapes(t *testing.T) {
	for name, want := range map[string]string{
		"textDocument/hover": "textDocument/hover(textDocument: TextDocumentIdentifier, position: Position, " +
			"workDoneToken?: ProgressToken) → Hover|null",
		"shutdown":                "shutdown() → null",
		"telemetry/event":         "telemetry/event",
		"textDocument/didOpen":    "textDocument/didOpen(textDocument: TextDocumentItem)",
		"workspace/configuration": "workspace/configuration(items: [ConfigurationItem]) → [LSPAny]",
	} {
		m, ok := FindMethod(name)
		if got := m.Signature(); !ok || got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if m, ok := FindMethod("no/such"); ok {
		t.Errorf("no/such is %+v", m)
	}
}

// TestLSPModelIsWhole checks that all that is referred to is there.
func TestLSPModelIsWhole(t *testing.T) {
	model := model()
	text, err := json.Marshal(model)
	if err != nil || len(model.Methods) < 95 {
		t.Fatalf("%d methods, %v", len(model.Methods), err)
	}
	for _, part := range strings.Split(string(text), "#/components/schemas/")[1:] {
		name, _, _ := strings.Cut(part, `"`)
		if model.Definitions[name] == nil {
			t.Errorf("there is no %s", name)
		}
	}
}

// TestLSPSchemasAreUsed checks that what the model says is heeded: no object is a number.
func TestLSPSchemasAreUsed(t *testing.T) {
	learned, err := Read(json.RawMessage(`{"capabilities":{}}`))
	if err != nil {
		t.Fatal(err)
	}
	c := catalog.New()
	c.Replace(learned)
	objects := 0
	for name, schema := range learned.Definitions {
		if !strings.HasPrefix(string(schema), `{"type":"object"`) {
			continue
		}
		objects++
		m := catalog.Method{Source: Source,
			Params: []catalog.Param{{Name: "p", Schema: json.RawMessage(`{"$ref":"#/components/schemas/` + name +
				`"}`)}}}
		if problems := c.Check(m, json.RawMessage("[7]")); len(problems) == 0 {
			t.Errorf("7 is a %s", name)
		}
	}
	if objects < 200 {
		t.Errorf("there are %d objects", objects)
	}
}

func TestLSPCommands(t *testing.T) {
	learned, err := Read(json.RawMessage(`{"capabilities":{"executeCommandProvider":{"commands":["a.b","c"]}}}`))
	if err != nil {
		t.Fatal(err)
	}
	c := catalog.New(learned.Methods...)
	m, _ := c.Find("workspace/executeCommand")
	if got := m.Signature(); !strings.HasPrefix(got, `workspace/executeCommand(command: "a.b"|"c", `) {
		t.Errorf("got %s", got)
	}
	if m, _ := FindMethod("workspace/executeCommand"); strings.Contains(m.Signature(), "a.b") {
		t.Error("one server's commands are the protocol's")
	}
}

func TestRegistered(t *testing.T) {
	tests := []struct {
		name, params string
		want         []string
	}{
		{"nothing", `null`, nil},
		{"wrong", `{"registrations":[5,{"method":7}]}`, nil},
		{"unknown", `{"registrations":[{"id":"1","method":"no/such"},{"method":""}]}`, nil},
		{"ours", `{"registrations":[{"method":"workspace/configuration"}]}`, nil},
		{"without capability", `{"registrations":[{"method":"workspace/didChangeConfiguration",` +
			`"registerOptions":{"section":"x"}}]}`, []string{"workspace/didChangeConfiguration"}},
		{"plain, twice", `{"registrations":[{"method":"textDocument/hover"},{"method":"textDocument/hover",` +
			`"registerOptions":null}]}`, []string{"textDocument/hover"}},
		{"options", `{"registrations":[{"method":"textDocument/completion",` +
			`"registerOptions":{"resolveProvider":true}}]}`, []string{"textDocument/completion",
			"completionItem/resolve"}},
		{"deep", `{"registrations":[{"method":"textDocument/didChange","registerOptions":{"syncKind":1}}]}`,
			[]string{"textDocument/didChange"}},
		{"group", `{"registrations":[{"method":"textDocument/semanticTokens","registerOptions":{"full":true,` +
			`"range":true}}]}`, []string{"textDocument/semanticTokens/full", "textDocument/semanticTokens/range"}},
	}
	for _, test := range tests {
		var got []string
		for _, m := range registered(json.RawMessage(test.params)) {
			got = append(got, m.Name)
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: got %q", test.name, got)
		}
	}
}

func TestReadLSPModelSaysWhatIsNone(t *testing.T) {
	for _, data := range [][]byte{nil, []byte("{}"), modelData[:len(modelData)/2]} {
		if m, err := readModel(data); err == nil {
			t.Errorf("%d bytes are %+v", len(data), m)
		}
	}
}

func FuzzFromLSP(f *testing.F) {
	f.Add([]byte(`{"capabilities":{"textDocumentSync":1,"hoverProvider":true,` +
		`"executeCommandProvider":{"commands":["a"]}}}`))
	f.Add([]byte(`{"registrations":[{"method":"textDocument/didSave","registerOptions":{"a":1}}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, m := range registered(text) {
			if m.Ours || m.Name == "" {
				t.Fatalf("%q registers %+v", text, m)
			}
		}
		learned, err := Read(text)
		if err != nil {
			return
		}
		for _, m := range learned.Methods {
			if m.Name == "" || m.Source != Source {
				t.Fatalf("%q gives %+v", text, m)
			}
		}
	})
}
