// Package transport makes [rpcconn.Channel]s of streams of bytes, and the streams themselves.
//
// A framing says where in a stream a message begins and ends; each has a file of its own, and its line in the table of
// framings. What they share is the stream: a reader that splits what comes in, and a writer that lets what several
// goroutines send go out in one write. [Dial], [DialTLS] and [StartProcess] make the streams, and [Listen] and [ListenTLS]
// accept them.
//
// What a message says is none of this package's business (see the codecs), nor is how a user names a peer (see dial).
package transport

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"rpcsh/rpcconn"
)

// DefaultMaxMessage is how long a received message may be, in bytes, where nothing else was said.
const DefaultMaxMessage = 64 << 20

// A framing tells the messages of a stream apart.
type framing struct {
	name        string
	ownOf       string                            // the codec that this framing belongs to; "": any, for people to choose
	appendHead  func(dst []byte, size int) []byte // what goes before a message of size bytes; nil: nothing
	tail        string                            // what goes behind it
	newSplitter func(max int) splitter
}

// appendFrame appends what goes on the wire for frame.
func (f *framing) appendFrame(dst, frame []byte) []byte {
	if f.appendHead != nil {
		dst = f.appendHead(dst, len(frame))
	}
	return append(append(dst, frame...), f.tail...)
}

// framings is in the order in which people are shown the names.
func framings() []framing {
	return []framing{
		noneFraming(), lineFraming(), rfc7464Framing(), netstringFraming(), headerFraming(), lengthFraming(), nulFraming(),
		bsonFraming(), msgpackFraming(),
	}
}

// FramingNames returns the names of the framings that a person may choose: those that are not a codec's own.
func FramingNames() []string {
	var names []string
	for _, f := range framings() {
		if f.ownOf == "" {
			names = append(names, f.name)
		}
	}
	return names
}

// NewFraming returns the framing called name: one of FramingNames, or "bson" or "msgpack", which are a codec's own. Messages
// received may be max bytes long, DefaultMaxMessage where max is 0; longer ones are skipped and reported as a
// *rpcconn.FrameError. The error says that there is no such framing, or that max is negative.
//
// The stream's Close must unblock its Read and Write. Where it has CloseWrite, that is called before.
func NewFraming(name string, max int) (rpcconn.Framing, error) {
	all := framings()
	i := slices.IndexFunc(all, func(f framing) bool { return f.name == name })
	switch {
	case i < 0:
		return nil, fmt.Errorf("no framing is called %q: choose one of %s", name, strings.Join(FramingNames(), ", "))
	case max < 0:
		return nil, fmt.Errorf("the limit of a message is %d bytes: give a positive number, or 0 for %d", max, DefaultMaxMessage)
	case max == 0:
		max = DefaultMaxMessage
	}
	return func(rwc io.ReadWriteCloser) rpcconn.RawChannel { return newStream(rwc, all[i], max) }, nil
}
