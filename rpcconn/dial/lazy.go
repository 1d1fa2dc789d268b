package dial

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"rpcsh/rpcconn"
)

// trailingWait is how long to wait for the line break that may follow a first message, since that tells line and none apart.
const trailingWait = 30 * time.Millisecond

// A lazy connection is a stream of which it is not known yet what is spoken on it: the peer's first bytes tell, or, if we have to speak
// first, the fallback is taken. It is the Channel and the Codec of its Conn.
type lazy struct {
	nc       net.Conn
	cfg      Config
	fallback Wire
	web      func(net.Conn) // takes a client that turns out to speak HTTP

	mu      sync.Mutex // protects what follows
	handed  bool       // to web
	channel rpcconn.RawChannel
	codec   rpcconn.Codec
	wire    Wire
	first   []byte // read, and to be read again by the channel
	onWire  func(w Wire, found bool)
}

func (l *lazy) Wire() (Wire, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.wire, l.channel != nil
}

// OnWire has f told, once, what is spoken, and whether the peer's bytes said so; not where that is decided already.
func (l *lazy) OnWire(f func(w Wire, found bool)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.channel == nil {
		l.onWire = f
	}
}

// decide makes w what is spoken, if nothing is yet.
func (l *lazy) decide(w Wire, found bool) error {
	l.mu.Lock()
	switch {
	case l.handed:
		l.mu.Unlock()
		return ErrSpeaksHTTP
	case l.channel != nil:
		l.mu.Unlock()
		return nil
	}
	framing, err := w.channel(l.cfg.MaxMessage)
	if err != nil {
		l.mu.Unlock()
		return err
	}
	l.wire, l.codec = w, w.Protocol.NewCodec()
	l.channel = framing(readingFrom(l.nc, &replay{l}))
	tell := l.onWire
	l.mu.Unlock()
	if tell != nil {
		tell(w, found)
	}
	return nil
}

// decided returns the codec and the channel, nil while nothing is decided.
func (l *lazy) decided() (rpcconn.Codec, rpcconn.RawChannel) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.codec, l.channel
}

// AppendEncode implements rpcconn.Codec. Who speaks first takes the fallback.
func (l *lazy) AppendEncode(dst []byte, p *rpcconn.Packet) ([]byte, error) {
	if err := l.decide(l.fallback, false); err != nil {
		return dst, err
	}
	codec, _ := l.decided()
	return codec.AppendEncode(dst, p)
}

// Decode implements rpcconn.Codec; Recv has decided before.
func (l *lazy) Decode(frame []byte, p *rpcconn.Packet) error {
	codec, _ := l.decided()
	return codec.Decode(frame, p)
}

// speaking returns the channel for who is about to send; who speaks first takes the fallback.
func (l *lazy) speaking() (rpcconn.RawChannel, error) {
	if _, ch := l.decided(); ch != nil {
		return ch, nil
	}
	err := l.decide(l.fallback, false)
	_, ch := l.decided()
	return ch, err
}

// Send implements rpcconn.Channel; where the frame comes from AppendEncode, that has decided before.
func (l *lazy) Send(ctx context.Context, frame []byte) error {
	ch, err := l.speaking()
	if err != nil {
		return err
	}
	return ch.Send(ctx, frame)
}

// AppendFrame implements rpcconn.RawChannel.
func (l *lazy) AppendFrame(dst, frame []byte) ([]byte, error) {
	ch, err := l.speaking()
	if err != nil {
		return dst, err
	}
	return ch.AppendFrame(dst, frame)
}

// SendRaw implements rpcconn.RawChannel.
func (l *lazy) SendRaw(ctx context.Context, raw []byte, rate int) error {
	ch, err := l.speaking()
	if err != nil {
		return err
	}
	return ch.SendRaw(ctx, raw, rate)
}

// Recv implements rpcconn.Channel.
func (l *lazy) Recv() ([]byte, error) {
	if _, ch := l.decided(); ch == nil {
		if err := l.look(); err != nil {
			return nil, err
		}
	}
	_, ch := l.decided()
	return ch.Recv()
}

// look reads until the bytes tell what is spoken, or the fallback was taken meanwhile.
func (l *lazy) look() error {
	buf := make([]byte, 4<<10)
	for start := true; ; start = false {
		n, err := 0, error(nil)
		if !start || len(l.first) == 0 { // what was read before comes first
			n, err = l.nc.Read(buf)
		}
		l.mu.Lock()
		l.first = append(l.first, buf[:n]...)
		first, taken := l.first, l.channel != nil
		l.mu.Unlock()
		if taken {
			_ = l.nc.SetReadDeadline(time.Time{})
			return nil // what was read, and the error of the next Read, are the channel's
		}
		g, more := sniff(first)
		switch known := g.framing != ""; {
		case known && (!more || err != nil): // an error comes again, unless it is that nothing followed in time
			_ = l.nc.SetReadDeadline(time.Time{})
			return l.take(g)
		case g.other == otherHTTP:
			return l.handOver(first)
		case g.other != "":
			return stranger(g)
		case err != nil && len(first) > 0:
			return fmt.Errorf("the connection ended after %s: %w", rpcconn.Excerpt(first), err)
		case err != nil:
			return err
		case known:
			_ = l.nc.SetReadDeadline(time.Now().Add(trailingWait))
		case !more:
			return fmt.Errorf("no protocol that is known begins like this: %s; -p and -f say what is spoken", rpcconn.Excerpt(first))
		}
	}
}

// ErrSpeaksHTTP is why a connection ends of which it was not known that the client speaks HTTP, since it took its time: it is an HTTP client's
// from then on, whose messages are those of other peers.
var ErrSpeaksHTTP = errors.New("the client speaks HTTP")

// handOver makes the connection an HTTP client's, of which first is read once more.
func (l *lazy) handOver(first []byte) error {
	l.mu.Lock()
	taken := l.channel != nil
	l.handed = !taken
	l.mu.Unlock()
	if taken { // it was told something that is no HTTP
		return stranger(guess{other: otherHTTP})
	}
	_ = l.nc.SetReadDeadline(time.Time{})
	l.web(prefixed(l.nc, first))
	return ErrSpeaksHTTP
}

// take decides for what was guessed.
func (l *lazy) take(g guess) error {
	w, err := l.cfg.guessed(g)
	if err != nil {
		return err
	}
	return l.decide(w, true)
}

// guessed returns what is spoken where g was guessed and cfg may say more.
func (cfg Config) guessed(g guess) (Wire, error) {
	if cfg.Protocol != "" && cfg.Protocol != Auto {
		g.protocol = cfg.Protocol
	}
	if cfg.Framing != "" && cfg.Framing != Auto {
		g.framing = cfg.Framing
	}
	return wireOf(g.protocol, g.framing)
}

// Close implements rpcconn.Channel.
func (l *lazy) Close() error {
	l.mu.Lock()
	ch, handed := l.channel, l.handed
	l.mu.Unlock()
	switch {
	case handed:
		return nil // it is another's
	case ch != nil:
		return ch.Close()
	}
	return l.nc.Close()
}

var _ rpcconn.RawChannel = (*lazy)(nil)

// A replay gives what was read of a lazy connection once more, and then what follows.
type replay struct{ lazy *lazy }

func (r *replay) Read(p []byte) (int, error) {
	r.lazy.mu.Lock()
	n := copy(p, r.lazy.first)
	r.lazy.first = r.lazy.first[n:]
	r.lazy.mu.Unlock()
	if n > 0 {
		return n, nil
	}
	return r.lazy.nc.Read(p)
}
