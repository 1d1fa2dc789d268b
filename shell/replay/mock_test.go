package replay_test

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsonrpc"
	"rpcsh/rpcconn/rpcrec"
	"rpcsh/rpcconn/rpctest"
	"rpcsh/shell/answer"
	"rpcsh/shell/jq"
	"rpcsh/shell/replay"
)

// A client is one that a Mock answers.
type client struct {
	*rpcconn.Conn
	number int
}

func (c client) Number() int   { return c.number }
func (client) Name() string    { return "" }
func (client) Address() string { return "" }

func (c client) Call(
	ctx context.Context, method string, params json.RawMessage, _ time.Duration,
) (*rpcconn.Response, error) {
	return c.Conn.Call(ctx, method, params)
}

func (c client) Batch(ctx context.Context, calls []rpcconn.Call, _ time.Duration) ([]*rpcconn.Response, error) {
	return c.Conn.Batch(ctx, calls)
}

func (c client) Wire() answer.Wire { return answer.Wire{Conn: c.Conn} }

// mocked returns a peer that a recording answers.
func mocked(t *testing.T, recording string, opts replay.MockOptions) *rpctest.Peer {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	t.Cleanup(func() { // after the connection is closed
		cancel()
		running.Wait()
	})
	opts.Run, opts.Served = running.Go, ctx
	mock, err := replay.NewMock(rpcrec.NewReader(strings.NewReader(recording)), codec, opts)
	if err != nil {
		t.Fatal(err)
	}
	conn, peer := rpctest.NewPeer(t, jsonrpc.New(), &rpcconn.Options{
		Handler: func(ctx context.Context, c *rpcconn.Conn, req *rpcconn.Request) (json.RawMessage, error) {
			return mock.Answer(ctx, &answer.Request{Request: req, Peer: client{c, 1}})
		},
	})
	mock.Connected(ctx, client{conn, 1})
	return peer
}

const (
	notFound = `{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"Server error","data":"`
	addFive  = `> {"jsonrpc":"2.0","id":8,"method":"add","params":[5,0.0]}`
	more     = `< {"jsonrpc":"2.0","id":7,"result":43}`
	five     = `< {"jsonrpc":"2.0","id":8,"result":5}`
)

