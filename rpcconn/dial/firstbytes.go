package dial

import (
	"bytes"
	"io"
	"net"
	"rpcsh/rpcconn/detect"
	"syscall"
)

// A reading connection is one that is read in another way.
type reading struct {
	net.Conn
	from io.Reader
}

func (r *reading) Read(p []byte) (int, error) { return r.from.Read(p) }

// A readingSocket is a reading connection of the system's, which can do more than others.
type readingSocket struct {
	reading
	socket
}

// A socket is what the streams make use of where a connection has it.
type socket interface {
	syscall.Conn
	CloseWrite() error
}

// readingFrom returns nc, of which from is read.
func readingFrom(nc net.Conn, from io.Reader) net.Conn {
	if s, ok := nc.(socket); ok {
		return &readingSocket{reading{nc, from}, s}
	}
	return &reading{nc, from}
}

// prefixed returns nc, of which first is read once more.
func prefixed(nc net.Conn, first []byte) net.Conn {
	return readingFrom(nc, io.MultiReader(bytes.NewReader(first), nc))
}

// A StrangerError says that a client speaks what a stream of messages does not carry.
type StrangerError struct{ Speaks string } // detect.OtherHTTP or detect.OtherTLS

func (e *StrangerError) Error() string {
	if e.Speaks == detect.OtherTLS {
		return "the client speaks TLS; listen on tls:// for it"
	}
	return "the client speaks HTTP; listen on http:// or ws:// for it"
}

// A wary reader refuses who begins in a way that no framing has.
type wary struct {
	nc     net.Conn
	looked bool
}

func (w *wary) Read(p []byte) (int, error) {
	n, err := w.nc.Read(p)
	if !w.looked && n > 0 {
		w.looked = true
		if g, _ := detect.Sniff(p[:n]); g.Other != "" {
			return 0, &StrangerError{g.Other}
		}
	}
	return n, err
}
