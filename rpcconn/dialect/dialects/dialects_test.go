package dialects_test

import (
	"context"
	"encoding/json"
	"errors"
	"path"
	"slices"
	"strings"
	"testing"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/dialect"
	"rpcsh/rpcconn/dialect/acp"
	"rpcsh/rpcconn/dialect/dialects"
	"rpcsh/rpcconn/dialect/dialecttest"
	"rpcsh/rpcconn/dialect/lsp"
	"rpcsh/rpcconn/dialect/mcp"
)

func TestPlan(t *testing.T) {
	tests := []struct{ protocol, framing, scheme, want string }{
		{"lsp", "header", "exec", "lsp"},
		{"mcp", "", "http", "mcp"},
		{"nvim", "msgpack", "unix", "nvim"},
		{"cdp", "", "ws", "cdp"},
		{"ethereum", "", "http", "ethereum"},
		{"ovsdb", "none", "tcp", "ovsdb"},
		{"jsonrpc", "header", "exec", "lsp rpc.discover system.listMethods describe"},
		{"jsonrpc", "header", "tcp", "lsp rpc.discover system.listMethods"},
		{"jsonrpc", "line", "exec", "mcp acp rpc.discover system.listMethods describe"},
		{"jsonrpc", "line", "tcp", "rpc.discover system.listMethods describe"},
		{"jsonrpc", "rfc7464", "tls", "rpc.discover system.listMethods describe"},
		{"jsonrpc", "none", "unix", "rpc.discover system.listMethods ethereum describe"},
		{"jsonrpc", "", "https", "rpc.discover ethereum system.listMethods mcp describe"},
		{"jsonrpc", "", "wss", "rpc.discover ethereum system.listMethods __listMethods describe"},
		{"jsonrpc1", "none", "tcp", "ovsdb"},
		{"msgpackrpc", "msgpack", "tcp", "nvim"},
		{"bsonrpc", "bson", "tcp", "rpc.discover system.listMethods"},
		{"", "", "", ""},
	}
	for _, test := range tests {
		var names []string
		for _, d := range dialects.Plan(dialect.Spoken{Protocol: test.protocol, Framing: test.framing,
			Scheme: test.scheme}) {
			names = append(names, d.Name)
		}
		if got := strings.Join(names, " "); got != test.want {
			t.Errorf("%s, %s, %s: got %s", test.protocol, test.framing, test.scheme, got)
		}
	}
}

// TestPlans checks that peers of each protocol are asked, by what can be asked, and that no dialect forbids what it
// asks itself.
func TestPlans(t *testing.T) {
	for _, protocol := range dialects.Protocols() {
		for _, framing := range append(dial.FramingNames(), "") {
			for _, scheme := range []string{"tcp", "unix", "tls", "ws", "wss", "http", "https", "exec"} {
				plan := dialects.Plan(dialect.Spoken{Protocol: protocol.Name, Framing: framing, Scheme: scheme})
				if len(plan) == 0 {
					t.Errorf("%s, %s, %s: nothing is asked", protocol.Name, framing, scheme)
				}
				for _, d := range plan {
					if d.Learn == nil {
						t.Errorf("%s, %s, %s: %s cannot be asked", protocol.Name, framing, scheme, d.Name)
					}
				}
			}
		}
	}
	for _, d := range dialects.All() {
		for _, method := range d.Asks {
			for _, pattern := range d.Never {
				if ok, err := path.Match(pattern, method); ok || err != nil {
					t.Errorf("%s: %s forbids %s, which it asks: %v", d.Name, pattern, method, err)
				}
			}
		}
	}
}

