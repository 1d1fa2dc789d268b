package dial

import (
	"net"
	"net/http"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/transport/httprpc"
	"rpcsh/rpcconn/transport/web"
	"rpcsh/rpcconn/transport/websocket"
)

// A webServer turns the HTTP and WebSocket clients of a port that serves other clients too into peers.
type webServer struct {
	conns  chan net.Conn
	addr   net.Addr
	closed <-chan struct{}
}

// webServer returns the server of l, started with the first client that needs it.
func (l *Listener) webServer() *webServer {
	l.webOnce.Do(func() {
		w := &webServer{conns: make(chan net.Conn), addr: l.ln.Addr(), closed: l.ctx.Done()}
		posted := httprpc.NewServer(l.httpOptions(""), func(ch rpcconn.Channel, info *httprpc.Info) {
			l.offerFramed(ch, info.RemoteAddr, info.First, "")
		})
		upgraded := websocket.NewHandler(l.websocketOptions(""), func(ch rpcconn.Channel, info *websocket.Info) {
			l.offerFramed(ch, info.RemoteAddr, nil, info.Subprotocol)
		})
		server := web.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if websocket.IsUpgrade(r) {
				upgraded.ServeHTTP(rw, r)
				return
			}
			posted.ServeHTTP(rw, r)
		}))
		posted.Attach(server)
		l.tasks.Go(func() {
			_ = server.Serve(w) // ends when l is closed
			posted.CloseStrangers()
		})
		l.web = w
	})
	return l.web
}

// serve serves a client.
func (w *webServer) serve(nc net.Conn) {
	select {
	case w.conns <- nc:
	case <-w.closed:
		_ = nc.Close()
	}
}

// Accept implements net.Listener.
func (w *webServer) Accept() (net.Conn, error) {
	select {
	case nc := <-w.conns:
		return nc, nil
	case <-w.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener; the Listener that has the port is closed by its owner.
func (w *webServer) Close() error { return nil }

// Addr implements net.Listener.
func (w *webServer) Addr() net.Addr { return w.addr }
