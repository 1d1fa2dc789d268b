package dial

import (
	"sync"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/detect"
)

// A firstFrame is the Codec of a connection whose transport frames and of which it is not known yet what is spoken on
// it: the peer's first message tells, or, if we have to speak first, the fallback is taken.
type firstFrame struct {
	cfg      Config
	fallback Wire

	mu     sync.Mutex // protects what follows
	wire   Wire
	codec  rpcconn.Codec // nil while nothing is decided
	onWire func(w Wire, found bool)
}

// OnWire has f told, once, what is spoken, and whether the peer's own message said so; not where that is decided
// already.
func (f *firstFrame) OnWire(tell func(w Wire, found bool)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.codec == nil {
		f.onWire = tell
	}
}

// Wire returns what is spoken, and false while that has still to turn out.
func (f *firstFrame) Wire() (Wire, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.wire, f.codec != nil
}

// decide returns the codec: that of w, found out or not, if nothing was decided before.
func (f *firstFrame) decide(w Wire, found bool) rpcconn.Codec {
	f.mu.Lock()
	if f.codec != nil {
		defer f.mu.Unlock()
		return f.codec
	}
	w.Framing = noFraming
	f.wire, f.codec = w, w.Protocol.NewCodec()
	codec, tell := f.codec, f.onWire
	f.mu.Unlock()
	if tell != nil {
		tell(w, found)
	}
	return codec
}

// AppendEncode implements rpcconn.Codec. Who speaks first takes the fallback.
func (f *firstFrame) AppendEncode(dst []byte, p *rpcconn.Packet) ([]byte, error) {
	return f.decide(f.fallback, false).AppendEncode(dst, p)
}

// Decode implements rpcconn.Codec.
func (f *firstFrame) Decode(frame []byte, p *rpcconn.Packet) error {
	if _, decided := f.Wire(); !decided {
		if g, _ := detect.Sniff(frame); g.Protocol != "" {
			if w, err := f.cfg.guessed(g); err == nil {
				return f.decide(w, true).Decode(frame, p)
			}
		}
	}
	return f.decide(f.fallback, false).Decode(frame, p)
}

var _ rpcconn.Codec = (*firstFrame)(nil)
