package websocket

import (
	"context"
	"crypto/tls"
	"net/http/httptrace"
	"sync/atomic"

	"rpcsh/rpcconn/transport"
)

// A stage is how far a handshake has come.
type stage struct {
	securing atomic.Bool // TLS has begun, and has not ended
	asked    atomic.Bool // the request has been written
}

// trace returns ctx with s kept up.
func (s *stage) trace(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		TLSHandshakeStart: func() { s.securing.Store(true) },
		TLSHandshakeDone:  func(_ tls.ConnectionState, err error) { s.securing.Store(err != nil) },
		WroteRequest:      func(httptrace.WroteRequestInfo) { s.asked.Store(true) },
	})
}

// stalled returns err with what the server has not answered, where err came of the end of ctx.
func (s *stage) stalled(ctx context.Context, err error) error {
	switch {
	case ctx.Err() == nil:
	case s.securing.Load():
		return &transport.TLSError{Reason: transport.PeerSilent, Err: err}
	case s.asked.Load():
		return &transport.StalledError{In: "WebSocket handshake", Err: err}
	}
	return err
}
