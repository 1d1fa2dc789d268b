package dial

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/detect"
	"rpcsh/rpcconn/plain"
)

// A sniffing connection is a stream whose protocol and framing are not known yet. The peer's first bytes show them; if
// we have to speak first, the fallback is used. It is both the Channel and the Codec of its Conn.
type sniffing struct {
	nc       net.Conn
	cfg      Config
	fallback Wire
	web      func(net.Conn) // gets a client that turns out to speak HTTP
	words    int            // lines that were passed over; only look uses it

	mu      sync.Mutex // protects what follows
	handed  bool       // nc was given to web
	channel rpcconn.RawChannel
	codec   rpcconn.Codec
	wire    Wire
	first   []byte // already read; the channel reads it again
	onWire  func(w Wire, found bool)
}

func (c *sniffing) Wire() (Wire, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.wire, c.channel != nil
}

// OnWire sets the function that is called once what is spoken is decided; found says that the peer's bytes showed it.
// It is not called, and OnWire returns false, if that is decided already.
func (c *sniffing) OnWire(f func(w Wire, found bool)) (waits bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.channel != nil {
		return false
	}
	c.onWire = f
	return true
}

// decide sets what is spoken to w, unless it is decided already.
func (c *sniffing) decide(w Wire, found bool) error {
	c.mu.Lock()
	switch {
	case c.handed:
		c.mu.Unlock()
		return ErrSpeaksHTTP
	case c.channel != nil:
		c.mu.Unlock()
		return nil
	}
	framing, err := w.channel(c.cfg.MaxMessage)
	if err != nil {
		c.mu.Unlock()
		return err
	}
	c.wire, c.codec = w, w.Protocol.NewCodec()
	c.channel = framing(readingFrom(c.nc, &replay{c}))
	tell := c.onWire
	c.mu.Unlock()
	if tell != nil {
		tell(w, found)
	}
	return nil
}

// decided returns the codec and the channel, nil while nothing is decided.
func (c *sniffing) decided() (rpcconn.Codec, rpcconn.RawChannel) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.codec, c.channel
}

// AppendEncode implements rpcconn.Codec. If we speak first, the fallback is used.
func (c *sniffing) AppendEncode(dst []byte, p *rpcconn.Packet) ([]byte, error) {
	if err := c.decide(c.fallback, false); err != nil {
		return dst, err
	}
	codec, _ := c.decided()
	return codec.AppendEncode(dst, p)
}

// Decode implements rpcconn.Codec; Recv has decided already.
func (c *sniffing) Decode(frame []byte, p *rpcconn.Packet) error {
	codec, _ := c.decided()
	return codec.Decode(frame, p)
}

// Glean implements rpcconn.Gleaner; Recv has decided already.
func (c *sniffing) Glean(text []byte) rpcconn.Fragment {
	codec, _ := c.decided()
	return rpcconn.Glean(codec, text)
}

// speaking returns the channel to send on; if we speak first, the fallback is used.
func (c *sniffing) speaking() (rpcconn.RawChannel, error) {
	if _, ch := c.decided(); ch != nil {
		return ch, nil
	}
	err := c.decide(c.fallback, false)
	_, ch := c.decided()
	return ch, err
}

// Send implements rpcconn.Channel; if the frame comes from AppendEncode, that has decided already.
func (c *sniffing) Send(ctx context.Context, frame []byte) error {
	ch, err := c.speaking()
	if err != nil {
		return err
	}
	return ch.Send(ctx, frame)
}

// AppendFrame implements rpcconn.RawChannel.
func (c *sniffing) AppendFrame(dst, frame []byte) ([]byte, error) {
	ch, err := c.speaking()
	if err != nil {
		return dst, err
	}
	return ch.AppendFrame(dst, frame)
}

// Flush implements rpcconn.Flusher.
func (c *sniffing) Flush(ctx context.Context) error {
	ch, err := c.speaking()
	if err != nil {
		return err
	}
	return rpcconn.Flush(ctx, ch)
}

// Partial implements rpcconn.Holder.
func (c *sniffing) Partial() *rpcconn.Partial {
	if _, ch := c.decided(); ch != nil {
		return rpcconn.PartialOf(ch)
	}
	return nil
}

// SendRaw implements rpcconn.RawChannel.
func (c *sniffing) SendRaw(ctx context.Context, raw []byte, rate int) error {
	ch, err := c.speaking()
	if err != nil {
		return err
	}
	return ch.SendRaw(ctx, raw, rate)
}

// Recv implements rpcconn.Channel.
func (c *sniffing) Recv() ([]byte, error) {
	if _, ch := c.decided(); ch == nil {
		if err := c.look(); err != nil {
			return nil, err
		}
	}
	_, ch := c.decided()
	return ch.Recv()
}

