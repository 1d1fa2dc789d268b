package shell_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/dial"
	"rpcsh/shell"
)

// promptIs waits until the prompt matches pattern.
func (s *session) promptIs(pattern string) {
	s.t.Helper()
	re := regexp.MustCompile(pattern)
	s.until("the prompt "+pattern, func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return re.MatchString(s.prompt)
	})
}

// asked waits until a request waits for the person, and returns the number by which it is answered. what is how it
// begins; others are the numbers of those that wait already.
func (s *session) asked(what string, others ...string) (number string) {
	s.t.Helper()
	re := regexp.MustCompile(`asks (\d+): ` + what)
	s.until("the request "+what, func() bool {
		for _, found := range re.FindAllStringSubmatch(s.take(), -1) {
			if number = found[1]; !slices.Contains(others, number) {
				return true
			}
		}
		return false
	})
	return number
}

// askedBy listens, and has a client call m n times, which the person is asked; the results are sent. The requests have
// these numbers.
func (s *session) askedBy(n int) (link *dial.Link, numbers []string, results chan string) {
	s.t.Helper()
	link = s.client(s.listen(), nil)
	s.see("@1 connected")
	s.run(".serve m --ask")
	answers := make(chan string, n)
	for range n {
		go func() {
			r, err := link.Call(context.Background(), "m", []byte("[1]"))
			switch {
			case err != nil:
				answers <- err.Error()
			case r.Err != nil:
				answers <- r.Err.Error()
			default:
				answers <- string(r.Result)
			}
		}()
		numbers = append(numbers, s.asked("m 1", numbers...))
	}
	return link, numbers, answers
}

// The prompt says what waits, for how long, and in which order, as long as something does.
func TestPromptOfWhatWaits(t *testing.T) {
	t.Parallel()
	s := startSession(t, dial.Config{Protocol: "jsonrpc"})
	_, n, answers := s.askedBy(3)
	s.promptIs(`^\[` + n[0] + ` m \d+ s, 3 wait\] @1 `)
	s.promptIs(`^\[` + n[0] + ` m [1-9]\d* s, 3 wait\] @1 `) // without a key
	s.run(".set order newest")
	s.promptIs(`^\[` + n[2] + ` m \d+ s, 3 wait\] @1 `)
	for _, tt := range [][2]string{
		{"next", `^\[` + n[1] + ` m \d+ s, 2 wait\] @1 `}, {n[0], `^\[` + n[1] + ` m \d+ s\] @1 `}, {n[1], `^@1 `},
	} {
		s.run(".reply " + tt[0] + " x=1 y=two")
		s.promptIs(tt[1])
		if got := <-answers; got != `{"x":1,"y":"two"}` {
			t.Errorf("answered %s", got)
		}
	}
}

// The number of the line that asks is as good as that of the request.
func TestReplyToTheLineThatAsks(t *testing.T) {
	t.Parallel()
	s := startSession(t, dial.Config{Protocol: "jsonrpc"})
	_, numbers, answers := s.askedBy(1)
	n, err := strconv.Atoi(numbers[0])
	if err != nil {
		t.Fatal(err)
	}
	if got := s.run(fmt.Sprintf(".reply %d 6", n+1)); got != "" && !strings.Contains(got, "→") {
		t.Errorf("seen: %s", got)
	}
	if got := <-answers; got != "6" {
		t.Errorf("answered %s", got)
	}
}