// TestTable checks what each dialect has to say.
func TestTable(t *testing.T) {
	const longest = 80 // characters of a summary
	names := make(map[string]bool)
	for _, d := range dialects.All() {
		if names[d.Name] {
			t.Errorf("%s is there twice", d.Name)
		}
		names[d.Name] = true
		switch {
		case d.Name == "" || d.Title == "" || d.Summary == "":
			t.Errorf("%q has no name, title or summary", d.Name)
		case len(d.Summary) > longest || strings.ContainsAny(d.Name+d.Title+d.Summary, "\n;"):
			t.Errorf("%s: its texts are no short lines", d.Name)
		case d.Wire == nil && d.Learn == nil:
			t.Errorf("%s is neither spoken nor asked", d.Name)
		case d.Wire == nil && d.Fits == nil:
			t.Errorf("%s is never asked unasked", d.Name)
		case (d.Learn == nil) != (len(d.Asks) == 0):
			t.Errorf("%s learns and asks nothing, or the other way round", d.Name)
		case d.Wire != nil && d.Wire.Discover && d.Learn != nil:
			t.Errorf("%s has a convention of its own, and is asked for OpenRPC", d.Name)
		case (d.Prepare == nil) != (d.Example == nil):
			t.Errorf("%s has a short way without an example, or the other way round", d.Name)
		}
		if w := d.Wire; w != nil {
			if !slices.Contains(append(dial.FramingNames(), "bson", "msgpack"), w.Framing) || w.NewCodec() == nil {
				t.Errorf("%s has no framing %s, or no codec", d.Name, w.Framing)
			}
			if w.Become != nil && w.Become(w.NewCodec()) == nil {
				t.Errorf("%s becomes nothing", d.Name)
			}
		}
		methods := make(map[string]bool)
		for _, a := range d.Answers {
			if methods[a.Method] || a.Text == "" {
				t.Errorf("%s: the answer to %s is there twice, or has no text", d.Name, a.Method)
			}
			methods[a.Method] = true
		}
	}
	for _, name := range dial.ProtocolNames()[1:] {
		if d := dialects.Find(name); d == nil || d.Wire == nil {
			t.Errorf("%s is no protocol", name)
		}
	}
	if first := dialects.Protocols()[0]; first.Name != "jsonrpc" || dialects.Find("nosuch") != nil {
		t.Errorf("the default protocol is %s", first.Name)
	}
}

// TestBatches checks that each protocol either takes batches, or says why it does not, or has no way to write one.
func TestBatches(t *testing.T) {
	takes := []string{"jsonrpc", "ethereum"}
	batch := &rpcconn.Packet{Batch: true, Messages: []rpcconn.Message{
		{Kind: rpcconn.KindNotification, Method: "a"}, {Kind: rpcconn.KindNotification, Method: "b"},
	}}
	for _, d := range dialects.Protocols() {
		_, err := d.Wire.NewCodec().AppendEncode(nil, batch)
		unsayable := errors.Is(err, errors.ErrUnsupported)
		if refused := d.NoBatch != "" || unsayable; refused == slices.Contains(takes, d.Name) {
			t.Errorf("%s: %q, %v", d.Name, d.NoBatch, err)
		}
	}
}

// TestHandshakeOfOthers begins a session with peers that answer initialize and are something else: they are told
// nothing more.
func TestHandshakeOfOthers(t *testing.T) {
	for _, d := range dialects.All() {
		if d.Handshake == nil {
			continue
		}
		for _, answer := range []string{`null`, `"initialize"`, `5`, `{}`, `[]`,
			`{"protocolVersion":5,"capabilities":[]}`, ``} {
			p, sent := dialecttest.Answering(map[string]string{"initialize": answer})
			if _, err := d.Handshake(t.Context(), p, dialect.Self{}); !errors.Is(err, dialect.ErrNotOffered) ||
				len(*sent) != 1 {
				t.Errorf("%s, %q: %v, sent %q", d.Name, answer, err, *sent)
			}
			if _, err := d.Learn(t.Context(), p, json.RawMessage(answer)); !errors.Is(err, dialect.ErrNotOffered) {
				t.Errorf("%s, %q: learning: %v", d.Name, answer, err)
			}
		}
		p, _ := dialecttest.Answering(nil)
		var refused *rpcconn.Error
		if _, err := d.Handshake(t.Context(), p, dialect.Self{}); !errors.As(err, &refused) {
			t.Errorf("%s, refused: %v", d.Name, err)
		}
	}
}

// TestParrots asks peers that say the same to everything, but perhaps the method, or what they were sent: none has a
// dialect.
func TestParrots(t *testing.T) {
	for _, constant := range []string{`"ok"`, `"pong"`, `true`, `42`, `null`, `{}`, `[]`, `["ok"]`, `[["ok"]]`,
		`{"ok":true}`, `{"status":"ok"}`, `{"state":"running","uptime":"5s"}`, `{"methods":["a"]}`, `{"methods":[]}`,
		`[{"name":"a"}]`, `"a x\nb y"`, `{"version":"1/2"}`, `"v/1"`, `"METHOD"`, `["METHOD"]`, `[["METHOD"]]`,
		`{"method":"METHOD"}`, `"METHOD called"`, `[{"name":"METHOD"}]`, `{"METHOD":"ok"}`, `"METHOD/1"`,
		`{"methods":[{"name":"METHOD"}]}`, echo} {
		for _, d := range dialects.Conventions() {
			if l, err := learn(t, d, constant); err == nil {
				t.Errorf("%s to everything is taken for %s: %+v", constant, d.Name, l.Methods[:min(3, len(l.Methods))])
			}
		}
	}
}

