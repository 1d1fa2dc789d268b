package rpcconn_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/bsonrpc"
	"rpcsh/rpcconn/jsonrpc"
)

// A conversation is a capture, what its two programs do, and what each of them sees.
type conversation struct {
	name    string
	framing string
	codec   func() rpcconn.Codec
	split   func(stream []byte) (payload []byte, size int) // the first frame; size 0: it is not complete
	equal   func(t *testing.T, got, want []byte) bool      // of payloads
	play    func(p *player)                                // the client's part
	sees    map[string][]string                            // by side
}

func conversations() []conversation {
	newJSON := func() rpcconn.Codec { return jsonrpc.New() }
	newBSON := func() rpcconn.Codec { return bsonrpc.New() }
	single, batch := talk(nil), talk(sums)
	singleSees, batchSees := talkSees(false), talkSees(true)
	return []conversation{
		{"rfc7464", "rfc7464", newJSON, splitRFC7464, equalJSON, batch, batchSees},
		{"netstring", "netstring", newJSON, splitNetstring, equalJSON, batch, batchSees},
		{"none", "none", newJSON, splitNone, equalJSON, single, singleSees},
		{"bson", "bson", newBSON, splitBSON, equalBSON, single, singleSees},
		{"bson-rich", "bson", newBSON, splitBSON, equalBSON, playRich, richSees()},
	}
}

// A player is our side of a conversation.
type player struct {
	ctx  context.Context
	conn *rpcconn.Conn

	mu   sync.Mutex // protects what follows
	seen []string
}

func (p *player) see(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seen = append(p.seen, fmt.Sprintf(format, args...))
}

// story returns what was seen so far, a line each.
func (p *player) story() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.seen, "\n ")
}

// answered notes what method was answered with.
func (p *player) answered(method string, r *rpcconn.Response) {
	if r.Err != nil {
		p.see("%s: %v", method, r.Err)
	} else {
		p.see("%s: %s", method, r.Result)
	}
}

// call calls a method and waits for the answer, which is nil once the connection is closed.
func (p *player) call(method, params string) *rpcconn.Response {
	r, err := p.conn.Call(p.ctx, method, raw(params))
	if err != nil {
		if !errors.Is(err, rpcconn.ErrClosed) {
			p.see("%s failed: %v", method, err)
		}
		return nil
	}
	p.answered(method, r)
	return r
}

func (p *player) notify(method, params string) {
	if err := p.conn.Notify(p.ctx, method, raw(params)); err != nil && p.conn.Err() == nil {
		select {
		case <-p.conn.Done(): // which the writer may know before the reader does
		case <-p.ctx.Done():
			p.see("%s failed: %v", method, err)
		}
	}
}

func raw(text string) json.RawMessage {
	if text == "" {
		return nil
	}
	return json.RawMessage(text)
}

// request notes what the other side asks for or tells us.
func (p *player) request(r *rpcconn.Request) {
	p.see("%s", strings.TrimSpace(fmt.Sprintf("← %s %s %s", r.ID, r.Method, r.Params)))
}

// handle answers like the programs that were captured.
func (p *player) handle(_ context.Context, c *rpcconn.Conn, r *rpcconn.Request) (json.RawMessage, error) {
	switch r.Method {
	case "my_double":
		var x []int
		err := json.Unmarshal(r.Params, &x)
		return json.RawMessage(fmt.Sprint(2 * x[0])), err
	case "my_add":
		return sum(r.Params)
	case "my_progress_add":
		p.notify("report_progress", `["hi"]`)
		p.call("my_double", `[3]`)
		return sum(r.Params)
	case "boom":
		return nil, errors.New("boom (1,)")
	case "bye":
		r.After(func() { _ = c.Close() })
		return json.RawMessage(`"bye"`), nil
	case "echo":
		if r.Params[0] == '{' {
			return json.RawMessage(`{"args":[],"kwargs":` + string(r.Params) + `}`), nil
		}
		return json.RawMessage(`{"args":` + string(r.Params) + `,"kwargs":{}}`), nil
	case "rich":
		return json.RawMessage(rich), nil
	case "none":
		return json.RawMessage("null"), nil
	default:
		return nil, rpcconn.NewError(rpcconn.CodeMethodNotFound, "")
	}
}

