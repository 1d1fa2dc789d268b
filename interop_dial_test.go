package main

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"testing"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/transport"
	"rpcsh/shell/exit"
)

// TestInteropDial has rpcsh connect to server.py.
func TestInteropDial(t *testing.T) {
	runInterop(t, []scenario{
		{name: "the peer notifies and calls before it answers", run: dialCallback},
		{name: "one call", run: dialOneCall},
		{name: "errors of the peer", run: dialErrors},
		{name: "batch", run: dialBatch},
		{name: "the peer closes after its answer", run: dialBye},
		{name: "the peer is killed while a call waits", run: dialKilled, only: (*interop).direct},
		{name: "rules answer the peer's requests", run: dialRules},
		{name: "calls while a request of the peer's waits", run: dialHeld},
		{name: "calls back and forth", run: dialNested},
		{name: "values come back as they went", run: dialSame},
	})
}

// calledLine is how server.py prints what became of a call to the client.
const calledLine = `^called \S+ (.*)$`

// connect starts server.py and a shell that is connected to it.
func (in *interop) connect(t *testing.T) (server *pythonProgram, sh *shellRun, address string) {
	t.Helper()
	server, address = in.server(t)
	sh = in.shell(t, "-v", address)
	sh.stderr.until(t, `^rpcsh: connected to tcp://`+regexp.QuoteMeta(address)+" · "+in.title+" · ")
	return server, sh, address
}

func dialCallback(t *testing.T, in *interop) {
	server, sh, _ := in.connect(t)
	sh.do(t, ".serve my_double .[0]*2", "my_progress_add 2 2")
	sh.stdout.next(t, "4")
	sh.stderr.until(t, `← report_progress "hi"$`)
	sh.stderr.until(t, `← #1 my_double 3$`)
	sh.stderr.until(t, `→ #1 6  `)

	sh.do(t, `!log héllo\x1b`, "!poke")
	server.stdout.until(t, `^log "h\\u00e9llo\\\\x1b"$`)
	sh.stderr.until(t, `← #2 my_double 21$`)
	server.stdout.until(t, `^poke result 42$`)

	sh.do(t, ".unserve my_double", "!poke")
	server.stdout.until(t, `^poke error -32601 "Method not found" ""$`)
	sh.stderr.until(t, `→ #3 error -32601: Method not found .* not served, .serve my_double …$`)

	sh.exits(t, exit.Done)
	server.stdout.until(t, `^disconnected `)
}

func dialOneCall(t *testing.T, in *interop) {
	server, address := in.server(t)
	for _, c := range []struct {
		args   []string
		stdout []string
		code   int
	}{
		{[]string{address, "my_add", "40", "2"}, []string{"42"}, exit.Done},
		{[]string{address, "my_add", "[40, -2]"}, []string{"38"}, exit.Done},
		{[]string{address, "my_add", "-1", "--x"}, nil, exit.PeerError},
		{[]string{address, "echo", "-1", "--x", "'@f'", "a|b", "#"},
			[]string{`{"args":[-1,"--x","@f","a|b","#"],"kwargs":{}}`}, exit.Done},
		{[]string{address, "echo", "x", "null", `{"b":[1.50,"y"],"a":{}}`},
			[]string{in.object(`{"args":["x",null,{"b":[1.5,"y"],"a":{}}],"kwargs":{}}`)}, exit.Done},
		{[]string{address, "echo", "b=1", "a=two"},
			[]string{in.object(`{"args":[],"kwargs":{"b":1,"a":"two"}}`)}, exit.Done},
		{[]string{address, "describe", "name=n", "size:=3"}, []string{in.object(`{"name":"n","size":3}`)}, exit.Done},
		{[]string{"-n", address, "log", "once"}, nil, exit.Done},
		{[]string{"-e", "x = my_add 1 2", "-e", "my_add $x 4", "-e", `echo $x | .args[0]`, address},
			[]string{"3", "7", "3"}, exit.Done},
		{[]string{address, "boom", "1"}, nil, exit.PeerError},
		{[]string{address, "abort"}, nil, exit.Connection},
	} {
		sh := in.shell(t, c.args...)
		sh.stdout.next(t, c.stdout...)
		sh.exits(t, c.code)
	}
	server.stdout.has(t, `^log "once"$`)

	sh := in.shell(t, "--linger", "0", "-e", "ticks 3", "-e", "bye", address)
	for i := range 3 {
		sh.stdout.until(t, fmt.Sprintf(`^{"time":"[^"]*","number":\d+,"peer":1,"dir":"in",`+
			`"kind":"notification","method":"tick","params":\[%d\]}$`, i))
	}
	sh.stdout.next(t, "3", `"bye"`)
	sh.exits(t, exit.Done)
}

