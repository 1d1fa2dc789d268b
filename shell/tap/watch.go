package tap

import (
	"bufio"
	"errors"
	"io"
	"sync"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/detect"
	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/rpcrec"
)

// maxBehind is how many bytes may wait to be looked at, a direction. Where there are more, who looks has lost its place
// in them: passing them on waits for nobody.
const maxBehind = 64 << 20

// A watcher looks at the bytes of a connection.
type watcher struct {
	conn    *connection
	looking sync.WaitGroup

	mu      sync.Mutex    // protects what follows
	decided chan struct{} // closed once wire is known
	wire    dial.Wire
	isHTTP  bool
	none    bool // nothing that is known is spoken

	answered chan struct{} // closed when the server has answered the first request of HTTP
	upgraded bool          // then: HTTP has become WebSocket
	deflates bool          // then: whose messages may be compressed
	answers  sync.Once
}

func newWatcher(c *connection) *watcher {
	w := &watcher{conn: c, decided: make(chan struct{}), answered: make(chan struct{})}
	o := c.tap.opts
	if o.Protocol != "" {
		if p, err := dial.FindProtocol(o.Protocol); err == nil {
			w.decide(dial.Wire{Protocol: p, Framing: o.Framing}, false, false)
		}
	}
	return w
}

// wait waits until all has been looked at.
func (w *watcher) wait() { w.looking.Wait() }

// way returns what looks at one direction.
func (w *watcher) way(d rpcrec.Direction) *way {
	y := &way{watcher: w, dir: d}
	y.more = sync.NewCond(&y.mu)
	w.looking.Go(y.look)
	return y
}

// decide settles what is spoken, unless that is settled.
func (w *watcher) decide(wire dial.Wire, isHTTP, tell bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	select {
	case <-w.decided:
		return
	default:
	}
	w.wire, w.isHTTP = wire, isHTTP
	w.none = wire.Protocol.Name == "" && !isHTTP
	close(w.decided)
	if tell && !w.none {
		w.conn.event(rpcrec.Detect, "protocol", wire.Protocol.Name, "framing", wire.Framing)
	}
}

// answer says whether HTTP becomes WebSocket, which the first answer decides.
func (w *watcher) answer(upgraded, deflates bool) {
	w.answers.Do(func() {
		w.upgraded, w.deflates = upgraded, deflates
		close(w.answered)
	})
}

// A way is one direction of a connection, as it is looked at.
type way struct {
	watcher *watcher
	dir     rpcrec.Direction

	mu     sync.Mutex // protects what follows
	more   *sync.Cond
	behind []byte // passed on, and not looked at
	ended  bool
	lost   bool
}

// add adds what was passed on. It waits for nobody.
func (y *way) add(data []byte) {
	y.mu.Lock()
	defer y.mu.Unlock()
	if y.lost {
		return
	}
	if len(y.behind)+len(data) > maxBehind {
		y.behind, y.lost = nil, true
	} else {
		y.behind = append(y.behind, data...)
	}
	y.more.Signal()
}

func (y *way) end() {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.ended = true
	y.more.Signal()
}

var errLost = errors.New("what passes is too much to be looked at")

// Read implements io.Reader for who looks.
func (y *way) Read(b []byte) (int, error) {
	y.mu.Lock()
	defer y.mu.Unlock()
	for len(y.behind) == 0 && !y.ended && !y.lost {
		y.more.Wait()
	}
	switch {
	case len(y.behind) > 0:
		n := copy(b, y.behind)
		if y.behind = y.behind[n:]; len(y.behind) == 0 {
			y.behind = nil
		}
		return n, nil
	case y.lost:
		return 0, errLost
	}
	return 0, io.EOF
}

// Write and Close make a stream of a way, for a framing, which only reads it.
func (*way) Write(b []byte) (int, error) { return len(b), nil }

// Close does nothing: who passes bytes on says when they end.
func (*way) Close() error { return nil }

// look looks at all that passes this way.
func (y *way) look() {
	in := bufio.NewReaderSize(y, chunk)
	y.learn(in)
	w := y.watcher
	var err error
	switch {
	case w.isHTTP:
		err = y.lookHTTP(in)
	case !w.none:
		err = y.lookFrames(in)
	}
	if errors.Is(err, errLost) {
		w.conn.event(rpcrec.Lost, "reason", err.Error())
	}
	_, _ = io.Copy(io.Discard, y) // what is not understood passes, too
}

// learn waits until it is known what is spoken, which the first bytes of either direction say.
func (y *way) learn(in *bufio.Reader) {
	w := y.watcher
	for n := 1; ; n++ {
		select {
		case <-w.decided:
			return
		default:
		}
		_, err := in.Peek(n)
		head, _ := in.Peek(in.Buffered())
		select {
		case <-w.decided:
			return
		default:
		}
		g, more := detect.Sniff(head)
		switch {
		case g.Other == detect.OtherHTTP:
			p, _ := dial.FindProtocol("")
			w.decide(dial.Wire{Protocol: p}, true, true)
		case g.Protocol != "":
			if p, err := dial.FindProtocol(g.Protocol); err == nil {
				w.decide(dial.Wire{Protocol: p, Framing: g.Framing}, false, true)
			}
		case err != nil && len(head) == 0: // this side has said nothing
			return
		case !more || err != nil:
			w.decide(dial.Wire{}, false, true)
		}
		n = max(n, len(head))
	}
}

// frames is a stream that is read from in.
type frames struct {
	io.Reader
	*way
}

func (f *frames) Read(b []byte) (int, error) { return f.Reader.Read(b) }

// lookFrames records the messages of a stream.
func (y *way) lookFrames(in *bufio.Reader) error {
	w := y.watcher
	framing, err := dial.NewFraming(w.wire.Framing, w.conn.tap.opts.MaxMessage)
	if err != nil {
		return err
	}
	ch := framing(&frames{in, y})
	for {
		frame, err := ch.Recv()
		var broken *rpcconn.FrameError
		switch {
		case err == nil:
			w.conn.message(y.dir, frame)
		case errors.As(err, &broken):
			w.conn.event(rpcrec.Note, "kind", "unreadable", "text", string(y.dir)+": "+broken.Error())
		case errors.As(err, new(*rpcconn.Deviation)):
			w.conn.event(rpcrec.Note, "kind", "deviation", "text", string(y.dir)+": "+err.Error())
		default:
			if !errors.Is(err, io.EOF) {
				w.conn.event(rpcrec.Note, "kind", "unreadable", "text", string(y.dir)+": "+err.Error())
			}
			return err
		}
	}
}
