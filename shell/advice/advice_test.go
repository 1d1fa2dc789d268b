package advice

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/detect"
	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/framing"
	"rpcsh/rpcconn/transport"
	"rpcsh/rpcconn/transport/web"
	"rpcsh/shell/exit"
)

func TestFor(t *testing.T) {
	cause := errors.New("cause")
	protocol, err := dial.FindProtocol("bsonrpc")
	if err != nil {
		t.Fatal(err)
	}
	lost := func(data string) error { return framing.Lost("a message begins with {", []byte(data)) }
	because := func(reason transport.TLSReason) error { return &transport.TLSError{Reason: reason, Err: cause} }
	at := transport.Target{Scheme: transport.SchemeTCP, Address: "h:1"}
	command := transport.CommandTarget([]string{"clangd"})
	for _, test := range []struct {
		err  error
		want string // is in the text
	}{
		{
			rpcconn.TooLong([]byte("xxx"), 108, 64),
			`message of 108 bytes is over the limit of 64 bytes; --max-message raises it: "xxx"`,
		},
		{
			&rpcconn.SizeError{What: "the answer", Limit: 50},
			"the answer is over the limit of 50 bytes; --max-message raises it",
		},
		{lost("{}"), `got "{}"; this looks like -f none or -f line`},
		{lost("\x1e{}"), "this looks like -f rfc7464"},
		{lost(`12:{"a"`), "this looks like -f netstring"},
		{lost("Content-Length: 2"), "this looks like -f header"},
		{lost("\x00\x00\x01\x00[]"), "this looks like -f length"},
		{lost("HTTP/1.1 400 Bad Request"), "; this is an HTTP server"},
		{lost("\x94\x01\x00"), "this looks like MessagePack-RPC"},
		{lost("\x14\x00\x00\x00\x02\x02"), "this looks like BSON"},
		{lost("hello"), "wrong framing or protocol? try another -f or -p"},
		{
			&dial.OwnFramingError{Protocol: protocol, Framing: "line"},
			"BSON-RPC 2.0 has a framing of its own: leave out -f line",
		},
		{&detect.UnknownError{Target: at, Reason: "stays silent", Tried: []string{"a", "b"}, Opened: 1},
			"tcp://h:1 answers nothing that is known: it stays silent; tried a; b; one connection was opened and " +
				"closed, which it may not have taken well; -p and -f say what is spoken, --detect=passive only " +
				"listens, --detect-timeout gives it more time"},
		{&detect.UnknownError{Target: at, Reason: "closed", Tried: []string{"a"}, Opened: 3, HungUp: true},
			"; 3 connections were opened and closed, which it may not have taken well; -p and -f say what is spoken, " +
				"--detect=passive only listens, --settle gives it more time before anything is sent"},
		{&detect.UnknownError{Target: command, Reason: "ended", Tried: []string{"a", "b"}, Opened: 2, HungUp: true},
			"clangd answers nothing that is known: it ended; tried a; b; it was started 2 times; -p and -f say"},
		{
			&detect.GivenUpError{Target: at, Opened: 2, Took: time.Second, Cause: errors.New("timed out")},
			"finding out what tcp://h:1 speaks: timed out after 1.0 s; 2 connections were opened and closed, which " +
				"it may not have taken well; -p and -f say what is spoken",
		},
		{
			&detect.GivenUpError{Target: at, Passive: true, Cause: errors.New("timed out")},
			"speaks: timed out after 0.0 s; nothing was sent, and it has said nothing that tells; -p and -f say what " +
				"is spoken, without --detect=passive it is asked",
		},
		{&detect.GoneError{Found: &detect.Finding{Target: at, Protocol: "jsonrpc", Framing: "line", Opened: 1}},
			"tcp://h:1 took one connection, and listens no more; it speaks jsonrpc, line; where it is started again, " +
				"-p jsonrpc -f line takes one connection"},
		{&detect.QuietError{Target: at}, "nothing by itself, and nothing was sent to it; -p and -f say what is " +
			"spoken, without --detect=passive it is asked"},
		{&detect.BeginningError{Data: []byte("hello")}, `begins like this: "hello"; -p and -f say what is spoken`},
		{&detect.SilentError{Target: at, Stalled: "no answer to the X handshake"}, "tcp://h:1 accepts connections, " +
			"but there is no answer to the X handshake; --detect-timeout gives it longer"},
		{&detect.SilentError{Target: at, Asked: "{}"}, "tcp://h:1 does not answer {}; -p says what is spoken, " +
			"--detect-timeout gives it longer"},
		{
			&dial.StrangerError{Speaks: detect.OtherHTTP},
			"listen on http:// or ws:// for it, or without -p and -f for clients of all kinds",
		},
		{&dial.StrangerError{Speaks: detect.OtherTLS}, "listen on tls:// for it"},
		{because(transport.PeerUntrusted),
			"signed the peer's certificate; --ca names who did, --insecure takes any"},
		{
			because(transport.PeerMisnamed),
			"dial that, give it as --server-name, or take any certificate with --insecure",
		},
		{because(transport.PeerExpired), "the peer needs a new one, --insecure takes any"},
		{because(transport.PeerInvalid), "is not good; --insecure takes any"},
		{because(transport.CertificateWanted), "wants a certificate of ours; give --cert and --key"},
		{because(transport.HandshakeRefused), "may want a certificate of ours; give --cert and --key"},
		{because(transport.OursUntrusted), "give one of its own CA with --cert and --key"},
		{because(transport.OursRefused), "or wants one; give another with --cert and --key"},
		{because(transport.OursPerhapsRefused),
			"does not take our certificate; give another with --cert and --key"},
		{because(transport.NameUnknown), "give another as --server-name"},
		{because(transport.ClientUntrusted), "not signed by our CA (--ca)"},
		{because(transport.ClientWithoutCertificate), "a certificate that our CA (--ca) signed"},
		{because(transport.ClientRefuses), "does not take our certificate (--cert); it needs our CA"},
		{because(transport.PeerOutdated), "the peer speaks no TLS as new as 1.2"},
		{
			&transport.TLSError{Reason: transport.CertificateMissing},
			"listening with TLS needs a certificate; give --cert and --key",
		},
		{&transport.TLSError{Reason: transport.KeyAlone}, "there is a key (--key) and no certificate; give --cert"},
		{&transport.CertificateFileError{CA: "ca.pem", Err: cause},
			"reading the CA's certificate (--ca ca.pem): cause"},
		{
			&transport.CertificateFileError{Cert: "c", Key: "k", Err: cause},
			"reading the certificate (--cert c) and its key (--key k): cause",
		},
		{&web.StatusError{Code: 200, Advice: web.OtherProtocol}, "try another path or -p"},
		{
			&web.StatusError{Code: 401, Advice: "it wants user and password (Basic)", Want: web.WantPassword},
			"(Basic); give them in the URL or by --user",
		},
		{&web.StatusError{Code: 401, Advice: "it wants a token (Bearer)", Want: web.WantToken}, "; give it by --token"},
		{
			&web.StatusError{Code: 401, Advice: "it wants credentials (NTLM)", Want: web.WantCredentials},
			"(NTLM); --user, --token, --cookie-file and -H 'Authorization: …' give some",
		},
		{
			&web.StatusError{Code: 409, Advice: "it hands out X-S: 1", Want: web.WantSession, Session: "X-S"},
			"X-S: 1; --session-header X-S does that",
		},
	} {
		got := For(fmt.Errorf("connecting: %w", test.err))
		if !strings.HasPrefix(got.Error(), "connecting: ") || !strings.Contains(got.Error(), test.want) {
			t.Errorf("of %q it is said %q, want something with %q", test.err, got, test.want)
		}
		if !errors.Is(got, test.err) {
			t.Errorf("%q is no %q any more", got, test.err)
		}
	}
	if For(nil) != nil || For(io.EOF) != io.EOF {
		t.Error("an error for which there is no advice is another one")
	}
}

