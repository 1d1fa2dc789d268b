package httprpc

import (
	"fmt"
	"net"
	"net/url"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/transport/web"
)

// A Listener accepts HTTP clients that post messages. Its methods may be called by any goroutine.
type Listener struct {
	clients *web.Listener[accepted]
}

type accepted struct {
	ch   rpcconn.Channel
	info *Info
}

// Listen serves HTTP/1.1 on ln, which it closes.
func Listen(ln net.Listener, opts ServerOptions) (*Listener, error) {
	if u, err := url.Parse(opts.Path); err != nil || opts.Path != "" && (opts.Path[0] != '/' || u.Path != opts.Path) {
		return nil, fmt.Errorf("listening for HTTP: %q is no path; write /PATH", opts.Path)
	}
	l := &Listener{clients: web.NewListener[accepted](ln)}
	s := NewServer(opts, func(ch rpcconn.Channel, info *Info) {
		if !l.clients.Offer(accepted{ch, info}) {
			_ = ch.Close()
		}
	})
	hs := web.NewServer(s)
	s.Attach(hs)
	l.clients.Serve(hs, s.CloseStrangers)
	return l, nil
}

// Accept waits for the next client, which is one once it has posted a message. The error wraps net.ErrClosed once the
// listener is closed.
func (l *Listener) Accept() (rpcconn.Channel, *Info, error) {
	c, err := l.clients.Accept()
	if err != nil {
		return nil, nil, fmt.Errorf("accepting HTTP clients: %w", err)
	}
	return c.ch, c.info, nil
}

// Addr returns the address listened on.
func (l *Listener) Addr() net.Addr { return l.clients.Addr() }

// Close stops listening; accepted clients stay. It may be called more than once.
func (l *Listener) Close() error { return l.clients.Close() }
