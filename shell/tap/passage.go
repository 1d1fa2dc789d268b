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
	stop := context.AfterFunc(ctx, func() {
		_ = client.Close()
		_ = server.Close()
	})
	defer stop()
	w := newWatcher(c)
	var ways sync.WaitGroup
	var there, back error
	ways.Go(func() { there = pump(server, client, w.ways[0]) })
	ways.Go(func() { back = pump(client, server, w.ways[1]) })
	ways.Wait()
	_ = client.Close()
	_ = server.Close()
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
func pump(to io.WriteCloser, from io.Reader, seen *way) error {
	defer seen.end()
	buf := make([]byte, chunk)
	for {
		n, err := from.Read(buf)
		if n > 0 {
			seen.add(buf[:n])
			if _, err := to.Write(buf[:n]); err != nil {
				return err
			}
		}
		if err != nil {
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
