// Package event is the one vocabulary of what can happen in a session: a peer comes or goes, a message passes,
// something is learned, or the session has something to say. Whatever happens becomes an Event once, on the goroutine
// that saw it. Screens, logs, recordings and hooks are subscribers of a Bus.
//
// The package knows neither peers nor connections, and nothing of who reads the events.
package event

import (
	"encoding/json"
	"strconv"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsontext"
)

// A Kind says what happened.
type Kind string

// The kinds of events. Those of messages say which fields of an Event count; all others have Text.
const (
	Connect      Kind = "connect"      // a peer has come, or was dialled
	Close        Kind = "close"        // its connection has ended; Text says why
	Speaks       Kind = "speaks"       // it turned out what an accepted peer speaks
	Request      Kind = "request"      // ID, Method, Params
	Notification Kind = "notification" // Method, Params
	Response     Kind = "response"     // ID, Method, Result; without a Result there is no answer, and Text says why
	Error        Kind = "error"        // a response that is an error: ID, Method, Err
	Other        Kind = "other"        // well-formed text that is no RPC: Value; Method where it names what it is about
	Unreadable   Kind = "unreadable"   // bytes that are no message, or an answer that could not be sent
	Deviation    Kind = "deviation"    // it breaks a rule, which Reason names, and is understood
	Stderr       Kind = "stderr"       // a line that a child process wrote there
	Progress     Kind = "progress"     // how far a call has come
	Learned      Kind = "learned"      // methods became known
	Parked       Kind = "parked"       // a request waits for a person: ID, Method, Params; Value is an answer that fits
	Unparked     Kind = "unparked"     // it no longer waits though no person has answered it
	Frame        Kind = "frame"        // what is about to be decoded or sent; for subscribers that ask for frames
	Note         Kind = "note"         // what is worth telling
	Problem      Kind = "problem"      // a mistake for which nobody waits
)

// TopicNoise is the Topic of an Unreadable event whose bytes are words and no attempt at a message.
const TopicNoise = "words that are no message"

// Topic returns what an object that is no RPC is about: the string that is its member event, notification or type, as
// protocols have it that send events beside answers. "": it does not say.
func Topic(text json.RawMessage) string {
	for _, name := range []string{"event", "notification", "type"} {
		if topic := jsontext.Text(jsontext.Get(text, name)); topic != "" {
			return topic
		}
	}
	return ""
}

// MessageKinds returns the kinds of messages, in the order in which help lists them.
func MessageKinds() []Kind { return []Kind{Request, Notification, Response, Error, Other, Unreadable} }

// IsMessage reports whether an event of this kind is something that passed over a connection.
func (k Kind) IsMessage() bool {
	switch k {
	case Request, Notification, Response, Error, Other, Unreadable:
		return true
	}
	return false
}

// An Origin says on whose behalf a message is sent, or was answered by the peer.
type Origin uint8

// The origins.
const (
	FromPeer       Origin = iota // the peer's own messages, and our answers to them
	FromLine                     // a line that somebody waits for
	FromBackground               // a line that ends in &
	FromHook                     // a line of .on
	FromScript                   // a script, or what else answers the peers
	FromDiscovery                // asking a peer what it offers; handshakes
	FromSession                  // what keeps the protocol: cancelling, documents, the end of a session
)

// A Match says how a response fits our requests.
type Match uint8

// The matches.
const (
	Matched   Match = iota // it answers a request that waits
	Late                   // it answers one that was given up; Method is that one's
	Unmatched              // it answers none that is known
)

// A Peer is what an event tells of the peer that it is about.
type Peer struct {
	Number int    // from 1; 0: no peer
	Name   string // as the person calls it; "" where that is its number
	Title  string // as it is called in sentences: "localhost:6000", "@2 127.0.0.1:5000"
}

// At returns @NAME, or @NUMBER where the peer has no name.
func (p Peer) At() string {
	if p.Name != "" {
		return "@" + p.Name
	}
	return "@" + strconv.Itoa(p.Number)
}