// echo stands for a peer that answers what it was sent.
const echo = "echo"

// learn has a dialect ask a peer that answers the same to everything, where METHOD stands for what is asked.
func learn(t *testing.T, d *dialect.Dialect, constant string) (learned *catalog.Learned, err error) {
	p := dialect.Peer{
		Call: func(_ context.Context, method string, params json.RawMessage) (json.RawMessage, error) {
			switch {
			case constant != echo:
				return json.RawMessage(strings.ReplaceAll(constant, "METHOD", method)), nil
			case params == nil:
				return json.RawMessage("null"), nil
			}
			return params, nil
		},
		Notify: func(context.Context, string, json.RawMessage) error { return nil },
	}
	var handshake json.RawMessage
	if d.Handshake != nil {
		if handshake, err = d.Handshake(t.Context(), p, dialect.Self{}); err != nil {
			return nil, err
		}
	}
	return d.Learn(t.Context(), p, handshake)
}

func TestCancel(t *testing.T) {
	tests := []struct{ dialect, id, want string }{
		{"lsp", `7`, `$/cancelRequest {"id":7}`},
		{"lsp", `"a\"b"`, `$/cancelRequest {"id":"a\"b"}`},
		{"mcp", `7.0`, `notifications/cancelled {"requestId":7.0,"reason":"the person gave it up"}`},
		{"ovsdb", `7`, `cancel [7]`},
	}
	for _, test := range tests {
		method, params := dialects.Find(test.dialect).Cancel(rpcconn.ParseID([]byte(test.id)))
		if got := method + " " + string(params); got != test.want {
			t.Errorf("%s: got %s", test.dialect, got)
		}
	}
}

func TestTrack(t *testing.T) {
	tests := []struct{ dialect, method, params, want string }{
		{"lsp", "textDocument/hover", `{"position":{"line":1.0}}`, `{"position":{"line":1.0},"workDoneToken":"t\"1"}`},
		{"lsp", "textDocument/hover", ``, `{"workDoneToken":"t\"1"}`},
		{"lsp", "textDocument/hover", `{"workDoneToken":3}`, `{"workDoneToken":3}`},
		{"lsp", "textDocument/hover", `[1]`, `[1]`},
		{"lsp", "shutdown", ``, ``},
		{"lsp", "no/such", `{}`, `{}`},
		{"mcp", "tools/call", `{"name":"a","arguments":{}}`,
			`{"name":"a","arguments":{},"_meta":{"progressToken":"t\"1"}}`},
		{"mcp", "tools/call", `{"_meta":{"a":1},"name":"a"}`, `{"name":"a","_meta":{"a":1,"progressToken":"t\"1"}}`},
		{"mcp", "tools/call", `{"_meta":{"progressToken":5}}`, `{"_meta":{"progressToken":5}}`},
		{"mcp", "tools/call", `{"_meta":5}`, `{"_meta":5}`},
		{"mcp", "tools/call", `[]`, `[]`},
		{"mcp", "ping", `{}`, `{}`},
	}
	for _, test := range tests {
		if got := dialects.Find(test.dialect).Track(test.method, json.RawMessage(test.params),
			`t"1`); string(got) != test.want {
			t.Errorf("%s %s: got %s, want %s", test.method, test.params, got, test.want)
		}
	}
}

func TestSubject(t *testing.T) {
	for _, test := range []struct{ method, params, want string }{
		{"tools/call", `{"arguments":{},"name":"get\u002dsum"}`, "get-sum"},
		{"prompts/get", `{"name":"greet"}`, "greet"},
		{"tools/call", `{"name":5}`, ""}, {"tools/call", `["x"]`, ""}, {"tools/call", "", ""},
		{"tools/list", `{"name":"x"}`, ""}, {"my_add", `{"name":"x"}`, ""},
	} {
		if got := dialects.Subject(test.method, json.RawMessage(test.params)); got != test.want {
			t.Errorf("%s %s: got %q, want %q", test.method, test.params, got, test.want)
		}
	}
}

