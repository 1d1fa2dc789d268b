package transport

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"

	"rpcsh/rpcconn/plain"
)

// DialTLS connects to address, host:port, over TLS, with a configuration from [TLSOptions.Client]. The handshake is
// done when it returns; it gives up when ctx is done. The error says what to do where that is known. If the peer
// refuses our certificate, or requires one, TLS 1.3 reports that only at the first Read.
func DialTLS(ctx context.Context, address string, cfg *tls.Config) (net.Conn, error) {
	raw, err := Dial(ctx, networkTCP, address)
	if err != nil {
		return nil, err
	}
	asked, certificate := false, cfg.GetClientCertificate
	cfg = cfg.Clone()
	cfg.GetClientCertificate = func(info *tls.CertificateRequestInfo) (*tls.Certificate, error) {
		asked = true
		if certificate == nil {
			return new(tls.Certificate), nil // that is, none
		}
		return certificate(info)
	}
	conn := tls.Client(raw, cfg)
	if err := conn.HandshakeContext(ctx); err != nil {
		_ = raw.Close()
		reason := handshakeReason(err)
		if asked {
			reason = refusalReason(err, certificate != nil)
		}
		return nil, fmt.Errorf("connecting to %s over TLS: %w", address, because(reason, err))
	}
	c := &tlsConn{Conn: conn, raw: raw, reason: TLSReasonOf}
	if asked {
		c.reason = func(err error) TLSReason { return refusalReason(err, certificate != nil) }
	}
	return c, nil
}

// refusalReason returns the reason for err, with which a peer that asked for a certificate ended the connection without
// sending anything; "": not known.
func refusalReason(err error, given bool) TLSReason {
	switch {
	case !given:
		return CertificateWanted
	case err == io.EOF:
		return ""
	}
	return cmp.Or(TLSReasonOf(err), OursPerhapsRefused)
}

// handshakeReason returns the reason for err, which ended a handshake; "": not known.
func handshakeReason(err error) TLSReason {
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return PeerSilent
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), plain.Reset.Is(err), plain.NobodyReads.Is(err):
		return PeerClosed
	}
	return TLSReasonOf(err)
}

// TLSReasonOf returns the reason for err, with which a TLS client failed, including HTTP and WebSocket clients; "": not
// known.
func TLSReasonOf(err error) TLSReason {
	var invalid x509.CertificateInvalidError
	var alert *net.OpError
	switch {
	case isA[x509.UnknownAuthorityError](err), isA[x509.SystemRootsError](err):
		return PeerUntrusted
	case isA[x509.HostnameError](err):
		return PeerMisnamed
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return PeerExpired
	case isA[*tls.CertificateVerificationError](err):
		return PeerInvalid
	case isA[tls.RecordHeaderError](err):
		return PeerWithoutTLS
	case errors.As(err, &alert) && alert.Op == "remote error":
		return alertReason(alert.Err.Error())
	}
	return ""
}

// alertReason returns the reason for a server's alert by its text: crypto/tls has no value for it.
func alertReason(text string) TLSReason {
	switch text {
	case "tls: certificate required":
		return CertificateWanted
	case "tls: unknown certificate authority":
		return OursUntrusted
	case "tls: bad certificate", "tls: unsupported certificate", "tls: expired certificate", "tls: revoked certificate",
		"tls: unknown certificate":
		return OursRefused
	case "tls: handshake failure": // RFC 5246 section 7.2.2: the least that it says of a certificate that it wants
		return HandshakeRefused
	case "tls: unrecognized name":
		return NameUnknown
	case "tls: protocol version not supported":
		return PeerOutdated
	}
	return ""
}

// isA reports whether err wraps a T.
func isA[T error](err error) bool {
	var target T
	return errors.As(err, &target)
}
