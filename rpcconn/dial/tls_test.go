package dial

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rpcsh/rpcconn/transport"
)

// A pair is what the two ends of TLS are told.
type pair struct{ server, client transport.TLSOptions }

// certificates makes a certificate for localhost, which is its own CA.
func certificates(t *testing.T) pair {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, DNSNames: []string{"localhost"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
		NotBefore:   time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true,
		BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, kind string, bytes []byte) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: bytes}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	cert := write("cert.pem", "CERTIFICATE", der)
	return pair{
		server: transport.TLSOptions{Cert: cert, Key: write("key.pem", "PRIVATE KEY", private)},
		client: transport.TLSOptions{CA: cert},
	}
}

// TestDetectTLS finds peers behind TLS by their ports alone, with a CA, without verification, and not with neither.
func TestDetectTLS(t *testing.T) {
	t.Parallel()
	files := certificates(t)
	trusting := []transport.TLSOptions{files.client, {Insecure: true}}
	cert, err := tls.LoadX509KeyPair(files.server.Cert, files.server.Key)
	if err != nil {
		t.Fatal(err)
	}
	https := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			http.NotFound(w, r)
			return
		}
		_, _ = io.WriteString(w, `{"jsonrpc":"2.0","id":1,"result":{}}`)
	}))
	https.TLS = &tls.Config{Certificates: []tls.Certificate{cert}}
	https.Config.ErrorLog = log.New(io.Discard, "", 0)
	https.StartTLS()
	defer https.Close()
	listen := func(cfg Config, target string) string {
		cfg.TLS = files.server
		return serve(t, cfg, mustParse(t, target)).Target.Address
	}
	tests := []struct{ name, address, want string }{
		{"line", listen(Config{Framing: "line"}, "tls://127.0.0.1:0"), "tls jsonrpc/line"},
		{"bson", listen(Config{Protocol: "bsonrpc"}, "tls://127.0.0.1:0"), "tls bsonrpc/bson"},
		{"websocket", listen(Config{Protocol: "jsonrpc"}, "wss://127.0.0.1:0"), "wss jsonrpc/"},
		{"https", https.Listener.Addr().String(), "https jsonrpc/"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for _, options := range trusting {
				for _, scheme := range []string{transport.SchemeTCP, transport.SchemeTLS} {
					if got := detected(t, Config{TLS: options, DetectLimit: detectPatience},
						Target{Scheme: scheme, Address: test.address}); got != test.want {
						t.Errorf("%s: found %s, want %s", scheme, got, test.want)
					}
				}
			}
			if got := detected(t, Config{DetectLimit: detectPatience}, Target{Scheme: transport.SchemeTCP,
				Address: test.address}); !strings.Contains(got, "nobody whom this machine trusts") {
				t.Errorf("with a certificate that nobody trusts: %s", got)
			}
		})
	}
	wanting := files.server
	wanting.CA = files.client.CA // clients need a certificate of it
	strict := serve(t, Config{Framing: "line", TLS: wanting}, mustParse(t, "tls://127.0.0.1:0")).Target
	for _, scheme := range []string{transport.SchemeTCP, transport.SchemeTLS} {
		strict.Scheme = scheme
		got := detected(t, Config{TLS: files.client, DetectLimit: detectPatience}, strict)
		if !strings.Contains(got, "tls://"+strict.Address+": the peer wants a certificate of ours") {
			t.Errorf("%s: a peer that wants a certificate: %s", scheme, got)
		}
	}
	plain := serve(t, Config{Framing: "line"}, mustParse(t, "127.0.0.1:0")).Target
	plain.Scheme = transport.SchemeTLS
	got := detected(t, Config{TLS: files.client, DetectLimit: detectPatience}, plain)
	if !strings.Contains(got, "does it speak TLS?") {
		t.Errorf("a peer without TLS: %s", got)
	}
}
