package shell_test

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dial"
	"rpcsh/shell"
)

// mcpServer is a server of the Model Context Protocol whose tools are tools.
func mcpServer(
	t *testing.T, tools func() string,
	call func(c *rpcconn.Conn, params json.RawMessage) (json.RawMessage, error),
) *service {
	t.Helper()
	return serve(t, answers{
		"initialize": result(`{"protocolVersion":"2025-06-18","capabilities":{"tools":{"listChanged":true}},` +
			`"serverInfo":{"name":"fake","version":"1"}}`),
		"tools/list": func(*rpcconn.Conn, json.RawMessage) (json.RawMessage, error) {
			return json.RawMessage(`{"tools":[` + tools() + `]}`), nil
		},
		"tools/call": call,
	})
}

const echoTool = `{"name":"echo","description":"Says it.",` +
	`"inputSchema":{"type":"object","properties":{"message":{"type":"string"}},"required":["message"]}}`

// toolCall is what a tool is called with.
type toolCall struct {
	Name      string
	Arguments json.RawMessage
	Meta      struct{ ProgressToken json.RawMessage } `json:"_meta"`
}

func readToolCall(params json.RawMessage) (c toolCall) {
	_ = json.Unmarshal(params, &c) // what is missing, the test misses
	return c
}

// A tool is called as a method, and what is told to have changed is learned anew.
func TestToolsAreMethods(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	tools := echoTool
	s := mcpServer(t, func() string {
		mu.Lock()
		defer mu.Unlock()
		return tools
	}, func(_ *rpcconn.Conn, params json.RawMessage) (json.RawMessage, error) {
		c := readToolCall(params)
		return json.RawMessage(fmt.Sprintf(`{"content":[{"type":"text","text":%q}]}`, c.Name+string(c.Arguments))), nil
	})
	p := dialledAs(t, s, "mcp")
	p.see(`fake 1 · \d+ methods by mcp`)
	if got := s.questions(); got != "initialize notifications/initialized tools/list" {
		t.Errorf("asked %s", got)
	}
	if got := p.run("echo message=hi | .content[0].text"); !strings.HasPrefix(got, `"echo{\"message\":\"hi\"}"`) {
		t.Errorf("a tool: %s", got)
	}
	for filter, want := range map[string]int{"echo": 2, "tools/call": 2, "get": 0} { // the request, and its answer
		if got := strings.Count(p.run(".show "+filter), "tools/call"); got != want {
			t.Errorf(".show %s lists %d messages, want %d", filter, got, want)
		}
	}
	if got := p.run("echo mesage=hi"); !strings.Contains(got, "mesage is not a param of echo") ||
		s.given("tools/call") == "" {
		t.Errorf("a wrong name: %s", got)
	}
	mu.Lock()
	tools += `,{"name":"later","inputSchema":{"type":"object"}}`
	mu.Unlock()
	if err := s.link().Notify(t.Context(), "notifications/tools/list_changed", nil); err != nil {
		t.Fatal(err)
	}
	p.until("the new tool's being learned",
		func() bool { return strings.Contains(p.run(".describe later"), "sent as tools/call") })
}

