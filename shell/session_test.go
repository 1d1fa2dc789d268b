package shell_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/transport"
	"rpcsh/shell"
	"rpcsh/shell/exit"
	"rpcsh/shell/term"
)

// run types line and returns what is seen once the next line can be typed.
func (s *session) run(line string) string {
	s.t.Helper()
	s.forget()
	s.enter(line)
	s.waitPrompt()
	return s.take()
}

// see waits until a line that was seen, since the last was run, matches pattern, and returns it.
func (s *session) see(pattern string) string {
	s.t.Helper()
	re := regexp.MustCompile("(?m)^.*" + pattern + ".*$")
	deadline := time.Now().Add(patience)
	for time.Now().Before(deadline) {
		if line := re.FindString(s.take()); line != "" {
			return line
		}
		time.Sleep(2 * time.Millisecond)
	}
	s.t.Fatalf("no line that matches %q was seen in\n%s", pattern, s.take())
	return ""
}

// until waits for something that is not seen.
func (s *session) until(what string, ok func() bool) {
	s.t.Helper()
	for deadline := time.Now().Add(patience); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			s.t.Fatalf("%s did not happen; seen:\n%s", what, s.take())
		}
	}
}

// listen lets the shell listen, and returns where.
func (s *session) listen() transport.Target {
	s.t.Helper()
	s.enter(".listen 127.0.0.1:0")
	s.waitPrompt()
	s.see("listening on")
	s.mu.Lock()
	address := regexp.MustCompile(`tcp://(\S+)`).FindStringSubmatch(s.seen.String())[1]
	s.mu.Unlock()
	return transport.Target{Scheme: "tcp", Address: address}
}

// A client is a program that connects to the shell.
func (s *session) client(at transport.Target, opts *rpcconn.Options) *dial.Link {
	s.t.Helper()
	link, err := dial.Config{Protocol: "jsonrpc"}.Dial(s.t.Context(), at, opts)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		_ = link.Close()
		link.Wait()
	})
	return link
}

func double(_ context.Context, _ *rpcconn.Conn, req *rpcconn.Request) (json.RawMessage, error) {
	if req.Method != "my_double" {
		return nil, rpcconn.NewError(rpcconn.CodeMethodNotFound, "")
	}
	var args []int
	if err := json.Unmarshal(req.Params, &args); err != nil || len(args) != 1 {
		return nil, rpcconn.NewError(rpcconn.CodeInvalidParams, "")
	}
	return json.Marshal(2 * args[0])
}

func TestPeersComeAndGo(t *testing.T) {
	t.Parallel()
	s := startSession(t, dial.Config{Protocol: "jsonrpc"})
	at := s.listen()
	if got := s.run("my_double 1"); !strings.Contains(got, "nobody has connected yet") {
		t.Errorf("a call without peers: %s", got)
	}
	one := s.client(at, &rpcconn.Options{Handler: double})
	s.see(`@1 connected from HOST:PORT`)
	s.client(at, &rpcconn.Options{Handler: double})
	s.see(`@2 connected from`)

	if got := s.run("my_double 4"); !strings.HasPrefix(got, "8  TOOK") {
		t.Errorf("the first peer is the one that calls go to: %s", got)
	}
	if got := s.run("@1 my_double 5"); !strings.HasPrefix(got, "10  TOOK") {
		t.Errorf("@1: %s", got)
	}
	got := s.run("sum = @all my_double 10")
	if !strings.Contains(got, "@1  TOOK  20") || !strings.Contains(got, "@2  TOOK  20") {
		t.Errorf("@all: %s", got)
	}
	if got := s.run(".print $sum"); got != "[20,20]\n" {
		t.Errorf("the results of all: %s", got)
	}
	if got := s.run(".peers"); !strings.Contains(got, "*  @1    accepted") ||
		!strings.Contains(got, "   @2    accepted") {
		t.Errorf(".peers: %s", got)
	}

	s.forget()
	_ = one.Close()
	s.see(`@1 HOST:PORT closed the connection`)
	const gone = "not connected: @1 HOST:PORT closed the connection; .use 2 takes another"
	if got := s.run("my_double 5"); !strings.Contains(got, gone) {
		t.Errorf("a call to the one that has gone: %s", got)
	}
	if got := s.run("@1 my_double 5"); !strings.Contains(got, "peer @1 has gone") {
		t.Errorf("@1 that has gone: %s", got)
	}
	if got := s.run("@2 my_double 6"); !strings.HasPrefix(got, "12  TOOK") {
		t.Errorf("the other: %s", got)
	}
	s.run(".use 2")
	if got := s.run("my_double 7"); !strings.HasPrefix(got, "14  TOOK") {
		t.Errorf("after .use: %s", got)
	}

	three := s.client(at, &rpcconn.Options{Handler: double})
	s.see(`@3 connected`)
	s.run(".serve greet '\"hello \" + .[0] + \" at \" + ($peer|tostring)'")
	r, err := three.Call(t.Context(), "greet", json.RawMessage(`["you"]`))
	if err != nil || string(r.Result) != `"hello you at 3"` {
		t.Errorf("greet: %v, %v", r, err)
	}
	s.see(`← @3 #1 greet "you"`)
	s.see(`→ @3 #1 "hello you at 3"`)
}

