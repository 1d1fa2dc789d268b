package session

import (
	"errors"
	"strings"
	"testing"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dialect"
	"rpcsh/shell/event"
)

// A person's session asks a peer what it offers, says so, and keeps it.
func TestDiscovery(t *testing.T) {
	kept := catalog.Store{Dir: t.TempDir()}
	s, p, far := dialWire(t, Options{Discover: true, Attended: true, Store: kept})
	events := s.Events().Subscribe(event.Options{})
	far.expect(`{"jsonrpc":"2.0","id":1,"method":"rpc.discover"}`)
	far.send(`{"jsonrpc":"2.0","id":1,"result":{"openrpc":"1.3.2","methods":[{"name":"add"},{"name":"sub"}]}}`)
	if e := until(t, events, event.Learned); e.Asked || !strings.HasPrefix(e.Text, "2 methods by rpc.discover") {
		t.Errorf("%+v", e)
	}
	if !p.Known().Knows("add") {
		t.Error("what was listed is not known")
	}
	remembered, err := kept.Load(p.storedAs)
	if err != nil || !remembered.Knows("sub") {
		t.Errorf("it is not kept for the next run: %v", err)
	}
}

// What somebody asks for is told, convention by convention.
func TestAsk(t *testing.T) {
	s, p, far := dialWire(t, Options{})
	by, err := s.Discovery().Fitting(p)
	if err != nil || len(by) < 2 {
		t.Fatalf("%d conventions fit: %v", len(by), err)
	}
	go func() {
		far.lines.Scan()
		far.send(`{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"Method not found"}}`)
		far.lines.Scan()
		far.send(`{"jsonrpc":"2.0","id":2,"error":{"code":-32601,"message":"Method not found"}}`)
	}()
	told := 0
	answered := s.Discovery().Ask(t.Context(), p, by[:2], func(c *dialect.Dialect, err error) {
		var refused *rpcconn.Error
		if c != by[told] || !errors.As(err, &refused) {
			t.Errorf("%s: %v", c.Name, err)
		}
		told++
	})
	if answered || told != 2 {
		t.Errorf("%d conventions were told, and answered: %v", told, answered)
	}
}
