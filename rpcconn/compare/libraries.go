package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	netrpc "net/rpc"
	netjsonrpc "net/rpc/jsonrpc"

	"github.com/creachadair/jrpc2"
	"github.com/creachadair/jrpc2/channel"
	"github.com/creachadair/jrpc2/handler"
	geth "github.com/ethereum/go-ethereum/rpc"
	sourcegraph "github.com/sourcegraph/jsonrpc2"
	xexp "golang.org/x/exp/jsonrpc2"
)

// libraries are others' ways to make the same calls, each with the framing that its authors show first.
func libraries() []contestant {
	return []contestant{
		{name: "jrpc2", typed: true, frame: line, serve: serveJRPC2, dial: dialJRPC2},
		{name: "sourcegraph/jsonrpc2", typed: true, frame: line, serve: serveSourcegraph, dial: dialSourcegraph},
		{name: "x/exp/jsonrpc2", typed: true, frame: line, serve: serveXexp, dial: dialXexp},
		{name: "net/rpc/jsonrpc", typed: true, serve: serveNetRPC, dial: dialNetRPC}, // it has no notifications
		{name: "go-ethereum/rpc", typed: true, frame: line, serve: serveGeth, dial: dialGeth},
	}
}

// clientOf makes a client of a library's function to call with params and a place for the result.
func clientOf(call func(method string, params, result any) error) client {
	return client{
		echo: func(params json.RawMessage) error {
			var result json.RawMessage
			return call("my_echo", params, &result)
		},
		add: func() error {
			var sum int
			if err := call("my_add", [2]int{1, 2}, &sum); err != nil || sum != 3 {
				return fmt.Errorf("1 and 2 are %d: %w", sum, err)
			}
			return nil
		},
	}
}

func add(_ context.Context, numbers []int) (int, error) { return numbers[0] + numbers[1], nil }

func serveJRPC2(nc net.Conn) {
	methods := handler.Map{
		"my_add":  handler.New(add),
		"my_note": handler.New(add),
		"my_echo": func(_ context.Context, req *jrpc2.Request) (any, error) {
			var params json.RawMessage
			return params, req.UnmarshalParams(&params)
		},
	}
	_ = jrpc2.NewServer(methods, &jrpc2.ServerOptions{Concurrency: callers}).Start(channel.Line(nc, nc)).Wait()
}

func dialJRPC2(nc net.Conn) client {
	c := jrpc2.NewClient(channel.Line(nc, nc), nil)
	return clientOf(func(method string, params, result any) error {
		return c.CallResult(context.Background(), method, params, result)
	})
}

func serveSourcegraph(nc net.Conn) {
	answer := func(ctx context.Context, _ *sourcegraph.Conn, req *sourcegraph.Request) (any, error) {
		if req.Method == "my_echo" {
			return req.Params, nil
		}
		var numbers []int
		if err := json.Unmarshal(*req.Params, &numbers); err != nil {
			return nil, err
		}
		return add(ctx, numbers)
	}
	c := sourcegraph.NewConn(context.Background(), sourcegraph.NewPlainObjectStream(nc),
		sourcegraph.HandlerWithError(answer), sourcegraph.SetLogger(log.New(io.Discard, "", 0)))
	<-c.DisconnectNotify()
}

func dialSourcegraph(nc net.Conn) client {
	c := sourcegraph.NewConn(context.Background(), sourcegraph.NewPlainObjectStream(nc),
		sourcegraph.HandlerWithError(nil))
	return clientOf(func(method string, params, result any) error {
		return c.Call(context.Background(), method, params, result)
	})
}

// A lone is a listener, and the dialler, of one connection that is there already.
type lone struct{ net.Conn }

func (l lone) Accept(context.Context) (io.ReadWriteCloser, error) {
	if l.Conn == nil {
		select {}
	}
	return l.Conn, nil
}
func (l lone) Dial(context.Context) (io.ReadWriteCloser, error) { return l.Conn, nil }

func serveXexp(nc net.Conn) {
	answer := func(ctx context.Context, req *xexp.Request) (any, error) {
		if req.Method == "my_echo" {
			return req.Params, nil
		}
		var numbers []int
		if err := json.Unmarshal(req.Params, &numbers); err != nil {
			return nil, err
		}
		return add(ctx, numbers)
	}
	c, err := xexp.Dial(context.Background(), lone{nc}, xexp.ConnectionOptions{
		Framer: xexp.RawFramer(), Handler: xexp.HandlerFunc(answer)})
	if err == nil {
		_ = c.Wait()
	}
}

func dialXexp(nc net.Conn) client {
	c, err := xexp.Dial(context.Background(), lone{nc}, xexp.ConnectionOptions{Framer: xexp.RawFramer()})
	return clientOf(func(method string, params, result any) error {
		if err != nil {
			return err
		}
		return c.Call(context.Background(), method, params).Await(context.Background(), result)
	})
}

// A netService is what net/rpc serves. A call has one parameter there.
type netService struct{}

func (netService) Echo(params json.RawMessage, result *json.RawMessage) error {
	*result = params
	return nil
}

func (netService) Add(numbers [2]int, sum *int) error {
	*sum = numbers[0] + numbers[1]
	return nil
}

func serveNetRPC(nc net.Conn) {
	s := netrpc.NewServer()
	if err := s.RegisterName("my", netService{}); err != nil {
		panic(err) // a method does not have the form that it has to have
	}
	s.ServeCodec(netjsonrpc.NewServerCodec(nc))
}

func dialNetRPC(nc net.Conn) client {
	c := netrpc.NewClientWithCodec(netjsonrpc.NewClientCodec(nc))
	names := map[string]string{"my_echo": "my.Echo", "my_add": "my.Add"}
	return clientOf(func(method string, params, result any) error { return c.Call(names[method], params, result) })
}

// A gethService is what go-ethereum serves: its methods have the name of the service before them.
type gethService struct{}

func (gethService) Echo(a, b json.RawMessage, rest *json.RawMessage) []json.RawMessage {
	if rest == nil {
		return []json.RawMessage{a, b}
	}
	return []json.RawMessage{a, b, *rest}
}

func (gethService) Add(a, b int) int { return a + b }

// Note takes a notification.
func (gethService) Note(a, b int) int { return a + b }

func serveGeth(nc net.Conn) {
	s := geth.NewServer()
	if err := s.RegisterName("my", gethService{}); err != nil {
		panic(err) // a method does not have the form that it has to have
	}
	s.ServeCodec(geth.NewCodec(nc), 0)
}

func dialGeth(nc net.Conn) client {
	c, err := geth.DialIO(context.Background(), nc, nc)
	return clientOf(func(method string, params, result any) error {
		if err != nil {
			return err
		}
		var args []any
		switch params := params.(type) {
		case [2]int:
			args = []any{params[0], params[1]}
		case json.RawMessage:
			var parts []json.RawMessage
			if err := json.Unmarshal(params, &parts); err != nil {
				return err
			}
			for _, part := range parts {
				args = append(args, part)
			}
		}
		return c.Call(result, method, args...)
	})
}
