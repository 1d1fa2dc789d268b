package replay

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsontext"
	"rpcsh/rpcconn/rpcrec"
	"rpcsh/shell/human"
)

// A connection is one of a recording: its number, in one of the parts.
type connection struct{ part, number int }

func (c connection) compare(other connection) int {
	return cmp.Or(cmp.Compare(c.part, other.part), cmp.Compare(c.number, other.number))
}

// A turn is a message of a recording, as the client has seen it; or the end of a connection.
type turn struct {
	conn   connection
	line   int
	at     time.Duration
	spoken Spoken
	sent   bool // by the client
	late   bool // the connection was there before the recording began
	closes bool

	packet   rpcconn.Packet
	frame    []byte // the message as it was
	broken   error  // frame is none: why
	redacted bool   // it has masks
	cut      bool   // it is only the beginning of what it was
}

// text returns what a message says as JSON, however it was sent: its params, results and so on.
func (t *turn) text() (text []byte) {
	for i := range t.packet.Messages {
		m := &t.packet.Messages[i]
		for _, part := range [...]json.RawMessage{m.Params, m.Result, m.Raw, m.Extra} {
			text = append(append(text, part...), '\n')
		}
	}
	return text
}

// turns reads the turns of a recording.
type turns struct {
	recording *rpcrec.Reader
	newCodec  func(protocol string) (rpcconn.Codec, error)
	conns     map[connection]*recorded
	taken     int // messages of clients that have not reached the server
}

// recorded is what is known of a connection of a recording.
type recorded struct {
	spoken   Spoken
	accepted bool          // the peer was the client
	late     bool          // it was there before the recording began
	codec    rpcconn.Codec // nil: none is known yet
}

func newTurns(recording *rpcrec.Reader, codec func(string) (rpcconn.Codec, error)) *turns {
	return &turns{recording: recording, newCodec: codec, conns: make(map[connection]*recorded)}
}

// A ReadError says why a recording cannot be read further.
type ReadError struct{ Err error }

func (e *ReadError) Error() string { return e.Err.Error() }

// Unwrap returns Err.
func (e *ReadError) Unwrap() error { return e.Err }

// next returns the next turn, which is the caller's to keep. The error is io.EOF, a *rpcrec.LineError, after which
// there is more, or a *ReadError.
func (ts *turns) next() (*turn, error) {
	for {
		r, err := ts.recording.Next()
		switch {
		case err == io.EOF || errors.As(err, new(*rpcrec.LineError)):
			return nil, err
		case err != nil:
			return nil, &ReadError{err}
		}
		t := &turn{conn: connection{r.Part, r.Conn}, line: ts.recording.Line(), at: r.At}
		c := ts.conns[t.conn]
		if c == nil {
			if len(ts.conns) >= maxPlayed {
				return nil, &ReadError{fmt.Errorf("it has more than %s, which are too many to play",
					human.Plural(maxPlayed, "connection"))}
			}
			c = new(recorded)
			ts.conns[t.conn] = c
		}
		switch {
		case r.IsMessage() && !atServer(r):
			if r.Kind == rpcrec.Dropped {
				ts.taken++
			}
		case r.IsMessage():
			t.frame, t.spoken, t.redacted, t.late = r.Clone().Data, c.spoken, r.Redacted > 0, c.late
			t.cut = r.IsCut()
			t.sent = c.sends(r.Dir)
			return t, ts.decode(t, c)
		case r.Event == rpcrec.Open || r.Event == rpcrec.Detect:
			c.learn(r.Details)
		case r.Event == rpcrec.Close:
			t.closes = true
			return t, nil
		}
	}
}

// atServer reports whether a message reached the server, or came from it, and has r be what it was there: somebody who
// stood between may have changed it.
func atServer(r *rpcrec.Record) bool {
	switch {
	case r.Dir == rpcrec.AToB && r.Kind == rpcrec.Dropped, r.Dir == rpcrec.BToA && r.Kind == rpcrec.Injected:
		return false
	case r.Dir == rpcrec.BToA && r.Kind == rpcrec.Edited && r.Original != nil:
		r.Data, r.Readable, r.Length = r.Original, nil, 0
	}
	return true
}

// sends reports whether a message of this direction is the client's.
func (c *recorded) sends(d rpcrec.Direction) bool {
	if c.accepted {
		return d == rpcrec.In || d == rpcrec.AToB
	}
	return d == rpcrec.Out || d == rpcrec.AToB
}

// learn takes in what an event says of a connection.
func (c *recorded) learn(details json.RawMessage) {
	for name, value := range jsontext.Index(details) {
		switch text := jsontext.Text(value); name {
		case "target":
			c.spoken.Target = text
		case "protocol":
			if c.spoken.Protocol != text {
				c.spoken.Protocol, c.codec = text, nil
			}
		case "framing":
			c.spoken.Framing = text
		case "accepted":
			c.accepted = string(value) == "true"
		case "late":
			c.late = string(value) == "true"
		}
	}
}

// ErrNothingSpoken says that a recording does not tell what is spoken, which has to be named.
var ErrNothingSpoken = errors.New("the recording does not say what is spoken")

var errCut = errors.New("only its beginning was recorded")

// decode reads the frame of a turn. What is no message is none afterwards, either.
func (ts *turns) decode(t *turn, c *recorded) error {
	if c.codec == nil {
		var err error
		if c.codec, err = ts.newCodec(c.spoken.Protocol); err != nil {
			return &ReadError{fmt.Errorf("line %d of the recording: %w", t.line, err)}
		}
	}
	if t.broken = c.codec.Decode(t.frame, &t.packet); t.cut {
		t.broken = errCut
	}
	return nil
}
