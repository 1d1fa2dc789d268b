package shell_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/dial"
)

// A diary keeps what a client is told, in order, and answers everything with its method's name.
type diary struct {
	mu   sync.Mutex // protects what follows
	told []string
}

func (d *diary) options() *rpcconn.Options {
	return &rpcconn.Options{
		OnRequest: func(req *rpcconn.Request) {
			d.mu.Lock()
			defer d.mu.Unlock()
			d.told = append(d.told, req.Method+string(req.Params))
		},
		Handler: func(_ context.Context, _ *rpcconn.Conn, req *rpcconn.Request) (json.RawMessage, error) {
			if req.Method == "refuse" {
				return nil, &rpcconn.Error{Code: 7, Message: "refused"}
			}
			return json.Marshal(req.Method)
		},
	}
}

func (d *diary) String() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return strings.Join(d.told, " ")
}

func (s *session) told(d *diary, want string) {
	s.t.Helper()
	s.until("the client being told "+want, func() bool { return d.String() == want })
}

func TestOnConnect(t *testing.T) {
	t.Parallel()
	s := startSession(t, dial.Config{Protocol: "jsonrpc"})
	at := s.listen()
	s.run(".on connect welcome $peer")
	s.run(".on connect !also $method $params")
	s.run(".on connect got = welcome $peer | . + \" you\"")
	s.run(".on connect .name n$peer") // is no name
	s.run(".on connect .name web")
	s.run(".on connect .serve me $peer")
	var one, two diary
	c := s.client(at, one.options())
	s.told(&one, `welcome[1] also[null,null] welcome[1]`)
	s.see(`→ @1 #1 welcome 1`)
	s.see(`← @1 #1 "welcome"`)
	s.see(`→ @1 also null null`)
	s.see(`\.on connect \.name n\$peer: a name is letters`)
	s.until("the name", func() bool { return strings.Contains(s.run(".peers"), "@1    web") })
	if got := s.run(".print $got"); got != "\"welcome you\"\n" {
		t.Errorf("$got: %s", got)
	}
	s.until("the rule", func() bool { return strings.Contains(s.run(".serve"), "me") })
	if r, err := c.Call(t.Context(), "me", nil); err != nil || string(r.Result) != "1" {
		t.Errorf("me: %v, %v", r, err)
	}

	s.forget()
	d := s.client(at, two.options())
	s.told(&two, `welcome[2] also[null,null] welcome[2]`)
	s.see(`@2.*: \.on connect \.name web: peer 1 has this name already`)
	s.until("the rule", func() bool { return strings.Contains(s.run(".serve"), "--peer 2") })
	if r, err := d.Call(t.Context(), "me", nil); err != nil || string(r.Result) != "2" {
		t.Errorf("me: %v, %v", r, err)
	}
	got := s.run(".on")
	for _, want := range []string{
		"1  connect  2    welcome $peer", "5  connect  2    .name web", "peer 1 has this name already",
	} {
		if !strings.Contains(got, want) {
			t.Errorf(".on has no %q:\n%s", want, got)
		}
	}
	s.run(".on close !gone $peer") // which cannot be told
	s.run(".on close @web !left $peer")
	s.forget()
	_ = d.Close()
	s.see(`\.on close !gone \$peer: not connected: @2 HOST:PORT closed the connection`)
	s.told(&one, `welcome[1] also[null,null] welcome[1] left[2]`)
	s.until("the rule going with its peer", func() bool { return !strings.Contains(s.run(".serve"), "--peer 2") })
}

