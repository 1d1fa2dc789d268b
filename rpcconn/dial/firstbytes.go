package dial

import (
	"bytes"
	"io"
	"net"
	"syscall"

	"rpcsh/rpcconn/detect"
	"rpcsh/rpcconn/process"
)

// A reading connection is a net.Conn whose bytes are read from another reader.
type reading struct {
	net.Conn
	from io.Reader
}

func (r *reading) Read(p []byte) (int, error) { return r.from.Read(p) }

// A readingSocket is a reading connection that is a socket.
type readingSocket struct {
	reading
	socket
}

// A socket has what streams use if a connection has it.
type socket interface {
	syscall.Conn
	CloseWrite() error
}

// readingFrom returns nc with its bytes read from another reader.
func readingFrom(nc net.Conn, from io.Reader) net.Conn {
	if s, ok := nc.(socket); ok {
		return &readingSocket{reading{nc, from}, s}
	}
	return &reading{nc, from}
}

// prefixed returns nc with first read once more.
func prefixed(nc net.Conn, first []byte) net.Conn {
	return readingFrom(nc, io.MultiReader(bytes.NewReader(first), nc))
}

// A readingProcess is a child process whose bytes are read from another reader.
type readingProcess struct {
	*process.Process
	from io.Reader
}

func (r *readingProcess) Read(p []byte) (int, error) { return r.from.Read(p) }

// rereading returns a stream that detection has used, with first read once more.
func rereading(s io.ReadWriteCloser, first []byte) io.ReadWriteCloser {
	if nc, ok := s.(net.Conn); ok {
		return prefixed(nc, first)
	}
	from := io.MultiReader(bytes.NewReader(first), s)
	if p, ok := s.(*process.Process); ok {
		return &readingProcess{p, from}
	}
	return struct {
		io.Reader
		io.WriteCloser
	}{from, s}
}

// A StrangerError reports that a client speaks a protocol that is not a stream of messages.
type StrangerError struct{ Speaks string } // detect.OtherHTTP or detect.OtherTLS

func (e *StrangerError) Error() string {
	if e.Speaks == detect.OtherTLS {
		return "the client speaks TLS; listen on tls:// for it"
	}
	return "the client speaks HTTP; listen on http:// or ws:// for it"
}

// A wary reader rejects a client whose first bytes belong to no framing.
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
