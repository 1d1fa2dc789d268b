// Package rpcrec reads and writes rpcrec/1, the file format of recordings: what two peers have said, in both
// directions, whatever they speak. docs/rpcrec.md specifies the format; testdata has files of it, and what they mean.
//
// A [Reader] streams: however long a file is, it holds one line of it. A [Writer] gathers records and writes them by
// whole lines. Neither knows how messages are carried, nor what they mean.
package rpcrec

import (
	"bytes"
	"encoding/json"
	"slices"
	"time"
)

// Version is the version of the format that is read and written.
const Version = 1

// Bounds of the format; docs/rpcrec.md, "Bounds".
const (
	// MaxLine is how long a line may be, in bytes, without its line break.
	MaxLine = 256 << 20
	// MaxMessage is how long a message may be, in bytes, that is written whole, so that its line is never too long.
	MaxMessage = 128 << 20
)

// A Header is the first line of a recording; docs/rpcrec.md, "The header".
type Header struct {
	Start    time.Time // start: the zero of the times of its records; to the microsecond, UTC
	By       string    // by: what has written it, such as "rpcsh 0.2.0"
	Redacted []string  // redacted: the names and JSON pointers of which values were masked
	Argv     []string  // argv: the command line that was run, without its secrets
}

// A Direction says who has sent a message; docs/rpcrec.md, "Messages".
type Direction string

// The directions: those of who has recorded, and those between the ends of a tap.
const (
	In     Direction = "<"
	Out    Direction = ">"
	AToB   Direction = "a>b"
	BToA   Direction = "b>a"
	noSide Direction = ""
)

// The events that this version knows; docs/rpcrec.md, "Events". A reader may meet others, and passes them over.
const (
	Open   = "open"   // a connection has begun, or was there when the recording began
	Close  = "close"  // it has ended
	Stderr = "stderr" // a line that a child process wrote there
	Note   = "note"   // what the recorder has to say
	Lost   = "lost"   // messages are missing at this place
	Detect = "detect" // it turned out what is spoken
)

// The ways in which a message can have come to be; docs/rpcrec.md, "Messages".
const (
	Edited   = "edited"   // somebody has changed it on its way
	Dropped  = "dropped"  // somebody has taken it out: it has not arrived
	Injected = "injected" // who stands between the two has sent it
	Rebuilt  = "rebuilt"  // it was written anew from what it says
)

// A Record is one line of a recording: a message, or an event. A Record of a [Reader] is valid until its next call.
type Record struct {
	Part int           // which of several recordings in one file it belongs to, from 1; a Writer does not look at it
	At   time.Duration // t: since the start of its part, to the microsecond; "Records"
	Conn int           // c: its connection, from 1; 0: it is about none; "Records"

	// Of messages; "Messages".

	Dir      Direction       // d
	Data     []byte          // m, s or b: the bytes of the message; nil: the record is an event
	Readable json.RawMessage // m beside b: what binary Data says, for those who read the file; nil: there is none
	Length   int64           // n: how long the message was, where Data is only its beginning; 0: Data is all of it
	Redacted int             // r: how many values were masked
	Fault    string          // f: which fault was done to it on purpose; "": none
	Kind     string          // k: how it came to be, where it did not pass as it is; "": it did
	Original []byte          // o: what it was before; nil: that is not known

	// Of events; "Events".

	Event   string          // e; "": the record is a message
	Details json.RawMessage // x: an object; nil: there is none
}

// IsMessage reports whether r is a message, and no event.
func (r *Record) IsMessage() bool { return r.Event == "" }

// IsCut reports whether r has only the beginning of its message.
func (r *Record) IsCut() bool { return r.Length > int64(len(r.Data)) }

// Clone returns a copy of r that is the caller's to keep.
func (r *Record) Clone() *Record {
	c := *r
	c.Data, c.Original = bytes.Clone(r.Data), bytes.Clone(r.Original)
	c.Readable, c.Details = slices.Clone(r.Readable), slices.Clone(r.Details)
	return &c
}
