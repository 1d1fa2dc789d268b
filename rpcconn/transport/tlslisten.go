package transport

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"
)

// handshakeTimeout is how long a client may take for its handshake.
const handshakeTimeout = 10 * time.Second

// ListenTLS listens for clients that speak TLS on address, as [Listen] does, with a configuration from
// [TLSOptions.Server]. Accept returns clients that have completed their handshake. Handshakes run in parallel, so that
// a slow client delays nobody. failed, if not nil, gets the errors of the others; several goroutines may call it at a
// time, and it must not call Close. Close waits for all handshakes to end.
func ListenTLS(
	ctx context.Context, address string, cfg *tls.Config, failed func(remote net.Addr, err error),
) (net.Listener, error) {
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
		case err != nil: // such as too many open files: the caller of Accept decides
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
	case err == nil && l.hand(acceptance{conn: &tlsConn{Conn: conn, raw: raw, reason: clientReason}}):
		return
	case err != nil && ctx.Err() == nil:
		l.failed(raw.RemoteAddr(), fmt.Errorf("TLS handshake with %s: %w", raw.RemoteAddr(),
			because(clientReason(err), err)))
	}
	_ = raw.Close()
}

// hand gives a to Accept, and reports whether it could.
func (l *tlsListener) hand(a acceptance) bool {
	select {
	case l.accepted <- a:
		return true
	case <-l.closed:
		return false
	}
}

// clientReason returns the reason for err, which a client caused; "": not known.
func clientReason(err error) TLSReason {
	var alert *net.OpError
	switch {
	case isA[tls.RecordHeaderError](err):
		return ClientWithoutTLS
	case isA[x509.UnknownAuthorityError](err):
		return ClientUntrusted
	case isA[*tls.CertificateVerificationError](err):
		return ClientInvalid
	case err.Error() == "tls: client didn't provide a certificate": // crypto/tls has no value for it
		return ClientWithoutCertificate
	case errors.As(err, &alert) && alert.Op == "remote error":
		return ClientRefuses
	case errors.Is(err, context.DeadlineExceeded):
		return ClientSilent
	case errors.Is(err, io.EOF):
		return ClientClosed
	}
	return ""
}
