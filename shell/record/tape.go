package record

import (
	"sync"
	"time"

	"rpcsh/shell/event"
)

// A tape has the last messages of a session, byte for byte, so that what has happened can be recorded afterwards. Who
// publishes puts them there, which costs no more than copying them.
type tape struct {
	limit func() int // bytes that it may have; 0: it has nothing
	peers func() []Peer

	mu     sync.Mutex // protects what follows
	blocks []*block   // the oldest first
	bytes  int        // that they have, about
	known  map[int]Peer
}

// A block is some messages of a tape, which leave it together.
type block struct {
	messages []taped
	bytes    []byte // of them
}

// A taped message is one of a block.
type taped struct {
	at       time.Time
	number   uint64 // of the event before it
	conn     int
	from, to int // in the bytes of the block
	out      bool
	fault    string
}

const tapedSize = 80 // bytes

func (b *block) size() int { return len(b.bytes) + tapedSize*len(b.messages) }

// follow returns an empty block behind b, nil for none, with room for as much as b has.
func follow(b *block) *block {
	if b == nil {
		return new(block)
	}
	return &block{make([]taped, 0, len(b.messages)), make([]byte, 0, min(len(b.bytes), blockSize))}
}

const (
	blockSize = 256 << 10 // bytes at which another block is begun
	maxKnown  = 1000      // peers of which something is known though none of their messages may be there
)

// newTape returns a tape of what is published on bus from now on, until that is closed.
func newTape(bus *event.Bus, limit func() int, peers func() []Peer) *tape {
	t := &tape{limit: limit, peers: peers, known: make(map[int]Peer)}
	bus.Subscribe(event.Options{Frames: true, Take: t.take, Wanted: func(e *event.Event) bool {
		return e.Kind == event.Frame || e.Kind == event.Speaks
	}})
	return t
}

func (t *tape) take(e *event.Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, met := t.known[e.Peer.Number]; !met || e.Kind == event.Speaks {
		t.meetLocked(e.Peer)
	}
	if e.Kind == event.Frame {
		t.addLocked(e)
	}
}

// meetLocked takes note of what is known of a peer.
func (t *tape) meetLocked(of event.Peer) {
	if len(t.known) >= maxKnown {
		t.forgetLocked()
	}
	t.known[of.Number] = Peer{Peer: of}
	for _, p := range t.peers() {
		if p.Number == of.Number {
			t.known[of.Number] = p
		}
	}
}

// forgetLocked forgets the peers of which there is no message.
func (t *tape) forgetLocked() {
	there := make(map[int]Peer)
	for _, b := range t.blocks {
		for _, m := range b.messages {
			there[m.conn] = t.known[m.conn]
		}
	}
	t.known = there
}

func (t *tape) addLocked(e *event.Event) {
	limit := t.limit()
	if len(e.Frame)+tapedSize > limit { // and what was before it has to go, too
		t.blocks, t.bytes = nil, 0
		return
	}
	var b *block
	if len(t.blocks) > 0 {
		b = t.blocks[len(t.blocks)-1]
	}
	if b == nil || b.size() > min(blockSize, limit/8) {
		b = follow(b)
		t.blocks = append(t.blocks, b)
	}
	from := len(b.bytes)
	b.bytes = append(b.bytes, e.Frame...)
	b.messages = append(b.messages, taped{
		at: e.Time, number: e.Number, conn: e.Peer.Number, out: e.Out, fault: e.Fault, from: from, to: len(b.bytes),
	})
	t.bytes += len(e.Frame) + tapedSize
	for len(t.blocks) > 0 && t.bytes > limit {
		t.bytes -= t.blocks[0].size()
		t.blocks[0] = nil // or it would live as long as the memory of all
		t.blocks = t.blocks[1:]
	}
}

// since returns the messages that have passed from a time on, the oldest first, as events of the kind Frame, and what
// is known of their peers.
func (t *tape) since(from time.Time) (frames []event.Event, known map[int]Peer) {
	t.mu.Lock()
	defer t.mu.Unlock()
	known = make(map[int]Peer)
	for _, b := range t.blocks {
		for _, m := range b.messages {
			if m.at.Before(from) {
				continue
			}
			p := t.known[m.conn]
			known[m.conn] = p
			frames = append(frames, event.Event{
				Kind: event.Frame, Number: m.number, Time: m.at, Peer: p.Peer, Out: m.out, Fault: m.fault,
				Frame: b.bytes[m.from:m.to:m.to], // appending to b leaves it as it is
			})
		}
	}
	return frames, known
}
