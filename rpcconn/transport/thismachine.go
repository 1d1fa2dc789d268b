package transport

import (
	"context"
	"errors"
	"net"
	"strconv"
	"sync"

	"rpcsh/rpcconn/plain"
)

// everywhere is the host of an address that stands for all addresses of this machine.
const everywhere = "*"

// IsOpen reports whether programs of other machines can reach a listener at the target.
func (t Target) IsOpen() bool {
	if t.IsCommand() || t.Scheme == SchemeUnix || t.Socket() != "" {
		return false
	}
	host, _, err := net.SplitHostPort(t.DialAddress())
	return err == nil && host != "" && !isThisMachine(host)
}

// listenTCP listens at host:port. Without a host, and at localhost, it listens on this machine only, by IPv4 and IPv6,
// where there is such; at * on all addresses.
func listenTCP(ctx context.Context, address string) (net.Listener, error) {
	var config net.ListenConfig
	host, port, err := net.SplitHostPort(address)
	switch {
	case err != nil:
		return nil, err
	case host == everywhere:
		l, err := config.Listen(ctx, networkTCP, net.JoinHostPort("", port))
		if err != nil {
			return nil, err
		}
		return &namedListener{l, namedAddr{everywhere, l.Addr().(*net.TCPAddr).Port}}, nil
	case host != "" && host != localhost:
		return config.Listen(ctx, networkTCP, address)
	}
	four, err := config.Listen(ctx, networkTCP, net.JoinHostPort("127.0.0.1", port))
	if err != nil {
		return nil, err
	}
	taken := four.Addr().(*net.TCPAddr).Port
	six, err := config.Listen(ctx, networkTCP, net.JoinHostPort("::1", strconv.Itoa(taken)))
	if err != nil {
		if plain.AddressInUse.Is(err) { // clients of that name would reach somebody else
			_ = four.Close()
			return nil, err
		}
		six = nil // this machine has no IPv6
	}
	return newHereListener(taken, four, six), nil
}

// A namedAddr is an address as it is written, with the port that it has got.
type namedAddr struct {
	host string
	port int
}

// Network implements net.Addr.
func (namedAddr) Network() string { return networkTCP }

// String implements net.Addr.
func (a namedAddr) String() string { return net.JoinHostPort(a.host, strconv.Itoa(a.port)) }

// A namedListener has its address as it is written.
type namedListener struct {
	net.Listener
	addr namedAddr
}

// Addr implements net.Listener.
func (l *namedListener) Addr() net.Addr { return l.addr }

// A hereListener is what several listeners of this machine are together.
type hereListener struct {
	addr      namedAddr
	listeners []net.Listener
	accepted  chan acceptance
	closed    chan struct{}
	closing   sync.Once
	accepting sync.WaitGroup
}

// newHereListener returns a listener at a port, that accepts what any of listeners accepts; nil is none.
func newHereListener(port int, listeners ...net.Listener) *hereListener {
	l := &hereListener{addr: namedAddr{localhost, port}, accepted: make(chan acceptance), closed: make(chan struct{})}
	for _, one := range listeners {
		if one != nil {
			l.listeners = append(l.listeners, one)
			l.accepting.Go(func() { l.acceptAll(one) })
		}
	}
	return l
}

func (l *hereListener) acceptAll(one net.Listener) {
	for {
		conn, err := one.Accept()
		select {
		case l.accepted <- acceptance{conn, err}:
		case <-l.closed:
			if err == nil {
				_ = conn.Close()
			}
			return
		}
	}
}

// Accept implements net.Listener.
func (l *hereListener) Accept() (net.Conn, error) {
	select {
	case a := <-l.accepted:
		return a.conn, a.err
	case <-l.closed:
		return nil, &net.OpError{Op: "accept", Net: networkTCP, Addr: l.addr, Err: net.ErrClosed}
	}
}

// Addr implements net.Listener.
func (l *hereListener) Addr() net.Addr { return l.addr }

// Close implements net.Listener.
func (l *hereListener) Close() error {
	err := error(net.ErrClosed)
	l.closing.Do(func() {
		close(l.closed)
		err = nil
		for _, one := range l.listeners {
			err = errors.Join(err, one.Close())
		}
	})
	l.accepting.Wait()
	return err
}
