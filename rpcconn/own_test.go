package rpcconn_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsonrpc"
	"rpcsh/rpcconn/rpctest"
)

// A reuser is a channel that, as the contract allows, spoils a small frame with the next Recv. Big ones it keeps, for
// the test to spoil.
type reuser struct {
	rpcconn.Channel
	last []byte
	big  chan []byte
}

func (r *reuser) Recv() ([]byte, error) {
	spoil(r.last)
	frame, err := r.Channel.Recv()
	r.last = frame
	if len(frame) >= rpcconn.OwnSize {
		r.last = nil
		r.big <- frame
	}
	return frame, err
}

func spoil(frame []byte) {
	for i := range frame {
		frame[i] = '!'
	}
}

// What is handed out to keep stays as it was.
func TestSmallFramesAreCopied(t *testing.T) {
	near, far := rpctest.Pipe()
	p := rpctest.PeerOf(t, far)
	var requests []*rpcconn.Request
	var strays []*rpcconn.Response
	release, handled := make(chan struct{}), make(chan string, 1)
	noted := make(chan *rpcconn.Request, 1)
	c := rpcconn.New(&reuser{Channel: near}, jsonrpc.New(), &rpcconn.Options{
		Handler: func(_ context.Context, _ *rpcconn.Conn, req *rpcconn.Request) (json.RawMessage, error) {
			<-release
			handled <- string(req.Params)
			return req.Params, nil
		},
		OnRequest: func(r *rpcconn.Request) {
			if r.IsNotification() {
				noted <- r.Clone()
			} else {
				requests = append(requests, r)
			}
		},
		OnStray: func(r *rpcconn.Response) { strays = append(strays, r) },
	})
	defer c.Wait()
	defer c.Close()
	result, failure := start(t.Context(), c, "m", ""), start(t.Context(), c, "m", "")
	p.Recv()
	p.Recv()
	p.Send(
		`{"jsonrpc":"2.0","id":1,"result":{"result":1}}`,
		`{"jsonrpc":"2.0","id":2,"error":{"code":1,"message":"message","data":["data"]}}`,
		`{"jsonrpc":"2.0","id":3,"result":["stray"]}`,
		`{"jsonrpc":"2.0","id":"string id","method":"method","params":["params"]}`,
		`[{"jsonrpc":"2.0","id":4,"result":["batched"]}]`,
		`{"jsonrpc":"2.0","method":"note","params":["note"]}`,
		`{"jsonrpc":"2.0","method":"note","params":["other"]}`,
	)
	note := await(t, noted, "the notification")
	await(t, noted, "the other notification") // by now all frames but the last one are spoilt
	one, two := await(t, result, "the result"), await(t, failure, "the error")
	if one.err != nil || two.err != nil { // which of them was first is not said
		t.Fatal(one.err, two.err)
	}
	if one.Err != nil {
		one, two = two, one
	}
	close(release)
	got := fmt.Sprintf("%s %v %s %s %s %s %s %s %s %s", one.Result, two.Err, strays[0].Result, strays[1].Result,
		requests[0].ID, requests[0].Method, requests[0].Params, await(t, handled,
			"the handler"), note.Method, note.Params)
	const want = `{"result":1} error 1: message ["data"] ["stray"] ["batched"] "string id" method ["params"] ` +
		`["params"] note ["note"]`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	p.Expect(`{"jsonrpc":"2.0","id":"string id","result":["params"]}`)
}

// Of a big payload there is no second copy.
func TestBigFramesAreNotCopied(t *testing.T) {
	near, far := rpctest.Pipe()
	p := rpctest.PeerOf(t, far)
	big := `"` + strings.Repeat("x", rpcconn.OwnSize) + `"`
	frames := make(chan []byte, 1)
	handled := make(chan *rpcconn.Request, 1)
	c := rpcconn.New(&reuser{Channel: near, big: frames}, jsonrpc.New(),
		&rpcconn.Options{OnRequest: func(r *rpcconn.Request) {
			handled <- r
		}})
	defer c.Wait()
	defer c.Close()
	check := func(what string, frame, payload []byte) {
		spoil(frame)
		if len(payload) < rpcconn.OwnSize || payload[1] != '!' {
			t.Errorf("%s is %d bytes that were copied", what, len(payload))
		}
	}
	for _, member := range []string{`"result":`, `"error":{"code":1,"message":"","data":`} {
		call := start(t.Context(), c, "m", "")
		id, _ := request(t, p.Recv())
		p.Send(`{"jsonrpc":"2.0","id":` + id + `,` + member + big + strings.Repeat("}", 1+strings.Count(member, "{")))
		r := await(t, call, "the answer")
		if r.Err != nil {
			check("data", <-frames, r.Err.Data)
		} else {
			check("result", <-frames, r.Result)
		}
	}
	p.Send(`{"jsonrpc":"2.0","id":1,"method":"m","params":[` + big + `]}`)
	check("params", <-frames, await(t, handled, "the request").Params[1:])
}