func TestInterrupt(t *testing.T) {
	t.Parallel()
	s := startSession(t, dial.Config{Protocol: "jsonrpc"})
	s.run(".connect $PEER")
	s.forget()
	s.enter("slow 600")
	s.until("the waiting is shown", func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return strings.HasPrefix(s.status, "waiting for slow … ")
	})
	s.mu.Lock()
	interrupt := s.interrupt
	s.mu.Unlock()
	interrupt()
	s.waitPrompt()
	s.see("slow: interrupted, a late answer will be shown")
	if got := s.run("my_add 1 2"); !strings.HasPrefix(got, "3  TOOK") {
		t.Errorf("after an interrupt: %s", got)
	}
}

func TestTimeLimitAndLateAnswer(t *testing.T) {
	t.Parallel()
	s := startSession(t, dial.Config{Protocol: "jsonrpc"})
	s.run(".connect $PEER")
	s.run(".set timeout 50ms")
	if got := s.run("slow 0.3"); !strings.Contains(got, "slow: timed out: no answer within 50ms") {
		t.Errorf("a call that takes too long: %s", got)
	}
	s.see(`← #1 "done"  late: slow was given up`)
}

func TestBackground(t *testing.T) {
	t.Parallel()
	s := startSession(t, dial.Config{Protocol: "jsonrpc"})
	s.run(".connect $PEER")
	s.run("r = slow 0.05 | length &")
	s.see(`→ #1 slow 0.05`)
	s.see(`← #1 4  TOOK`)
	if got := s.run(".print $r"); got != "4\n" {
		t.Errorf("the result of a background call: %s", got)
	}
	s.run("slow 600 &")
	if got := s.run(".pending"); !strings.Contains(got, "@1    #2  slow") {
		t.Errorf(".pending: %s", got)
	}
	if got := s.run(".cancel 2"); !strings.Contains(inOneRow(got), "; the call whose id it is: .cancel #2") {
		t.Errorf(".cancel by an id without its mark: %s", got)
	}
	s.run(".cancel #2")
	s.see("slow: cancelled")
	if got := s.run(".pending"); got != "nothing is waiting for an answer\n" {
		t.Errorf(".pending after .cancel: %s", got)
	}
}

func TestFloodIsSampled(t *testing.T) {
	const flood = 200_000
	s := startSession(t, dial.Config{Protocol: "jsonrpc"})
	s.run(".connect $PEER")
	got := s.run(fmt.Sprintf("ticks %d", flood))
	if !strings.Contains(got, fmt.Sprintf("%d  TOOK", flood)) {
		t.Errorf("the result of ticks is not seen in the end of\n%s", got[max(0, len(got)-500):])
	}
	s.see(`… [0-9 ]+ more tick`)
	if n := strings.Count(s.take(), "← tick"); n > 3000 {
		t.Errorf("%d lines of a flood are shown", n)
	}
	if !strings.Contains(s.take(), "← tick 1\n") {
		t.Error("the beginning of a flood is not shown")
	}
}

