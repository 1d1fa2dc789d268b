// Package recording reads recordings as the events of a session: what package record has written, and what others have
// written in the same format, becomes what the shell shows, filters and counts. It knows neither a screen nor a
// connection.
package recording

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/dialect"
	"rpcsh/rpcconn/dialect/dialects"
	"rpcsh/rpcconn/jsonrpc"
	"rpcsh/rpcconn/rpcrec"
	"rpcsh/shell/event"
	"rpcsh/shell/redact"
)

// maxConns is how many connections are remembered. Of more, those that came first are forgotten: what they speak is
// guessed, should they go on.
const maxConns = 4096

// A Decoder makes events of records, in their order. What is spoken on a connection it learns from the records
// themselves, or guesses from the bytes where these do not tell. Its methods are called by one goroutine.
type Decoder struct {
	start   time.Time
	conns   map[int]*conn
	came    []int // the numbers of conns, in the order of their coming
	last    *conn // that was looked up last; nil: none was
	waiting queue
	packet  rpcconn.Packet // the message at hand; used again and again
	events  []event.Event  // of the record at hand

	// OnUnanswered is told each request that has no answer when its connection is made anew or forgotten, when too many
	// wait, and by End; nil: nobody is.
	OnUnanswered func(u Unanswered)
}

// A conn is what is known of a connection while its messages are decoded.
type conn struct {
	peer     event.Peer
	opened   Details
	protocol string
	codec    rpcconn.Codec             // nil: that is guessed for each message
	guessed  map[string]rpcconn.Codec  // by protocol
	used     rpcconn.Codec             // for the message at hand
	dialect  *dialect.Dialect          // nil: there is nothing special about it
	asked    [2]map[rpcconn.ID]request // by whom they were sent: 1 for those that went out
}

// NewDecoder returns a Decoder for a recording that began at a time.
func NewDecoder(start time.Time) *Decoder { return &Decoder{start: start, conns: make(map[int]*conn)} }

// Begin forgets all connections, as End does: another recording begins.
func (d *Decoder) Begin(start time.Time) {
	d.End()
	d.start = start
}

// End forgets all connections: the recording ends.
func (d *Decoder) End() {
	for _, c := range d.conns {
		d.reset(c)
	}
	clear(d.conns)
	d.last, d.came, d.waiting = nil, nil, queue{}
}

// Speaks says what is spoken on a connection, as far as that is known.
func (d *Decoder) Speaks(number int, protocol string) {
	c := d.conn(number)
	if protocol == c.protocol {
		return
	}
	c.protocol, c.codec, c.dialect = protocol, nil, dialects.Find(protocol)
	if c.dialect != nil && c.dialect.Wire != nil {
		c.codec = c.dialect.Wire.NewCodec()
	}
}

func (d *Decoder) conn(number int) *conn {
	if d.last != nil && d.last.peer.Number == number {
		return d.last
	}
	c := d.conns[number]
	if c == nil {
		c = &conn{peer: event.Peer{Number: number}, guessed: make(map[string]rpcconn.Codec)}
		c.peer.Title = c.peer.At()
		if len(d.came) >= maxConns {
			d.forget(d.came[0])
			d.came = d.came[1:]
		}
		d.conns[number] = c
		d.came = append(d.came, number)
	}
	d.last = c
	return c
}

// forget forgets a connection.
func (d *Decoder) forget(number int) {
	d.reset(d.conns[number])
	delete(d.conns, number)
}

// Opened returns what the recording tells of how a connection began, with what is spoken on it as far as that is known.
func (d *Decoder) Opened(number int) Details {
	c := d.conn(number)
	opened := c.opened
	opened.Name, opened.Title, opened.Protocol = c.peer.Name, c.peer.Title, c.protocol
	return opened
}

// Events returns the events that a record tells of, without numbers: one, or as many as a batch has messages. They, and
// what they point to, are valid until the next call, and as long as the record is.
func (d *Decoder) Events(r *rpcrec.Record) []event.Event {
	d.events = d.events[:0]
	c := d.conn(r.Conn)
	e := event.Event{Time: d.start.Add(r.At), Peer: c.peer}
	if !r.IsMessage() {
		d.tell(r, c, &e)
		return d.events
	}
	e.Out = IsOut(r)
	e.Text = remark(r)
	if r.IsCut() {
		e.Kind, e.Text = event.Unreadable, remarks(e.Text, rpcconn.Excerpt(r.Data))
		d.events = append(d.events, e)
		return d.events
	}
	if err := d.decode(c, r.Data); err != nil {
		e.Kind, e.Text = event.Unreadable, remarks(reasonOf(err)+": "+rpcconn.Excerpt(r.Data), e.Text)
		d.events = append(d.events, e)
	}
	for i := range d.packet.Messages {
		one := e
		d.fill(c, &one, &d.packet.Messages[i], r.At)
		d.events = append(d.events, one)
	}
	return d.events
}

// IsOut reports whether a message has gone out: from us, or from the end of a tap that has dialled.
func IsOut(r *rpcrec.Record) bool { return r.Dir == rpcrec.Out || r.Dir == rpcrec.AToB }

// decode decodes a message of a connection into d.packet.
func (d *Decoder) decode(c *conn, data []byte) error {
	d.packet.Messages, d.packet.Deviations = d.packet.Messages[:0], d.packet.Deviations[:0]
	if c.codec != nil {
		c.used = c.codec
		return c.codec.Decode(data, &d.packet)
	}
	protocol := guess(data)
	codec := c.guessed[protocol]
	switch {
	case codec != nil:
	case protocol == versionless:
		codec = jsonrpc.NewVersionless()
	default:
		codec = dialects.Find(protocol).Wire.NewCodec()
	}
	c.guessed[protocol], c.used = codec, codec
	return codec.Decode(data, &d.packet)
}