// A peer that disconnects in the middle of its own request takes it with it.
func TestRequestOfOneWhoHasGone(t *testing.T) {
	t.Parallel()
	s := startSession(t, dial.Config{Protocol: "jsonrpc"})
	link, n, answers := s.askedBy(1)
	s.promptIs(`^\[` + n[0] + ` m `)
	s.forget()
	_ = link.Close()
	<-answers
	s.see(`request ` + n[0] + `, m, is gone: @1 closed the connection`)
	s.promptIs(`^\(listening on 127.0.0.1:\d+\)> $`)
	if got := s.take(); strings.Index(got, "@1 HOST:PORT closed the connection") > strings.Index(got, "request ") ||
		strings.Contains(got, "no answer") {
		t.Errorf("seen:\n%s", got)
	}
	want := "^ request " + n[0] + " is gone: @1 closed the connection"
	if got := s.run(".reply " + n[0] + " 6"); !strings.Contains(got, want) {
		t.Errorf("a reply to what is gone: %s", got)
	}
}

// What rules were answering to one who has gone is told in the line that says so.
func TestRequestsOfOneWhoHasGone(t *testing.T) {
	t.Parallel()
	s := startSession(t, dial.Config{Protocol: "jsonrpc"})
	link, n, answers := s.askedBy(1)
	s.run(".serve slow --delay 10m 1")
	s.run(".serve sleepy --exec 'sleep 600'")
	for i, method := range []string{"slow", "slow", "sleepy"} {
		go func() { _, _ = link.Call(context.Background(), method, nil) }()
		s.see(fmt.Sprintf("← @1 #%d s", i+2))
	}
	s.forget()
	_ = link.Close()
	<-answers
	s.see(`@1 HOST:PORT closed the connection; 3 of its requests had no answer yet$`)
	s.see(`request ` + n[0] + `, m, is gone: @1 closed the connection`)
	s.until("the end of what answered",
		func() bool { return s.run(".pending") == "nothing is waiting for an answer\n" })
	if got := s.take(); strings.Contains(got, "no answer, ") {
		t.Errorf("seen:\n%s", got)
	}
}

// While something waits already, a call may be answered at once; if it is not, the person gets the prompt back.
func TestCallWhileSomethingWaits(t *testing.T) {
	t.Parallel()
	s := startSession(t, dial.Config{Protocol: "jsonrpc"})
	_, n, _ := s.askedBy(1)
	s.run(".connect $PEER")
	s.run(".use 2")
	if got := s.run("my_add 1 2"); !strings.HasPrefix(got, "3  TOOK") {
		t.Errorf("a call that is answered at once: %s", got)
	}
	s.run("x = slow 6") // long after .pending, on a busy machine too
	s.see(`slow goes on in the background; its result is shown when it comes`)
	asked := regexp.MustCompile(`(?m)^` + n[0] + ` +@1 +#1 `)
	if got := s.run(".pending"); !strings.Contains(got, "slow") || !asked.MatchString(got) {
		t.Errorf(".pending: %s", got)
	}
	s.see(`← @2 #\d+ "done"  .*slow`)
	if got := s.run(".print $x"); got != "\"done\"\n" {
		t.Errorf("what was assigned: %s", got)
	}
}

// A call has time as long as the person does not answer what the peer asks meanwhile, and its limit again after that.
func TestCallHasTimeWhileSomethingWaits(t *testing.T) {
	t.Parallel()
	s := startSession(t, dial.Config{Protocol: "jsonrpc"})
	s.run(".connect $PEER")
	s.run(".set timeout 1500ms")
	s.run(".serve my_double --ask")
	s.run("my_progress_add 2 2")
	n := s.asked("my_double 3")
	s.promptIs(`^\[` + n + ` my_double [3-9] s\] `)
	s.run(".reply " + n + " 6")
	s.see(`← #1 4  TOOK  my_progress_add`)
	s.run("slow 600 &")
	s.see("slow: timed out: no answer within 1.5s")
}

