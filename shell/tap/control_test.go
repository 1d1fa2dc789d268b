package tap_test

import (
	"context"
	"encoding/json"
	"net"
	"slices"
	"testing"

	"rpcsh/rpcconn/rpcrec"
	"rpcsh/shell/tap"
)

// A shell at the other end of a stream is told what passes, and decides; when it goes, what it held passes.
func TestControl(t *testing.T) {
	for _, f := range forms(t) {
		t.Run(f.Framing, func(t *testing.T) {
			w := newWiretap(t, f.Config)
			near, far := net.Pipe()
			left := make(chan struct{})
			go func() {
				w.Controlled(far)
				close(left)
			}()
			told := make(chan tap.News, 100)
			c := tap.NewControl(near, func(n tap.News) { told <- n })
			ctx := context.Background()
			about, err := c.About(ctx)
			if err != nil || about.PID == 0 || about.Protocol != f.Protocol {
				t.Errorf("about %+v, %v", about, err)
			}
			if err := c.Watch(ctx); err != nil {
				t.Fatal(err)
			}
			if n := <-told; n.Record.Event != rpcrec.Open {
				t.Errorf("told %+v first", n.Record)
			}
			w.send(t, f.framed[0])
			if n := <-told; string(n.Record.Data) != f.messages[0] {
				t.Errorf("told %+v", n.Record)
			}
			if err := c.Intercept(ctx, true); err != nil {
				t.Fatal(err)
			}
			w.send(t, slices.Concat(f.framed...))
			var held []*tap.Message
			for range 3 {
				n := <-told
				held = append(held, n.Message)
			}
			c.LetPass(held[1].Number)
			if n := <-told; n.Number != held[1].Number || string(n.Record.Data) != f.messages[1] {
				t.Errorf("told %+v", n)
			}
			c.Drop(held[2].Number)
			if n := <-told; n.Record.Kind != rpcrec.Dropped {
				t.Errorf("told %+v", n)
			}
			if err := c.Replace(ctx, 99, nil); err == nil || err.Error() != "message 99 is not held any more" {
				t.Errorf("replaced nothing: %v", err)
			}
			added := encoded(t, f.Protocol, `{"jsonrpc":"2.0","id":9,"method":"added","params":[]}`)
			if err := c.Inject(ctx, tap.Injection{Conn: 1, Dir: rpcrec.AToB, Data: added, Tag: 3}); err != nil {
				t.Error(err)
			}
			if n := <-told; n.Tag != 3 || n.Record.Kind != rpcrec.Injected {
				t.Errorf("told %+v", n)
			}
			want := slices.Concat(f.framed[0], f.framed[1], framed(t, f.Framing, added))
			w.awaitBytes(t, want)
			c.Close()
			<-left
			want = append(want, f.framed[0]...)
			w.awaitBytes(t, want)
			w.send(t, f.framed[0]) // nobody decides any more
			w.awaitBytes(t, append(want, f.framed[0]...))
		})
	}
}

// A shell that takes nothing holds up nobody, and is told how much it has missed.
func TestControlFloods(t *testing.T) {
	f := forms(t)[1]
	w := newWiretap(t, f.Config)
	near, far := net.Pipe()
	left := make(chan struct{})
	go func() {
		w.Controlled(far)
		close(left)
	}()
	free, told := make(chan struct{}), make(chan tap.News, 100_000)
	c := tap.NewControl(near, func(n tap.News) {
		<-free
		told <- n
	})
	if err := c.Watch(t.Context()); err != nil {
		t.Fatal(err)
	}
	const n = 30_000
	for range n {
		w.send(t, f.framed[0])
	}
	w.await(t, "all records", func() bool { return len(w.records) == n })
	close(free)
	lost, came := 0, 0
	for lost+came < n {
		switch r := (<-told).Record; {
		case r.IsMessage():
			came++
		case r.Event == rpcrec.Lost:
			var x struct{ Count int }
			if err := json.Unmarshal(r.Details, &x); err != nil {
				t.Fatal(err)
			}
			lost += x.Count
		}
	}
	if lost == 0 || came == 0 {
		t.Errorf("%d came, %d were lost", came, lost)
	}
	c.Close()
	<-left
}
