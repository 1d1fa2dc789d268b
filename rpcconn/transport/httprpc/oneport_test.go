package httprpc_test

import (
	"net"
	"net/http"
	"testing"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsonrpc"
	"rpcsh/rpcconn/transport/httprpc"
	"rpcsh/rpcconn/transport/web"
	"rpcsh/rpcconn/transport/websocket"
)

// One server can serve WebSocket and POST clients at the same time, which is how a port that takes all comers is built.
func TestOnePort(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	newCodec := func() rpcconn.Codec { return jsonrpc.New() }
	l := web.NewListener[rpcconn.Channel](ln)
	offer := func(ch rpcconn.Channel) {
		if !l.Offer(ch) {
			_ = ch.Close()
		}
	}
	posts := httprpc.NewServer(httprpc.ServerOptions{NewCodec: newCodec}, func(ch rpcconn.Channel, _ *httprpc.Info) {
		offer(ch)
	})
	sockets := websocket.NewHandler(websocket.ListenOptions{}, func(ch rpcconn.Channel, _ *websocket.Info) {
		offer(ch)
	})
	hs := web.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if websocket.IsUpgrade(r) {
			sockets.ServeHTTP(w, r)
			return
		}
		posts.ServeHTTP(w, r)
	}))
	posts.Attach(hs)
	l.Serve(hs, posts.CloseStrangers)
	defer l.Close()

	for scheme, dial := range map[string]func(url string) (rpcconn.Channel, error){
		"ws": func(url string) (rpcconn.Channel, error) {
			ch, _, err := websocket.Dial(t.Context(), url, websocket.DialOptions{})
			return ch, err
		},
		"http": func(url string) (rpcconn.Channel, error) {
			ch, _, err := httprpc.Dial(t.Context(), url, httprpc.Options{NewCodec: newCodec})
			return ch, err
		},
	} {
		t.Run(scheme, func(t *testing.T) {
			ch, err := dial(scheme + "://" + ln.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			near := rpcconn.New(ch, jsonrpc.New(), nil)
			defer near.Close()
			accepted := make(chan *rpcconn.Conn, 1)
			go func() {
				ch, err := l.Accept()
				if err != nil {
					t.Error(err)
					close(accepted)
					return
				}
				accepted <- rpcconn.New(ch, jsonrpc.New(), nil) // knows no method
			}()
			r, err := near.Call(t.Context(), "x", nil)
			if err != nil || r.Err == nil || r.Err.Code != rpcconn.CodeMethodNotFound {
				t.Errorf("the answer is %v, %v", r, err)
			}
			if far := <-accepted; far != nil {
				near.Close()
				far.Close()
				far.Wait()
			}
		})
	}
}