// A call whose progress is told is not given up, and its progress is shown.
func TestProgressPutsOffTheTimeLimit(t *testing.T) {
	t.Parallel()
	const limit, pause, steps = 2 * time.Second, 300 * time.Millisecond, 8
	call := func(c *rpcconn.Conn, params json.RawMessage) (json.RawMessage, error) {
		token := readToolCall(params).Meta.ProgressToken
		for i := range steps {
			time.Sleep(pause)
			_ = c.Notify(t.Context(), "notifications/progress",
				fmt.Appendf(nil, `{"progressToken":%s,"progress":%d,"total":%d,"message":"at it"}`, token, i+1, steps))
		}
		return json.RawMessage(`{"content":[]}`), nil
	}
	s := mcpServer(t, func() string { return echoTool }, call)
	p := dialledAs(t, s, "mcp")
	p.see(`methods by mcp`)
	p.run(fmt.Sprintf(".set timeout %s", limit))
	if got := p.run("echo message=hi"); !strings.Contains(got, `{"content":[]}`) &&
		!strings.Contains(got, `"content": []`) {
		t.Errorf("a call that takes %s: %s", pause*steps, got)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if !strings.Contains(p.status, "█") || !strings.Contains(p.status, "% at it") {
		t.Errorf("the progress is shown as %s", p.status)
	}
}

// Whose protocol has a word for it is told that a call is given up.
func TestCancelIsTold(t *testing.T) {
	t.Parallel()
	wait := func(c *rpcconn.Conn, _ json.RawMessage) (json.RawMessage, error) {
		<-c.Done()
		return nil, rpcconn.ErrNoAnswer
	}
	for protocol, test := range map[string]struct {
		s          *service
		line, told string
		params     string // a part of them
	}{
		"mcp": {mcpServer(t, func() string { return echoTool }, wait),
			"echo message=hi", "notifications/cancelled", `"requestId":`},
		"lsp": {serve(t, answers{"initialize": result(`{"capabilities":{"hoverProvider":true}}`), "slow": wait}),
			"slow", "$/cancelRequest", `{"id":`},
	} {
		p := dialledAs(t, test.s, protocol)
		p.see(`methods by ` + protocol)
		p.forget()
		p.enter(test.line)
		p.until("the waiting is shown", func() bool {
			p.mu.Lock()
			defer p.mu.Unlock()
			return strings.HasPrefix(p.status, "waiting for ")
		})
		p.mu.Lock()
		interrupt := p.interrupt
		p.mu.Unlock()
		interrupt()
		p.waitPrompt()
		p.see("was told: " + strings.ReplaceAll(test.told, "$", `\$`))
		p.until("the server's being told",
			func() bool { return strings.Contains(test.s.given(test.told), test.params) })
	}
}

// What the peer asks is answered politely, which is shown, and what the person serves comes first.
func TestPoliteAnswers(t *testing.T) {
	t.Parallel()
	s := mcpServer(t, func() string { return echoTool }, nil)
	p := dialledAs(t, s, "mcp")
	p.see(`methods by mcp`)
	r, err := s.link().Call(t.Context(), "ping", nil)
	if err != nil || string(r.Result) != `{}` {
		t.Errorf("by default: %v, %v", r, err)
	}
	p.see(`by default, \.serve ping … answers otherwise`)
	p.run(`.serve ping 1`)
	p.run(`.serve roots/list {"roots":[]}`)
	for method, want := range map[string]string{"ping": "1", "roots/list": `{"roots":[]}`} {
		if r, err = s.link().Call(t.Context(), method, nil); err != nil || string(r.Result) != want {
			t.Errorf("%s, served: %v, %v", method, r, err)
		}
	}
}

// What a protocol has the person asked waits for them, with an answer that they can give, which Tab completes.
func TestThePersonIsAsked(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ protocol, method, params, suggested string }{
		{"mcp", "roots/list", ``, `{"roots":[{"uri":"file:///work","name":"work"}]}`},
		{"mcp", "sampling/createMessage", `{"messages":[],"maxTokens":1}`,
			`{"role":"assistant","content":{"type":"text","text":"…"},"model":"person"}`},
		{"mcp", "elicitation/create", `{"message":"Who?","requestedSchema":{"type":"object",` +
			`"properties":{"name":{"type":"string","default":"Ada"},"age":{"type":"integer"}},"required":["name"]}}`,
			`{"action":"accept","content":{"name":"Ada"}}`},
		{"mcp", "elicitation/create", `{"message":"Sure?"}`, `{"action":"accept","content":{}}`},
		{"lsp", "window/showMessageRequest", `{"type":1,"message":"Which?","actions":[{"title":"Yes"},{"title":"No"}]}`,
			`{"title":"Yes"}`},
		{"lsp", "window/showMessageRequest", `{"type":1,"message":"So it is."}`, `null`},
	} {
		t.Run(test.method, func(t *testing.T) {
			t.Parallel()
			s := mcpServer(t, func() string { return echoTool }, nil)
			if test.protocol == "lsp" {
				s = serve(t, answers{"initialize": result(`{"capabilities":{"hoverProvider":true}}`)})
			}
			p := dialledAs(t, s, test.protocol)
			p.see(`methods by ` + test.protocol)
			answered := make(chan string, 1)
			go func() {
				r, err := s.link().Call(t.Context(), test.method, json.RawMessage(test.params))
				if err != nil {
					answered <- err.Error()
					return
				}
				answered <- string(r.Result)
			}()
			n := p.asked(test.method)
			p.see(`asks ` + n + `: ` + test.method + `.* · \.reply ` + n + ` ` + regexp.QuoteMeta(test.suggested) +
				`, \.fail ` + n + ` CODE`)
			line := ".reply " + n + " "
			suggestions := p.shell.Complete(line, len(line))
			if len(suggestions) == 0 || suggestions[0].Text != test.suggested {
				t.Fatalf("suggested %+v", suggestions)
			}
			p.run(line + suggestions[0].Text)
			if got := <-answered; got != test.suggested {
				t.Errorf("answered %s", got)
			}
		})
	}
}

