package web

import (
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"
)

// SendTime is how long a client may take to send the header of a request, or a part of its body.
const SendTime = 20 * time.Second

// NewServer returns an HTTP/1.1 server that writes nothing to the log.
func NewServer(h http.Handler) *http.Server {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	hurried := func(w http.ResponseWriter, r *http.Request) {
		Hurry(w, r, SendTime)
		h.ServeHTTP(w, r)
	}
	return &http.Server{
		Handler: http.HandlerFunc(hurried), ReadHeaderTimeout: SendTime, Protocols: protocols,
		ErrorLog: log.New(io.Discard, "", 0), // it would write over the screen
	}
}

// Hurry gives the client of r so long for its body, or the first part of it. What a handler leaves of a body is read
// when it returns, which would last for ever else.
func Hurry(w http.ResponseWriter, r *http.Request, d time.Duration) {
	if r.Body != nil && r.Body != http.NoBody {
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(d)) // if it fails, so does reading
	}
}

// A Listener accepts the peers that an HTTP server finds among its clients. Its methods may be called by any goroutine.
type Listener[P any] struct {
	ln    net.Listener
	peers chan P
	serve sync.WaitGroup

	ending sync.Once
	ended  chan struct{} // closed when nothing more is accepted, and err is set
	err    error         // set in ending
}

// NewListener returns a Listener that has no server yet.
func NewListener[P any](ln net.Listener) *Listener[P] {
	return &Listener[P]{ln: ln, peers: make(chan P), ended: make(chan struct{})}
}

// Serve starts to serve clients. When it ends, it calls finish, which closes the connections of clients that are not
// peers yet. Serve is called once.
func (l *Listener[P]) Serve(server *http.Server, finish func()) {
	l.serve.Go(func() {
		l.end(server.Serve(l.ln))
		finish() // no more clients come
	})
}

// Offer hands p to Accept, and reports whether Accept took it.
func (l *Listener[P]) Offer(p P) bool {
	select {
	case l.peers <- p:
		return true
	case <-l.ended:
		return false
	}
}

// Accept waits for the next peer. The error says that the listener was closed (net.ErrClosed), or why it ended.
func (l *Listener[P]) Accept() (P, error) {
	select {
	case p := <-l.peers:
		return p, nil
	case <-l.ended:
		var none P
		return none, l.err
	}
}

// Addr returns the address listened on.
func (l *Listener[P]) Addr() net.Addr { return l.ln.Addr() }

// Close stops listening; accepted peers stay. It may be called more than once.
func (l *Listener[P]) Close() error {
	l.end(net.ErrClosed)
	l.serve.Wait()
	return nil
}

func (l *Listener[P]) end(err error) {
	l.ending.Do(func() {
		l.err = err
		close(l.ended)
		_ = l.ln.Close()
	})
}
