package shell_test

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/dialect"
	"rpcsh/rpcconn/transport"
	"rpcsh/shell"
)

// A service is a peer that a test plays: it answers each method by a function, and keeps what it was asked.
type service struct {
	t        *testing.T
	listener *dial.Listener
	served   sync.WaitGroup
	handlers answers

	mu     sync.Mutex // protects what follows
	asked  []string
	params map[string]string // of the last request or notification with that name
	links  []*dial.Link
}

// serve starts a service.
func serve(t *testing.T, handlers answers) *service {
	t.Helper()
	return serveIn(t, "line", handlers)
}

// serveIn starts a service in a framing.
func serveIn(t *testing.T, framing string, handlers answers) *service {
	t.Helper()
	target, err := transport.ParseTarget("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &service{t: t, handlers: handlers, params: make(map[string]string)}
	if s.listener, err = (dial.Config{Protocol: "jsonrpc", Framing: framing}).Listen(t.Context(), target); err != nil {
		t.Fatal(err)
	}
	s.served.Go(func() {
		for {
			link, err := s.listener.Accept(func() *rpcconn.Options {
				return &rpcconn.Options{Handler: s.handle, OnRequest: s.note}
			})
			if errors.Is(err, net.ErrClosed) {
				return
			}
			if err == nil {
				s.mu.Lock()
				s.links = append(s.links, link)
				s.mu.Unlock()
			}
		}
	})
	t.Cleanup(func() {
		_ = s.listener.Close()
		s.served.Wait()
		for _, link := range s.links {
			_ = link.Close()
			link.Wait()
		}
	})
	return s
}

func (s *service) note(req *rpcconn.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, req.Method)
	s.params[req.Method] = string(req.Params)
}

// given returns the params of the last request or notification that was called method, "" where none came.
func (s *service) given(method string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.params[method]
}

// link returns the last connection.
func (s *service) link() *dial.Link {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.links[len(s.links)-1]
}

func (s *service) handle(_ context.Context, c *rpcconn.Conn, req *rpcconn.Request) (json.RawMessage, error) {
	f, ok := s.handlers[req.Method]
	if !ok {
		return nil, &rpcconn.Error{Code: rpcconn.CodeMethodNotFound, Message: "Method not found"}
	}
	return f(c, req.Params)
}

// questions returns what was asked since the last call.
func (s *service) questions() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := strings.Join(s.asked, " ")
	s.asked = nil
	return text
}

type answers = map[string]func(c *rpcconn.Conn, params json.RawMessage) (json.RawMessage, error)

func result(text string) func(*rpcconn.Conn, json.RawMessage) (json.RawMessage, error) {
	return func(*rpcconn.Conn, json.RawMessage) (json.RawMessage, error) { return json.RawMessage(text), nil }
}

// dialled is a shell with a person, connected to a service.
func dialled(t *testing.T, s *service, store catalog.Store) *session {
	t.Helper()
	return dialledBy(t, s.listener.Target.String(),
		shell.Config{Wire: dial.Config{Protocol: "jsonrpc", Framing: "line"}, Discover: true, Store: store})
}

// dialledAs is a shell with a person, connected to a service of which it has been told that it speaks protocol.
func dialledAs(t *testing.T, s *service, protocol string) *session {
	t.Helper()
	return dialledBy(t, s.listener.Target.String(), shell.Config{
		Wire: dial.Config{Protocol: protocol, Framing: "line"}, Discover: true,
		Self: dialect.Self{Name: "rpcsh", Root: "/work"},
	})
}

func dialledBy(t *testing.T, target string, cfg shell.Config) *session {
	t.Helper()
	p := &session{person: newPerson(), t: t, done: make(chan error, 1)}
	cfg.Terminal, cfg.Timeout = p, patience
	p.shell = shell.New(cfg)
	if err := p.shell.Connect(t.Context(), target, cfg.Wire); err != nil {
		t.Fatal(err)
	}
	go func() { p.done <- p.shell.Run(context.Background()) }()
	t.Cleanup(func() {
		close(p.lines)
		if err := <-p.done; err != nil {
			t.Errorf("the session ended with: %v", err)
		}
		p.shell.Close()
	})
	p.waitPrompt()
	return p
}

