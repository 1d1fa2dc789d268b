package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/bsonrpc"
	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/framing"
	"rpcsh/rpcconn/jsonrpc"
	"rpcsh/rpcconn/msgpackrpc"
)

// ours are rpcsh's Conn in each of its forms.
func ours() []contestant {
	var all []contestant
	for _, f := range framing.Names() {
		all = append(all, own("rpcsh "+f, f, func() rpcconn.Codec { return jsonrpc.New() }))
	}
	return append(all,
		own("rpcsh BSON", "bson", func() rpcconn.Codec { return bsonrpc.New() }),
		own("rpcsh MessagePack", "msgpack", func() rpcconn.Codec { return msgpackrpc.New() }))
}

func own(name, framingName string, newCodec func() rpcconn.Codec) contestant {
	open, err := dial.NewFraming(framingName, 0)
	if err != nil {
		panic(err) // there is none of that name
	}
	return contestant{
		name: name, typed: true,
		serve: func(nc net.Conn) {
			rpcconn.New(open(nc), newCodec(), &rpcconn.Options{Handler: answer, OnRequest: func(*rpcconn.Request) {}})
		},
		dial: func(nc net.Conn) client { return dialOwn(rpcconn.New(open(nc), newCodec(), nil)) },
		hold: func(nc net.Conn) { rpcconn.New(open(nc), newCodec(), &rpcconn.Options{Handler: keep}) },
		frame: func(message []byte) []byte {
			var p rpcconn.Packet
			if err := jsonrpc.New().Decode(message, &p); err != nil {
				panic(err) // it is one of this program's
			}
			frame, err := newCodec().AppendEncode(nil, &p)
			if err != nil {
				panic(err)
			}
			near, _ := net.Pipe()
			raw, _ := rpcconn.Raw(open(near))
			defer raw.Close()
			frame, _ = raw.AppendFrame(nil, frame)
			return frame
		},
	}
}

func answer(_ context.Context, _ *rpcconn.Conn, req *rpcconn.Request) (json.RawMessage, error) {
	if req.Method == "my_echo" {
		return req.Params, nil
	}
	var numbers [2]int
	if err := json.Unmarshal(req.Params, &numbers); err != nil {
		return nil, err
	}
	return json.Marshal(numbers[0] + numbers[1])
}

// kept is what keep has received.
var kept []*rpcconn.Request

func keep(_ context.Context, _ *rpcconn.Conn, req *rpcconn.Request) (json.RawMessage, error) {
	kept = append(kept, req)
	return json.RawMessage("null"), nil
}

func dialOwn(c *rpcconn.Conn) client {
	ctx := context.Background()
	return client{
		echo: func(params json.RawMessage) error {
			r, err := c.Call(ctx, "my_echo", params)
			if err == nil && r.Err != nil {
				err = r.Err
			}
			return err
		},
		add: func() error {
			params, err := json.Marshal([2]int{1, 2})
			if err != nil {
				return err
			}
			r, err := c.Call(ctx, "my_add", params)
			if err != nil {
				return err
			}
			var sum int
			if err := json.Unmarshal(r.Result, &sum); err != nil || sum != 3 {
				return fmt.Errorf("1 and 2 are %d: %w", sum, err)
			}
			return nil
		},
	}
}
