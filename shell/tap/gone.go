package tap

import "rpcsh/rpcconn/rpcrec"

// Gone reports whether who gets the messages of a direction has closed its side of a connection that stands: what
// passes may reach nobody. Whether such a side still reads is not known.
func (t *Tap) Gone(conn int, dir rpcrec.Direction) bool {
	t.mu.Lock()
	c := t.connections[conn]
	t.mu.Unlock()
	if c == nil {
		return false // nothing passes
	}
	back := c.ways[1] // by which the server sends
	if dir == rpcrec.BToA {
		back = c.ways[0]
	}
	back.watcher.mu.Lock()
	defer back.watcher.mu.Unlock()
	return back.closed
}

// close says that the sender has closed its side, or has gone.
func (y *way) close() {
	y.end()
	y.watcher.mu.Lock()
	defer y.watcher.mu.Unlock()
	y.closed = true
}
