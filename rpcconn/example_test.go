package rpcconn_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"strconv"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/framing"
	"rpcsh/rpcconn/jsonrpc"
)

// channels returns the two ends of a connection in memory, whose messages are lines.
func channels() (near, far rpcconn.Channel) {
	line, err := framing.Find("line")
	if err != nil {
		panic(err)
	}
	open, err := line.New(0)
	if err != nil {
		panic(err)
	}
	here, there := net.Pipe()
	return open(here), open(there)
}

// add answers the method "add" with the sum of its params.
func add(_ context.Context, _ *rpcconn.Conn, req *rpcconn.Request) (json.RawMessage, error) {
	var terms []int
	if req.Method != "add" {
		return nil, rpcconn.NewError(rpcconn.CodeMethodNotFound, "")
	}
	if err := json.Unmarshal(req.Params, &terms); err != nil {
		return nil, rpcconn.NewError(rpcconn.CodeInvalidParams, err.Error())
	}
	sum := 0
	for _, term := range terms {
		sum += term
	}
	return json.RawMessage(strconv.Itoa(sum)), nil
}

// end closes connections and waits for what they have started.
func end(conns ...*rpcconn.Conn) {
	for _, c := range conns {
		_ = c.Close()
	}
	for _, c := range conns {
		c.Wait()
	}
}

// A client calls, and is told an error of the peer's as a part of the response.
func ExampleConn_Call() {
	near, far := channels()
	server := rpcconn.New(far, jsonrpc.New(), &rpcconn.Options{Handler: add})
	client := rpcconn.New(near, jsonrpc.New(), nil)
	defer end(client, server)

	for _, method := range []string{"add", "multiply"} {
		res, err := client.Call(context.Background(), method, json.RawMessage(`[40,2]`))
		switch {
		case err != nil: // there is no answer
			fmt.Println(err)
		case res.Err != nil:
			fmt.Println(res.Err)
		default:
			fmt.Println(string(res.Result))
		}
	}
	// Output:
	// 42
	// error -32601: Method not found
}

// A server takes connections of a listener, and answers until they end.
func ExampleNew() {
	line, err := framing.Find("line")
	if err != nil {
		fmt.Println(err)
		return
	}
	open, err := line.New(1 << 20) // bytes of a message
	if err != nil {
		fmt.Println(err)
		return
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		if nc, err := listener.Accept(); err == nil {
			rpcconn.New(open(nc), jsonrpc.New(), &rpcconn.Options{Handler: add}).Wait()
		}
	}()

	nc, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		fmt.Println(err)
		return
	}
	client := rpcconn.New(open(nc), jsonrpc.New(), nil)
	res, err := client.Call(context.Background(), "add", json.RawMessage(`[1,2,3]`))
	if err == nil {
		fmt.Println(string(res.Result))
	}
	end(client)
	_ = listener.Close()
	<-served
	// Output:
	// 6
}

// Over one connection both sides call: the server asks its client back before it answers.
func ExampleHandler() {
	near, far := channels()
	greet := func(ctx context.Context, c *rpcconn.Conn, _ *rpcconn.Request) (json.RawMessage, error) {
		name, err := c.Call(ctx, "name", nil)
		if err != nil {
			return nil, err
		}
		return json.Marshal("Hello, " + string(bytes.Trim(name.Result, `"`)))
	}
	name := func(context.Context, *rpcconn.Conn, *rpcconn.Request) (json.RawMessage, error) {
		return json.RawMessage(`"Ada"`), nil
	}
	server := rpcconn.New(far, jsonrpc.New(), &rpcconn.Options{Handler: greet})
	client := rpcconn.New(near, jsonrpc.New(), &rpcconn.Options{Handler: name})
	defer end(client, server)

	res, err := client.Call(context.Background(), "greet", nil)
	if err == nil {
		fmt.Println(string(res.Result))
	}
	// Output:
	// "Hello, Ada"
}

// A batch is answered as a whole, in the order of its requests.
func ExampleConn_Batch() {
	near, far := channels()
	server := rpcconn.New(far, jsonrpc.New(), &rpcconn.Options{Handler: add})
	client := rpcconn.New(near, jsonrpc.New(), nil)
	defer end(client, server)

	responses, err := client.Batch(context.Background(), []rpcconn.Call{
		{Method: "add", Params: json.RawMessage(`[1,2]`)},
		{Method: "add", Params: json.RawMessage(`[3,4]`)},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, res := range responses {
		fmt.Println(string(res.Result))
	}
	// Output:
	// 3
	// 7
}

// A words codec is one of one's own: "7 add [1,2]" is a request, "- add [1,2]" a notification, "7 = 3" an answer.
type words struct{}

// AppendEncode implements rpcconn.Codec.
func (words) AppendEncode(dst []byte, p *rpcconn.Packet) ([]byte, error) {
	if p.Batch {
		return dst, rpcconn.Unsupported("there are no batches")
	}
	m := p.Messages[0]
	switch {
	case m.Kind == rpcconn.KindNotification:
		return fmt.Appendf(dst, "- %s %s", m.Method, m.Params), nil
	case m.Kind == rpcconn.KindRequest:
		return fmt.Appendf(dst, "%s %s %s", m.ID, m.Method, m.Params), nil
	case m.Err != nil:
		return fmt.Appendf(dst, "%s ! %s", m.ID, m.Err.Message), nil
	}
	return fmt.Appendf(dst, "%s = %s", m.ID, m.Result), nil
}

// Decode implements rpcconn.Codec.
func (words) Decode(frame []byte, p *rpcconn.Packet) error {
	id, rest, _ := bytes.Cut(frame, []byte(" "))
	word, text, found := bytes.Cut(rest, []byte(" "))
	if !found {
		return rpcconn.NewError(rpcconn.CodeParseError, "a message has three words")
	}
	m := rpcconn.Message{Kind: rpcconn.KindResponse}
	switch string(word) {
	case "=":
		m.Result = text
	case "!":
		m.Err = &rpcconn.Error{Code: rpcconn.CodeServerError, Message: string(text)}
	default:
		m.Kind, m.Method, m.Params = rpcconn.KindRequest, string(word), text
	}
	if string(id) == "-" {
		m.Kind = rpcconn.KindNotification
	} else {
		m.ID = rpcconn.ParseID(id)
	}
	p.Messages, p.Batch = append(p.Messages[:0], m), false
	return nil
}

// A codec of one's own says how messages look; all else stays as it is.
func ExampleCodec() {
	near, far := channels()
	server := rpcconn.New(far, words{}, &rpcconn.Options{Handler: add})
	client := rpcconn.New(near, words{}, nil)
	defer end(client, server)

	res, err := client.Call(context.Background(), "add", json.RawMessage(`[40,2]`))
	if err == nil {
		fmt.Println(string(res.Result))
	}
	frame, err := words{}.AppendEncode(nil, &rpcconn.Packet{Messages: []rpcconn.Message{
		{Kind: rpcconn.KindRequest, ID: rpcconn.IntID(7), Method: "add", Params: json.RawMessage(`[1,2]`)},
	}})
	fmt.Println(string(frame), err)
	// Output:
	// 42
	// 7 add [1,2] <nil>
}
