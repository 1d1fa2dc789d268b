// Package advice adds to errors what to do about them. The packages below say what is wrong; the flags and commands
// that help are known here.
package advice

import (
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"unicode"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/detect"
	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/framing"
	"rpcsh/rpcconn/plain"
	"rpcsh/rpcconn/transport"
	"rpcsh/rpcconn/transport/web"
	"rpcsh/shell/human"
)

// Origin is the advice for clients whose Origin is not allowed.
const Origin = "--allow-origin allows it"

// Open is what is said of a listener that other machines reach.
const Open = "whoever reaches this machine can connect there; -l :PORT is for this machine only"

// For returns err with what to do about it. errors.Is and errors.As find in the result what they find in err.
func For(err error) error {
	if err == nil {
		return nil
	}
	text := err.Error()
	for _, advice := range []func(error) (said, better string){
		sizeAdvice, idAdvice, lostAdvice, wireAdvice, detectAdvice, strangerAdvice, tlsAdvice, fileAdvice, statusAdvice,
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

// Program returns err, which says that a word is no target, with how words are written where the first of them is a
// program: behind how, which takes a command.
func Program(err error, how string, words ...string) error {
	if _, missing := exec.LookPath(words[0]); err == nil || missing != nil {
		return err
	}
	isPlain := func(word string) bool {
		return word != "" && !strings.ContainsFunc(word, func(c rune) bool {
			return !unicode.IsLetter(c) && !unicode.IsDigit(c) && !strings.ContainsRune("-_=./:,@+", c)
		})
	}
	line := how
	for _, word := range words {
		if !isPlain(word) {
			line += " …"
			break
		}
		line += " " + word
	}
	return fmt.Errorf("%w; to start the program of that name, write %s", err, line)
}

// Unbegun returns err, with which a call has ended, with what to do where it may be that a session by one of profiles
// was not begun before.
func Unbegun(err error, profiles []string) error {
	refused, status := as[*rpcconn.Error](err), as[*web.StatusError](err)
	reserved := refused != nil && refused.Code >= -32768 && refused.Code <= -32000 // JSON-RPC 2.0 section 5.1
	if len(profiles) == 0 || !reserved && status == nil {
		return err
	}
	return With(err, "if its session has to be begun first, -p "+strings.Join(profiles, " or -p ")+" does that")
}

// With returns err, which says what is wrong, with what to do about it behind. It has a method Advice that returns the
// latter alone.
func With(err error, advice string) error {
	return &hinted{advised{err, err.Error() + "; " + advice}, advice}
}

// A hinted error is one behind which stands what to do about it.
type hinted struct {
	advised
	hint string
}

// Advice returns what to do about the error.
func (h *hinted) Advice() string { return h.hint }

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

func idAdvice(err error) (said, better string) {
	e := as[*rpcconn.WrongIDError](err)
	if e == nil {
		return "", ""
	}
	return e.Error(), e.Error() + "; .set ids lenient, or --ids lenient, takes such answers"
}

func lostAdvice(err error) (said, better string) {
	e := as[*framing.LostError](err)
	switch {
	case e == nil:
		return "", ""
	case e.LooksLike == "HTTP":
		return e.Hint(), "this is an HTTP server: write http://… or ws://…, or leave -p out"
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
		better = e.Error() + "; -p and -f say what is spoken"
		if !e.Target.IsCommand() {
			better += ", --detect=passive only listens"
		}
		switch {
		case !e.HungUp:
			better += ", --detect-timeout gives it more time"
		case !e.Target.IsCommand():
			better += ", --settle gives it more time before anything is sent"
		}
		return e.Error(), better
	}
	if e := as[*detect.GoneError](err); e != nil {
		say := "-p " + e.Found.Protocol
		if e.Found.Framing != "" && e.Found.Framing != e.Found.Protocol {
			say += " -f " + e.Found.Framing
		}
		return e.Error(), e.Error() + "; where it is started again, " + say + " takes one connection"
	}
	if e := as[*detect.GivenUpError](err); e != nil && e.Stalled == "" {
		better = e.Error() + "; -p and -f say what is spoken"
		if e.Passive {
			better += ", without --detect=passive it is asked"
		}
		return e.Error(), better
	}
	if e := as[*detect.QuietError](err); e != nil {
		return e.Error(), e.Error() + "; -p and -f say what is spoken, without --detect=passive it is asked"
	}
	if e := as[*detect.BeginningError](err); e != nil {
		return e.Error(), e.Error() + "; -p and -f say what is spoken"
	}
	if e := as[*detect.SilentError](err); e != nil {
		better = e.Error() + "; -p says what is spoken, --detect-timeout gives it longer"
		if e.Stalled != "" {
			better = e.Error() + "; --detect-timeout gives it longer"
		}
		return e.Error(), better
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
	case transport.CertificateWanted, transport.CertificateMissing, transport.HandshakeRefused:
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
		return e.Error(), fmt.Sprintf("reading the CA's certificate (--ca %s): %v", e.CA, plain.Reason(e.Err))
	}
	return e.Error(), fmt.Sprintf("reading the certificate (--cert %s) and its key (--key %s): %v",
		e.Cert, e.Key, plain.Reason(e.Err))
}

func statusAdvice(err error) (said, better string) {
	e := as[*web.StatusError](err)
	switch {
	case e == nil:
		return "", ""
	case e.Advice == web.OtherProtocol:
		return e.Advice, "that is no answer of this protocol; try another path or -p"
	case e.Want == web.WantPassword && !e.Given:
		return e.Advice, e.Advice + "; give them in the URL or by --user"
	case e.Want == web.WantToken && !e.Given:
		return e.Advice, e.Advice + "; give it by --token"
	case e.Want == web.WantCredentials && !e.Given:
		return e.Advice, e.Advice + "; --user, --token, --cookie-file and -H 'Authorization: …' give some"
	case e.Want == web.WantSession:
		return e.Advice, e.Advice + "; --session-header " + e.Session + " does that"
	}
	return "", ""
}

// Spent says what it has cost to find f: "2 connections; sent: jsonrpc, rfc7464; bsonrpc, bson".
func Spent(f *detect.Finding) string {
	what := "connection"
	if f.Target.IsCommand() {
		what = "start"
	}
	if len(f.Sent) == 0 {
		return human.Plural(f.Opened, what) + "; nothing was sent"
	}
	return human.Plural(f.Opened, what) + "; sent: " + strings.Join(f.Sent, "; ")
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
