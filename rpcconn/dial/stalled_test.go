package dial

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"rpcsh/rpcconn/transport"
)

// What a peer has left without an answer is what the error says, and that it is the time that has run out.
func TestDetectStalled(t *testing.T) {
	t.Parallel()
	half := func(nc net.Conn) {
		if _, err := http.ReadRequest(bufio.NewReader(nc)); err == nil {
			_, _ = io.WriteString(nc, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"jsonrpc\"")
			drain(nc)
		}
	}
	var all sync.WaitGroup // at once: they wait, most of the time
	for _, test := range []struct {
		scheme string
		serve  func(net.Conn)
		want   string
	}{
		{transport.SchemeTLS, drain, "accepts connections, but there is no answer to the TLS handshake"},
		{transport.SchemeHTTPS, drain, "accepts connections, but there is no answer to the TLS handshake"},
		{transport.SchemeWSS, drain, "accepts connections, but there is no answer to the TLS handshake"},
		{transport.SchemeWS, drain, "accepts connections, but there is no answer to the WebSocket handshake"},
		{transport.SchemeHTTP, drain, `does not answer {"jsonrpc"`},
		{transport.SchemeHTTP, half, `10 of 100 bytes of a message have come: "{\"jsonrpc\""`},
		{transport.SchemeTCP, drain, "it stays silent"},
	} {
		all.Go(func() {
			target := fakePeer(t, test.serve)
			target.Scheme = test.scheme
			if !target.IsStream() {
				target.Path = "/"
			}
			_, err := Config{DetectLimit: 500 * time.Millisecond}.Detect(t.Context(), target, nil, nil)
			var outOfTime interface{ Timeout() bool }
			switch {
			case err == nil || !strings.Contains(err.Error(), test.want):
				t.Errorf("%s: %v, want %q", target, err, test.want)
			case !errors.As(err, &outOfTime) || !outOfTime.Timeout():
				t.Errorf("%s: %v is not that the time has run out", target, err)
			}
		})
	}
	all.Wait()
}