// A call that has gone to the background is given up by .cancel, and Ctrl-C is for the call that is waited for.
func TestCallThatWentToTheBackground(t *testing.T) {
	t.Parallel()
	s := startSession(t, dial.Config{Protocol: "jsonrpc"})
	s.run(".connect $PEER")
	s.run(".serve my_double --ask")
	s.run("my_progress_add 2 2")
	s.see("goes on in the background")
	n := s.asked("my_double 3")
	s.forget()
	s.enter("slow 600")
	s.see("goes on in the background") // after a while, since a request waits
	s.waitPrompt()
	s.run(".cancel #2")
	s.see("slow: cancelled")
	s.run(".cancel #1")
	s.see("my_progress_add: cancelled")
	s.run(".drop " + n)
	s.promptIs(`^127`)
	s.forget()
	s.enter("slow 600")
	s.until("the call waits", func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.interrupt != nil
	})
	s.mu.Lock()
	interrupt := s.interrupt
	s.mu.Unlock()
	interrupt()
	s.waitPrompt()
	s.see("slow: interrupted")
}

// A batch, and a call of all peers, go to the background like any call.
func TestBatchThatGoesToTheBackground(t *testing.T) {
	t.Parallel()
	s := startSession(t, dial.Config{Protocol: "jsonrpc"})
	s.run(".connect $PEER")
	s.run(".serve my_double --ask")
	s.run("x = .batch my_progress_add 2 2 ; my_add 1 1 | map(. * 10)")
	s.see("batch of 2 goes on in the background")
	s.run(".reply " + s.asked("my_double 3") + " 6")
	s.see(`← \[40,20\] .* batch of 2`)
	s.run("x = @all my_progress_add 3 3")
	s.see("my_progress_add goes on in the background")
	s.run(".reply " + s.asked("my_double 3") + " 6")
	s.see(`@1 +TOOK +6`)
	s.until("the assignment", func() bool { return s.run(".print $x") == "[6]\n" })
}

func TestCompletesRequests(t *testing.T) {
	t.Parallel()
	s := startSession(t, dial.Config{Protocol: "jsonrpc"})
	_, n, answers := s.askedBy(2)
	got := ""
	for _, c := range s.shell.Complete(".reply ", len(".reply ")) {
		got += c.Text + " " + c.Description + "|"
	}
	if want := n[0] + " m 1 from @1|" + n[1] + " m 1 from @1|next the oldest (.set order)|"; got != want {
		t.Errorf("completed %q, want %q", got, want)
	}
	if line := ".reply " + n[0] + " "; s.shell.Complete(line, len(line)) != nil {
		t.Errorf("completed %q", s.shell.Complete(line, len(line)))
	}
	s.run(".drop " + n[0])
	s.run(".reply " + n[1] + " null")
	if got := <-answers; got != "null" {
		t.Errorf("answered %s", got)
	}
}

// Without a person a request is waited for, as long as a call would be.
func TestRepliesWithoutPerson(t *testing.T) {
	t.Parallel()
	s := startSession(t, dial.Config{Protocol: "jsonrpc"}) // for its demo peer
	var out, errs strings.Builder
	sh := shell.New(shell.Config{Stdout: &out, Stderr: &errs, Timeout: patience,
		Wire: dial.Config{Protocol: "jsonrpc"}})
	run := func(lines ...string) error {
		_, err := sh.RunLines(t.Context(), func() (string, error) {
			if len(lines) == 0 {
				return "", io.EOF
			}
			line := lines[0]
			lines = lines[1:]
			return line, nil
		}, nil)
		return err
	}
	if err := run(
		".connect "+s.peer.Target().String(), ".serve my_double --ask",
		"my_progress_add 2 2 &", ".reply next 6", "my_progress_add 3 3 &", ".reply next 6",
	); err != nil {
		t.Errorf("the lines: %v", err)
	}
	err := run(".set timeout 20ms", ".reply 300 1")
	sh.Close()
	const want = "timed out: request 300 did not come within 20ms (.set timeout or -t changes that)"
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	if got := out.String(); got != "4\n6\n" && got != "6\n4\n" {
		t.Errorf("printed %q, and on stderr %q", got, errs.String())
	}
}

