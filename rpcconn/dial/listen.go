package dial

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/detect"
	"rpcsh/rpcconn/transport"
	"rpcsh/rpcconn/transport/httprpc"
	"rpcsh/rpcconn/transport/websocket"
)

// A Listener accepts peers. If it detects what they speak, peers of every framing and protocol may share one port, HTTP
// and WebSocket clients included.
type Listener struct {
	Requested Target
	Target    Target // Requested, with the actual port instead of 0

	cfg       Config
	wire      Wire // what is spoken or, with detection, the fallback
	auto      bool // what streams speak is detected
	autoCodec bool // so is what WebSocket clients speak
	ln        net.Listener
	webOnce   sync.Once
	web       *webServer // of HTTP clients that come to a port of streams; nil before the first
	peers     chan newcomer
	tasks     sync.WaitGroup
	ctx       context.Context // ends when nothing more is accepted; its cause is the error of Accept
	end       context.CancelCauseFunc
	closing   sync.Once
	shutdown  []func() error
}

// A newcomer starts a peer that has connected, with the options for it.
type newcomer func(opts *rpcconn.Options) *Link

// Listen starts to listen on t.
func (cfg Config) Listen(ctx context.Context, t Target) (*Listener, error) {
	w, err := cfg.Wire(t)
	if err != nil {
		return nil, err
	}
	l := &Listener{
		Requested: t, cfg: cfg, wire: w,
		auto: cfg.isAuto(t) && t.IsStream(), autoCodec: cfg.isAuto(t), peers: make(chan newcomer),
	}
	l.ctx, l.end = context.WithCancelCause(context.WithoutCancel(ctx))
	if l.auto && cfg.Fallback != "" && cfg.Fallback != Auto {
		l.wire.Framing = cfg.Fallback
	}
	if err := l.open(ctx, t); err != nil {
		return nil, err
	}
	l.Target = t
	l.Target.Address = l.ln.Addr().String()
	if t.CanGet() {
		err = l.serveWeb(t)
	} else {
		l.tasks.Go(l.acceptStreams)
	}
	if err != nil {
		_ = l.ln.Close()
		return nil, err
	}
	return l, nil
}

// open opens the listener of the transport.
func (l *Listener) open(ctx context.Context, t Target) (err error) {
	switch t.Scheme {
	case transport.SchemeTLS, transport.SchemeWSS, transport.SchemeHTTPS:
		tlsConfig, err := l.cfg.TLS.Server()
		if err != nil {
			return err
		}
		failed := func(remote net.Addr, err error) { l.report(remote.String(), err) }
		l.ln, err = transport.ListenTLS(ctx, t.Address, tlsConfig, failed)
		return err
	case transport.SchemeExec:
		return errors.New("a command cannot be listened on")
	case transport.SchemeUnix, transport.SchemeHTTPUnix, transport.SchemeWSUnix:
		l.ln, err = transport.Listen(ctx, transport.SchemeUnix, t.Address)
	default:
		l.ln, err = transport.Listen(ctx, transport.SchemeTCP, t.Address)
	}
	return err
}

// String says what is spoken with accepted peers.
func (l *Listener) String() string {
	if l.auto {
		return "every framing and protocol, as each begins"
	}
	return l.wire.String()
}

// Accept waits for the next peer. options returns the options for that peer, before anything is read from it. The error
// is net.ErrClosed once the listener is closed.
func (l *Listener) Accept(options func() *rpcconn.Options) (*Link, error) {
	select {
	case peer := <-l.peers:
		return peer(options()), nil
	case <-l.ctx.Done():
		return nil, context.Cause(l.ctx)
	}
}

// Close stops listening; accepted connections stay. It may be called more than once.
func (l *Listener) Close() error {
	var err error
	l.closing.Do(func() {
		l.end(net.ErrClosed)
		err = l.ln.Close()
		for _, f := range l.shutdown {
			err = errors.Join(err, f())
		}
		l.tasks.Wait()
	})
	return err
}

// offer hands a newcomer to Accept, or drops it when the listener is closed.
func (l *Listener) offer(peer newcomer, drop func() error) {
	select {
	case l.peers <- peer:
	case <-l.ctx.Done():
		_ = drop()
	}
}

// remote returns the address of an accepted connection.
func (l *Listener) remote(address string) string {
	if l.Requested.Scheme == transport.SchemeUnix || l.Requested.Socket() != "" {
		return l.Requested.Address
	}
	return address
}

func (l *Listener) acceptStreams() {
	for {
		nc, err := l.ln.Accept()
		if err != nil {
			var temporary interface{ Temporary() bool }
			if errors.As(err, &temporary) && temporary.Temporary() && !errors.Is(err, net.ErrClosed) {
				// Probably out of file descriptors.
				l.report("", err)
				select {
				case <-time.After(time.Second):
					continue
				case <-l.ctx.Done():
				}
			}
			l.end(err)
			return
		}
		l.tasks.Go(func() { l.greet(nc) })
	}
}

func (l *Listener) report(remote string, err error) {
	if l.cfg.OnError != nil {
		l.cfg.OnError(remote, err)
	}
}