// object returns a result that server.py makes: the library's JSON has its keys sorted and blanks nowhere, BSON keeps
// the order.
func (in *interop) object(text string) string {
	if in.form == "bson" {
		return text
	}
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		panic(err)
	}
	sorted, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(sorted)
}

func dialErrors(t *testing.T, in *interop) {
	_, sh, address := in.connect(t)
	sh.do(t, ".set stop off")
	for _, c := range []struct{ line, stderr string }{
		{"boom 1", `^rpcsh: error -32000: Server error "boom \(1,\)"$`},
		{"nosuch 1", `^rpcsh: error -32601: Method not found$`},
		{"describe", `^rpcsh: error -32000: Server error ".*missing 1 required positional argument: 'name'"$`},
		{"describe 1 2 3",
			`^rpcsh: error -32000: Server error ".*takes from 2 to 3 positional arguments but 4 were given"$`},
		{"describe nam=x", `^rpcsh: error -32000: Server error ".*got an unexpected keyword argument 'nam'"$`},
		// what we answer to the call in it
		{"my_progress_add 2 2", `^rpcsh: error -32000: Server error ".*Method not found.*"$`},
	} {
		sh.do(t, c.line, "my_add 1 1")
		sh.stderr.until(t, c.stderr)
		sh.stdout.next(t, "2") // the connection lives on
	}
	sh.exits(t, exit.PeerError)

	sh = in.shell(t, "-o", "json", address, "boom", "1")
	sh.stderr.next(t, `{"error":{"exit":1,"message":"Server error","code":-32000,"data":"boom (1,)"}}`)
	sh.exits(t, exit.PeerError)
}

func dialBatch(t *testing.T, in *interop) {
	server, sh, _ := in.connect(t)
	sh.do(t, ".batch my_add 1 2 ; !log x ; my_add 3 4")
	switch {
	case in.form == "bson":
		sh.stderr.until(t, `^rpcsh: batch of 3: .*BSON.*batch`)
		sh.exits(t, exit.Usage)
		return
	case !in.hasBatches(): // where the library closes the connection
		sh.stderr.until(t, `^rpcsh: batch of 3: connection closed`)
		sh.exits(t, exit.Connection)
		return
	}
	sh.stdout.next(t, "[3,7]")
	server.stdout.until(t, `^log "x"$`)
	sh.do(t,
		".batch my_add 5 5 ; boom 1 ; nosuch ; my_add 1 1",
		".batch !log y ; !log z",
		"sums = .batch my_add 1 2 | add", ".print $sums")
	sh.stdout.next(t,
		`[10,{"error":{"code":-32000,"message":"Server error","data":"boom (1,)"}},`+
			`{"error":{"code":-32601,"message":"Method not found"}},2]`,
		"3", "3")
	server.stdout.until(t, `^log "y"$`)
	server.stdout.until(t, `^log "z"$`)
	sh.exits(t, exit.Done)
}

