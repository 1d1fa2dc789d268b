package dial

import (
	"context"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"rpcsh/rpcconn/rpctest"
	"rpcsh/rpcconn/transport"

	"rpcsh/rpcconn"
)

// patience is how long a test waits for what must come.
const patience = 30 * time.Second

func TestMain(m *testing.M) {
	if len(os.Args) == 2 && strings.HasPrefix(os.Args[1], childRole) {
		os.Exit(beChild(strings.TrimPrefix(os.Args[1], childRole)))
	}
	rpctest.RunTogether()
	rpctest.Main(m)
}

func echo(_ context.Context, _ *rpcconn.Conn, req *rpcconn.Request) (json.RawMessage, error) {
	return req.Params, nil
}

func echoOptions() *rpcconn.Options { return &rpcconn.Options{Handler: echo} }

// serve listens as cfg says and accepts all peers until the test ends, which ends their connections too.
func serve(t *testing.T, cfg Config, at Target) *Listener {
	t.Helper()
	l, err := cfg.Listen(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		var links []*Link
		for {
			link, err := l.Accept(echoOptions)
			if err != nil {
				break
			}
			links = append(links, link)
		}
		for _, link := range links {
			_ = link.Close()
			link.Wait()
		}
	}()
	t.Cleanup(func() {
		_ = l.Close()
		<-done
	})
	return l
}

func mustParse(t *testing.T, text string) Target {
	t.Helper()
	target, err := transport.ParseTarget(text)
	if err != nil {
		t.Fatal(err)
	}
	return target
}