const document = `{"openrpc":"1.2.6","info":{"title":"tiny","version":"3"},"methods":[{"name":"add","params":[
	{"name":"a","required":true,"schema":{"type":"integer"}},{"name":"b","schema":{"type":"integer"}}],"paramStructure":"by-position"}]}`

func TestDiscoverTellsWhoAndHowMany(t *testing.T) {
	t.Parallel()
	s := serve(t, answers{"rpc.discover": result(document)})
	store := catalog.Store{Dir: t.TempDir()}
	p := dialled(t, s, store)
	p.see(`tiny 3 · 1 method by rpc\.discover`)
	if got := s.questions(); got != "rpc.discover" {
		t.Errorf("asked %s", got)
	}
	p.run(".close")
	p.see("closed here")

	again := dialled(t, s, store)
	again.see(`tiny 3 · 1 method known from earlier`)
}

// What a peer did not answer it is not asked again in the next run; .discover asks all the same.
func TestDiscoverRemembersWhatIsNotOffered(t *testing.T) {
	t.Parallel()
	s := serve(t, answers{"add": result("3")})
	store := catalog.Store{Dir: t.TempDir()}
	p := dialled(t, s, store)
	p.until("the end of the questions", func() bool {
		known, err := store.Load(s.listener.Target.Place())
		_, asked := known.Asked("describe")
		return err == nil && asked
	})
	first := s.questions()
	if !strings.HasPrefix(first, "rpc.discover system.listMethods ") {
		t.Errorf("asked %s", first)
	}
	p.run(".close")
	p.see("closed here")

	again := dialled(t, s, store)
	again.run("add 1 2")
	if got := s.questions(); got != "add" {
		t.Errorf("in the next run: asked %s", got)
	}
	again.run(".discover")
	again.see(`does not tell what it offers; its methods are learned as you call them`)
	if got := s.questions(); !strings.HasPrefix(got, "rpc.discover system.listMethods ") {
		t.Errorf(".discover: asked %s", got)
	}
	again.run(".discover rpc.discover")
	again.see(`rpc\.discover: not offered \(error -32601: Method not found\)`)
	if got := s.questions(); got != "rpc.discover" {
		t.Errorf(".discover rpc.discover: asked %s", got)
	}
}

// A peer that ends at a question is dialled again, once, and asked no more.
func TestDiscoverComesBackToWhoHangsUp(t *testing.T) {
	t.Parallel()
	s := serve(t, answers{
		"add": result("3"),
		"rpc.discover": func(c *rpcconn.Conn, _ json.RawMessage) (json.RawMessage, error) {
			_ = c.Close()
			return nil, rpcconn.ErrNoAnswer
		},
	})
	p := dialled(t, s, catalog.Store{Dir: t.TempDir()})
	p.see(`ended when it was asked what it offers by rpc\.discover; it is dialled again, and not asked any more`)
	p.see(`reconnected to`)
	if got := p.run("add 1 2"); !strings.HasPrefix(got, "3 ") {
		t.Errorf("a call after that: %s", got)
	}
	if got := s.questions(); got != "rpc.discover add" {
		t.Errorf("asked %s", got)
	}
}

