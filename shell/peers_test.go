package shell_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/transport"
)

// numbered answers with who it is, as it was called: a number for each client.
func numbered(n int) *rpcconn.Options {
	handle := func(_ context.Context, _ *rpcconn.Conn, req *rpcconn.Request) (json.RawMessage, error) {
		switch req.Method {
		case "who":
			return json.Marshal(n)
		case "long":
			return json.Marshal([]string{strings.Repeat("x", 200), strings.Repeat("y", 20)})
		case "fail":
			return nil, &rpcconn.Error{Code: int64(n), Message: "no"}
		case "odd":
			if n%2 == 0 {
				return nil, &rpcconn.Error{Code: int64(n), Message: "even"}
			}
			return json.Marshal([]int{n, n})
		}
		return nil, rpcconn.NewError(rpcconn.CodeMethodNotFound, "")
	}
	return &rpcconn.Options{Handler: handle}
}

// crowd connects so many clients, which come in order.
func (s *session) crowd(n int) (at transport.Target, clients []*dial.Link) {
	at = s.listen()
	for i := range n {
		clients = append(clients, s.client(at, numbered(i+1)))
		s.see(fmt.Sprintf("@%d connected", i+1))
	}
	return at, clients
}

func TestSelectors(t *testing.T) {
	t.Parallel()
	s := startSession(t, dial.Config{Protocol: "jsonrpc"})
	_, clients := s.crowd(4)
	s.run(".name 2 web")
	s.run(".name 3 web-2")
	s.forget()
	_ = clients[3].Close()
	s.see("@4 HOST:PORT closed the connection")
	for _, tt := range []struct{ line, want string }{
		{"@2 who", "2  TOOK\n"},
		{"@web who", "2  TOOK\n"},
		{"@1,3 who", "PEER    TIME  RESULT\n@1  TOOK  1\n@web-2  TOOK  3\n"},
		{"@3,1,3,@1 who", "PEER    TIME  RESULT\n@1  TOOK  1\n@web-2  TOOK  3\n"},
		{"@web* who", "PEER    TIME  RESULT\n@web  TOOK  2\n@web-2  TOOK  3\n"},
		{"@all who", "PEER    TIME  RESULT\n@1  TOOK  1\n@web  TOOK  2\n@web-2  TOOK  3\n"},
		{"@127.* who | .+1", "PEER    TIME  RESULT\n@1  TOOK  2\n@web  TOOK  3\n@web-2  TOOK  4\n"},
		{"@we[b] odd", "PEER  TIME  RESULT\n@web  TOOK  error 2: even\n"},
		{"@web,1 odd | .[]", "PEER  TIME  RESULT\n@1  TOOK  1 1\n@web  TOOK  error 2: even\n"},
		{"@4 who", "peer @4 has gone (.peers lists who is there)\n"},
		{"@1,4 who", "peer @4 has gone (.peers lists who is there)\n"},
		{"@9 who", strings.Repeat(" ", 20) + "^ there is no peer @9 (.peers lists them)\n"},
		{"@x* who", strings.Repeat(" ", 20) + "^ no peer's name or address matches x* (.peers lists them)\n"},
		{"@1,,2 who", strings.Repeat(" ", 20) + "^ a peer is missing: write 2, 1,3, all, a name or a glob\n"},
		{"@[a who", strings.Repeat(" ", 20) + `^ [a is not a pattern: [ begins a range that ] ends`},
	} {
		if got := s.run(tt.line); !strings.HasPrefix(got, tt.want) && !sameButPrompt(got, tt.want) {
			t.Errorf("%s:\n%q\nwant\n%q", tt.line, got, tt.want)
		}
	}
	s.run("all = @web,3,1 who")
	if got := s.run(".print $all"); got != "[1,2,3]\n" {
		t.Errorf("what is kept is in order of peers: %s", got)
	}
	if got := s.run("!@all x"); !strings.Contains(got, "^") {
		t.Errorf("the peer goes before the !: %s", got)
	}
}

// sameButPrompt compares what points at a column, the width of the prompt left out.
func sameButPrompt(got, want string) bool {
	return strings.HasPrefix(strings.TrimLeft(want, " "), "^") &&
		strings.HasPrefix(strings.TrimLeft(got, " "), strings.TrimLeft(want, " "))
}

