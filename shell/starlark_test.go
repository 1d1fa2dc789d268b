package shell

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"rpcsh/rpcconn"
	"rpcsh/shell/event"
)

// What a script has not waited for is kept, in its order, up to a bound.
func TestHeard(t *testing.T) {
	t.Parallel()
	var bus event.Bus
	h := &heard{news: bus.Subscribe(event.Options{})}
	defer h.news.Close()
	over, cancel := context.WithCancel(t.Context())
	cancel()
	has := func(method string) bool {
		_, err := h.wait(over, method)
		return err == nil
	}
	const more = 2000
	sent := 0
	for range 2 { // the subscription keeps as many as maxHeard
		for range (maxHeard + more) / 2 {
			bus.Publish(&event.Event{Kind: event.Notification, Method: fmt.Sprint("m", sent)})
			sent++
		}
		if has("nosuch") {
			t.Fatal("what has not come has come")
		}
	}
	if len(h.kept) != maxHeard || has(fmt.Sprint("m", more-1)) || !has(fmt.Sprint("m", more)) {
		t.Errorf("%d are kept, from %s on", len(h.kept), h.kept[0].Method)
	}
	if !has("m*") || h.kept[0].Method != fmt.Sprint("m", more+2) || has(fmt.Sprint("m", more)) {
		t.Errorf("the first that fits is not taken, or once more: %s", h.kept[0].Method)
	}
	bus.Publish(&event.Event{Kind: event.Close})
	for range 2 {
		if _, err := h.wait(t.Context(), "nosuch"); !errors.Is(err, rpcconn.ErrClosed) {
			t.Errorf("once the connection has ended: %v", err)
		}
	}
}
