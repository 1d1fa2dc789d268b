// Package advice adds to errors what to do about them. The packages below say what is wrong; the flags and commands
// that help are known here.
package advice

import (
	"errors"
	"fmt"
	"strings"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/detect"
	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/framing"
	"rpcsh/rpcconn/transport"
	"rpcsh/rpcconn/transport/web"
)

// Origin is the advice for clients whose Origin is not allowed.
const Origin = "--allow-origin allows it"

// For returns err with what to do about it. errors.Is and errors.As find in the result what they find in err.
func For(err error) error {
	if err == nil {
		return nil
	}
	text := err.Error()
	for _, advice := range []func(error) (said, better string){
		sizeAdvice, lostAdvice, wireAdvice, detectAdvice, strangerAdvice, tlsAdvice, fileAdvice, statusAdvice,
	} {
		if said, better := advice(err); said != "" {
			text = strings.Replace(text, said, better, 1)
		}
	}
	if text == err.Error() {
		return err
	}
	return &advised{err, text}
}

// An advised error has another text than the error it wraps.
type advised struct {
	err  error
	text string
}

func (e *advised) Error() string { return e.text }
func (e *advised) Unwrap() error { return e.err }

// as returns the first T in err, or nil if there is none.
func as[T error](err error) (found T) {
	errors.As(err, &found)
	return found
}

func sizeAdvice(err error) (said, better string) {
	e := as[*rpcconn.SizeError](err)
	if e == nil {
		return "", ""
	}
	return e.Error(), e.Error() + "; --max-message raises it"
}

func lostAdvice(err error) (said, better string) {
	e := as[*framing.LostError](err)
	switch {
	case e == nil:
		return "", ""
	case e.LooksLike == "HTTP":
		return e.Hint(), "this is an HTTP server"
	case e.LooksLike != "":
		return e.Hint(), e.Hint()
	case len(e.Framings) > 0:
		return e.Hint(), "this looks like -f " + strings.Join(e.Framings, " or -f ")
	}
	return e.Hint(), "wrong framing or protocol? try another -f or -p"
}

func wireAdvice(err error) (said, better string) {
	e := as[*dial.OwnFramingError](err)
	if e == nil {
		return "", ""
	}
	return e.Error(), fmt.Sprintf("%s has a framing of its own: leave out -f %s", e.Protocol.Title, e.Framing)
}

func detectAdvice(err error) (said, better string) {
	if e := as[*detect.UnknownError](err); e != nil {
		return e.Error(), e.Error() + "; -p and -f say what is spoken"
	}
	if e := as[*detect.BeginningError](err); e != nil {
		return e.Error(), e.Error() + "; -p and -f say what is spoken"
	}
	if e := as[*detect.SilentError](err); e != nil {
		return e.Error(), e.Error() + "; -p says what is spoken"
	}
	return "", ""
}

func strangerAdvice(err error) (said, better string) {
	e := as[*dial.StrangerError](err)
	if e == nil || e.Speaks != detect.OtherHTTP {
		return "", ""
	}
	return e.Error(), e.Error() + ", or without -p and -f for clients of all kinds"
}

func tlsAdvice(err error) (said, better string) {
	e := as[*transport.TLSError](err)
	if e == nil {
		return "", ""
	}
	said = string(e.Reason)
	switch e.Reason {
	case transport.PeerUntrusted:
		better = said + "; --ca names who did, --insecure takes any"
	case transport.PeerMisnamed:
		better = said + "; dial that, give it as --server-name, or take any certificate with --insecure"
	case transport.PeerExpired:
		better = said + "; the peer needs a new one, --insecure takes any"
	case transport.PeerInvalid:
		better = said + "; --insecure takes any"
	case transport.CertificateWanted, transport.CertificateMissing:
		better = said + "; give --cert and --key"
	case transport.OursUntrusted:
		better = said + "; give one of its own CA with --cert and --key"
	case transport.OursRefused, transport.OursPerhapsRefused:
		better = said + "; give another with --cert and --key"
	case transport.NameUnknown:
		better = said + "; give another as --server-name"
	case transport.ClientUntrusted:
		better = said + " (--ca)"
	case transport.ClientWithoutCertificate:
		better = "the client must have a certificate that our CA (--ca) signed"
	case transport.ClientRefuses:
		better = strings.Replace(said, "our certificate", "our certificate (--cert)", 1)
	case transport.KeyAlone:
		better = "there is a key (--key) and no certificate; give --cert"
	default:
		better = said
	}
	return said, better
}

func fileAdvice(err error) (said, better string) {
	e := as[*transport.CertificateFileError](err)
	switch {
	case e == nil:
		return "", ""
	case e.CA != "":
		return e.Error(), fmt.Sprintf("reading the CA's certificate (--ca %s): %v", e.CA, e.Err)
	}
	return e.Error(), fmt.Sprintf("reading the certificate (--cert %s) and its key (--key %s): %v",
		e.Cert, e.Key, e.Err)
}

func statusAdvice(err error) (said, better string) {
	if e := as[*web.StatusError](err); e == nil || e.Advice != web.OtherProtocol {
		return "", ""
	}
	return web.OtherProtocol, "that is no answer of this protocol; try another path or -p"
}

// Found says what was found: "tcp://localhost:6000 · JSON-RPC 2.0, rfc7464".
func Found(f *detect.Finding) string {
	text := f.Target.String()
	if w, err := dial.WireOf(f); err == nil {
		text += " · " + w.String()
	}
	if f.Of > 1 {
		text += fmt.Sprintf(" · the first of %d that can be debugged, -p cdp lists them", f.Of)
	}
	return text
}