func sum(params json.RawMessage) (json.RawMessage, error) {
	var x []int
	err := json.Unmarshal(params, &x)
	return json.RawMessage(fmt.Sprint(x[0] + x[1])), err
}

// talk is what the client does in all captures but the rich one.
func talk(batch []rpcconn.Call) func(p *player) {
	return func(p *player) {
		p.call("my_progress_add", `[2,2]`)
		p.notify("log", `["hey"]`)
		p.call("boom", `[1]`)
		p.call("nosuch", `[1]`)
		if batch != nil {
			responses, err := p.conn.Batch(p.ctx, batch)
			if err == nil && len(responses) == 2 {
				p.answered("my_add", responses[0])
				p.answered("my_add", responses[1])
			} else if !errors.Is(err, rpcconn.ErrClosed) {
				p.see("the batch failed: %v %v", responses, err)
			}
		}
		p.call("bye", "")
	}
}

// sums is the batch in the captures.
var sums = []rpcconn.Call{
	{Method: "my_add", Params: json.RawMessage(`[1,2]`)},
	{Method: "log", Params: json.RawMessage(`["x"]`), Notify: true},
	{Method: "my_add", Params: json.RawMessage(`[3,4]`)},
}

func talkSees(batch bool) map[string][]string {
	atClient := []string{
		`←  report_progress ["hi"]`,
		`← 1 my_double [3]`,
		`my_progress_add: 4`,
		`boom: error -32000: Server error "boom (1,)"`,
		`nosuch: error -32601: Method not found`,
	}
	atServer := []string{
		`← 1 my_progress_add [2,2]`,
		`my_double: 6`,
		`←  log ["hey"]`,
		`← 2 boom [1]`,
		`← 3 nosuch [1]`,
	}
	bye := "← 4 bye"
	if batch {
		atClient = append(atClient, `my_add: 3`, `my_add: 7`)
		atServer = append(atServer, `← 4 my_add [1,2]`, `←  log ["x"]`, `← 5 my_add [3,4]`)
		bye = "← 6 bye"
	}
	return map[string][]string{
		client: append(atClient, `bye: "bye"`, "end: EOF"),
		server: append(atServer, bye, "end: connection closed"),
	}
}

// rich is the document in the rich capture.
const rich = `{"oid":{"$oid":"5f50c31e1c9d440000a1b2c3"},"when":{"$date":"2026-11-22T07:00:00Z"},` +
	`"bin":{"$binary":{"base64":"AAH/","subType":"00"}},"big":9007199254740993,"f":1.5,"u":"héllo ✓","none":null,` +
	`"nested":{"z":1,"a":[1,{"b":true}]}}`

func playRich(p *player) {
	p.call("rich", "")
	p.call("echo", `[1,"x",null,[1,2.5]]`)
	p.call("echo", `{"name":"åäö","big":1099511627776}`)
	p.call("none", "")
	_ = p.conn.Close()
}

func richSees() map[string][]string {
	return map[string][]string{
		client: {
			`rich: ` + rich,
			`echo: {"args":[1,"x",null,[1,2.5]],"kwargs":{}}`,
			`echo: {"args":[],"kwargs":{"name":"åäö","big":1099511627776}}`,
			`none: null`,
			"end: connection closed",
		},
		server: {
			`← 1 rich`,
			`← 2 echo [1,"x",null,[1,2.5]]`,
			`← 3 echo {"name":"åäö","big":1099511627776}`,
			`← 4 none`,
			"end: EOF",
		},
	}
}
