package main

import (
	"net"
	"regexp"
	"testing"

	"rpcsh/shell/exit"
)

// TestInteropListen has client.py connect to rpcsh.
func TestInteropListen(t *testing.T) {
	runInterop(t, []scenario{
		{name: "two clients, one of which is killed", run: listenTwo},
		{name: "what the clients ask", run: listenRequests},
		{name: "batch", run: listenBatch, only: (*interop).hasBatches},
		{name: "rules that close", run: listenClose},
	})
}

// listen starts a shell that listens, and returns it with its port.
func (in *interop) listen(t *testing.T, args ...string) (sh *shellRun, port string) {
	t.Helper()
	sh = in.shell(t, append([]string{"-v", "-l", "127.0.0.1:0"}, args...)...)
	own := sh.stderr.until(t, `^(?:rpcsh:|\S+ ·) listening on tcp://(127\.0\.0\.1:\d+) · `+in.title+`$`)[1]
	_, port, err := net.SplitHostPort(in.passage(t, own))
	if err != nil {
		t.Fatal(err)
	}
	return sh, port
}

// accept starts a client and returns it with its address, as @N.
func (in *interop) accept(t *testing.T, sh *shellRun, port, n string) (c *pythonProgram, address string) {
	t.Helper()
	c = in.client(t, port)
	return c, sh.stderr.until(t, `^(?:rpcsh:|\S+ ·) @`+n+` connected from (127\.0\.0\.1:\d+) · `+in.title+`$`)[1]
}

func listenTwo(t *testing.T, in *interop) {
	sh, port := in.listen(t)
	first, firstAddress := in.accept(t, sh, port, "1")
	second, secondAddress := in.accept(t, sh, port, "2")
	sh.do(t, "@1 my_double 5", "@all my_double 10", "my_double 7")
	sh.stdout.next(t, "10", `{"peer":1,"result":20}`, `{"peer":2,"result":20}`, "14")
	sh.do(t, "@all !log both")
	first.stdout.next(t, `notified log ["both"]`)
	second.stdout.next(t, `notified log ["both"]`)

	sh.do(t, ".set stop off", "@all boom 1", ".set stop on")
	for _, peer := range []string{"1", "2"} {
		sh.stdout.next(t, `{"peer":`+peer+`,"error":{"code":-32000,"message":"Server error","data":"boom (1,)"}}`)
	}

	second.kill()
	sh.stderr.until(t, `^rpcsh: @2 `+regexp.QuoteMeta(secondAddress)+` (closed|reset) the connection$`)
	sh.do(t, "@1 my_double 6", "@all my_double 10")
	sh.stdout.next(t, "12", `{"peer":1,"result":20}`)

	third, _ := in.accept(t, sh, port, "3") // not 2 again
	sh.do(t, "@3 my_double 1", "sums = @all my_double 2", ".use 3", ".print $sums")
	sh.stdout.next(t, "2", `{"peer":1,"result":4}`, `{"peer":3,"result":4}`, "[4,4]")
	third.do(t, "close")
	third.stdout.next(t, "closed")
	sh.stderr.until(t, `^rpcsh: @3 \S+ closed the connection$`)

	sh.do(t, ".set stop off", "my_double 1") // which must not reach @1 instead
	sh.stderr.until(t, `^rpcsh: not connected: @3 \S+ closed the connection; \.use 1 takes another$`)
	sh.do(t, ".use 1", "my_double 2", ".peers")
	sh.stdout.next(t, "4")
	sh.stdout.until(t, `^\* +@1 +accepted +`+regexp.QuoteMeta(firstAddress)+` +`+in.title+` `)

	sh.do(t, "@2 my_double 5")
	sh.stderr.until(t, `^rpcsh: peer @2 has gone \(\.peers lists who is there\)$`)
	sh.exits(t, exit.PeerError) // what failed first
	first.stdout.next(t, "closed")

	sh, port = in.listen(t) // and now without .set stop off
	only, _ := in.accept(t, sh, port, "1")
	only.kill()
	sh.stderr.until(t, `^rpcsh: @1 \S+ (closed|reset) the connection$`)
	sh.do(t, "@1 my_double 5", "my_double 6")
	sh.stderr.until(t, `^rpcsh: peer @1 has gone`)
	sh.exits(t, exit.Connection)
}