func TestNames(t *testing.T) {
	t.Parallel()
	s := startSession(t, dial.Config{Protocol: "jsonrpc"})
	at, clients := s.crowd(2)
	for line, want := range map[string]string{
		".name 2 7":        "a name has something beside digits",
		".name 2 all":      "@all means every peer already",
		".name 2 a,b":      `a name is letters, digits, -, _ and .; ',' is none of them`,
		".name 2 we*":      `'*' is none of them`,
		".name 2 two word": `' ' is none of them`,
		".name 7 web":      "there is no peer @7",
		".name nobody web": "no peer is called nobody",
	} {
		if got := s.run(line); !strings.Contains(got, want) {
			t.Errorf("%s: %s", line, got)
		}
	}
	s.run(".name 1 web")
	if got := s.run(".name 2 web"); !strings.Contains(got, "peer 1 has this name already (.name 1 takes it off)") {
		t.Errorf("a name that another one has: %s", got)
	}
	s.run(".use web")
	s.mu.Lock()
	prompt := normalize(s.prompt)
	s.mu.Unlock()
	if prompt != "@web HOST:PORT> " {
		t.Errorf("prompt %q", prompt)
	}
	s.run(".serve greet --peer web '\"web\"'")
	s.run(".serve greet '\"anybody\"'")
	for i, want := range []string{`"web"`, `"anybody"`} {
		r, err := clients[i].Call(t.Context(), "greet", nil)
		if err != nil || string(r.Result) != want {
			t.Errorf("@%d is answered %v, %v", i+1, r, err)
		}
	}
	s.see(`← @web #1 greet`)
	s.see(`→ @web #1 "web"`)
	if got := s.run(".peers"); !strings.Contains(got, "*  @1    web   accepted") ||
		!strings.Contains(got, "   @2          accepted") {
		t.Errorf(".peers: %s", got)
	}
	var words []string
	for _, g := range s.shell.Complete("@", 1) {
		words = append(words, g.Text)
	}
	if want := []string{"@1", "@web", "@2", "@all"}; !slices.Equal(words, want) {
		t.Errorf("@ completes to %q, want %q", words, want)
	}
	s.run(".name web")
	if got := s.run("@web who"); !strings.Contains(got, "no peer is called web") {
		t.Errorf("a name that was taken off: %s", got)
	}
	s.run(".name 1 web")
	s.forget()
	s.run(".close web")
	s.see("@web HOST:PORT: closed here")
	s.client(at, numbered(3))
	s.see("@3 connected")
	if got := s.run(".name 3 web"); got != "" {
		t.Errorf("a name goes with its peer: %s", got)
	}
}

// A dialled peer keeps its name when it is dialled again.
func TestNameOutlivesConnection(t *testing.T) {
	t.Parallel()
	s := startSession(t, dial.Config{Protocol: "jsonrpc"})
	s.run(".connect $PEER")
	s.run(".name 1 demo")
	s.run(".close demo")
	s.see("closed here")
	if got := s.run("@demo my_add 1 2"); got != "peer @demo has gone (.reconnect demo dials it again)\n" {
		t.Errorf("while it is gone: %s", got)
	}
	s.run(".reconnect demo")
	if got := s.run("@demo my_add 1 2"); !strings.HasPrefix(got, "3  TOOK") {
		t.Errorf("afterwards: %s", got)
	}
}

func TestLongResultsOfSeveral(t *testing.T) {
	t.Parallel()
	s := startSession(t, dial.Config{Protocol: "jsonrpc"})
	s.widen(100)
	at, _ := s.crowd(2)
	got := s.run("@all long")
	if strings.Contains(got, "PEER") || strings.Count(got, strings.Repeat("x", 200)) != 2 ||
		!strings.Contains(got, "@2  TOOK\n[\n") {
		t.Errorf("of two peers all is shown:\n%s", got)
	}
	for n := 3; n <= 12; n++ {
		s.client(at, numbered(n))
		s.see(fmt.Sprintf("@%d connected", n))
	}
	got = s.run("@all long")
	const end = "some are cut off: .print $_ shows all of them, .print $_[0] the first\n12 peers, no error\n"
	if strings.Count(got, "\n") != 15 || !strings.HasSuffix(got, end) {
		t.Errorf("of twelve there is a row each:\n%s", got)
	}
	if got := s.run("@all odd"); !strings.HasSuffix(got, "\n12 peers, 6 errors: @2 @4 @6 @8 @10 @12\n") {
		t.Errorf("of twelve it says which failed:\n%s", got)
	}
	const failures = "\n12 peers, 12 errors: @1 @2 @3 @4 @5 @6 @7 @8 @9 @10 …\n"
	if got := s.run("@all nosuch"); !strings.HasSuffix(got, failures) {
		t.Errorf("of twelve it says that all failed:\n%s", got)
	}
	for _, line := range strings.Split(got, "\n") {
		if len([]rune(line)) >= 100 {
			t.Errorf("wider than the window: %s", line)
		}
	}
}

