package transport

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
)

// serve gives the first connection to a listener to f.
func serve(t *testing.T, f func(net.Conn)) (address string) {
	t.Helper()
	l, err := Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if conn, err := l.Accept(); err == nil {
			f(conn)
			conn.Close()
		}
	}()
	t.Cleanup(func() {
		l.Close()
		<-done
	})
	return l.Addr().String()
}

func TestDialTLSOfWhatIsNone(t *testing.T) {
	hello := make([]byte, 64)
	for _, test := range []struct {
		name string
		peer func(net.Conn)
		want string
	}{
		{"another protocol", func(c net.Conn) {
			_, _ = c.Read(hello)
			_, _ = io.WriteString(c, "{\"jsonrpc\":\"2.0\"}\n")
		}, "speaks no TLS"},
		{"HTTP", func(c net.Conn) {
			_, _ = c.Read(hello)
			_, _ = io.WriteString(c, "HTTP/1.0 400 Bad Request\r\n\r\n")
		}, "speaks no TLS"},
		{"the end", func(c net.Conn) {
			_, _ = io.ReadAtLeast(c, hello, len(hello))
			_ = c.(*net.TCPConn).CloseWrite()
			_, _ = io.Copy(io.Discard, c)
		}, "does it speak TLS?"},
	} {
		t.Run(test.name, func(t *testing.T) {
			conn, err := DialTLS(t.Context(), serve(t, test.peer), &tls.Config{ServerName: "x"})
			if err == nil {
				conn.Close()
			}
			wantError(t, "DialTLS", err, test.want)
		})
	}
	_, err := DialTLS(t.Context(), unused(t), &tls.Config{ServerName: "x"})
	wantError(t, "DialTLS of a port that refuses", err, "nothing listens there")
}

func TestDialTLSGivesUp(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	address := serve(t, func(c net.Conn) {
		_, _ = c.Read(make([]byte, 1))
		cancel()
		_, _ = io.Copy(io.Discard, c)
	})
	if _, err := DialTLS(ctx, address, &tls.Config{ServerName: "x"}); !errors.Is(err, context.Canceled) {
		t.Errorf("DialTLS returned %v", err)
	}
	wantError(t, "a deadline", because(handshakeReason(context.DeadlineExceeded), context.DeadlineExceeded),
		"no answer to the TLS handshake")
}

func TestAlertReason(t *testing.T) {
	for text, want := range map[string]TLSReason{
		"tls: handshake failure":    HandshakeRefused,
		"tls: certificate required": CertificateWanted, "tls: revoked certificate": OursRefused,
		"tls: unrecognized name":              NameUnknown,
		"tls: protocol version not supported": PeerOutdated,
	} {
		if got := TLSReasonOf(&net.OpError{Op: "remote error", Err: errors.New(text)}); got != want {
			t.Errorf("%s: the reason is %q, want %q", text, got, want)
		}
	}
	if got := TLSReasonOf(errors.New("something else")); got != "" {
		t.Errorf("the reason of something else is %q", got)
	}
}

// That TLS 1.3 tells only later of a missing certificate is not a reason not to say what is missing, even if all that
// comes is an end.
func TestTLSClientCertificateMissingSaidLate(t *testing.T) {
	ca := newAuthority(t)
	cert, key := ca.issue("127.0.0.1", valid())
	cfg, err := TLSOptions{Cert: cert, Key: key}.Server()
	if err != nil {
		t.Fatal(err)
	}
	cfg.ClientAuth = tls.RequestClientCert
	l, err := ListenTLS(t.Context(), "127.0.0.1:0", cfg, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	client, err := TLSOptions{CA: ca.file}.Client("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	conn, err := DialTLS(t.Context(), l.Addr().String(), client)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	accepted, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	accepted.Close()
	if _, err := conn.Read(make([]byte, 1)); err == nil || !strings.Contains(err.Error(), string(CertificateWanted)) {
		t.Errorf("Read returned %v", err)
	}
}

func TestRefusalReason(t *testing.T) {
	for _, test := range []struct {
		err   error
		given bool
		want  TLSReason
	}{
		{io.EOF, false, CertificateWanted},
		{syscall.ECONNRESET, false, CertificateWanted},
		{syscall.ECONNRESET, true, OursPerhapsRefused},
		{&net.OpError{Op: "remote error", Err: errors.New("tls: unknown certificate authority")}, true, OursUntrusted},
		{io.EOF, true, ""}, // an orderly end
	} {
		if got := refusalReason(test.err, test.given); got != test.want {
			t.Errorf("%v: the reason is %q, want %q", test.err, got, test.want)
		}
	}
}