// greet turns a connection into a peer.
func (l *Listener) greet(nc net.Conn) {
	if !l.auto {
		framing, err := l.wire.channel(l.cfg.MaxMessage)
		if err != nil { // looked up before
			_ = nc.Close()
			return
		}
		l.offer(func(opts *rpcconn.Options) *Link {
			ch := framing(readingFrom(nc, &wary{nc: nc}))
			link := &Link{Remote: l.remote(nc.RemoteAddr().String()), wire: fixed(l.wire)}
			return link.on(ch, l.wire.Protocol.NewCodec(), opts)
		}, nc.Close)
		return
	}
	first := l.peek(nc)
	switch g, _ := detect.Sniff(first); g.Other {
	case detect.OtherHTTP:
		l.webServer().serve(prefixed(nc, first))
		return
	case detect.OtherTLS:
		l.report(l.remote(nc.RemoteAddr().String()), &StrangerError{g.Other})
		_ = nc.Close()
		return
	}
	l.offer(func(opts *rpcconn.Options) *Link {
		c := &sniffing{nc: nc, cfg: l.cfg, fallback: l.wire, web: func(nc net.Conn) {
			l.webServer().serve(nc)
		}, first: first}
		link := &Link{Remote: l.remote(nc.RemoteAddr().String()), wire: c.Wire, onWire: c.OnWire}
		return link.on(c, c, opts)
	}, nc.Close)
}

// peekTime is how long to wait for a client that speaks first; HTTP clients do so at once.
const peekTime = 150 * time.Millisecond

// peek returns the first bytes of a connection, if they come soon, until they show what the client speaks.
func (l *Listener) peek(nc net.Conn) []byte {
	_ = nc.SetReadDeadline(time.Now().Add(peekTime))
	stop := context.AfterFunc(l.ctx, func() { _ = nc.Close() })
	defer func() {
		stop()
		_ = nc.SetReadDeadline(time.Time{})
	}()
	var first []byte
	buf := make([]byte, 4<<10)
	for {
		n, err := nc.Read(buf)
		first = append(first, buf[:n]...)
		if g, more := detect.Sniff(first); err != nil || g != (detect.Guess{}) || !more {
			return first // an error occurs again
		}
	}
}

// serveWeb accepts clients of WebSocket or HTTP alone.
func (l *Listener) serveWeb(t Target) error {
	path := t.Path
	if path == "/" {
		path = "" // any
	}
	if t.IsWebSocket() {
		ws, err := websocket.Listen(l.ln, l.websocketOptions(path))
		if err != nil {
			return err
		}
		l.shutdown = append(l.shutdown, ws.Close)
		l.tasks.Go(func() {
			for {
				ch, info, err := ws.Accept()
				if err != nil {
					l.end(err)
					return
				}
				l.offerFramed(ch, info.RemoteAddr, nil, info.Subprotocol)
			}
		})
		return nil
	}
	h, err := httprpc.Listen(l.ln, l.httpOptions(path))
	if err != nil {
		return err
	}
	l.shutdown = append(l.shutdown, h.Close)
	l.tasks.Go(func() {
		for {
			ch, info, err := h.Accept()
			if err != nil {
				l.end(err)
				return
			}
			l.offerFramed(ch, info.RemoteAddr, info.First, "")
		}
	})
	return nil
}

func (l *Listener) websocketOptions(path string) websocket.ListenOptions {
	return websocket.ListenOptions{
		Path: path, Subprotocols: l.cfg.Subprotocols, AllowOrigins: l.cfg.AllowOrigins,
		OriginAdvice: l.cfg.OriginAdvice,
		MaxMessage:   l.cfg.MaxMessage, Binary: l.wire.Protocol.Binary, Mirror: l.autoCodec, OnRefused: l.refused,
	}
}

func (l *Listener) httpOptions(path string) httprpc.ServerOptions {
	return httprpc.ServerOptions{
		Path: path, AllowOrigins: l.cfg.AllowOrigins, OriginAdvice: l.cfg.OriginAdvice,
		MaxMessage: l.cfg.MaxMessage, NewCodec: l.newCodec,
		OnRefused: l.refused,
	}
}

// refused reports an HTTP request that was refused.
func (l *Listener) refused(remote, reason string) {
	l.report(l.remote(remote), errors.New("refused "+reason))
}

// newCodec returns the codec of a peer whose transport has frames. With detection, its first message decides.
func (l *Listener) newCodec() rpcconn.Codec {
	if !l.autoCodec {
		return l.wire.Protocol.NewCodec()
	}
	return &firstFrame{cfg: l.cfg, fallback: l.wire}
}

// offerFramed hands over a peer whose transport has frames. With detection, the first of them, which may have come
// already, shows what it speaks.
func (l *Listener) offerFramed(ch rpcconn.Channel, remote net.Addr, first []byte, subprotocol string) {
	l.offer(func(opts *rpcconn.Options) *Link {
		codec := l.newCodec()
		w := Wire{Protocol: l.wire.Protocol, Framing: noFraming}
		link := &Link{Remote: l.remote(remote.String()), Subprotocol: subprotocol, wire: fixed(w)}
		if unknown, ok := codec.(*firstFrame); ok {
			link.wire, link.onWire = unknown.Wire, unknown.OnWire
			if first != nil {
				unknown.look(first)
			}
		}
		return link.on(ch, codec, opts)
	}, ch.Close)
}
