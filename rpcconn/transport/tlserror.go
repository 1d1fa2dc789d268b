package transport

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"
)

// A TLSReason says in words why TLS failed.
type TLSReason string

// Reasons that a client sees.
const (
	PeerUntrusted  TLSReason = "nobody whom this machine trusts signed the peer's certificate"
	PeerMisnamed   TLSReason = "the peer's certificate is for another name"
	PeerExpired    TLSReason = "the peer's certificate has expired, or is not valid yet"
	PeerInvalid    TLSReason = "the peer's certificate is not good"
	PeerWithoutTLS TLSReason = "the peer speaks no TLS; dial it without (tcp, ws or http instead of tls, wss or " +
		"https)"
	PeerOutdated       TLSReason = "the peer speaks no TLS as new as 1.2"
	PeerSilent         TLSReason = "no answer to the TLS handshake; does the peer speak TLS?"
	PeerClosed         TLSReason = "the peer closed the connection in the TLS handshake; does it speak TLS?"
	CertificateWanted  TLSReason = "the peer wants a certificate of ours"
	OursUntrusted      TLSReason = "the peer does not trust who signed our certificate"
	OursRefused        TLSReason = "the peer does not take our certificate, or wants one"
	OursPerhapsRefused TLSReason = "perhaps the peer does not take our certificate"
	HandshakeRefused   TLSReason = "the peer refuses the TLS handshake; it may want a certificate of ours"
	NameUnknown        TLSReason = "the peer does not know that name"
)

// Reasons that a listener sees.
const (
	ClientWithoutTLS         TLSReason = "the client speaks no TLS; it is to dial with tls, wss or https"
	ClientUntrusted          TLSReason = "the client's certificate is not signed by our CA"
	ClientInvalid            TLSReason = "the client's certificate is not good"
	ClientWithoutCertificate TLSReason = "the client must have a certificate that our CA signed"
	ClientRefuses            TLSReason = "the client does not take our certificate; it needs our CA, " +
		"and the name that it dials must be in the certificate"
	ClientSilent TLSReason = "the client did not complete the handshake"
	ClientClosed TLSReason = "the client closed the connection"
)

// What is missing on our side.
const (
	CertificateMissing TLSReason = "listening with TLS needs a certificate"
	KeyAlone           TLSReason = "there is a key and no certificate"
)

// A TLSError reports why TLS failed.
type TLSError struct {
	Reason TLSReason
	Err    error // the error from crypto/tls; nil: none
}

func (e *TLSError) Error() string {
	if said := saidOf(e.Err); said != "" {
		return fmt.Sprintf("%s (%s)", e.Reason, said)
	}
	return string(e.Reason)
}

// saidOf returns what crypto/tls says of a certificate, or has heard from the peer, in err; "": nothing that the reason
// does not say.
func saidOf(err error) string {
	if err == nil || isA[tls.RecordHeaderError](err) || isA[x509.UnknownAuthorityError](err) {
		return ""
	}
	text := err.Error()
	for _, name := range []string{"x509: ", "tls: "} {
		if i := strings.LastIndex(text, name); i >= 0 {
			return text[i+len(name):]
		}
	}
	return ""
}

// Unwrap returns Err.
func (e *TLSError) Unwrap() error { return e.Err }

// A StalledError reports that a peer accepts a connection, and leaves what begins it without an answer. Nothing else
// has been sent then.
type StalledError struct {
	In  string // "WebSocket handshake"
	Err error  // what ended the waiting
}

func (e *StalledError) Error() string {
	if errors.Is(e.Err, context.DeadlineExceeded) {
		return e.text()
	}
	return fmt.Sprintf("%s (%v)", e.text(), e.Err)
}

func (e *StalledError) text() string { return "no answer to the " + e.In }

// Unwrap returns Err.
func (e *StalledError) Unwrap() error { return e.Err }

// Stalled says which handshake a peer does not answer, where err came of that; "": it did not.
func Stalled(err error) string {
	var tls *TLSError
	var stalled *StalledError
	switch {
	case errors.As(err, &tls) && tls.Reason == PeerSilent:
		return string(tls.Reason)
	case errors.As(err, &stalled):
		return stalled.text()
	}
	return ""
}

// because returns err with its reason; err alone if that is "".
func because(reason TLSReason, err error) error {
	if reason == "" {
		return err
	}
	return &TLSError{Reason: reason, Err: err}
}

// A CertificateFileError reports that a file with certificates, or with a key, cannot be used.
type CertificateFileError struct {
	CA        string // the file of the CAs, if that cannot be used; else
	Cert, Key string // the file of our certificate, and that of its key
	Err       error
}

func (e *CertificateFileError) Error() string {
	if e.CA != "" {
		return fmt.Sprintf("reading the CA's certificate %s: %v", e.CA, e.Err)
	}
	return fmt.Sprintf("reading the certificate %s and its key %s: %v", e.Cert, e.Key, e.Err)
}

// Unwrap returns Err.
func (e *CertificateFileError) Unwrap() error { return e.Err }
