package transport

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"syscall"
)

// DialTLS connects to address, host:port, over TLS, with a configuration from [TLSOptions.Client]. The handshake is done
// when it returns; it gives up when ctx is done. The error says what to do where that is known. Where the peer refuses our
// certificate, or that there is none, TLS 1.3 has only the first Read say so.
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
		advice := handshakeAdvice(err)
		if asked {
			advice = refusalAdvice(err, certificate != nil)
		}
		return nil, explain("connecting to "+address+" over TLS", err, advice)
	}
	c := &tlsConn{Conn: conn, raw: raw, advice: TLSAdvice}
	if asked {
		c.advice = func(err error) string { return refusalAdvice(err, certificate != nil) }
	}
	return c, nil
}

const wantsCertificate = "the peer wants a certificate of ours; give --cert and --key"

// refusalAdvice says what to do about err, with which a peer ended a connection that had asked for a certificate, and sent
// nothing since; "": that is not known.
func refusalAdvice(err error, given bool) string {
	switch {
	case !given:
		return wantsCertificate
	case err == io.EOF:
		return ""
	}
	return cmp.Or(TLSAdvice(err), "perhaps the peer does not take our certificate; give another with --cert and --key")
}

// handshakeAdvice says what to do about err, which ended a handshake; "": that is not known.
func handshakeAdvice(err error) string {
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return "no answer to the TLS handshake; does the peer speak TLS?"
	case errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET):
		return "the peer closed the connection in the TLS handshake; does it speak TLS?"
	}
	return TLSAdvice(err)
}

// TLSAdvice says what to do about err, with which a TLS client failed, also one of an HTTP request or a WebSocket; "": that
// is not known.
func TLSAdvice(err error) string {
	var invalid x509.CertificateInvalidError
	var alert *net.OpError
	switch {
	case isA[x509.UnknownAuthorityError](err), isA[x509.SystemRootsError](err):
		return "nobody whom this machine trusts signed the peer's certificate; --ca names who did, --insecure takes any"
	case isA[x509.HostnameError](err):
		return "the peer's certificate is for another name; dial that, give it as --server-name, or take any certificate with --insecure"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "the peer's certificate has expired, or is not valid yet; the peer needs a new one, --insecure takes any"
	case isA[*tls.CertificateVerificationError](err):
		return "the peer's certificate is not good; --insecure takes any"
	case isA[tls.RecordHeaderError](err):
		return "the peer speaks no TLS; dial it without (tcp, ws or http instead of tls, wss or https)"
	case errors.As(err, &alert) && alert.Op == "remote error":
		return alertAdvice(alert.Err.Error())
	}
	return ""
}

// alertAdvice says what to do about an alert of a server's, by its text: crypto/tls does not tell it in another way.
func alertAdvice(text string) string {
	switch text {
	case "tls: certificate required":
		return wantsCertificate
	case "tls: unknown certificate authority":
		return "the peer does not trust who signed our certificate; give one of its own CA with --cert and --key"
	case "tls: bad certificate", "tls: unsupported certificate", "tls: expired certificate", "tls: revoked certificate", "tls: unknown certificate":
		return "the peer does not take our certificate, or wants one; give another with --cert and --key"
	case "tls: unrecognized name":
		return "the peer does not know that name; give another as --server-name"
	case "tls: protocol version not supported":
		return "the peer speaks no TLS as new as 1.2"
	}
	return ""
}

// isA reports whether err wraps a T.
func isA[T error](err error) bool {
	var target T
	return errors.As(err, &target)
}
