package dial

import (
	"sync"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/detect"
)

// A firstFrame is the Codec of a connection whose transport has frames and whose protocol is not known yet. The peer's
// first message shows it; if we have to speak first, the fallback is used.
type firstFrame struct {
	cfg      Config
	fallback Wire

	mu     sync.Mutex // protects what follows
	wire   Wire
	codec  rpcconn.Codec // nil while nothing is decided
	onWire func(w Wire, found bool)
}

// OnWire sets the function that is called once the protocol is decided; found says that the peer's message showed it.
// It is not called, and OnWire returns false, if that is decided already.
func (f *firstFrame) OnWire(tell func(w Wire, found bool)) (waits bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.codec != nil {
		return false
	}
	f.onWire = tell
	return true
}

// Wire returns what is spoken, and false while that is not known yet.
func (f *firstFrame) Wire() (Wire, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.wire, f.codec != nil
}

// decide returns the codec: that of w, unless another one was decided before.
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

// AppendEncode implements rpcconn.Codec. If we speak first, the fallback is used.
func (f *firstFrame) AppendEncode(dst []byte, p *rpcconn.Packet) ([]byte, error) {
	return f.decide(f.fallback, false).AppendEncode(dst, p)
}

// Decode implements rpcconn.Codec.
func (f *firstFrame) Decode(frame []byte, p *rpcconn.Packet) error {
	return f.look(frame).Decode(frame, p)
}

// Glean implements rpcconn.Gleaner; Decode has decided already.
func (f *firstFrame) Glean(text []byte) rpcconn.Fragment { return rpcconn.Glean(f.look(text), text) }

// look returns the codec, which frame decides if nothing has before.
func (f *firstFrame) look(frame []byte) rpcconn.Codec {
	if _, decided := f.Wire(); !decided {
		if g, _ := detect.Sniff(frame); g.Protocol != "" {
			if w, err := f.cfg.guessed(g); err == nil {
				return f.decide(w, true)
			}
		}
	}
	return f.decide(f.fallback, false)
}

var _ rpcconn.Gleaner = (*firstFrame)(nil)