func TestHostilePeer(t *testing.T) {
	t.Parallel()
	s := startSession(t, dial.Config{Protocol: "jsonrpc"})
	at := s.listen()
	c := s.client(at, nil)
	s.see("@1 connected")
	for _, text := range []string{"\u009b2J", "\u202eevil", "\x7f", "a\u2028b"} {
		params, err := json.Marshal([]string{text})
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Notify(t.Context(), "say\x1b[2J", params); err != nil {
			t.Fatal(err)
		}
	}
	s.see(`say\\u001b\[2J "\\u009b2J"`)
	s.see(`"\\u202eevil"`)
	s.see(`"\\u007f"`)
	for _, r := range s.take() {
		if r < ' ' && r != '\n' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == 0x202e {
			t.Errorf("%q reached the screen", r)
		}
	}
}

func TestComplete(t *testing.T) {
	t.Parallel()
	s := startSession(t, dial.Config{Protocol: "jsonrpc"})
	s.run(".connect $PEER")
	s.run("my_add 1 2")
	s.run("v = echo 1")
	s.run(".serve my_double 1")
	tests := []struct {
		line string
		want []string
	}{
		{"", nil},
		{"my_a", []string{"my_add"}},
		{"!my_a", []string{"!my_add"}},
		{"@", []string{"@1", "@all"}},
		{"@1 ec", []string{"@1 echo"}},
		{"x = ec", []string{"echo"}},
		{".serv", []string{".serve", ".unserve"}},
		{".set ti", []string{"timeout", "detect-timeout", "handshake-timeout", "editing"}},
		{".set output ", []string{"json", "pretty", "raw"}},
		{".unserve ", []string{"1", "my_double"}},
		{".batch my_add 1 2 ; ec", []string{"echo"}},
		{".call my", []string{"my_add"}},
		{"echo $v", []string{"$v"}},
		{".print $", []string{"$_", "$v", "$env"}},
		{".watch kind:req", []string{"kind:request"}},
		{".help serv", []string{"serve", "unserve"}},
		{".connect localhost:1 bs", []string{"bsonrpc"}},
		{"# my_", nil},
	}
	for _, test := range tests {
		var got []string
		for _, g := range s.shell.Complete(test.line, len(test.line)) {
			got = append(got, g.Text)
		}
		for i, w := range test.want {
			if _, last, found := strings.Cut(w, " "); found {
				test.want[i] = last
			}
		}
		if test.line != "" && len(got) == 1 && strings.HasSuffix(test.line, got[0]) {
			continue
		}
		if test.line == "echo $v" { // stands there already
			continue
		}
		if strings.Join(got, " ") != strings.Join(test.want, " ") {
			t.Errorf("%q completes to %q, want %q", test.line, got, test.want)
		}
	}
}

func TestCompletesDiscoveredParams(t *testing.T) {
	t.Parallel()
	s := startSession(t, dial.Config{Protocol: "jsonrpc"})
	s.discovering(t)
	got := s.shell.Complete("my_add ", 7)
	want := []term.Suggestion{
		{Text: "a=", Description: "number, required"}, {Text: "b=", Description: "number, required"},
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("params: %v, want %v", got, want)
	}
	if got := s.shell.Complete("my_add a=1 ", 11); len(got) != 1 || got[0].Text != "b=" {
		t.Errorf("what is given already is left out: %v", got)
	}
}

// discovering connects a second shell, which asks peers what they offer, to the demo peer, in place of the first.
func (s *session) discovering(t *testing.T) {
	t.Helper()
	p := newPerson()
	sh := shell.New(shell.Config{Terminal: p, Discover: true, Timeout: patience})
	t.Cleanup(sh.Close)
	if err := sh.Connect(t.Context(), s.peer.Target().String(), dial.Config{Protocol: "jsonrpc"}); err != nil {
		t.Fatal(err)
	}
	s.shell, p.lines = sh, nil
	s.until("discovery", func() bool { return strings.Contains(p.take(), "7 methods by rpc.discover") })
}

