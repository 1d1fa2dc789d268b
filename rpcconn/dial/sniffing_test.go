package dial

import (
	"bufio"
	"net"
	"strings"
	"testing"
	"time"

	"rpcsh/rpcconn"
)

// comer is a client that has come to a listener, and what is told of it.
type comer struct {
	net.Conn
	in   *bufio.Reader
	link *Link
	told chan string
}

// come has a client come to a listener that finds out what is spoken.
func come(t *testing.T) *comer {
	t.Helper()
	l := listen(t, Config{})
	nc, err := net.Dial("tcp", l.Target.Address)
	if err != nil {
		t.Fatal(err)
	}
	_ = nc.SetDeadline(time.Now().Add(patience))
	c := &comer{Conn: nc, in: bufio.NewReader(nc), told: make(chan string, 100)}
	c.link, err = l.Accept(func() *rpcconn.Options {
		opts := echoOptions()
		opts.OnDeviation = func(d *rpcconn.Deviation) { c.told <- d.Text }
		opts.OnError = func(err error) { c.told <- err.Error() }
		return opts
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = nc.Close()
		_ = c.link.Close()
		c.link.Wait()
	})
	return c
}

// TestWordsBeforeTheFirstMessage has clients say something before their first message that is none. It is told, and
// does not keep them from being served.
func TestWordsBeforeTheFirstMessage(t *testing.T) {
	t.Parallel()
	const words = "words come before the first message: "
	for _, test := range []struct {
		says []string // a pause between them
		told string
	}{
		{[]string{"INFO: starting up\n" + probed + "\n"}, words + `"INFO: starting up\n"`},
		{[]string{"INFO: starting up\n", probed + "\n"}, words + `"INFO: starting up\n"`},
		{[]string{"INFO: sta", "rting up\n" + probed + "\n"}, words + `"INFO: starting up\n"`},
		{[]string{"one\r\ntwo\n\n" + probed + "\n"}, words + `"one\r\n"; ` + words + `"two\n"`},
		{[]string{"[INFO] up\n" + framedText("header", probed)}, words + `"[INFO] up\n"`},
		{[]string{"up and" + framedText("header", probed)}, words + `"up and"`},
		{[]string{"up\n" + framedText("rfc7464", probed)}, words + `"up\n"`},
		{[]string{"up\n" + framedText("netstring", probed)}, words + `"up\n"`},
		{[]string{strings.ReplaceAll(framedText("header", probed), "\r\n", "\r\r\n")},
			"lines of headers end in more than CR LF (LSP 3.17, base protocol)"},
		{[]string{`{"jsonrpc":"2.0","method":}` + "\n" + probed + "\n"},
			`unreadable message: offset 26: unexpected character '}', want a value: ` +
				`"{\"jsonrpc\":\"2.0\",\"method\":}"`},
	} {
		c := come(t)
		for i, text := range test.says {
			if i > 0 {
				time.Sleep(2 * peekTime)
			}
			write(t, c, text, len(text))
		}
		answered := ""
		for !strings.Contains(answered, `"id":1`) {
			b, err := c.in.ReadByte()
			if err != nil {
				t.Fatalf("%q is not answered: %q, %v", test.says, answered, err)
			}
			answered += string(b)
		}
		if strings.HasPrefix(test.told, words) && strings.Contains(answered, "error") {
			t.Errorf("%q: answered %s", test.says, answered)
		}
		var told []string
		for len(c.told) > 0 {
			told = append(told, <-c.told)
		}
		if got := strings.Join(told, "; "); got != test.told {
			t.Errorf("%q: told %s, want %s", test.says, got, test.told)
		}
	}
}

// TestWordsAlone has a client say words and go: they are told.
func TestWordsAlone(t *testing.T) {
	t.Parallel()
	c := come(t)
	write(t, c, "hello", 5)
	_ = c.Conn.(*net.TCPConn).CloseWrite()
	<-c.link.Done()
	if got := <-c.told; got != `words come before the first message: "hello"` {
		t.Errorf("told %s", got)
	}
}

// TestBrokenAnswerOfWhoCame checks that an answer that cannot be read ends its call also where what is spoken was found
// out from the first bytes.
func TestBrokenAnswerOfWhoCame(t *testing.T) {
	t.Parallel()
	c := come(t)
	write(t, c, `{"jsonrpc":"2.0","method":"here"}`+"\n", 100)
	for _, known := c.link.Wire(); !known; _, known = c.link.Wire() {
		time.Sleep(time.Millisecond)
	}
	failed := make(chan error, 1)
	go func() {
		_, err := c.link.Call(t.Context(), "m", nil)
		failed <- err
	}()
	if _, err := c.in.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	write(t, c, `{"jsonrpc":"2.0","id":1,"result":NaN}`+"\n", 100)
	if err := <-failed; err == nil || !strings.HasPrefix(err.Error(), "the answer cannot be read: ") {
		t.Errorf("the call got %v", err)
	}
}
