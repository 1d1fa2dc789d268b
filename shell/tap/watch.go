package tap

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/detect"
	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/framing"
	"rpcsh/rpcconn/rpcrec"
)

// maxBehind is how many bytes may wait to be looked at, a direction. Where there are more, who looks has lost its place
// in them: passing them on waits for nobody.
const maxBehind = 64 << 20

// A watcher looks at the bytes of a connection.
type watcher struct {
	conn    *connection
	looking sync.WaitGroup

	mu      sync.Mutex // protects what follows
	changed *sync.Cond // something of it
	ways    []*way
	number  uint64 // of the last piece
	over    bool   // the connection is being closed: nothing is waited for
	decided bool   // what follows is known

	// constant once decided

	wire   dial.Wire
	isHTTP bool
	none   bool // nothing that is known is spoken

	headless atomic.Bool // there was a request for a head alone

	answered chan struct{} // closed when the server has answered the first request of HTTP
	upgraded bool          // then: HTTP has become WebSocket
	deflates bool          // then: whose messages may be compressed
	answers  sync.Once
}

// newWatcher starts to look at what passes to both sides.
func newWatcher(c *connection, server, client io.Writer) *watcher {
	w := &watcher{conn: c, answered: make(chan struct{})}
	w.changed = sync.NewCond(&w.mu)
	o := c.tap.opts
	if p, err := dial.FindProtocol(o.Protocol); o.Protocol != "" && err == nil {
		w.decideLocked(dial.Wire{Protocol: p, Framing: o.Framing}, false, false) // nobody looks yet
	}
	for i, to := range []io.Writer{server, client} {
		y := &way{watcher: w, dir: []rpcrec.Direction{rpcrec.AToB, rpcrec.BToA}[i]}
		y.gate.to, y.gate.wants, y.gate.moved = to, c.intercepted, w.moved
		y.gate.idle = sync.NewCond(&y.gate.mu)
		w.ways = append(w.ways, y)
	}
	c.ways = w.ways
	for _, y := range w.ways {
		w.looking.Go(y.look)
	}
	return w
}

// moved tells those who wait that something has changed.
func (w *watcher) moved() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.changed.Broadcast()
}

// stop ends waiting for what may never come: the connection is being closed.
func (w *watcher) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.over = true
	w.changed.Broadcast()
}

// wait waits until nothing is written any more.
func (w *watcher) wait() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for w.ways[0].gate.writing.Load() || w.ways[1].gate.writing.Load() {
		w.changed.Wait()
	}
}