// Who asks rpc.discover by hand has its answer learned, of a BSON peer too, which is not asked unasked.
func TestLearnsWhatIsDiscoveredByHand(t *testing.T) {
	t.Parallel()
	s := startSession(t, dial.Config{Protocol: "bsonrpc"})
	s.run(".connect $PEER")
	if got := s.run(".methods"); !strings.Contains(got, "no methods are known yet") {
		t.Errorf("before anything was asked: %s", got)
	}
	s.run("rpc.discover | .info.title")
	if got := s.run(".methods my_add"); !strings.Contains(got, "my_add(a: number, b: number)  Adds two numbers.") {
		t.Errorf("after rpc.discover: %s", got)
	}
}

func TestRemembersMethods(t *testing.T) {
	t.Parallel()
	s := startSession(t, dial.Config{Protocol: "jsonrpc"})
	s.run(".connect $PEER")
	s.run("my_add 1 2")
	s.run("nosuch")
	s.run(".close")
	s.see("closed here") // and so has been remembered
	if got := s.run(".connect $PEER"); !strings.Contains(got, "1 method known from earlier") {
		t.Errorf("what is known after a new connection: %s", got)
	}
	const learned = "my_add(arg1: integer, arg2: integer) → integer\n1 method, used here"
	if got := s.run(".methods"); !strings.Contains(got, learned) || strings.Contains(got, "nosuch") {
		t.Errorf(".methods: %s", got)
	}
}

// TestLines runs lines as from a pipe.
func TestLines(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, lines    string
		stdout, stderr string
		code           int
	}{
		{"results alone on stdout", "my_add 1 2\necho {\"a\": 1}\n", "3\n{\"a\":1}\n", "", 0},
		{"stops at the first that fails", "my_add 1 2\nnosuch\nmy_add 3 4\n", "3\n",
			"rpcsh: error -32601: Method not found\n", 1},
		{"goes on if asked to", ".set stop off\nnosuch\nmy_add 3 4\nmy_add 1 b=2\n", "7\n",
			"rpcsh: error -32601: Method not found\n" +
				"rpcsh: line 4, column 10: positional and named arguments do not mix in one call\n", 1},
		{"knows where a mistake is", "# é\nmy_add \"é\" 1 b=2\n", "",
			"rpcsh: line 2, column 14: positional and named arguments do not mix in one call\n", 2},
		{"calls of several lines", "my_add \\\n  1 \\\n 2\necho {\n \"a\": [1,\n\n 2]}\nmy_add 3 4\n",
			"3\n{\"a\":[1,2]}\n7\n", "", 0},
		{"a mistake in one of several lines", "my_add 1 2\nmy_add [\n 1,\n x 2]\n", "3\n",
			"rpcsh: line 4, column 2: unexpected character 'x', want a value\n", 2},
		{"a call without an end", "my_add 1 2\nmy_add {\n\"a\": 1\n", "3\n",
			"rpcsh: line 2, column 8: { is never closed\n", 2},
		{"waits for the background", "slow 0.05 &\nmy_add 1 2\n", "\"done\"\n3\n", "TIME → #2 slow 0.05\n", 0},
		{"filters and raw text", ".set output raw\necho \"a\" | .[0]\n", "a\n", "", 0},
		{"a notification prints nothing", "!log 1\n", "", "", 0},
		{"quit ends it", ".quit\nmy_add 1 2\n", "", "", 0},
		{"no peer of that number", "@7 my_add 1 2\n", "",
			"rpcsh: line 1, column 1: there is no peer @7 (.peers lists them)\n", 2},
		{"traffic on stderr", ".serve my_double .[0]*2\nmy_progress_add 2 2\n", "4\n",
			"TIME ← report_progress \"hi\"\nTIME ← #1 my_double 3\nTIME → #1 6  TOOK\n", 0},
		{"what comes back on stderr",
			".send {\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"my_add\",\"params\":[1,2]}\nmy_add 3 4\n", "7\n",
			"{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":3}\nTIME ← #7 3  unmatched response\n", 0},
		{"bytes that are none", ".send hex:0\n", "",
			"rpcsh: line 1, column 11: a byte is two hexadecimal digits, such as 1e\n", 2},
		{"methods one a line", "my_add 1 2\n.methods\n", "3\nmy_add(arg1: integer, arg2: integer) → integer\n", "", 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := startSession(t, dial.Config{Protocol: "jsonrpc"})
			var stdout, stderr strings.Builder
			sh := shell.New(shell.Config{Stdout: &stdout, Stderr: &stderr, Timeout: patience})
			defer sh.Close()
			if err := sh.Connect(t.Context(), s.peer.Target().String(), dial.Config{Protocol: "jsonrpc"}); err != nil {
				t.Fatal(err)
			}
			lines := strings.SplitAfter(test.lines, "\n")
			_, err := sh.RunLines(t.Context(), func() (string, error) {
				line := lines[0]
				if line == "" {
					return "", io.EOF
				}
				lines = lines[1:]
				return strings.TrimSuffix(line, "\n"), nil
			}, nil)
			if err != nil {
				sh.ShowFailure(err)
			}
			if code := exit.Code(err); code != test.code {
				t.Errorf("exit code %d, want %d (%v)", code, test.code, err)
			}
			out, errOut := normalize(stdout.String()), normalize(stderr.String())
			if test.name == "waits for the background" { // either may be first
				out = strings.Join(slices.Sorted(strings.Lines(out)), "")
				errOut = strings.ReplaceAll(errOut, "#1", "#2")
			}
			if out != test.stdout {
				t.Errorf("stdout\n%s\nwant\n%s", out, test.stdout)
			}
			if got := errOut; got != test.stderr {
				t.Errorf("stderr\n%s\nwant\n%s", got, test.stderr)
			}
		})
	}
}

