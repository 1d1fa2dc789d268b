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

// A program connects, serves a method, calls one that calls back before it answers, and prints what happens. Errors are
// left out.
func Example() {
	ctx, wire := context.Background(), dial.Config{Protocol: "jsonrpc", Framing: "rfc7464"}
	demoPeer, _ := demo.Start(ctx, wire)
	defer demoPeer.Close()

	s := session.New(session.Options{})
	events := s.Events().Subscribe(event.Options{Policy: event.Wait, Filter: event.OfKind(event.MessageKinds()...)})
	double, _ := answer.NewExpression(".[0]*2")
	s.Rules().Set(&answer.Rule{Pattern: "my_double", Answerer: double})

	p, _ := s.Connect(ctx, demoPeer.Target(), wire)
	response, _ := p.Call(ctx, "my_progress_add", json.RawMessage(`[2,2]`), 0)
	fmt.Printf("my_progress_add 2 2 is %s\n", response.Result)
	s.Close()

	arrows := map[bool]string{true: "→", false: "←"}
	for e, err := events.Next(ctx); err == nil; e, err = events.Next(ctx) {
		fmt.Printf("%s %s %s%s%s\n", arrows[e.Out], e.Kind, e.Method, e.Params, e.Result)
	}
	// Output:
	// my_progress_add 2 2 is 4
	// → request my_progress_add[2,2]
	// ← notification report_progress["hi"]
	// ← request my_double[3]
	// → response my_double6
	// ← response my_progress_add4
}
