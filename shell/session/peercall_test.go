package session

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dialect/dialects"
	"rpcsh/shell/event"
)

// What a script calls is prepared like what a person calls: a tool goes by the method that calls tools.
func TestScriptsCallTools(t *testing.T) {
	_, p, far := dialWire(t, Options{})
	p.Known().Learn(catalog.Method{
		Name: "weather", Source: "mcp", Structure: catalog.ByName, Params: []catalog.Param{{Name: "city"}},
		Via: &catalog.Via{Method: "tools/call", Fixed: json.RawMessage(`{"name":"weather"}`), Member: "arguments"},
	})
	result := make(chan string, 1)
	go func() {
		r, err := p.Call(context.Background(), "weather", json.RawMessage(`{"city":"Oslo"}`))
		if err != nil {
			result <- err.Error()
			return
		}
		result <- string(r.Result)
	}()
	far.expect(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"weather","arguments":{"city":"Oslo"}}}`)
	far.send(`{"jsonrpc":"2.0","id":1,"result":"rain"}`)
	if got := <-result; got != `"rain"` {
		t.Error(got)
	}
}

// A script's call is cancelled at the peer when the request for which it is made is withdrawn.
func TestScriptsCallsAreCancelled(t *testing.T) {
	s, p, far := dialWire(t, Options{})
	p.dialect.Store(dialects.Find("lsp"))
	events := s.Events().Subscribe(event.Options{})
	outcome := make(chan error, 1)
	s.rules.Set(answerBy("slow", func(ctx context.Context) error {
		_, err := p.Call(ctx, "inner", nil)
		outcome <- err
		return err
	}))
	far.send(`{"jsonrpc":"2.0","id":"a","method":"slow"}`)
	far.expect(`{"jsonrpc":"2.0","id":1,"method":"inner"}`)
	far.send(`{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":"a"}}`)
	far.expect(`{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":1}}`)
	var withdrawn *withdrawnError
	if err := <-outcome; !errors.As(err, &withdrawn) {
		t.Errorf("the call fails with %v", err)
	}
	far.expect(`{"jsonrpc":"2.0","id":"a","error":{"code":-32800,"message":"Request cancelled"}}`)
	far.send(`{"jsonrpc":"2.0","id":1,"result":2}`) // which is late
	for {
		e, err := events.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if e.Match == event.Late {
			if e.Method != "inner" {
				t.Errorf("the late response is one to %q", e.Method)
			}
			return
		}
	}
}

// Whoever asks for frames sees the bytes as they come and go; nobody else does.
func TestFrames(t *testing.T) {
	s, p, far := dialWire(t, Options{})
	frames := s.Events().Subscribe(event.Options{Frames: true})
	bare := s.Events().Subscribe(event.Options{})
	answered := make(chan error, 1)
	go func() {
		_, err := p.Call(context.Background(), "m", nil)
		answered <- err
	}()
	far.expect(`{"jsonrpc":"2.0","id":1,"method":"m"}`)
	far.send(`{"result":1, "id":1,"jsonrpc":"2.0"}`)
	if err := <-answered; err != nil {
		t.Fatal(err)
	}
	var got []string
	for range 4 {
		e, err := frames.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprintf("%s %v %s", e.Kind, e.Out, e.Frame))
	}
	want := []string{
		"request true ", `frame true {"jsonrpc":"2.0","id":1,"method":"m"}`,
		`frame false {"result":1, "id":1,"jsonrpc":"2.0"}`, "response false ",
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	for range 2 {
		if e, err := bare.Next(t.Context()); err != nil || e.Kind == event.Frame {
			t.Errorf("%v, %v", e, err)
		}
	}
}