func TestMock(t *testing.T) {
	key, err := jq.Compile(".[0]")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name      string
		recording string
		opts      replay.MockOptions
		dialogue  []string // what the client sends, and behind it what it gets
	}{
		{
			"as then", record(add, sum), replay.MockOptions{},
			[]string{
				`> {"jsonrpc":"2.0","id":1,"method":"add","params":[40.0,2]}`,
				`< {"jsonrpc":"2.0","id":1,"result":42}`, add, sum,
			},
		},
		{
			"what the server sends of its own accord", record(tick0, ticks, tick1, ticked, tick0), replay.MockOptions{},
			[]string{
				`< {"jsonrpc":"2.0","method":"tick","params":[0]}`, ticks,
				`< {"jsonrpc":"2.0","method":"tick","params":[1]}`, ticked,
				`< {"jsonrpc":"2.0","method":"tick","params":[0]}`,
			},
		},
		{
			"the server asks before it answers", record(ask, asks, answers, answered), replay.MockOptions{},
			[]string{
				ask, `< {"jsonrpc":"2.0","id":1,"method":"double","params":[3]}`,
				`> {"jsonrpc":"2.0","id":1,"result":7}`, answered,
			},
		},
		{
			"errors", record(add, `< {"jsonrpc":"2.0","id":7,"error":{"code":5,"message":"no"}}`), replay.MockOptions{},
			[]string{add, `< {"jsonrpc":"2.0","id":7,"error":{"code":5,"message":"no"}}`},
		},
		{
			"the same again and again", record(add, sum, add, more), replay.MockOptions{},
			[]string{add, sum, add, more, add, more},
		},
		{
			"a miss names what is nearest", record(add, sum, addFive, five), replay.MockOptions{},
			[]string{
				`> {"jsonrpc":"2.0","id":1,"method":"add","params":[5,2]}`,
				"< " + notFound + `the recording has no such request; ` +
					`the nearest one, in line 3, differs: params[0]: 5 instead of 40"}}`,
				`> {"jsonrpc":"2.0","id":1,"method":"nosuch"}`,
				"< " + notFound + `the recording has no request nosuch"}}`,
			},
		},
		{
			"by method", record(add, sum, addFive, five), replay.MockOptions{Match: replay.MatchMethod},
			[]string{
				`> {"jsonrpc":"2.0","id":1,"method":"add","params":["x"]}`, `< {"jsonrpc":"2.0","id":1,"result":42}`,
				`> {"jsonrpc":"2.0","id":2,"method":"add"}`, `< {"jsonrpc":"2.0","id":2,"result":5}`,
				`> {"jsonrpc":"2.0","id":3,"method":"add"}`, `< {"jsonrpc":"2.0","id":3,"result":5}`,
			},
		},
		{
			"by an expression", record(add, sum, addFive, five), replay.MockOptions{
				Key: func(ctx context.Context, params json.RawMessage) (json.RawMessage, error) {
					return key.First(ctx, params)
				},
			},
			[]string{
				`> {"jsonrpc":"2.0","id":1,"method":"add","params":[5,7]}`, `< {"jsonrpc":"2.0","id":1,"result":5}`,
			},
		},
		{
			"in order", record(add, sum, addFive, five), replay.MockOptions{InOrder: true},
			[]string{
				`> {"jsonrpc":"2.0","id":1,"method":"add","params":[5,0]}`, "< " + notFound +
					`the recording has no such request; the nearest one, in line 3, differs: ` +
					`params[0]: 5 instead of 40, params[1]: 0 instead of 2"}}`,
				add, sum, addFive, five, `> {"jsonrpc":"2.0","id":1,"method":"add"}`,
				"< " + notFound + `the recording has ended: it has nothing after add"}}`,
			},
		},
		{
			"another client greets otherwise", record(
				`> {"jsonrpc":"2.0","id":0,"method":"initialize","params":{"clientInfo":{"name":"then"}}}`,
				`< {"jsonrpc":"2.0","id":0,"result":{}}`,
			), replay.MockOptions{},
			[]string{
				`> {"jsonrpc":"2.0","id":0,"method":"initialize","params":{"clientInfo":{"name":"now"}}}`,
				`< {"jsonrpc":"2.0","id":0,"result":{}}`,
			},
		},
		{
			"masked params are any", record(
				`{"t":1,"c":1,"d":">","m":{"jsonrpc":"2.0","id":7,"method":"add","params":["***1",2]},"r":1}`, sum,
			), replay.MockOptions{},
			[]string{`> {"jsonrpc":"2.0","id":7,"method":"add","params":["swordfish",2]}`, sum},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			peer := mocked(t, tt.recording, tt.opts)
			for _, line := range tt.dialogue {
				if message, sends := strings.CutPrefix(line, "> "); sends {
					peer.Send(message)
				} else {
					peer.Expect(strings.TrimPrefix(line, "< "))
				}
			}
		})
	}
}

// At the pace of the recording, an answer takes the time that it took.
func TestMockPace(t *testing.T) {
	rpctest.Bubble(t, func(t *testing.T) {
		peer := mocked(t, record(ticks, tick0, tick1, ticked), replay.MockOptions{Pace: replay.Recorded})
		began := time.Now()
		peer.Send(strings.TrimPrefix(ticks, "> "))
		for i, want := range []string{tick0, tick1, ticked} {
			peer.Expect(strings.TrimPrefix(want, "< "))
			if took := time.Since(began); took != time.Duration(i+1)*time.Second {
				t.Errorf("message %d came after %s", i, took)
			}
		}
		peer.Close()
	})
}
