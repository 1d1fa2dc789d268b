package main

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"rpcsh/shell/exit"
)

// TestInteropScript has the scripts of testdata/pybsonrpc take the place of the programs there, against the one that is
// left.
func TestInteropScript(t *testing.T) {
	runInterop(t, []scenario{
		{name: "service.star in the place of server.py", run: scriptServes},
		{name: "client.star in the place of client.py", run: scriptCalls},
		{name: "batch", run: scriptBatch, only: (*interop).hasBatches},
		{name: "first.star", run: scriptRemembers},
		{name: "accepts.star", run: scriptAccepts},
		{name: "rounds.star", run: scriptRounds},
	})
}

func scriptServes(t *testing.T, in *interop) {
	sh, port := in.listen(t, "-s", "testdata/pybsonrpc/service.star")
	client, _ := in.accept(t, sh, port, "1")
	for _, c := range []struct {
		command string
		seen    []string
	}{
		{"request my_add [40,2]", []string{"result 42"}},
		{`request my_add {"b":2,"a":40}`, []string{"result 42"}},
		{"request my_progress_add [2,2]", []string{`notified report_progress ["hi"]`, "result 4"}},
		{"request ticks [2]", []string{"notified tick [0]", "notified tick [1]", "result 2"}},
		{`request describe {"name":"n"}`, []string{`result {"name": "n", "size": 1}`}},
		{`request same [[1,2.5,3.0,null,"é",{"a":9007199254740993}]]`,
			[]string{`result [1, 2.5, 3.0, null, "\u00e9", {"a": 9007199254740993}]`}},
		{"request echo [1]", []string{`result {"args": [1], "kwargs": {}}`}},
		{`request echo {"x":1}`, []string{`result {"args": [], "kwargs": {"x": 1}}`}},
		{"request boom [1]", []string{`error -32000 "Server error" "boom (1,)"`}},
		{"request nosuch", []string{`error -32601 "Method not found" ""`}},
		{"request nested [6]", []string{"result 6"}},
		{`request my_add [1]`,
			[]string{`error -32602 "Invalid params" "my_add() missing 1 required positional argument: 'b'"`}},
		{"request bye", []string{`result "bye"`, "closed"}},
	} {
		client.do(t, c.command)
		client.stdout.next(t, c.seen...)
	}
	client, _ = in.accept(t, sh, port, "2")
	client.do(t, `notify log ["hey"]`, "notify poke")
	sh.stderr.has(t, `^\S+ · service\.star: log "hey"$`)
	sh.stderr.has(t, `^\S+ · service\.star: poke 42$`)
	client.do(t, "request abort") // by which poke would have been cut off
	client.stdout.next(t, `error 0 "the connection was closed" ""`, "closed")
	sh.stops(t)
}

func scriptBatch(t *testing.T, in *interop) {
	sh, port := in.listen(t, "-s", "testdata/pybsonrpc/service.star")
	client, _ := in.accept(t, sh, port, "1")
	client.do(t, `batch [["my_add",[1,2]],["!log",["x"]],["boom",[1]],["my_progress_add",[3,4]]]`)
	client.stdout.next(t, `notified report_progress ["hi"]`,
		`result [3, {"error": {"code": -32000, "data": "boom (1,)", "message": "Server error"}}, 7]`)
	sh.stderr.has(t, `^\S+ · service\.star: log "x"$`)
	sh.stops(t)
}

func scriptCalls(t *testing.T, in *interop) {
	server, address := in.server(t)
	sh := in.shell(t, "-v", "-s", "testdata/pybsonrpc/client.star", address)
	sh.stderr.until(t, `^rpcsh: connected to tcp://`+regexp.QuoteMeta(address)+" ")
	sh.do(t, "my_progress_add 2 2", "nested 6", "ticks 2")
	sh.stdout.next(t, "4", "6", "2")
	for i := range 2 {
		sh.stderr.has(t, fmt.Sprintf(`^rpcsh: client\.star: notified tick \[%d\]$`, i))
	}
	sh.stderr.has(t, `^rpcsh: client\.star: notified report_progress \["hi"\]$`)
	for _, c := range []struct{ call, want string }{
		{"my_double 21", "result 42"},
		{`echo {"a": 1.0}`, `result {"args": [{"a": 1.0}], "kwargs": {}}`},
		{"boom 1", `error -32000 "Server error" "boom (1,)"`},
		{"nosuch 1", `error -32601 "Method not found" ""`},
		{"nested 5", "result 5"},
		{"bye", `result "bye"`},
	} {
		server.do(t, "call "+c.call)
		server.stdout.says(t, calledLine, c.want)
	}
	server.stdout.has(t, `^disconnected `)
	sh.exits(t, exit.Done)
}

// scriptRemembers has a script remember its first client, and call that of its own accord, as long as it is there.
func scriptRemembers(t *testing.T, in *interop) {
	sh, port := in.listen(t, "-s", "testdata/pybsonrpc/first.star")
	first, _ := in.accept(t, sh, port, "1")
	in.accept(t, sh, port, "2")
	sh.stderr.until(t, ` · first\.star: @1 says 42$`)
	first.do(t, "close")
	sh.stderr.until(t, ` @1 \S+ closed the connection$`)
	in.accept(t, sh, port, "3")
	sh.stderr.until(t, ` · first\.star: @3 says 42$`)
	if says := strings.Contains(sh.stderr.String(), "@2 says"); says {
		t.Error("the second client was called")
	}
	sh.stops(t)
}

// scriptAccepts has a script hear of each client, and keep something of it until it has gone.
func scriptAccepts(t *testing.T, in *interop) {
	sh, port := in.listen(t, "-s", "testdata/pybsonrpc/accepts.star")
	for i, n := range []string{"1", "2"} {
		client, address := in.accept(t, sh, port, n)
		sh.stderr.until(t, ` · accepts\.star: accepted `+regexp.QuoteMeta(address)+`$`)
		for range i + 2 {
			client.do(t, "request my_add [40,2]")
			client.stdout.next(t, "result 42")
		}
		client.do(t, "close")
		sh.stderr.until(t, fmt.Sprintf(` · accepts\.star: asked %d times$`, i+2))
	}
	sh.stops(t)
}

// scriptRounds has a script call each client again and again, and close the connection to those that raise.
func scriptRounds(t *testing.T, in *interop) {
	sh, port := in.listen(t, "-s", "testdata/pybsonrpc/rounds.star")
	stays, _ := in.accept(t, sh, port, "1")
	raises := in.shell(t, "--linger", "0", "127.0.0.1:"+port)
	raises.stdout.until(t, `"method":"my_double"`)
	raises.exits(t, exit.Done)
	sh.stderr.has(t, ` · rounds\.star: closing @2: Method not found$`)
	gone, _ := in.accept(t, sh, port, "3")
	sh.stderr.until(t, ` · rounds\.star: @3 says 42$`)
	gone.kill()
	sh.stderr.until(t, ` @3 \S+ (closed|reset) the connection$`)
	sh.stderr.until(t, ` · rounds\.star: @1 says 42$`)
	sh.stops(t)
	stays.stdout.next(t, "closed")
}