func listenRequests(t *testing.T, in *interop) {
	sh, port := in.listen(t, "-e", ".serve my_double .[0]*2", "-e", ".serve named .a+.b", "-e", ".serve who $peer",
		"-e", `.serve refuse --error -32001 "no luck" {"try":2}`, "--linger", "0")
	for _, n := range []string{"1", "2"} {
		c, _ := in.accept(t, sh, port, n)
		for _, r := range []struct{ command, want string }{
			{"request my_double [4]", `result 8`},
			{`request named {"a": 1, "b": 2.5}`, `result 3.5`},
			{"request who", `result ` + n},
			{"request refuse [1]", `error -32001 "no luck" {"try": 2}`},
			{"request nosuch", `error -32601 "Method not found" ""`},
			{"request named [1]", `error -32000 "Server error" "jq: expected an object but got: array ([1])"`},
		} {
			c.do(t, r.command)
			c.stdout.next(t, r.want)
		}
		c.do(t, `notify hello ["x\u001b[2J"]`)
		sh.stdout.until(t, `^{"time":"[^"]*","number":\d+,"peer":`+n+`,"dir":"in",`+
			`"kind":"request","id":1,"method":"my_double","params":\[4\]}$`)
		sh.stdout.until(t, `^{"time":"[^"]*","number":\d+,"peer":`+n+`,"dir":"in",`+
			`"kind":"notification","method":"hello","params":\["x\\u001b\[2J"\]}$`)
		_ = c.stdin.Close()
		c.stdout.next(t, "closed")
		sh.stderr.until(t, `^(?:rpcsh:|\S+ ·) @`+n+` \S+ closed the connection$`)
	}
}

func listenBatch(t *testing.T, in *interop) {
	sh, port := in.listen(t)
	sh.do(t, ".serve my_double .[0]*2")
	c, _ := in.accept(t, sh, port, "1")
	c.do(t, `batch [["my_double",[1]],["!log",["x"]],["nosuch"],["my_double",[3]]]`)
	c.stdout.next(t, `result [2, {"error": {"code": -32601, "data": "", "message": "Method not found"}}, 6]`)
	sh.stderr.until(t, `← @1 #1 my_double 1$`)
	sh.stderr.until(t, `← @1 log "x"$`)
	sh.stderr.until(t, `← @1 #2 nosuch$`)
	sh.stderr.until(t, `← @1 #3 my_double 3$`)
	sh.do(t, ".batch my_double 5 ; !log y ; boom 1")
	sh.stdout.next(t, `[10,{"error":{"code":-32000,"message":"Server error","data":"boom (1,)"}}]`)
	c.stdout.next(t, `notified log ["y"]`)
	sh.exits(t, exit.Done)
	c.stdout.next(t, "closed")
}

func listenClose(t *testing.T, in *interop) {
	sh, port := in.listen(t)
	sh.do(t, `.serve bye --close "bye"`, ".serve abort --abort", "bye") // the call waits for a client
	c, _ := in.accept(t, sh, port, "1")
	sh.stdout.next(t, `"bye"`) // of the client's own
	c.stdout.next(t, "closed")
	sh.stderr.until(t, `^rpcsh: @1 \S+ closed the connection$`)

	c, _ = in.accept(t, sh, port, "2")
	c.do(t, "request bye")
	c.stdout.next(t, `result "bye"`, "closed")
	sh.stderr.until(t, `→ @2 #1 "bye"`)
	sh.stderr.until(t, `^rpcsh: @2 \S+: closed here$`)

	c, _ = in.accept(t, sh, port, "3")
	c.do(t, "request abort")
	c.stdout.next(t, `error 0 "the connection was closed" ""`, "closed")
	sh.stderr.until(t, `→ @3 #1 no answer, the connection is closed$`)

	c, _ = in.accept(t, sh, port, "4")
	sh.do(t, "@4 abort")
	sh.stderr.until(t, `^rpcsh: abort: connection closed`)
	c.stdout.next(t, "closed")
	sh.exits(t, exit.Connection)
}