// versionless is what is guessed of messages that leave out the version of JSON-RPC, and is no name of a protocol.
const versionless = ""

// guess returns the protocol that a message is most likely of.
func guess(data []byte) string {
	switch {
	case len(data) > 4 && int(binary.LittleEndian.Uint32(data)) == len(data):
		return dialect.BSONRPC
	case len(data) > 0 && data[0] >= 0x90 && data[0] <= 0x9f: // an array of MessagePack
		return dialect.MessagePackRPC
	case !bytes.Contains(data, []byte(`"jsonrpc"`)):
		return versionless
	}
	return dialect.JSONRPC
}

// Again has the events of a record, which Events has returned, say what it says now, after Mask.
func (d *Decoder) Again(r *rpcrec.Record, events []event.Event) {
	c := d.conn(r.Conn)
	if !r.IsMessage() || d.decode(c, r.Data) != nil || len(d.packet.Messages) != len(events) {
		for i := range events {
			events[i] = event.Event{
				Kind: event.Unreadable, Time: events[i].Time, Peer: events[i].Peer, Out: events[i].Out,
				Text: remarks(remark(r), rpcconn.Excerpt(r.Data)),
			}
		}
		return
	}
	for i := range events {
		e, m := &events[i], &d.packet.Messages[i]
		e.Params, e.Result, e.Err, e.Extra, e.Digest = m.Params, m.Result, m.Err, m.Extra, nil
		if e.Kind == event.Other {
			e.Value = m.Raw
		}
	}
}

// fill makes e the event of a message.
func (d *Decoder) fill(c *conn, e *event.Event, m *rpcconn.Message, at time.Duration) {
	out := 0
	if e.Out {
		out = 1
	}
	e.ID, e.Method, e.Params, e.Extra = m.ID, m.Method, m.Params, m.Extra
	switch m.Kind {
	case rpcconn.KindRequest:
		e.Kind = event.Request
		e.Subject = dialects.Subject(m.Method, m.Params)
		d.ask(c, out, m.ID.Plain(), request{method: m.Method, subject: e.Subject, at: at})
	case rpcconn.KindNotification:
		e.Kind = event.Notification
		if c.dialect != nil && c.dialect.Digest != nil {
			e.Digest = c.dialect.Digest(m.Method, m.Params, func(string) string { return "" })
		}
	case rpcconn.KindResponse:
		e.Kind, e.Result, e.Err = event.Response, m.Result, m.Err
		if m.Err != nil {
			e.Kind = event.Error
		}
		asked, known := d.take(c, 1-out, m.ID.Plain())
		if !known {
			e.Match = event.Unmatched
			return
		}
		e.Method, e.Subject, e.Took = asked.method, asked.subject, max(at-asked.at, 1)
	default:
		e.Kind, e.Value, e.Method = event.Other, m.Raw, event.Topic(m.Raw)
		if m.Err != nil {
			e.Kind, e.Value, e.Method = event.Unreadable, nil, ""
			e.Text = remarks("not a message: "+reasonOf(m.Err)+": "+rpcconn.Excerpt(m.Raw), e.Text)
		}
	}
}

// reasonOf returns what is wrong with a message.
func reasonOf(err error) string {
	e, ok := err.(*rpcconn.Error)
	var reason string
	if ok && json.Unmarshal(e.Data, &reason) == nil {
		return reason
	}
	return err.Error()
}

// Readable returns what a binary message says as JSON; nil: it is not binary, or no message.
func (d *Decoder) Readable(number int, data []byte) json.RawMessage {
	c := d.conn(number)
	if !c.isBinary(data) || d.decode(c, data) != nil {
		return nil
	}
	text, err := jsonrpc.NewVersionless().AppendEncode(nil, &d.packet)
	if err != nil {
		return nil
	}
	return text
}

func (c *conn) isBinary(data []byte) bool {
	d := c.dialect
	if c.codec == nil {
		d = dialects.Find(guess(data))
	}
	return d != nil && d.Wire != nil && d.Wire.Binary
}

// Mask masks the secrets of a message. The error says why one that has secrets cannot be written without them.
func (d *Decoder) Mask(m *redact.Masker, r *rpcrec.Record) error {
	readable := d.Readable(r.Conn, r.Data)
	if readable == nil {
		r.Data, r.Redacted = m.Message(r.Data)
		return nil
	}
	r.Readable = readable
	masked, n := m.Message(readable)
	if n == 0 {
		return nil
	}
	data, err := d.Encode(r.Conn, masked)
	if err != nil {
		return fmt.Errorf("its secrets cannot be masked: %w", err)
	}
	r.Data, r.Readable, r.Redacted = data, masked, n
	return nil
}

// Encode returns the bytes of a binary message that says what Readable has just returned, or what that was changed to.
func (d *Decoder) Encode(number int, readable json.RawMessage) ([]byte, error) {
	c := d.conn(number)
	if c.used == nil {
		return nil, fmt.Errorf("%s is not binary", c.protocol)
	}
	var p rpcconn.Packet
	if err := jsonrpc.NewVersionless().Decode(readable, &p); err != nil {
		return nil, err
	}
	return c.used.AppendEncode(nil, &p)
}