// Many who have said nothing are one line.
func TestSilentPeers(t *testing.T) {
	t.Parallel()
	s := startSession(t, dial.Config{})
	at := s.listen()
	for i := range 3 {
		conn, err := net.Dial("tcp", at.Address)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		s.see(fmt.Sprintf("@%d connected", i+1))
	}
	s.forget()
	s.run("@all !hello")
	s.see(`has said nothing so far, so it is spoken to in JSON-RPC 2\.0, rfc7464`)
	s.see("… 2 more peers that have said nothing so far")
	if n := strings.Count(s.take(), "has said nothing so far"); n != 1 {
		t.Errorf("said %d times", n)
	}
}

// Ctrl-C gives what has come, and says who has not answered.
func TestInterruptSeveral(t *testing.T) {
	t.Parallel()
	s := startSession(t, dial.Config{Protocol: "jsonrpc"})
	at := s.listen()
	asked := make(chan struct{})
	s.client(at, numbered(1))
	s.see("@1 connected")
	hang := func(ctx context.Context, _ *rpcconn.Conn, _ *rpcconn.Request) (json.RawMessage, error) {
		close(asked)
		<-ctx.Done()
		return nil, rpcconn.ErrNoAnswer
	}
	s.client(at, &rpcconn.Options{Handler: hang})
	s.see("@2 connected")
	s.forget()
	s.enter("@all who")
	<-asked
	s.until("the status", func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return strings.HasPrefix(s.status, "waiting for who")
	})
	s.mu.Lock()
	interrupt := s.interrupt
	s.mu.Unlock()
	interrupt()
	s.waitPrompt()
	s.see(`@1  TOOK  1$`)
	s.see(`@2  TOOK +who: interrupted, a late answer will be shown`)
	if got := s.run(".print $_ | .[0]"); got != "1\n" {
		t.Errorf("what has come: %s", got)
	}
}

func TestListPeers(t *testing.T) {
	t.Parallel()
	s := startSession(t, dial.Config{Protocol: "jsonrpc"})
	_, clients := s.crowd(3)
	s.run(".connect $PEER")
	s.run(".name 2 web")
	for range 5 {
		if err := clients[2].Notify(t.Context(), "hey", nil); err != nil {
			t.Fatal(err)
		}
	}
	for range 5 {
		s.see("← @3 hey")
	}
	s.until("the notifications", func() bool { return strings.Count(s.take(), "← @3 hey") == 5 })
	for _, tt := range []struct{ args, want string }{
		{"", "@1 @2 @3 @4"},
		{"1,3", "@1 @3"},
		{"@web", "@2"},
		{"web", "@2"},
		{"dialled", "@4"},
		{"accepted", "@1 @2 @3"},
		{"accepted w*", "@2"},
		{"--sort peer", "@1 @2 @3 @4"},
		{"--sort in accepted", "@3 @1 @2"},
		{"--sort age accepted", "@1 @2 @3"},
		{"--sort role", "@1 @2 @3 @4"},
		{"nosuch", ""},
	} {
		var got []string
		for _, line := range strings.Split(s.run(".peers "+tt.args), "\n") {
			for _, word := range strings.Fields(line) {
				if strings.HasPrefix(word, "@") {
					got = append(got, word)
				}
			}
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf(".peers %s lists %q, want %q", tt.args, got, tt.want)
		}
	}
	if got := s.run(".peers --sort x"); !strings.Contains(got, "^ a column belongs here: peer, name, role, ") {
		t.Errorf("--sort x: %s", got)
	}
}

// Hundreds of peers come at once, are listed, called, and closed.
func TestHundredsOfPeers(t *testing.T) {
	const many = 300
	s := startSession(t, dial.Config{Protocol: "jsonrpc"})
	at := s.listen()
	s.run(".on connect seen = who")
	links := make([]*dial.Link, many)
	var coming sync.WaitGroup
	for i := range links {
		coming.Go(func() {
			link, err := dial.Config{Protocol: "jsonrpc"}.Dial(t.Context(), at, numbered(i+1))
			if err != nil {
				t.Error(err)
				return
			}
			links[i] = link
		})
	}
	coming.Wait()
	s.until("all of them being there",
		func() bool { return strings.Contains(s.run(".on"), fmt.Sprintf("connect  %d ", many)) })
	if got := s.run(".peers --sort age"); strings.Count(got, "accepted") != many {
		t.Errorf("%d peers are listed", strings.Count(got, "accepted"))
	}
	got := s.run("all = @all who")
	if n := strings.Count(got, "\n@"); n != many {
		t.Errorf("%d peers have answered:\n%s", n, got)
	}
	if got := s.run(".print $all | unique | length"); got != fmt.Sprintln(many) {
		t.Errorf("different answers: %s", got)
	}
	s.run(".close all")
	for _, link := range links {
		if link != nil {
			link.Wait()
		}
	}
	s.until("all of them being gone", func() bool { return s.run(".peers") == "nobody is connected\n" })
}