func dialBye(t *testing.T, in *interop) {
	server, sh, address := in.connect(t)
	sh.do(t, "bye")
	sh.stdout.next(t, `"bye"`)
	sh.stderr.until(t, `^rpcsh: `+regexp.QuoteMeta(address)+` closed the connection$`)
	server.stdout.until(t, `^disconnected `)

	sh.do(t, ".set stop off", "my_add 1 2")
	sh.stderr.until(t,
		`^rpcsh: not connected: `+regexp.QuoteMeta(address)+` closed the connection; .reconnect dials it again$`)
	sh.do(t, ".connect "+address, "my_add 1 2")
	sh.stdout.next(t, "3")

	sh.do(t, "abort")
	sh.stderr.until(t, `^rpcsh: abort: connection closed`)
	sh.exits(t, exit.Connection)
}

func dialKilled(t *testing.T, in *interop) {
	server, sh, address := in.connect(t)
	sh.do(t, ".serve my_double --delay 1h 0", "my_progress_add 2 2")
	sh.stderr.until(t, `← #1 my_double 3$`) // so the call waits, for the answer to this one
	server.kill()
	sh.stderr.has(t, `^rpcsh: my_progress_add: connection closed`)
	sh.exits(t, exit.Connection)

	sh = in.shell(t, address, "my_add", "1", "2")
	sh.stderr.until(t, `^rpcsh: .*nothing listens there`)
	sh.exits(t, exit.Connection)
}

func dialRules(t *testing.T, in *interop) {
	server, sh, _ := in.connect(t)
	sh.do(t,
		".serve my_double .[0]*2",
		`.serve greet '"hello " + .[0]'`,
		`.serve shop/* {"asked":$method,"of":$peer}`,
		`.serve refuse --error -32001 'no luck' {"try":[2]}`,
		`.serve plainly --error -5 no`,
		`.serve late --delay 20ms "late"`,
		`.serve broken .[0].name`,
		`.serve bye --close "bye"`,
		`.serve abort --abort`,
		"!log ready")
	server.stdout.until(t, `^log "ready"$`)
	for _, c := range []struct{ call, want string }{
		{"my_double 21", `result 42`},
		{`greet "you"`, `result "hello you"`},
		{`shop/list`, `result {"asked": "shop/list", "of": 1}`},
		{"refuse", `error -32001 "no luck" {"try": [2]}`},
		{"plainly", `error -5 "no" ""`},
		{"late", `result "late"`},
		{"broken 7", `error -32000 "Server error" "jq: expected an object but got: number (7)"`},
		{"nosuch 1", `error -32601 "Method not found" ""`},
		{"bye", `result "bye"`},
	} {
		server.do(t, "call "+c.call)
		server.stdout.says(t, calledLine, c.want)
	}
	sh.stderr.until(t, `← #3 shop/list$`)
	sh.stderr.until(t, `→ #3 {"asked":"shop/list","of":1}`)
	sh.stderr.until(t, `→ #8 error -32601: Method not found  .*not served, .serve nosuch …$`)
	sh.stderr.until(t, `→ #9 "bye"`)
	sh.stderr.until(t, `: closed here$`)
	server.stdout.has(t, `^disconnected `)
	sh.exits(t, exit.Done)

	server, sh, _ = in.connect(t)
	sh.do(t, `.serve abort --abort`, "!log ready")
	server.stdout.until(t, `^log "ready"$`)
	server.do(t, "call abort")
	server.stdout.has(t, `^called \S+ error 0 "the connection was closed" ""$`)
	server.stdout.has(t, `^disconnected `)
	sh.stderr.until(t, `→ #1 no answer, the connection is closed$`)
	sh.stderr.has(t, `: closed here$`)
	sh.exits(t, exit.Done)
}