// decideLocked settles what is spoken, unless that is settled.
func (w *watcher) decideLocked(wire dial.Wire, isHTTP, tell bool) {
	if w.decided {
		return
	}
	w.wire, w.isHTTP, w.decided = wire, isHTTP, true
	w.none = wire.Protocol.Name == "" && !isHTTP
	w.changed.Broadcast()
	if !w.none {
		w.conn.speaks(wire.Protocol.Name, wire.Framing)
	}
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

// look looks at all that passes this way.
func (y *way) look() {
	w := y.watcher
	head, known := y.learn()
	from := &counted{Reader: io.MultiReader(bytes.NewReader(head), y)}
	in := bufio.NewReaderSize(from, chunk)
	switch {
	case !known:
	case w.isHTTP:
		y.lookHTTP(&stream{in, from})
	case !w.none:
		y.gate.dress(0)
		y.lookFrames(in)
	}
	y.unframed()
	_, _ = io.Copy(io.Discard, y) // what is not understood passes, too
	w.mu.Lock()
	defer w.mu.Unlock()
	y.at = 0
	w.changed.Broadcast()
	if y.lost {
		w.conn.event(rpcrec.Lost, "reason", string(y.dir)+": "+errLost.Error())
	}
}

// learn waits until it is known what is spoken, which the first bytes of either direction say, and returns those that
// it has read for that. It is not known where this side has ended without a word.
func (y *way) learn() (head []byte, known bool) {
	w := y.watcher
	w.mu.Lock()
	defer w.mu.Unlock()
	y.learns = true
	defer func() { y.learns = false }()
	buf := make([]byte, chunk)
	patience := time.AfterFunc(sniffPause, y.gate.giveUp)
	patience.Stop() // until there is something
	defer patience.Stop()
	for !w.decided {
		for len(y.behind) == 0 && !y.ended && !y.lost && !w.decided {
			w.changed.Wait()
		}
		if w.decided {
			break
		}
		n, err := y.takeLocked(buf)
		if head = append(head, buf[:n]...); len(head) == n {
			patience.Reset(sniffPause)
		}
		g, more := detect.Sniff(head)
		switch {
		case g.Other == detect.OtherHTTP:
			p, _ := dial.FindProtocol("")
			w.decideLocked(dial.Wire{Protocol: p}, true, true)
		case g.Protocol != "":
			if p, err := dial.FindProtocol(g.Protocol); err == nil {
				w.decideLocked(dial.Wire{Protocol: p, Framing: g.Framing}, false, true)
			}
		case err != nil && len(head) == 0: // this side has said nothing
			return nil, false
		case !more || err != nil:
			w.decideLocked(dial.Wire{}, false, true)
		}
	}
	return head, true
}

// sniffPause is how long the first bytes are held that do not say yet what is spoken, where messages are intercepted.
const sniffPause = 200 * time.Millisecond

// unframed says that what passes from now on is not taken apart. What was held passes before it, unless nothing comes.
func (y *way) unframed() {
	w := y.watcher
	w.mu.Lock()
	ended := y.ended && len(y.behind) == 0
	y.framer, y.bare = nil, true
	w.changed.Broadcast()
	w.mu.Unlock()
	if !ended {
		w.conn.tap.release(func(m *Message) bool { return m.way == y })
	}
	y.gate.strip()
}

// A counted reader counts the bytes that were read.
type counted struct {
	io.Reader
	n int64
}

// Read implements io.Reader.
func (c *counted) Read(b []byte) (int, error) {
	n, err := c.Reader.Read(b)
	c.n += int64(n)
	return n, err
}

// A stream is a buffered one that knows where it is.
type stream struct {
	*bufio.Reader
	from *counted
}

// at returns how many bytes were taken from the stream.
func (s *stream) at() int64 { return s.from.n - int64(s.Buffered()) }

// A frameStream is a stream that a framing reads from in, of which it tells the gate.
type frameStream struct {
	io.Reader
	*way
	placer
}

// A placer knows where a framing is in its stream.
type placer interface {
	Place() (used int64, at framing.Place)
}

// Read implements io.Reader. All that was read before has been looked at.
func (f *frameStream) Read(b []byte) (int, error) {
	if f.placer != nil {
		f.reached()
	}
	return f.Reader.Read(b)
}

// reached tells the gate what is no message.
func (f *frameStream) reached() {
	if used, at := f.Place(); at != framing.Inside {
		f.gate.reached(used, at == framing.Skipping)
	}
}

// lookFrames looks at the messages of a stream.
func (y *way) lookFrames(in *bufio.Reader) {
	w := y.watcher
	frame, err := dial.NewFraming(w.wire.Framing, w.conn.tap.opts.MaxMessage)
	if err != nil {
		return // there is no such framing, which the command line would have said
	}
	f := &frameStream{Reader: in, way: y}
	ch := frame(f)
	f.placer = ch.(placer) // as all framings of streams are
	y.frames(func(data []byte, _ bool) ([]byte, error) { return ch.AppendFrame(nil, data) })
	for {
		data, err := ch.Recv()
		var broken *rpcconn.FrameError
		switch {
		case err == nil:
			end, _ := f.Place()
			y.seen(data, end, shape{})
		case errors.As(err, &broken):
			f.reached()
			w.conn.event(rpcrec.Note, "kind", "unreadable", "text", string(y.dir)+": "+broken.Error())
		case errors.As(err, new(*rpcconn.Deviation)):
			w.conn.event(rpcrec.Note, "kind", "deviation", "text", string(y.dir)+": "+err.Error())
		default:
			if !errors.Is(err, io.EOF) && !errors.Is(err, errLost) {
				w.conn.event(rpcrec.Note, "kind", "unreadable", "text", string(y.dir)+": "+err.Error())
			}
			return
		}
	}
}

// A framer returns what goes on the wire for a message; binary is whether it is so over a WebSocket.
type framer func(data []byte, binary bool) ([]byte, error)

// frames says how the messages of y are framed.
func (y *way) frames(f framer) {
	w := y.watcher
	w.mu.Lock()
	defer w.mu.Unlock()
	y.framer = f
	w.changed.Broadcast()
}