func TestProgress(t *testing.T) {
	tests := []struct {
		dialect, method, params string
		want                    dialect.Progress
		ok                      bool
	}{
		{"lsp", "$/progress", `{"token":"a","value":{"kind":"begin","title":"Indexing","message":"files",` +
			`"percentage":0}}`, dialect.Progress{Token: `"a"`, Total: 100, Text: "Indexing: files"}, true},
		{"lsp", "$/progress", `{"token":"a","value":{"kind":"begin","title":"Indexing"}}`,
			dialect.Progress{Token: `"a"`, Text: "Indexing"}, true},
		{"lsp", "$/progress", `{"token":1,"value":{"kind":"report","percentage":40}}`,
			dialect.Progress{Token: "1", Done: 40, Total: 100}, true},
		{"lsp", "$/progress", `{"token":1,"value":{"kind":"end","message":"done"}}`,
			dialect.Progress{Token: "1", Text: "done", Ended: true}, true},
		{"lsp", "$/progress", `{"token":1,"value":[{"uri":"a partial result"}]}`, dialect.Progress{}, false},
		{"lsp", "$/progress", `{"value":{"kind":"end"}}`, dialect.Progress{}, false},
		{"lsp", "window/logMessage", `{"token":1,"value":{"kind":"end"}}`, dialect.Progress{}, false},
		{"mcp", "notifications/progress", `{"progressToken":"a","progress":2,"total":3,"message":"m"}`,
			dialect.Progress{Token: `"a"`, Done: 2, Total: 3, Text: "m"}, true},
		{"mcp", "notifications/progress", `{"progressToken":1,"progress":0.5}`, dialect.Progress{Token: "1", Done: 0.5},
			true},
		{"mcp", "notifications/progress", `{"progress":1}`, dialect.Progress{}, false},
		{"mcp", "notifications/progress", `[1]`, dialect.Progress{}, false},
		{"mcp", "notifications/progress", ``, dialect.Progress{}, false},
		{"mcp", "notifications/message", `{"progressToken":1}`, dialect.Progress{}, false},
	}
	for _, test := range tests {
		got, ok := dialects.Find(test.dialect).Progress(test.method, json.RawMessage(test.params))
		if got != test.want || ok != test.ok {
			t.Errorf("%s %s: got %+v, %v", test.method, test.params, got, ok)
		}
	}
}

func TestAnswers(t *testing.T) {
	tests := []struct{ dialect, method, params, want string }{
		{"lsp", "workspace/configuration", `{"items":[{"section":"a"},{}]}`, `[{},{}]`},
		{"lsp", "workspace/configuration", `{"items":5}`, `[]`},
		{"lsp", "workspace/configuration", `[]`, `[]`},
		{"lsp", "workspace/workspaceFolders", ``, `[{"uri":"file:///a","name":"a"}]`},
		{"lsp", "client/registerCapability", `{}`, `null`},
		{"lsp", "workspace/applyEdit", `{}`, `{"applied":false,"failureReason":"edits are not applied here"}`},
		{"mcp", "ping", ``, `{}`},
		{"mcp", "roots/list", ``, `{"roots":[]}`},
		{"mcp", "elicitation/create", `{}`, `{"action":"decline"}`},
		{"ovsdb", "echo", `["a",1.0]`, `["a",1.0]`},
		{"ovsdb", "echo", ``, `[]`},
	}
	for _, test := range tests {
		got, err := answerOf(t, test.dialect, test.method).Answer(json.RawMessage(test.params),
			dialect.Self{Root: "/a"})
		if err != nil || string(got) != test.want {
			t.Errorf("%s %s: got %s, %v", test.method, test.params, got, err)
		}
	}
	var refused *rpcconn.Error
	if got, err := answerOf(t, "mcp", "sampling/createMessage").Answer(nil, dialect.Self{}); got != nil ||
		!errors.As(err, &refused) || refused.Code != -1 {
		t.Errorf("sampling is answered with %s, %v", got, err)
	}
}

func answerOf(t *testing.T, name, method string) dialect.Answer {
	t.Helper()
	for _, a := range dialects.Find(name).Answers {
		if a.Method == method {
			return a
		}
	}
	t.Fatalf("%s has no answer to %s", name, method)
	return dialect.Answer{}
}