// Where it was said that nothing is to be asked, nothing is sent.
func TestNoDiscoverSendsNothing(t *testing.T) {
	t.Parallel()
	for _, protocol := range []string{"jsonrpc", "mcp", "lsp", "ethereum"} {
		s := serve(t, answers{"ping": result(`1`)})
		p := dialledBy(t, s.listener.Target.String(),
			shell.Config{Wire: dial.Config{Protocol: protocol, Framing: "line"}})
		if got := p.run("ping"); !strings.HasPrefix(got, "1 ") {
			t.Errorf("%s: %s", protocol, got)
		}
		p.run(".methods")
		if got := s.questions(); got != "ping" {
			t.Errorf("%s: sent %s", protocol, got)
		}
	}
}

// A peer that is silent when it is asked what it offers can be called meanwhile, and one line says that it is.
func TestDiscoverOfASilentPeer(t *testing.T) {
	t.Parallel()
	s := serve(t, answers{
		"add": result("3"),
		"rpc.discover": func(c *rpcconn.Conn, _ json.RawMessage) (json.RawMessage, error) {
			<-c.Done()
			return nil, rpcconn.ErrNoAnswer
		},
	})
	p := dialledAs(t, s, "jsonrpc")
	if got := p.run("add 1 2"); !strings.HasPrefix(got, "3 ") {
		t.Errorf("a call: %s", got)
	}
	p.see(`does not answer when it is asked what it offers by rpc\.discover; ` +
		`it is not asked any more \(\.discover asks\)`)
}

// An answer that never ends is told of, and the peer can be left.
func TestDiscoverOfAnEndlessAnswer(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var talking sync.WaitGroup
	stop := make(chan struct{})
	talking.Go(func() {
		nc, err := listener.Accept()
		if err != nil {
			return
		}
		talking.Go(func() { <-stop; _ = nc.Close() })
		_, _ = nc.Read(make([]byte, 1<<10)) // the question
		_, err = nc.Write([]byte(`{"jsonrpc":"2.0","id":1,"result":{"openrpc":"1.2.6","methods":[`))
		for chunk := []byte(strings.Repeat(`{"name":"m","params":[]},`, 1000)); err == nil; {
			_, err = nc.Write(chunk)
		}
	})
	defer talking.Wait()
	defer func() { close(stop); _ = listener.Close() }()
	p := dialledBy(t, "tcp://"+listener.Addr().String(),
		shell.Config{Discover: true, Wire: dial.Config{Protocol: "jsonrpc", Framing: "line", MaxMessage: 1 << 20}})
	p.see(`by rpc\.discover: the answer cannot be read: message is over the limit of 1048576 bytes`)
	if got := p.run(".print 1"); got != "1\n" {
		t.Errorf(".print: %s", got)
	}
	p.run(".close")
	p.see("closed here")
}