func dialHeld(t *testing.T, in *interop) {
	server, sh, _ := in.connect(t)
	sh.do(t, `.serve held --delay 1h 0`, ".serve my_double .[0]*2", "!log ready")
	server.stdout.until(t, `^log "ready"$`)
	server.do(t, "call held 1")
	sh.stderr.until(t, `← #1 held 1$`)
	sh.do(t, "my_add 1 2", "my_progress_add 2 2")
	sh.stderr.until(t, `→ #2 6  `)
	sh.stdout.next(t, "3", "4")

	sh.do(t, "slow 0.3 &", "my_add 5 6") // answered in another order than asked
	sh.stdout.next(t, "11", "0.3")
	sh.do(t, ".set timeout 50ms", ".set stop off", ".serve my_double --delay 1h 0", "my_progress_add 1 1")
	sh.stderr.until(t, `^rpcsh: my_progress_add: timed out: no answer within 50ms`)
	sh.exits(t, exit.Timeout)
	server.stdout.has(t, `^called \S+ error 0 "the connection was closed" ""$`)
}

// dialNested goes as deep as a person at the shell cannot: each side answers only when the other has answered what it
// asked meanwhile.
func dialNested(t *testing.T, in *interop) {
	_, address := in.server(t)
	cfg := dial.Config{Protocol: "jsonrpc", Framing: in.form}
	if in.form == "bson" {
		cfg = dial.Config{Protocol: "bsonrpc"}
	}
	target, err := transport.ParseTarget(address)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), interopPatience)
	defer cancel()
	link, err := cfg.Dial(ctx, target, &rpcconn.Options{
		Handler: func(ctx context.Context, c *rpcconn.Conn, req *rpcconn.Request) (json.RawMessage, error) {
			var n []int
			if err := json.Unmarshal(req.Params, &n); err != nil {
				return nil, err
			}
			if n[0] == 0 {
				return json.RawMessage("0"), nil
			}
			r, err := c.Call(ctx, req.Method, json.RawMessage(fmt.Sprintf("[%d]", n[0]-1)))
			if err != nil {
				return nil, err
			}
			var deeper int
			err = json.Unmarshal(r.Result, &deeper)
			return json.RawMessage(fmt.Sprint(1 + deeper)), err
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = link.Close()
		link.Wait()
	}()
	for _, depth := range []string{"0", "1", "2", "25"} {
		r, err := link.Call(ctx, "nested", json.RawMessage("["+depth+"]"))
		if err != nil {
			t.Fatalf("nested(%s): %v", depth, err)
		}
		if r.Err != nil || string(r.Result) != depth {
			t.Errorf("nested(%s) = %s %v, want %[1]s", depth, r.Result, r.Err)
		}
	}
}

func dialSame(t *testing.T, in *interop) {
	server, sh, _ := in.connect(t)
	values := []string{
		"3", "3.0", "-1", "0.1", "1.5e300", "2147483648", "9007199254740993", "-9223372036854775808",
		"null", "true", `"héllo ✓ \u0000"`, `[]`, `{}`, `[[1],[2.0,{"a":null}]]`,
	}
	for _, v := range values {
		sh.do(t, "same value:="+v)
		want := v
		if v == "1.5e300" {
			want = "1.5e+300" // as Python and Go write it
		}
		if v == `"héllo ✓ \u0000"` && in.form != "bson" {
			sh.stdout.until(t, `^"h(é|\\u00e9)llo (✓|\\u2713) \\u0000"$`)
			continue
		}
		sh.stdout.next(t, want)
	}
	sh.do(t, "!log [[3,3.0,9007199254740993,null]]")
	server.stdout.until(t, `^log \[3, 3\.0, 9007199254740993, null\]$`)
	sh.do(t, ".serve same .[0]", "!log ready")
	server.stdout.until(t, `^log "ready"$`)
	for _, v := range []string{"3", "3.0", "9007199254740993", "null", `{"b": [1.5, "x"]}`} {
		server.do(t, "call same "+v)
		server.stdout.says(t, calledLine, "result "+v)
	}
	sh.exits(t, exit.Done)
}