// Nothing of a response that has both, a result and an error, is lost.
func TestResultBesideAnError(t *testing.T) {
	t.Parallel()
	wire := dial.Config{Protocol: "jsonrpc", Framing: "line"}
	server := startSession(t, wire)
	client := dialledBy(t, server.listen().String(), shell.Config{Wire: wire})
	server.run(".serve m --both 6")
	const want = "error -32000: failed on purpose  with a result beside it: 6"
	if got := client.run("m"); !strings.HasPrefix(got, want) {
		t.Errorf("got %s", got)
	}
	client.run("m &")
	client.see("error -32000: failed on purpose  TOOK  with a result beside it: 6")
	if got := client.run("@all m"); !strings.Contains(got, "failed on purpose") ||
		!strings.Contains(got, "with a result beside it: 6") {
		t.Errorf("in a table: %s", got)
	}
}

// A run does not end well where a peer has not taken a notification.
func TestNotificationIsNotTaken(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	sh := shell.New(shell.Config{
		Stdout: io.Discard, Stderr: io.Discard, Timeout: patience,
		Wire: dial.Config{Protocol: "jsonrpc", Framing: "line"},
	})
	defer sh.Close()
	if err := sh.Connect(t.Context(), "tcp://"+listener.Addr().String(), dial.Config{
		Protocol: "jsonrpc", Framing: "line",
	}); err != nil {
		t.Fatal(err)
	}
	if err := sh.Eval(t.Context(), ".set timeout 10ms"); err != nil {
		t.Fatal(err)
	}
	big := strings.Repeat("x", 32<<20) // more than sockets keep
	err = sh.Call(t.Context(), true, "m", []string{big})
	if err == nil || !strings.Contains(err.Error(), "timed out: the peer has not taken all of it within 10ms") {
		t.Errorf("the run ends with %v", err)
	}
	if exit.Code(err) != exit.Timeout {
		t.Errorf("the code is %d", exit.Code(err))
	}
}

// inOneRow returns text with a blank for each white space in it: what is wrong with a line may take several rows.
func inOneRow(text string) string { return strings.Join(strings.Fields(text), " ") }
