package tap

import (
	"context"
	"io"
	"sync"

	"rpcsh/rpcconn/rpcrec"
)

// chunk is how much is read at once, in bytes.
const chunk = 64 << 10

// pass passes on the bytes of both sides until both have ended, and closes them.
func (c *connection) pass(ctx context.Context, client, server io.ReadWriteCloser) {
	w := newWatcher(c, server, client)
	ctx, cancel := context.WithCancel(ctx)
	c.done, c.hangUp = ctx, cancel
	defer c.own.Wait()
	defer cancel()
	stop := context.AfterFunc(ctx, func() {
		w.stop()
		_ = client.Close()
		_ = server.Close()
	})
	defer stop()
	c.tap.add(c)
	var ways sync.WaitGroup
	var there, back error
	ways.Go(func() { there = w.ways[0].pump(server, client) })
	ways.Go(func() { back = w.ways[1].pump(client, server) })
	ways.Wait()
	_ = client.Close()
	_ = server.Close()
	w.stop() // nothing can pass any more
	w.looking.Wait()
	c.tap.remove(c)
	w.wait()
	details := []string{"reason", ""}
	for _, err := range []error{there, back} {
		if details[1] == "" {
			details[1] = reason(err)
		}
	}
	c.event(rpcrec.Close, details...)
}

// pump passes on what from sends, until it has ended, and tells the other side that. It is kept for who looks at it
// before it passes, so that it comes before what it is answered with.
func (y *way) pump(to, from io.ReadWriteCloser) error {
	defer y.end()
	buf := make([]byte, chunk)
	for {
		n, err := from.Read(buf)
		if n > 0 {
			if err := y.gate.pass(buf[:n], y.add); err != nil {
				return err
			}
			y.room()
		}
		if err != nil {
			y.close()
			y.drained()
			halfClose(to)
			return err
		}
	}
}

// halfClose ends the sending side of a connection; all of it where there are no sides.
func halfClose(c io.Closer) {
	if h, ok := c.(interface{ CloseWrite() error }); ok {
		_ = h.CloseWrite() // the other side may be gone, which its own end tells
		return
	}
	_ = c.Close()
}