// The session's end frees who waits for a person, and ends what is kept running.
func TestSessionEndsWhileSomethingWaits(t *testing.T) {
	t.Parallel()
	s := startSession(t, dial.Config{Protocol: "jsonrpc"})
	s.askedBy(1)
	s.run(".serve '*' --exec-loop cat")
	s.run(".serve my_double --ask")
	s.run(".connect $PEER")
	s.run("@2 my_progress_add 2 2")
}

// A session that does not begin before the person has answered something does not take the prompt away.
func TestSessionThatBeginsWithAQuestion(t *testing.T) {
	t.Parallel()
	served := make(chan struct{})
	s := serve(t, answers{
		"initialize": func(c *rpcconn.Conn, _ json.RawMessage) (json.RawMessage, error) {
			<-served
			if _, err := c.Call(t.Context(), "roots/list", nil); err != nil {
				return nil, err
			}
			return json.RawMessage(`{"protocolVersion":"2025-06-18","capabilities":{"tools":{}},` +
				`"serverInfo":{"name":"fake","version":"1"}}`), nil
		},
		"tools/list": result(`{"tools":[` + echoTool + `]}`),
		"tools/call": result(`{"content":[]}`),
	})
	p := dialledAs(t, s, "mcp")
	p.run(".serve '*' --ask")
	p.enter("echo message=hi")
	close(served)
	p.waitPrompt()
	n := p.asked("roots/list")
	want := "the session has not begun: request " + n +
		", roots/list, waits for you, and perhaps for that: .reply " + n + " VALUE"
	p.see(want)
	p.forget()
	// after a while, since it may have to do with something else
	if got := p.run("echo message=hi"); !strings.Contains(got, want) {
		t.Errorf("once more: %s", got)
	}
	p.run(`.reply ` + n + ` {"roots":[]}`)
	p.see("methods by mcp")
	if got := p.run("echo message=hi"); !strings.HasPrefix(got, `{"content":[]}`) {
		t.Errorf("after that: %s", got)
	}
}

// Neither does .discover, of a peer that asks something before it tells what it offers.
func TestDiscoveryThatBeginsWithAQuestion(t *testing.T) {
	t.Parallel()
	s := serve(t, answers{"rpc.discover": func(c *rpcconn.Conn, _ json.RawMessage) (json.RawMessage, error) {
		if r, err := c.Call(t.Context(), "who", nil); err != nil || r.Err != nil {
			return nil, rpcconn.NewError(rpcconn.CodeServerError, "who?")
		}
		return json.RawMessage(document), nil
	}})
	p := dialledBy(t, s.listener.Target.String(), shell.Config{Wire: dial.Config{Protocol: "jsonrpc", Framing: "line"}})
	p.run(".serve who --ask")
	given := regexp.MustCompile(`given up: request \d+, who, waits for you, and perhaps for that: .reply \d+ VALUE`)
	if got := p.run(".discover rpc.discover"); !given.MatchString(inOneRow(got)) {
		t.Errorf("got %s", got)
	}
}

// What rules are answering is listed beside what waits for the person.
func TestPendingOfRules(t *testing.T) {
	t.Parallel()
	s := startSession(t, dial.Config{Protocol: "jsonrpc"})
	link, n, _ := s.askedBy(1)
	s.run(".serve slow --delay 10m 1")
	for i := range 22 {
		go func() { _, _ = link.Call(t.Context(), "slow", json.RawMessage(fmt.Sprintf("[%d]", i))) }()
	}
	asked := regexp.MustCompile(`(?m)^` + n[0] + ` +@1 +#1 +TOOK +you `)
	s.until("the requests", func() bool {
		got := s.run(".pending")
		return asked.MatchString(got) && strings.Count(got, "  a rule  slow") == 20 &&
			strings.Contains(got, "… 2 more that are being answered")
	})
	if got := s.run(".pending"); !regexp.MustCompile(`\d+ +@1    #\d+ +TOOK +a rule  slow \d+\n`).MatchString(got) {
		t.Errorf("got %s", got)
	}
}