func TestOnNotification(t *testing.T) {
	t.Parallel()
	s := startSession(t, dial.Config{Protocol: "jsonrpc"})
	at := s.listen()
	s.run(".on job/* !seen $method $params.id $peer")
	s.run(".on 'connect' !really")
	s.run(".on bad refuse")
	s.run(".on broken !x $params.nosuch")
	var d diary
	c := s.client(at, d.options())
	s.see("@1 connected")
	for i := range 100 {
		params := json.RawMessage(fmt.Sprintf(`{"id":%d}`, i))
		if err := c.Notify(t.Context(), fmt.Sprintf("job/%d", i%3), params); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Notify(t.Context(), "connect", nil); err != nil {
		t.Fatal(err)
	}
	var want []string
	for i := range 100 {
		want = append(want, fmt.Sprintf(`seen["job/%d",%d,1]`, i%3, i))
	}
	s.told(&d, strings.Join(want, " ")+" really")
	for _, method := range []string{"bad", "broken"} {
		if err := c.Notify(t.Context(), method, json.RawMessage(`{"id":1}`)); err != nil {
			t.Fatal(err)
		}
	}
	s.see(`← @1 #1 error 7: refused`)
	s.see(`\.on broken !x \$params\.nosuch: \$params has no \.nosuch`)
	got := s.run(".on")
	for _, want := range []string{"1  job/*      100  !seen", "2  'connect'  1    !really", "error 7: refused"} {
		if !strings.Contains(got, want) {
			t.Errorf(".on has no %q:\n%s", want, got)
		}
	}
	for _, off := range []string{"job/*", "'connect'", "2", "bad"} {
		s.run(".off " + off)
	}
	if got := s.run(".on"); !strings.HasPrefix(got, "nothing is set") {
		t.Errorf("after .off: %s", got)
	}
}

func TestOnMistakes(t *testing.T) {
	t.Parallel()
	s := startSession(t, dial.Config{Protocol: "jsonrpc"})
	for _, tt := range []struct{ line, at, want string }{
		{".on", "", "nothing is set: .on connect LINE"},
		{".on connect", "", "a line is missing"},
		{".on [x !y", "[x", "is not a pattern"},
		{".on connect my_add 1 b=2", "b=2", "positional and named arguments do not mix"},
		{".on connect .nosuch", ".nosuch", "there is no command .nosuch"},
		{".on connect .fill my_add", ".fill", "is for whoever sits at the keyboard"},
		{".on connect x | .[", "", "unexpected"},
		{".on x y $params.a.b[0] | .c + $params.d + $later", "", ""},
		{".on x !y $later", "", ""},
		{".on x @1,,2 y", "@1", "a peer is missing"},
		{".on kind:x y", "kind:x", "a kind is one of"},
		{".on kind:error", "", "a method belongs here"},
		{".on kind:error [x y", "[x", "is not a pattern"},
		{".on kind:note", "", "a line is missing"},
		{".off", "", "which? .on lists what is set"},
		{".off nosuch", "nosuch", "nothing is set for nosuch"},
		{".off 9", "9", "nothing is set for 9"},
	} {
		got := s.run(tt.line)
		if !strings.Contains(got, tt.want) {
			t.Errorf("%s: %s", tt.line, got)
		}
		if prompt := len("(not connected)> "); tt.at != "" &&
			strings.Index(got, "^") != prompt+strings.LastIndex(tt.line, tt.at) {
			t.Errorf("%s: the mistake is not at %s:\n%s", tt.line, tt.at, got)
		}
	}
}

// A line that makes the peer notify again goes on for ever, and is in nobody's way.
func TestOnEcho(t *testing.T) {
	t.Parallel()
	s := startSession(t, dial.Config{Protocol: "jsonrpc"})
	at := s.listen()
	s.run(".on echo !echo $params")
	s.run(".mute echo")
	opts := &rpcconn.Options{}
	echoes := make(chan string, 1000)
	opts.OnRequest = func(req *rpcconn.Request) {
		select {
		case echoes <- string(req.Params):
		default:
		}
	}
	opts.Handler = numbered(1).Handler
	c := s.client(at, opts)
	go func() {
		for params := range echoes {
			if c.Notify(context.Background(), "echo", json.RawMessage(params)) != nil {
				return
			}
		}
	}()
	t.Cleanup(func() { close(echoes) })
	s.see("@1 connected")
	if err := c.Notify(t.Context(), "echo", json.RawMessage(`["x"]`)); err != nil {
		t.Fatal(err)
	}
	s.until("many echoes", func() bool { return !strings.Contains(s.run(".on"), "echo   0") && c.Stats().In > 100 })
	if got := s.run("who"); !strings.HasPrefix(got, "1  TOOK") {
		t.Errorf("a call meanwhile: %s", got)
	}
	s.run(".off echo")
	s.until("their end", func() bool {
		before := c.Stats().In
		s.run("who")
		return c.Stats().In-before <= 1
	})
}

// Lines that wait are given up with .off, and with the session.
func TestOffStopsWaiting(t *testing.T) {
	t.Parallel()
	s := startSession(t, dial.Config{Protocol: "jsonrpc"})
	at := s.listen()
	s.run(".on connect hang")
	asked := make(chan struct{}, 2)
	hang := func(ctx context.Context, _ *rpcconn.Conn, _ *rpcconn.Request) (json.RawMessage, error) {
		asked <- struct{}{}
		<-ctx.Done()
		return nil, rpcconn.ErrNoAnswer
	}
	opts := &rpcconn.Options{Handler: hang}
	s.client(at, opts)
	<-asked
	if got := s.run(".pending"); !strings.Contains(got, "@1    #1  hang") {
		t.Errorf(".pending: %s", got)
	}
	s.run(".off connect")
	s.until("the call being given up",
		func() bool { return strings.HasPrefix(s.run(".pending"), "nothing is waiting") })
	s.run(".on connect hang")
	s.client(at, opts)
	<-asked // and the session ends
}

func TestOnQuits(t *testing.T) {
	t.Parallel()
	s := startSession(t, dial.Config{Protocol: "jsonrpc"})
	at := s.listen()
	s.run(".on enough .quit")
	c := s.client(at, nil)
	s.see("@1 connected")
	if err := c.Notify(t.Context(), "enough", nil); err != nil {
		t.Fatal(err)
	}
	s.done <- <-s.done // the session ends by itself
}

// A line of .on runs for what a peer notified, with its params, and calls that peer.
func TestOn(t *testing.T) {
	t.Parallel()
	s := startSession(t, dial.Config{Protocol: "jsonrpc"})
	s.run(".connect $PEER")
	s.run(".on tick got = my_add $params[0] 40")
	s.run(".on tick nosuch $params")
	s.run("ticks 1")
	s.until("what the line has assigned", func() bool { return strings.Contains(s.run(".print $got"), "41") })
	s.until("that the second line failed", func() bool { return strings.Contains(s.run(".on"), "Method not found") })
	s.run(".off tick")
	if got := s.run(".on"); !strings.Contains(got, "nothing is set") {
		t.Errorf("after .off: %s", got)
	}
}

// A line of .on may be for any event that a filter chooses, and sees all of it. What it sends itself is none.
func TestOnFilter(t *testing.T) {
	s := startSession(t, dial.Config{Protocol: "jsonrpc"})
	s.run(".connect $PEER")
	s.run(".on kind:error nosuch* seen = nosuch/again $event.error.code")
	s.run(".on kind:error * .print $event.error.code")
	s.run(".on kind:note .print $event.text")
	s.run(".on peer:1 tick ticked = my_add $params[0] 1")
	s.run("ticks 1")
	s.until("the tick", func() bool { return strings.Contains(s.run(".print $ticked"), "2") })
	s.run("nosuch/first &")
	s.see(`← #\d+ error -32601: Method not found`)
	s.see(`(?m)^-32601$`)
	got := s.run(".on")
	for _, want := range []string{`1  kind:error nosuch\* +1 `, `kind:error \* +1 `, `peer:1 tick +1 `} {
		if !regexp.MustCompile(want).MatchString(got) {
			t.Errorf(".on has nothing that matches %s:\n%s", want, got)
		}
	}
	s.run(".off kind:error *")
	if got := s.run(".on"); strings.Contains(got, "kind:error *") {
		t.Errorf("after .off: %s", got)
	}
}

// acceptNext accepts the connection on which something comes in rfc7464, says what there is to say at once, and reads
// that. On a busy machine another probe may have been begun on one before, since that of rfc7464 seemed to have no
// answer.
func acceptNext(t *testing.T, l net.Listener, atOnce string) (net.Conn, *bufio.Scanner) {
	t.Helper()
	for {
		c, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(c, atOnce)
		lines := bufio.NewScanner(c)
		if lines.Scan() && strings.HasPrefix(lines.Text(), "\x1e") {
			return c, lines
		}
		_ = c.Close()
	}
}

// What a peer says at once, before it answers the probe, is handled behind its coming, also when it is dialled again,
// which is done in the form that is known.
func TestOnReconnect(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	s := startSession(t, dial.Config{})
	s.run(".on connect !came")
	s.run(".on hello !heard $params")
	line := ".connect " + l.Addr().String()
	for i := range 50 { // or it is seldom that the reader is faster
		s.enter(line)
		hello := fmt.Sprintf("\x1e"+`{"jsonrpc":"2.0","method":"hello","params":[%d]}`+"\n", i)
		var c net.Conn
		var lines *bufio.Scanner
		if i == 0 {
			c, lines = acceptNext(t, l, "")
			fmt.Fprint(c, hello+"\x1e"+`{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"no"}}`+"\n")
			lines.Scan()
		} else {
			c, lines = acceptNext(t, l, hello)
		}
		came := lines.Text()
		lines.Scan()
		heard := fmt.Sprintf(`"method":"heard","params":[%d]`, i)
		if !strings.Contains(came, `"method":"came"`) || !strings.Contains(lines.Text(), heard) {
			t.Errorf("%s: got %s, then %s", line, came, lines.Text())
		}
		s.waitPrompt()
		s.forget()
		_ = c.Close()
		s.see("closed the connection")
		line = ".reconnect"
	}
}

// What runs when a peer comes may name it, and when it goes may tell another; .quit in a line ends the session.
func TestOnConnectAndClose(t *testing.T) {
	t.Parallel()
	s := startSession(t, dial.Config{Protocol: "jsonrpc"})
	s.run(".on connect .name first")
	s.run(".connect $PEER")
	s.until("the name", func() bool { return strings.Contains(s.run(".peers"), "first") })
	s.run(".off connect")
	s.run(".connect $PEER")
	s.run(".on close told = @2 my_add $peer 40")
	s.run(".close first")
	s.until("that the other was told", func() bool { return strings.Contains(s.run(".print $told"), "41") })
}

// What a line of .on causes runs no line, however it does: by a call in the background, or by a mistake.
func TestOnIsNoLoop(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		line, cause  string
		runs, others int // of the line, and of a line for problems, after as many causes as there are in the test
	}{
		{".on kind:response dir:in * my_add 1 2 &", "my_add 2 1", 25, 0},
		{".on tick .use 98", "ticks 1", 25, 0},
	} {
		s := startSession(t, dial.Config{Protocol: "jsonrpc"})
		s.run(".connect $PEER")
		s.run(tt.line)
		s.run(".on kind:problem .use 99")
		row := regexp.MustCompile(`(?m)^(\d) .*  (\d+) `)
		ran := func() map[string]int { // how often, by the number of the line
			runs := make(map[string]int)
			s.until("both lines are listed", func() bool {
				for _, m := range row.FindAllStringSubmatch(s.run(".on"), -1) {
					runs[m[1]], _ = strconv.Atoi(m[2])
				}
				return len(runs) == 2
			})
			return runs
		}
		for range tt.runs {
			s.run(tt.cause)
		}
		s.until("the line has run", func() bool { return ran()["1"] >= tt.runs })
		s.run(tt.cause) // in whose time a loop runs often
		s.until("the line has run again", func() bool { return ran()["1"] > tt.runs })
		if got := ran(); got["1"] != tt.runs+1 || got["2"] != tt.others {
			t.Errorf("%s: runs by line: %v", tt.line, got)
		}
	}
}

