package httprpc

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/transport/web"
)

// A body that stops ends as a header does that stops, and one that will be too long, or costs too much, is not read.
func TestBodiesThatDoNotCome(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := NewServer(ServerOptions{NewCodec: newCodec, MaxMessage: 1 << 20}, func(rpcconn.Channel, *Info) {
		t.Error("a message has come")
	})
	s.sendTime = 50 * time.Millisecond
	hs := web.NewServer(s)
	s.Attach(hs)
	ended := make(chan error)
	go func() { ended <- hs.Serve(ln) }()
	t.Cleanup(func() {
		_ = hs.Close()
		<-ended
	})
	for _, test := range []struct {
		name, header, body string
		status             int
		want               string
	}{
		{"half", "Content-Length: 100", request, http.StatusRequestTimeout, "stops after 54 bytes"},
		{"none", "Content-Length: 100", "", http.StatusRequestTimeout, "stops after 0 bytes"},
		{"half a chunk", "Transfer-Encoding: chunked", "64\r\n" + request, http.StatusRequestTimeout, "stops after"},
		{"half of what is encoded", "Content-Length: 100\r\nContent-Encoding: gzip", zipped(request)[:12],
			http.StatusRequestTimeout, "stops after"},
		{"too long", "Content-Length: 1048577", "", http.StatusRequestEntityTooLarge, "the limit of 1048576 bytes"},
		{"half, of another host", "Content-Length: 100\r\nOrigin: https://evil.example", request,
			http.StatusForbidden, "Origin"},
		{"encoded many times", "Content-Length: 100\r\nContent-Encoding: " + strings.Repeat("gzip,", 1000), "",
			http.StatusUnsupportedMediaType, "encoded 1001 times (4 at most)"},
	} {
		t.Run(test.name, func(t *testing.T) {
			conn, err := net.Dial("tcp", ln.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: localhost\r\n%s\r\n\r\n%s", test.header, test.body)
			res, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			text, err := io.ReadAll(res.Body)
			if err != nil || res.StatusCode != test.status || !strings.Contains(string(text), test.want) {
				t.Errorf("HTTP %d %q, %v", res.StatusCode, text, err)
			}
		})
	}
}

// An answer that will be too long is not read.
func TestAnswersThatAreTooLong(t *testing.T) {
	asked := make(chan struct{})
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000000")
		_ = http.NewResponseController(w).Flush() // nothing of it comes
		<-asked
	})
	c := dial(t, server.URL, Options{MaxMessage: 1000})
	err := c.Send(t.Context(), []byte(request))
	close(asked)
	if err == nil || !strings.Contains(err.Error(), "the answer of 1000000 bytes is over the limit of 1000 bytes") {
		t.Errorf("Send: %v", err)
	}
}
