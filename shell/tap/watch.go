package tap

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"math"
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

	mu      sync.Mutex // protects what follows
	changed *sync.Cond // something of it
	ways    []*way
	number  uint64 // of the last piece
	decided bool   // what follows is known

	// constant once decided

	wire   dial.Wire
	isHTTP bool
	none   bool // nothing that is known is spoken

	answered chan struct{} // closed when the server has answered the first request of HTTP
	upgraded bool          // then: HTTP has become WebSocket
	deflates bool          // then: whose messages may be compressed
	answers  sync.Once
}

func newWatcher(c *connection) *watcher {
	w := &watcher{conn: c, answered: make(chan struct{})}
	w.changed = sync.NewCond(&w.mu)
	o := c.tap.opts
	if p, err := dial.FindProtocol(o.Protocol); o.Protocol != "" && err == nil {
		w.decideLocked(dial.Wire{Protocol: p, Framing: o.Framing}, false, false) // nobody looks yet
	}
	for _, d := range []rpcrec.Direction{rpcrec.AToB, rpcrec.BToA} {
		w.ways = append(w.ways, &way{watcher: w, dir: d})
	}
	for _, y := range w.ways {
		w.looking.Go(y.look)
	}
	return w
}

// other returns the other way.
func (w *watcher) other(y *way) *way {
	if w.ways[0] == y {
		return w.ways[1]
	}
	return w.ways[0]
}

// wait waits until all has been looked at.
func (w *watcher) wait() { w.looking.Wait() }

// decideLocked settles what is spoken, unless that is settled.
func (w *watcher) decideLocked(wire dial.Wire, isHTTP, tell bool) {
	if w.decided {
		return
	}
	w.wire, w.isHTTP, w.decided = wire, isHTTP, true
	w.none = wire.Protocol.Name == "" && !isHTTP
	w.changed.Broadcast()
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

// A way is one direction of a connection, as it is looked at: a reader of what was passed on.
//
// The two ways of a connection are looked at side by side, and what they find is recorded in the order in which it
// passed: each piece has a number, and a message waits until the other way is done with what came before it.
type way struct {
	watcher *watcher
	dir     rpcrec.Direction

	// the lock of the watcher protects what follows

	behind []piece // passed on, and not looked at
	size   int     // bytes of these
	at     uint64  // the number of the piece that is being looked at; 0: none is, more is waited for
	learns bool    // at stays: what is spoken is not known, so that nothing has been looked at
	ended  bool
	lost   bool
}

// A piece is bytes that were passed on at once.
type piece struct {
	number uint64
	data   []byte
}

// add adds what was passed on. It waits for nobody.
func (y *way) add(data []byte) {
	w := y.watcher
	w.mu.Lock()
	defer w.mu.Unlock()
	w.number++
	if y.lost {
		return
	}
	if y.size+len(data) > w.conn.tap.behind {
		y.behind, y.lost = nil, true
	} else {
		y.behind = append(y.behind, piece{w.number, bytes.Clone(data)})
		y.size += len(data)
	}
	w.changed.Broadcast()
}

func (y *way) end() {
	y.watcher.mu.Lock()
	defer y.watcher.mu.Unlock()
	y.ended = true
	y.watcher.changed.Broadcast()
}

var errLost = errors.New("what passes is too much to be looked at")

// Read implements io.Reader. Who calls it is done with what it returned before.
func (y *way) Read(b []byte) (int, error) {
	y.watcher.mu.Lock()
	defer y.watcher.mu.Unlock()
	y.at = 0
	y.watcher.changed.Broadcast()
	for len(y.behind) == 0 && !y.ended && !y.lost {
		y.watcher.changed.Wait()
	}
	return y.takeLocked(b)
}

// takeLocked returns what is there of the next piece.
func (y *way) takeLocked(b []byte) (int, error) {
	switch {
	case len(y.behind) > 0:
		p := &y.behind[0]
		n := copy(b, p.data)
		if !y.learns || y.at == 0 {
			y.at = p.number
		}
		if p.data = p.data[n:]; len(p.data) == 0 {
			y.behind[0] = piece{} // or its bytes would live as long as the pieces behind it
			y.behind = y.behind[1:]
		}
		y.size -= n
		return n, nil
	case y.lost:
		return 0, errLost
	}
	return 0, io.EOF
}

// message records a message, once the other way is done with all that passed before it.
func (y *way) message(data []byte) {
	w := y.watcher
	w.mu.Lock()
	for w.other(y).earliestLocked() < y.at {
		w.changed.Wait()
	}
	w.mu.Unlock()
	w.conn.message(y.dir, data)
}

// earliestLocked returns the number of the first piece that has not been looked at.
func (y *way) earliestLocked() uint64 {
	switch {
	case y.at > 0:
		return y.at
	case len(y.behind) > 0:
		return y.behind[0].number
	}
	return math.MaxUint64
}

// Write and Close make a stream of a way, for a framing, which only reads it.
func (*way) Write(b []byte) (int, error) { return len(b), nil }

// Close does nothing: who passes bytes on says when they end.
func (*way) Close() error { return nil }

// look looks at all that passes this way.
func (y *way) look() {
	w := y.watcher
	head, known := y.learn()
	in := bufio.NewReaderSize(io.MultiReader(bytes.NewReader(head), y), chunk)
	switch {
	case !known:
	case w.isHTTP:
		y.lookHTTP(in)
	case !w.none:
		y.lookFrames(in)
	}
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
	for !w.decided {
		for len(y.behind) == 0 && !y.ended && !y.lost && !w.decided {
			w.changed.Wait()
		}
		if w.decided {
			break
		}
		n, err := y.takeLocked(buf)
		head = append(head, buf[:n]...)
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

// frames is a stream that is read from in.
type frames struct {
	io.Reader
	*way
}

func (f *frames) Read(b []byte) (int, error) { return f.Reader.Read(b) }

// lookFrames records the messages of a stream.
func (y *way) lookFrames(in *bufio.Reader) {
	w := y.watcher
	framing, err := dial.NewFraming(w.wire.Framing, w.conn.tap.opts.MaxMessage)
	if err != nil {
		return // there is no such framing, which the command line would have said
	}
	ch := framing(&frames{in, y})
	for {
		frame, err := ch.Recv()
		var broken *rpcconn.FrameError
		switch {
		case err == nil:
			y.message(frame)
		case errors.As(err, &broken):
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