// A filter that fails assigns nothing: what was there before stays.
func TestFilterThatFails(t *testing.T) {
	t.Parallel()
	s := startSession(t, dial.Config{Protocol: "jsonrpc"})
	s.run(".connect $PEER")
	s.run("x = my_add 1 2")
	if got := s.run("x = my_add 3 4 | .a.b"); !strings.Contains(got, "number") {
		t.Errorf("the filter: %s", got)
	}
	for _, name := range []string{"$x", "$_"} {
		if got := s.run(".print " + name); got != "3\n" {
			t.Errorf("%s is %s", name, got)
		}
	}
}

// A call in the background that cannot be sent, as the peer does not read, is given up with Ctrl-C.
func TestBackgroundIsInterrupted(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	file := filepath.Join(t.TempDir(), "big")
	if err := os.WriteFile(file, bytes.Repeat([]byte("x"), 60<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	s := startSession(t, dial.Config{Protocol: "jsonrpc", Framing: "line"})
	s.run(".connect " + l.Addr().String())
	s.enter("big text=@" + file + " &")
	s.until("the prompt is back", func() bool {
		s.person.mu.Lock()
		interrupt := s.person.interrupt
		s.person.mu.Unlock()
		if interrupt != nil {
			interrupt()
		}
		select {
		case <-s.prompts:
			return true
		default:
			return false
		}
	})
	s.see("interrupted")
}

func TestInterruptedRepeat(t *testing.T) {
	t.Parallel()
	s := startSession(t, dial.Config{Protocol: "jsonrpc", Framing: "line"})
	s.run(".connect " + s.peer.Target().String())
	s.enter(".repeat 1000000 my_add 1 2")
	s.until("the prompt is back", func() bool {
		s.person.mu.Lock()
		interrupt := s.person.interrupt
		s.person.mu.Unlock()
		if interrupt != nil {
			interrupt()
		}
		select {
		case <-s.prompts:
			return true
		default:
			return false
		}
	})
	s.see(`run \d+ of 1000000 was interrupted: none follows it`)
}