// A document is open for the server as its file is: it is told of changes, before a call that may be about it or by
// .edit.
func TestDocumentsAreKeptInStep(t *testing.T) {
	t.Parallel()
	s := serve(t, answers{
		"initialize":         result(`{"capabilities":{"hoverProvider":true,"textDocumentSync":2}}`),
		"textDocument/hover": result(`{"contents":"it"}`),
	})
	p := dialledAs(t, s, "lsp")
	p.see(`methods by lsp`)
	file := filepath.Join(t.TempDir(), "a.go")
	write := func(text string, age time.Duration) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		when := time.Now().Add(-age) // so that each is another time, however coarse the file system's clock is
		if err := os.Chtimes(file, when, when); err != nil {
			t.Fatal(err)
		}
	}
	write("package a\n", 3*time.Hour)
	gets := func(method string, parts ...string) {
		t.Helper()
		p.until(method+" being sent", func() bool {
			got := s.given(method)
			return !slices.ContainsFunc(parts, func(part string) bool { return !strings.Contains(got, part) })
		})
	}
	p.run(fmt.Sprintf(".open '%s'", file))
	p.see("is open as go")
	gets("textDocument/didOpen", `"languageId":"go","version":1,"text":"package a\n"`)
	write("package a\n\nvar é, x = 1, 2\n", 2*time.Hour)
	if got := p.run(fmt.Sprintf("textDocument/hover '%s:3:8'", file)); !strings.Contains(got, `{"contents":"it"}`) {
		t.Errorf("hover: %s", got)
	}
	gets("textDocument/didChange", `"version":2},"contentChanges":[{"text":"package a\n\nvar é, x = 1, 2\n"}]`)
	gets("textDocument/hover", `"position":{"line":2,"character":7}`)
	if got := p.run(".edit"); got != "nothing has changed\n" {
		t.Errorf(".edit: %s", got)
	}
	write("package b\n", time.Hour)
	p.run(".edit")
	p.see("has changed, which the server was told")
	gets("textDocument/didChange", `"version":3}`)
	if got := p.run(".template textDocument/hover"); !strings.Contains(got, "a.go:1:1") {
		t.Errorf("an example: %s", got)
	}
	p.run(fmt.Sprintf(".close-doc '%s'", file))
	gets("textDocument/didClose", `a.go`)
	if got := p.run(fmt.Sprintf(".close-doc '%s'", file)); !strings.Contains(got, "is not open") {
		t.Errorf("closed again: %s", got)
	}
	if got := p.run(".open /nosuch/file"); !strings.Contains(got, "its folder is missing") {
		t.Errorf("a file that is not there: %s", got)
	}
}

// A file that is opened while it is still found out whether the peer is a language server is opened when that is known.
func TestOpenAwaitsWhatThePeerIs(t *testing.T) {
	t.Parallel()
	started := make(chan struct{})
	start := sync.OnceFunc(func() { close(started) })
	s := serveIn(t, "header", answers{
		"initialize": func(*rpcconn.Conn, json.RawMessage) (json.RawMessage, error) {
			<-started
			return json.RawMessage(`{"capabilities":{}}`), nil
		},
	})
	p := dialledBy(t, s.listener.Target.String(),
		shell.Config{Wire: dial.Config{Protocol: "jsonrpc", Framing: "header"}, Discover: true})
	t.Cleanup(start)
	file := filepath.Join(t.TempDir(), "Dockerfile")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	p.run("x") // which does not wait for the end of that
	p.lines <- fmt.Sprintf(".open '%s'", file)
	p.until("the wait", func() bool {
		p.person.mu.Lock()
		defer p.person.mu.Unlock()
		return strings.Contains(p.person.status, "the session begins")
	})
	start()
	p.see("is open as dockerfile")
}

// An object that stands for a value is an argument, where an object alone would be all params.
func TestAValueOfAnotherTypeIsAnArgument(t *testing.T) {
	t.Parallel()
	s := serve(t, answers{"rpc.discover": result(document), "add": result("3")})
	p := dialled(t, s, catalog.Store{})
	p.see(`1 method by rpc\.discover`)
	p.run(".set validate off")
	for line, want := range map[string]string{`add {"$buffer":1}`: `[{"$buffer":1}]`, `add {"a":1}`: `{"a":1}`} {
		p.run(line)
		if got := s.given("add"); got != want {
			t.Errorf("%s: sent %s, want %s", line, got, want)
		}
	}
}

// An error may say that there is no such method though its code does not, so nothing is learned from it.
func TestErrorsThatMayBeOfAnUnknownMethodTeachNothing(t *testing.T) {
	t.Parallel()
	s := serve(t, answers{"none": func(*rpcconn.Conn, json.RawMessage) (json.RawMessage, error) {
		return nil, &rpcconn.Error{Message: "Invalid method: none"}
	}, "some": func(*rpcconn.Conn, json.RawMessage) (json.RawMessage, error) {
		return nil, &rpcconn.Error{Code: -32000, Message: "Out of luck"}
	}, "nothing": func(*rpcconn.Conn, json.RawMessage) (json.RawMessage, error) { // as anvil says it
		return nil, &rpcconn.Error{Code: rpcconn.CodeInvalidParams, Message: "Invalid params"}
	}})
	p := dialled(t, s, catalog.Store{})
	p.run("none")
	p.run("nothing")
	p.run("some")
	if got := p.run(".methods"); strings.Contains(got, "no") || !strings.Contains(got, "some") {
		t.Errorf("learned %s", got)
	}
}