// TestServersAreAnswered checks that each request which the protocol lets the peer make has a default.
func TestServersAreAnswered(t *testing.T) {
	reads := map[string]func() (*catalog.Learned, error){
		"lsp": func() (*catalog.Learned, error) { return lsp.Read(json.RawMessage(`{"capabilities":{}}`)) },
		"acp": func() (*catalog.Learned, error) {
			return acp.Read(json.RawMessage(`{"protocolVersion":1,"authMethods":[]}`))
		},
		"mcp": func() (*catalog.Learned, error) {
			return mcp.Read(json.RawMessage(`{"protocolVersion":"2025-06-18"}`), nil)
		},
	}
	for name, read := range reads {
		learned, err := read()
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range learned.Methods {
			answers := dialects.Find(name).Answers
			if m.Ours && m.Kind == catalog.KindRequest && !slices.ContainsFunc(answers, func(a dialect.Answer) bool {
				return a.Method == m.Name
			}) {
				t.Errorf("%s: %s is not answered", name, m.Name)
			}
		}
	}
}

// TestAnswersFitTheProtocol checks the answers to language servers against the model of their protocol.
func TestAnswersFitTheProtocol(t *testing.T) {
	learned, err := lsp.Read(json.RawMessage(`{"capabilities":{}}`))
	if err != nil {
		t.Fatal(err)
	}
	c := catalog.New()
	c.Replace(learned)
	for _, a := range dialects.Find("lsp").Answers {
		m, ok := lsp.FindMethod(a.Method)
		if !ok || !m.Ours {
			t.Errorf("there is no %s", a.Method)
			continue
		}
		result, _ := a.Answer(json.RawMessage(`{"items":[{}]}`), dialect.Self{Root: "/a"})
		if problems := c.CheckResult(m, result); len(problems) > 0 {
			t.Errorf("%s is answered with %s: %v", a.Method, result, problems)
		}
	}
}

// TestTeaches reads a registration, and nothing else.
func TestTeaches(t *testing.T) {
	params := json.RawMessage(`{"registrations":[{"id":"1","method":"textDocument/hover"}]}`)
	teaches := dialects.Find("lsp").Teaches
	if got := teaches("client/registerCapability", params); len(got) != 1 || got[0].Name != "textDocument/hover" {
		t.Errorf("got %+v", got)
	}
	if got := teaches("window/logMessage", params); got != nil {
		t.Errorf("got %+v", got)
	}
}

func FuzzDialects(f *testing.F) {
	f.Add([]byte(`{"items":[{}],"token":1,"value":{"kind":"begin","percentage":5}}`), "$/progress")
	f.Add([]byte(`{"_meta":{"progressToken":1},"progressToken":"a","progress":1e400}`), "notifications/progress")
	f.Add([]byte(`{"_meta":{"a":1}} x`), "tools/call")
	f.Add([]byte(`{"requestId":{"a":[1]}}`), "notifications/cancelled")
	f.Fuzz(func(t *testing.T, params []byte, method string) {
		if id, _, ok := dialects.Withdrawn(method, params); ok && !json.Valid([]byte(id.String())) {
			t.Fatalf("%q withdraws %s", params, id)
		}
		for _, p := range dialects.All() {
			if p.Progress != nil {
				if progress, ok := p.Progress(method, params); ok && !json.Valid([]byte(progress.Token)) {
					t.Fatalf("%s: %q gives %+v", p.Name, params, progress)
				}
			}
			if p.Track != nil && json.Valid(params) {
				if tracked := p.Track(method, params, "t"); !json.Valid(tracked) {
					t.Fatalf("%s: %q becomes %q", p.Name, params, tracked)
				}
			}
			for _, a := range p.Answers {
				if result, err := a.Answer(params, dialect.Self{}); err == nil && json.Valid(params) &&
					!json.Valid(result) {
					t.Fatalf("%s: %s %q is answered with %q", p.Name, a.Method, params, result)
				}
			}
		}
	})
}

func TestWithdrawn(t *testing.T) {
	for _, tt := range []struct {
		method, params string
		id             string // "": none is withdrawn
		code           int64  // of the answer; 0: there is none
	}{
		{"$/cancelRequest", `{"id":7}`, "7", -32800},
		{"$/cancelRequest", `{"id":"a"}`, `"a"`, -32800},
		{"notifications/cancelled", `{"requestId":0,"reason":"late"}`, "0", 0},
		{"notifications/cancelled", `{"id":7}`, "", 0},
		{"$/cancelRequest", `[7]`, "", 0},
		{"$/cancelRequest", "", "", 0},
		{"cancel", `[7]`, "", 0},
	} {
		id, answer, ok := dialects.Withdrawn(tt.method, json.RawMessage(tt.params))
		code := int64(0)
		if answer != nil && ok {
			code = answer.Code
		}
		if ok != (tt.id != "") || ok && id.String() != tt.id || code != tt.code {
			t.Errorf("%s %s: got %s, %v, %v", tt.method, tt.params, id, answer, ok)
		}
	}
}
