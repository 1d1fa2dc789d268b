package session

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/dialect/dialects"
	"rpcsh/rpcconn/transport"
	"rpcsh/shell/event"
	"rpcsh/shell/pending"
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
		r, err := p.Call(context.Background(), "weather", json.RawMessage(`{"city":"Oslo"}`), 0)
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
		_, err := p.Call(ctx, "inner", nil, 0)
		outcome <- err
		return err
	}))
	far.send(`{"jsonrpc":"2.0","id":"a","method":"slow"}`)
	far.expect(`{"jsonrpc":"2.0","id":1,"method":"inner"}`)
	far.send(`{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":"a"}}`)
	far.expect(`{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":1}}`)
	var withdrawn *pending.WithdrawnError
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

// What other protocols send beside their answers is an event of the name that it has.
func TestEventsOfOtherProtocols(t *testing.T) {
	ran := make(chan string, 1)
	s, _, far := dialWire(t, Options{RunLine: func(ctx context.Context, _ *Hook) error {
		ran <- string(HookOf(ctx).Variables["method"])
		return nil
	}})
	filter, err := event.ParseFilter("kind:other t*")
	if err != nil {
		t.Fatal(err)
	}
	s.Hooks().Add(Trigger{Filter: filter}, "")
	for text, topic := range map[string]string{
		`{"timestamp":{"seconds":1},"event":"tStop"}`: `"tStop"`,
		`{"notification":"tick","params":[1]}`:        `"tick"`,
		`{"type":"typed","data":{}}`:                  `"typed"`,
	} {
		far.send(`{"other":1}`)
		far.send(text)
		if got := <-ran; got != topic {
			t.Errorf("%s is about %s, want %s", text, got, topic)
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
		_, err := p.Call(context.Background(), "m", nil, 0)
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

// A refusal that names no request is the answer to a script's call, and the error of its batch.
func TestScriptsAreRefusedWithoutID(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"no"}}`)
	}))
	defer server.Close()
	target, err := transport.ParseTarget(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	s := New(Options{})
	defer s.Close()
	p, err := s.Connect(t.Context(), target, dial.Config{Protocol: "jsonrpc"})
	if err != nil {
		t.Fatal(err)
	}
	r, err := p.Call(t.Context(), "m", nil, 0)
	if err != nil || r.Err == nil || r.Err.Message != "no" {
		t.Errorf("the call: %v, %v", r, err)
	}
	var refused *rpcconn.Error
	all, err := p.Batch(t.Context(), []rpcconn.Call{{Method: "a"}, {Method: "b"}}, 0)
	if !errors.As(err, &refused) || refused.Message != "no" {
		t.Errorf("the batch: %v, %v", all, err)
	}
}