func TestFound(t *testing.T) {
	found := &detect.Finding{
		Target: transport.Target{Scheme: transport.SchemeTCP, Address: "localhost:1"}, Protocol: "jsonrpc",
		Framing: "line",
	}
	if got := Found(found); got != "tcp://localhost:1 · JSON-RPC 2.0, line" {
		t.Error(got)
	}
	found.Protocol, found.Framing, found.Of = "cdp", "", 2
	if got := Found(found); !strings.HasSuffix(got, "the first of 2 that can be debugged, -p cdp lists them") {
		t.Error(got)
	}
}

// What to do about a peer's error is told in JSON, too.
func TestAdviceInJSON(t *testing.T) {
	refused := rpcconn.NewError(rpcconn.CodeMethodNotFound, "")
	const want = `{"error":{"exit":1,"message":"Method not found","code":-32601,"hint":"did you mean x?; do y"}}`
	if got := exit.JSON(With(With(refused, "did you mean x?"), "do y")); got != want {
		t.Errorf("got %s", got)
	}
	if got := exit.Advice(refused); got != nil {
		t.Errorf("%q", got)
	}
}

// A session that was not begun may be why a call is refused; other errors are left as they are.
func TestUnbegun(t *testing.T) {
	refused := rpcconn.NewError(rpcconn.CodeMethodNotFound, "")
	for _, test := range []struct {
		err      error
		profiles []string
		want     string
	}{
		{refused, []string{"mcp"}, "Method not found; if its session has to be begun first, -p mcp does that"},
		{refused, []string{"mcp", "acp"}, "-p mcp or -p acp does that"},
		{&rpcconn.Error{Code: -32002, Message: "Server not initialized"}, []string{"lsp"}, "; if its session"},
		{&web.StatusError{}, []string{"mcp"}, "; if its session"},
		{refused, nil, ""},
		{&rpcconn.Error{Code: 7, Message: "no"}, []string{"mcp"}, ""},
		{io.EOF, []string{"mcp"}, ""},
		{nil, []string{"mcp"}, ""},
	} {
		got := Unbegun(test.err, test.profiles)
		switch {
		case test.want == "" && got != test.err:
			t.Errorf("%v becomes %v", test.err, got)
		case test.want != "" && (!strings.Contains(got.Error(), test.want) || !errors.Is(got, test.err)):
			t.Errorf("%v: got %v", test.err, got)
		}
	}
}
