package call

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dialect"
	"rpcsh/rpcconn/jsonrpc"
	"rpcsh/rpcconn/rpctest"
	"rpcsh/shell/event"
	"rpcsh/shell/exit"
)

// A stuckChannel takes one frame, and no other.
type stuckChannel struct {
	rpcconn.Channel
	taken bool
}

func (c *stuckChannel) Send(ctx context.Context, frame []byte) error {
	if c.taken {
		<-ctx.Done()
		return ctx.Err()
	}
	c.taken = true
	return c.Channel.Send(ctx, frame)
}

// A peer that does not read is not waited for when it is told that a call was given up.
func TestCancelIsNotWaitedFor(t *testing.T) {
	rpctest.Bubble(t, func(t *testing.T) {
		near, _ := rpctest.Pipe()
		conn := rpcconn.New(&stuckChannel{Channel: near}, jsonrpc.New(), nil)
		t.Cleanup(func() {
			_ = conn.Close()
			conn.Wait()
		})
		c := New(Host{
			Peer:    func() event.Peer { return event.Peer{} },
			Publish: func(*event.Event) uint64 { return 0 },
			Dialect: func() *dialect.Dialect {
				return &dialect.Dialect{Cancel: func(rpcconn.ID) (string, json.RawMessage) { return "cancel", nil }}
			},
		}, catalog.New())
		c.Connected(Connection{Conn: conn, Status: func() string { return "" }})
		start := time.Now()
		o := c.Do(t.Context(), []*Prepared{Plain(Request{Method: "slow"})}, Options{Timeout: time.Minute})
		if !errors.Is(o.Err, exit.ErrTimeout) {
			t.Errorf("got %v", o.Err)
		}
		if took := time.Since(start); took != time.Minute+cancelPatience {
			t.Errorf("it takes %s", took)
		}
	})
}

// Of the problems of a call, and of those of a result, some are told.
func TestProblemsAreBounded(t *testing.T) {
	text := json.RawMessage(`{"type":"string"}`)
	m := catalog.Method{Name: "m", Source: catalog.SourceSchema, Structure: catalog.ByName}
	var params []string
	for i := range 2 * maxProblems {
		name := fmt.Sprintf("a%d", i)
		m.Params = append(m.Params, catalog.Param{Name: name, Schema: text})
		params = append(params, fmt.Sprintf("%q:%d", name, i))
	}
	m.Result = &catalog.Param{Schema: json.RawMessage(`{"type":"array","items":{"type":"string"}}`)}
	c := newCalling(t, m)
	_, err := c.Prepare(Request{Method: "m", Params: json.RawMessage("{" + strings.Join(params, ",") + "}")},
		CheckParams)
	if err == nil {
		t.Fatal("they are taken for right")
	}
	if told := strings.Count(err.Error(), "a string is wanted"); told != maxProblems {
		t.Errorf("%d are told: %v", told, err)
	}
	if want := fmt.Sprintf("and %d more", maxProblems); !strings.Contains(err.Error(), want) {
		t.Errorf("%q is missing in %v", want, err)
	}

	prepared, err := c.Prepare(Request{Method: "m"}, CheckResults)
	if err != nil {
		t.Fatal(err)
	}
	result := json.RawMessage("[" + strings.Repeat("1,", 2*maxProblems) + "1]")
	if remarks := c.remarkResult(prepared, result); len(remarks) != maxProblems {
		t.Errorf("%d problems of the result are told: %q", len(remarks), remarks)
	}
}
