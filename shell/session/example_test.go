package session_test

import (
	"context"
	"encoding/json"
	"fmt"

	"rpcsh/rpcconn/demo"
	"rpcsh/rpcconn/dial"
	"rpcsh/shell/answer"
	"rpcsh/shell/event"
	"rpcsh/shell/session"
)

// A program connects, serves a method, calls one that calls back before it answers, and prints what happens.
func Example() {
	ctx := context.Background()
	wire := dial.Config{Protocol: "jsonrpc", Framing: "rfc7464"}
	peer, err := demo.Start(ctx, wire)
	if err != nil {
		panic(err)
	}
	defer peer.Close()

	s := session.New(session.Options{})
	messages, _ := event.ParseFilter("kind:request kind:notification kind:response")
	events := s.Events().Subscribe(event.Options{Filter: messages, Policy: event.Wait})
	double, _ := answer.NewExpression(".[0]*2")
	s.Rules().Set(&answer.Rule{Pattern: "my_double", Answerer: double})

	p, err := s.Connect(ctx, peer.Target(), wire)
	if err != nil {
		panic(err)
	}
	response, err := p.Call(ctx, "my_progress_add", json.RawMessage(`[2,2]`))
	if err != nil {
		panic(err)
	}
	fmt.Printf("my_progress_add 2 2 is %s\n", response.Result)
	s.Close()
	for {
		e, err := events.Next(ctx)
		if err != nil {
			return
		}
		fmt.Println(map[bool]string{true: "→", false: "←"}[e.Out], e.Kind, e.Method+string(e.Params)+string(e.Result))
	}
	// Output:
	// my_progress_add 2 2 is 4
	// → request my_progress_add[2,2]
	// ← notification report_progress["hi"]
	// ← request my_double[3]
	// → response my_double6
	// ← response my_progress_add4
}