// An HTTP client cannot be asked, which is no news, and no reason not to ask others that come to the same port.
func TestDiscoverOfHTTPClients(t *testing.T) {
	t.Parallel()
	s := dialledBy(t, serve(t, answers{"rpc.discover": result(document)}).listener.Target.String(),
		shell.Config{Discover: true})
	s.see("1 method by rpc.discover")
	s.forget()
	at := s.listen()
	web := transport.Target{Scheme: "http", Address: at.Address, Path: "/"}
	link, err := dial.Config{Protocol: "jsonrpc"}.Dial(t.Context(), web, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer link.Close()
	if _, err := link.Call(t.Context(), "m", nil); err != nil {
		t.Fatal(err)
	}
	s.see(`→ @\d #1 error -32601`)
	asked := make(chan string, 1)
	other, err := dial.Config{Protocol: "jsonrpc", Framing: "line"}.Dial(t.Context(), at,
		&rpcconn.Options{OnRequest: func(req *rpcconn.Request) { asked <- req.Method }})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if err := other.Notify(t.Context(), "hello", nil); err != nil {
		t.Fatal(err)
	}
	if got := <-asked; got != "rpc.discover" {
		t.Errorf("asked %s", got)
	}
	if got := s.take(); strings.Contains(got, "asking what it offers") {
		t.Errorf("seen:\n%s", got)
	}
}

// Answers of any kind leave a working shell, and one line that says what is wrong with them.
func TestDiscoverOfOddAnswers(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ answer, line string }{
		"a wrong shape": {`{"methods":7}`, `asking what it offers by rpc\.discover: .*its methods are no array`},
		"a number":      {`12`, `asking what it offers by rpc\.discover: .*neither openrpc nor methods`},
		"half a document": {
			`{"openrpc":"1.2.6","methods":[{"name":"add","params":[{"$ref":"#/components/nowhere"}]},7,` +
				`{"name":"f","params":{}}]}`,
			`rpc\.discover: nothing is at "#/components/nowhere", which is referred to ` +
				`\(and 3 more, \.discover rpc\.discover tells\)`,
		},
		"a loop": {
			`{"openrpc":"1.2.6","methods":[{"name":"add","params":[` +
				`{"name":"a","schema":{"$ref":"#/components/schemas/A"}},{"name":"b"}]}],
			"components":{"schemas":{"A":{"$ref":"#/components/schemas/B"},"B":{"$ref":"#/components/schemas/A"}}}}`,
			`rpc\.discover: "B" refers to itself and to nothing else`,
		},
		"unknown types": {
			`{"openrpc":"1.2.6","methods":[{"name":"add","params":[` +
				`{"name":"a","schema":{"type":"quantum"}},{"name":"b","schema":7}]}]}`,
			`rpc\.discover: "quantum" is no type of JSON Schema`,
		},
		"many methods": {
			`{"openrpc":"1.2.6","methods":[` +
				strings.Repeat(`{"name":"m","params":[]},`, catalog.MaxMethods) + `{"name":"add"}]}`,
			`rpc\.discover: of 100001 methods, only the first are read`,
		},
		"many megabytes": {
			`{"openrpc":"1.2.6","methods":[{"name":"add","description":"Adds.\n\n` +
				strings.Repeat("x ", megabytes<<20/2) + `","params":[{"name":"a"},{"name":"b"}]}]}`,
			`1 method by rpc\.discover`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, answers{"rpc.discover": result(test.answer), "add": result("3")})
			p := dialled(t, s, catalog.Store{})
			// on a busy machine, in the time that a question has which nobody wanted to ask
			const late = "does not answer when it is asked"
			if strings.Contains(p.see("(?:"+test.line+"|"+late+")"), late) {
				p.run(".discover rpc.discover")
				p.see(test.line)
			}
			if lines := strings.Count(p.take(), "rpc.discover: "); lines > 1 {
				t.Errorf("more than one line explains it: %s", p.take())
			}
			p.run(".set validate off")
			if got := p.run("add 1 2"); !strings.HasPrefix(got, "3 ") {
				t.Errorf("a call: %s", got)
			}
			p.run(".set validate results")
			if got := p.run("add 1 2"); !strings.HasPrefix(got, "3 ") {
				t.Errorf("a checked call: %s", got)
			}
			p.run(".methods")
			p.run("add?")
			p.shell.Complete("add ", len("add "))
			p.shell.Hint("add ", len("add "))
		})
	}
}

