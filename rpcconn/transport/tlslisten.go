package transport

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"sync"
	"time"
)

// handshakeTimeout is how long a client may take for its handshake.
const handshakeTimeout = 10 * time.Second

// ListenTLS listens for clients that speak TLS on address, as [Listen] does, with a configuration from
// [TLSOptions.Server]. Accept returns those that have completed their handshake, each of which goes on for itself: one that
// does not hurry holds nobody up. failed, where it is not nil, is told of the others; several goroutines may call it at a
// time, and it must not call Close. Close waits for all handshakes to end.
func ListenTLS(ctx context.Context, address string, cfg *tls.Config, failed func(remote net.Addr, err error)) (net.Listener, error) {
	l, err := Listen(ctx, networkTCP, address)
	if err != nil {
		return nil, err
	}
	if failed == nil {
		failed = func(net.Addr, error) {}
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	t := &tlsListener{
		Listener: l, cfg: cfg, failed: failed,
		accepted: make(chan acceptance), closed: ctx.Done(), cancel: cancel,
	}
	t.work.Go(func() { t.acceptAll(ctx) })
	return t, nil
}

type tlsListener struct {
	net.Listener

	cfg      *tls.Config
	failed   func(net.Addr, error)
	accepted chan acceptance
	closed   <-chan struct{}
	cancel   context.CancelFunc
	work     sync.WaitGroup
}

// An acceptance is what Accept returns.
type acceptance struct {
	conn net.Conn
	err  error
}

// Accept implements net.Listener.
func (l *tlsListener) Accept() (net.Conn, error) {
	select {
	case a := <-l.accepted:
		return a.conn, a.err
	case <-l.closed:
		return nil, &net.OpError{Op: "accept", Net: l.Addr().Network(), Addr: l.Addr(), Err: net.ErrClosed}
	}
}

// Close implements net.Listener.
func (l *tlsListener) Close() error {
	l.cancel()
	err := l.Listener.Close()
	l.work.Wait()
	return err
}

func (l *tlsListener) acceptAll(ctx context.Context) {
	for {
		raw, err := l.Listener.Accept()
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil: // such as too many open files: who accepts decides
			l.hand(acceptance{err: err})
		default:
			l.work.Go(func() { l.handshake(ctx, raw) })
		}
	}
}

func (l *tlsListener) handshake(ctx context.Context, raw net.Conn) {
	limited, cancel := context.WithTimeout(ctx, handshakeTimeout)
	defer cancel()
	conn := tls.Server(raw, l.cfg)
	err := conn.HandshakeContext(limited)
	switch {
	case err == nil && l.hand(acceptance{conn: &tlsConn{Conn: conn, raw: raw, advice: clientAdvice}}):
		return
	case err != nil && ctx.Err() == nil:
		l.failed(raw.RemoteAddr(), explain("TLS handshake with "+raw.RemoteAddr().String(), err, clientAdvice(err)))
	}
	_ = raw.Close()
}

// hand gives a to who accepts, and returns whether it could.
func (l *tlsListener) hand(a acceptance) bool {
	select {
	case l.accepted <- a:
		return true
	case <-l.closed:
		return false
	}
}

// clientAdvice says what to do about err, which is of a client's making; "": that is not known.
func clientAdvice(err error) string {
	var alert *net.OpError
	switch {
	case isA[tls.RecordHeaderError](err):
		return "the client speaks no TLS; it is to dial with tls, wss or https"
	case isA[x509.UnknownAuthorityError](err):
		return "the client's certificate is not signed by our CA (--ca)"
	case isA[*tls.CertificateVerificationError](err):
		return "the client's certificate is not good"
	case err.Error() == "tls: client didn't provide a certificate": // crypto/tls does not tell it in another way
		return "the client must have a certificate that our CA (--ca) signed"
	case errors.As(err, &alert) && alert.Op == "remote error":
		return "the client does not take our certificate (--cert); it needs our CA, and the name that it dials must be in the certificate"
	case errors.Is(err, context.DeadlineExceeded):
		return "the client did not complete the handshake"
	case errors.Is(err, io.EOF):
		return "the client closed the connection"
	}
	return ""
}