// look reads until the bytes show what is spoken, or the fallback is used meanwhile. After a *rpcconn.Deviation, which
// says that words were passed over, it is called again.
func (c *sniffing) look() error {
	buf := make([]byte, 4<<10)
	for start := true; ; start = false {
		n, err := 0, error(nil)
		if !start || len(c.first) == 0 { // what was read before comes first
			n, err = c.nc.Read(buf)
		}
		c.mu.Lock()
		c.first = append(c.first, buf[:n]...)
		first, taken := c.first, c.channel != nil
		c.mu.Unlock()
		if taken {
			_ = c.nc.SetReadDeadline(time.Time{})
			return nil // the channel gets what was read, and the error of the next Read
		}
		g, more := detect.Sniff(first)
		switch known := g.Framing != ""; {
		case known && (!more || err != nil): // an error occurs again, unless it is the deadline
			_ = c.nc.SetReadDeadline(time.Time{})
			return c.decideGuess(g)
		case g.Other == detect.OtherHTTP:
			return c.handOver(first)
		case g.Other != "":
			return &StrangerError{g.Other}
		case known:
			_ = c.nc.SetReadDeadline(time.Now().Add(detect.TrailingWait))
			continue
		case err == nil && more:
			continue
		}
		if more { // and cannot come
			return endedAfter(first, err)
		}
		if done, err := c.unknown(first, err); done {
			return err
		}
	}
}

// endedAfter returns the error for a connection that ended with err after first.
func endedAfter(first []byte, err error) error {
	switch {
	case len(bytes.TrimSpace(first)) == 0:
		return err
	case err == io.EOF:
		return plain.Reworded(io.ErrUnexpectedEOF, "the connection ended after "+rpcconn.Excerpt(first))
	}
	return fmt.Errorf("the connection ended after %s: %w", rpcconn.Excerpt(first), err)
}

// unknown handles what begins in no form that is known: words in front of the first message are passed over, JSON that
// is wrong inside is a message of its own, if a bad one. ended is why no more can be read; nil: it can. done is false
// where more has to come.
func (c *sniffing) unknown(first []byte, ended error) (done bool, err error) {
	n, whole := detect.Words(first)
	switch {
	case n > 0 && (whole || ended != nil):
		c.words++
		c.mu.Lock()
		c.first = first[n:]
		c.mu.Unlock()
		return true, &rpcconn.Deviation{
			Rule: fmt.Sprintf("words before the first message, %d", c.words), // so that each is told
			Text: "words come before the first message: " + rpcconn.Excerpt(first[:n]),
		}
	case n > 0:
		return false, nil
	case ended != nil:
		return true, endedAfter(first, ended)
	}
	if g := detect.Broken(first); g != (detect.Guess{}) {
		return true, c.decideGuess(g)
	}
	return true, &detect.BeginningError{Data: first}
}

// ErrSpeaksHTTP ends the connection of a client that turns out to speak HTTP only later, because it was slow. An HTTP
// server takes over the client; its messages belong to other peers.
var ErrSpeaksHTTP = errors.New("the client speaks HTTP")

// handOver gives the connection to the HTTP server, which reads first once more.
func (c *sniffing) handOver(first []byte) error {
	c.mu.Lock()
	taken := c.channel != nil
	c.handed = !taken
	c.mu.Unlock()
	if taken { // it was told something that is no HTTP
		return &StrangerError{detect.OtherHTTP}
	}
	_ = c.nc.SetReadDeadline(time.Time{})
	c.web(prefixed(c.nc, first))
	return ErrSpeaksHTTP
}

// decideGuess decides according to g.
func (c *sniffing) decideGuess(g detect.Guess) error {
	w, err := c.cfg.guessed(g)
	if err != nil {
		return err
	}
	return c.decide(w, true)
}

// guessed returns the Wire for a guess; what cfg names takes precedence.
func (cfg Config) guessed(g detect.Guess) (Wire, error) {
	g = g.With(cfg.named())
	return wireOf(g.Protocol, g.Framing)
}

// Close implements rpcconn.Channel.
func (c *sniffing) Close() error {
	c.mu.Lock()
	ch, handed := c.channel, c.handed
	c.mu.Unlock()
	switch {
	case handed:
		return nil // web owns it
	case ch != nil:
		return ch.Close()
	}
	return c.nc.Close()
}

var _ rpcconn.RawChannel = (*sniffing)(nil)

// A replay repeats what was read from a sniffing connection, and then reads on.
type replay struct{ conn *sniffing }

func (r *replay) Read(p []byte) (int, error) {
	r.conn.mu.Lock()
	n := copy(p, r.conn.first)
	r.conn.first = r.conn.first[n:]
	r.conn.mu.Unlock()
	if n > 0 {
		return n, nil
	}
	return r.conn.nc.Read(p)
}