// Params are checked before they are sent, and sent all the same when the line is entered once more.
func TestChecksParams(t *testing.T) {
	t.Parallel()
	s := serve(t, answers{"rpc.discover": result(document), "add": result("3")})
	p := dialled(t, s, catalog.Store{})
	p.see(`1 method by rpc\.discover`)
	s.questions()
	got := p.run(`add 1 two`)
	if !strings.Contains(got, "^ b ") || !strings.Contains(got, "integer") ||
		!strings.Contains(got, "Enter sends it anyway") {
		t.Errorf("a string for an integer: %s", got)
	}
	if asked := s.questions(); asked != "" {
		t.Errorf("sent %s", asked)
	}
	restored := func() string {
		p.mu.Lock()
		defer p.mu.Unlock()
		return p.restored
	}
	// The cursor is where it is wrong, or where what is missing belongs.
	for _, tt := range []struct{ line, want string }{
		{"add", "add▮"},
		{"add b=2", "add b=2▮"},
		{"add b=2 & # why", "add b=2▮ & # why"},
		{"add | .x", "add▮ | .x"},
		{"add 1 two", "add 1 ▮two"},
	} {
		p.run(tt.line)
		p.until("the cursor's place in "+tt.want, func() bool { return restored() == tt.want })
		p.run(".print 0")
	}
	s.questions()
	p.run("add 1 two")
	if got := p.run("add 1 two"); !strings.HasPrefix(got, "3 ") {
		t.Errorf("entered once more: %s", got)
	}
	if got := p.run(`add b=2 a=1`); !strings.HasPrefix(got, "3 ") {
		t.Errorf("by name: %s", got)
	}
	p.run(".set validate off")
	if got := p.run(`add 1 two`); !strings.HasPrefix(got, "3 ") {
		t.Errorf("unchecked: %s", got)
	}
}

// Named arguments are put in order where the peer wants positions.
func TestArrangesParams(t *testing.T) {
	t.Parallel()
	var got []string
	s := serve(t, answers{
		"rpc.discover": result(document),
		"add": func(_ *rpcconn.Conn, params json.RawMessage) (json.RawMessage, error) {
			got = append(got, string(params))
			return json.RawMessage("3"), nil
		},
	})
	p := dialled(t, s, catalog.Store{})
	p.see(`1 method by rpc\.discover`)
	p.run("add b=2 a=1")
	p.run("add 1 2")
	if want := []string{"[1,2]", "[1,2]"}; !slices.Equal(got, want) {
		t.Errorf("sent %q, want %q", got, want)
	}
	if seen := p.run("add c=1"); !strings.Contains(seen, "c") || len(got) != 2 {
		t.Errorf("a name that there is not: %s, sent %q", seen, got[2:])
	}
}

// A run without a person asks nothing that it was not told to, but for what .methods and its like need.
func TestDiscoverWithoutAPerson(t *testing.T) {
	t.Parallel()
	s := serve(t, answers{"rpc.discover": result(document), "add": result("3")})
	var out, errs strings.Builder
	wire := dial.Config{Protocol: "jsonrpc", Framing: "line"}
	sh := shell.New(shell.Config{Stdout: &out, Stderr: &errs, Wire: wire, Timeout: patience, Discover: true})
	if err := sh.Connect(t.Context(), s.listener.Target.String(), wire); err != nil {
		t.Fatal(err)
	}
	for _, step := range [][2]string{{"add 1 2", "add"}, {".template add", "rpc.discover"}, {".methods", ""}} {
		line, want := step[0], step[1]
		if err := sh.Eval(t.Context(), line); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if got := s.questions(); got != want {
			t.Errorf("%s: asked %s", line, got)
		}
	}
	sh.Close()
	if got := out.String(); !strings.Contains(got, "add(a: integer, b?: integer) → integer\n") ||
		!strings.Contains(got, "add 0\n") || !strings.Contains(got, "3\n") || errs.String() != "" {
		t.Errorf("got %q, stderr %q", got, errs.String())
	}
}
