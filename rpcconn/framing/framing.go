// Package framing tells the messages of a stream of bytes apart: it makes a [rpcconn.RawChannel] of any
// io.ReadWriteCloser.
//
// A [Framing] is what precedes and follows a message, and a [Splitter], which finds the next message in the bytes that
// were read. Each has a file of its own, and its line in [All]. They share the channel: a reader that splits the input,
// and a writer that sends the frames of several goroutines in one write. Binary framings are in the packages of their
// codecs (bsonrpc, msgpackrpc). You can write a framing of your own in the same way; see the example of [Scan].
//
// This package does not know what a message says (see the codecs), nor where the stream comes from (see transport).
package framing

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"rpcsh/rpcconn"
)

// A Framing says how the messages of a stream are separated.
type Framing struct {
	Name string

	// Head appends to dst what precedes a message of size bytes; nil: nothing.
	Head func(dst []byte, size int) []byte
	// Tail follows a message.
	Tail string
	// Split returns a splitter for one stream, whose messages may have up to max bytes.
	Split func(max int) Splitter
}

// appendFrame appends what goes on the wire for frame.
func (f *Framing) appendFrame(dst, frame []byte) []byte {
	if f.Head != nil {
		dst = f.Head(dst, len(frame))
	}
	return append(append(dst, frame...), f.Tail...)
}

// New returns the framing as an rpcconn.Framing. Received messages may have up to max bytes; 0 means
// rpcconn.DefaultMaxMessage. A longer one is reported as a *rpcconn.FrameError that wraps a *rpcconn.SizeError, and
// skipped. The error says that max is negative.
//
// The stream's Close must unblock its Read and Write. If it has a CloseWrite, that is called first.
func (f Framing) New(max int) (rpcconn.Framing, error) {
	switch {
	case max < 0:
		return nil, fmt.Errorf("the limit of a message is %d bytes: give a positive number, or 0 for %d",
			max, rpcconn.DefaultMaxMessage)
	case max == 0:
		max = rpcconn.DefaultMaxMessage
	}
	return func(rwc io.ReadWriteCloser) rpcconn.RawChannel { return newStream(rwc, f, max) }, nil
}

// All returns the text framings, in the order in which their names are shown.
func All() []Framing {
	return []Framing{
		noneFraming(), lineFraming(), rfc7464Framing(), netstringFraming(), headerFraming(), lengthFraming(),
		nulFraming(),
	}
}

// Names returns the names of All.
func Names() []string {
	var names []string
	for _, f := range All() {
		names = append(names, f.Name)
	}
	return names
}

// Find returns the text framing called name. The error is an *UnknownError.
func Find(name string) (Framing, error) {
	all := All()
	if i := slices.IndexFunc(all, func(f Framing) bool { return f.Name == name }); i >= 0 {
		return all[i], nil
	}
	return Framing{}, &UnknownError{Name: name, Known: Names()}
}

// An UnknownError reports that there is no framing called Name.
type UnknownError struct {
	Name  string
	Known []string // the names of the framings that exist
}

func (e *UnknownError) Error() string {
	return fmt.Sprintf("framing %q is not known: choose one of %s", e.Name, strings.Join(e.Known, ", "))
}