// Since returns how long ago start was, for Took, which is 0 where that is not known: on Windows the clock stands still
// for up to 16 ms.
func Since(start time.Time) time.Duration { return max(time.Since(start), 1) }

// An Event is something that happened. What a subscriber gets is its own to keep, and shared with other subscribers: it
// must not be changed.
type Event struct {
	Number uint64    // from 1, in order, of the session: what a person means it by; Publish sets it
	Time   time.Time // Publish sets it where it is zero
	Kind   Kind
	Peer   Peer   // zero: it is about none
	Out    bool   // sent by us
	Origin Origin // of messages

	Batch uint64 // of a call of ours: which of the batches to its peer it is in; 0: none
	Part  int    // its place there, from 1

	ID     rpcconn.ID
	Method string // of a response, that of its request; of Other, what it is about; "": that is not known
	// Subject is what a request, or that of a response, is a call of where its method alone does not tell: a tool.
	Subject string
	Params  json.RawMessage // nil: no params member
	Result  json.RawMessage // beside Err only where the peer, wrongly, sent both
	Err     *rpcconn.Error
	Value   json.RawMessage
	Extra   json.RawMessage // further members of the message, as an object; nil: none
	Took    time.Duration   // of a response: since its request; 0: not known
	Match   Match

	Text    string   // a remark on a message, or all that there is to say; not yet made visible
	Summary string   // stands for a result that nobody has to read
	Digest  []string // a notification as people read it: what stands for its params, and lines that follow
	Orderly bool     // of Close: the connection ended in good order
	Refused bool     // of Close: the peer came to us, and what it sent ended the connection
	Asked   bool     // somebody asked for it just now, so that it need not be told when it happened
	Implied bool     // another event says it to a person: the end of the connection, that there is no answer
	Pending uint64   // of Parked and Unparked: the Number of the request, by which it is answered

	// Held says, of Parked and Unparked, that it is a message between two others, which may pass as well.
	Held bool

	// Awaited says that whoever sent the request shows the response as a result, at this event's place in the order of
	// output.
	Awaited bool
	// Topic is what a note is counted as, if many like it may come at a time. Those of the same Reason, where there is
	// one, are told once a second.
	Topic, Reason string

	Fault string // of Frame: for which purpose it is sent though it may be no message: a fault, or .send
	Frame []byte // without what the framing puts around it; or bytes that are no frame, as they are sent on purpose

	// Lasting says that Params, Result, Value and Extra are never changed, so that subscribers may share them.
	Lasting bool
}

// Size returns about how much memory e holds on to, in bytes.
func (e *Event) Size() int {
	const fixed = 400 // of the struct
	n := fixed + len(e.Params) + len(e.Result) + len(e.Value) + len(e.Extra) + len(e.Text) + len(e.Frame) + len(e.Fault)
	if e.Err != nil {
		n += len(e.Err.Message) + len(e.Err.Data) + len(e.Err.CodeText)
	}
	return n
}

// clone returns a copy of e that shares nothing with the connection from which it comes.
func (e *Event) clone() *Event {
	c := *e
	parts := [...]*[]byte{
		(*[]byte)(&c.Params), (*[]byte)(&c.Result), (*[]byte)(&c.Value), (*[]byte)(&c.Extra), &c.Frame,
	}
	copied := parts[:]
	if e.Lasting {
		copied = parts[len(parts)-1:]
	}
	n := 0
	for _, part := range copied {
		n += len(*part)
	}
	all := make([]byte, 0, n)
	for _, part := range copied {
		if *part == nil {
			continue
		}
		start := len(all)
		all = append(all, *part...)
		*part = all[start:len(all):len(all)]
	}
	return &c
}

// Name is what e is counted as where many are left out: its method, else its topic, else its kind.
func (e *Event) Name() string {
	switch {
	case e.Method != "":
		return e.Method
	case e.Topic != "":
		return e.Topic
	}
	return string(e.Kind)
}
