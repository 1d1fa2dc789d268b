package rpcconn

import (
	"fmt"
	"strings"
)

// A Holder is a Channel that can say which part of a message has come of which the rest has not. Any goroutine may call
// Partial, which waits for nothing; nil: there is no such part, or Recv is at work.
type Holder interface{ Partial() *Partial }

// A Partial is the part of a message that has come.
type Partial struct {
	Got, Size int64  // bytes that have come, and bytes that the message has; Size 0: that is not known
	Head      []byte // the first that have come, in memory of its own; empty where they are gone already
	Whole     bool   // what has come is a whole JSON text
	TooLong   bool   // the message is over the limit, and passed over
}

// PartialOf returns what ch holds of a message; nil: nothing, or that cannot be told.
func PartialOf(ch Channel) *Partial {
	if h, ok := ch.(Holder); ok {
		return h.Partial()
	}
	return nil
}

// String says what has come: "37 of 50 bytes of a message have come: …".
func (p *Partial) String() string {
	var b strings.Builder
	switch {
	case p.Size > p.Got:
		fmt.Fprintf(&b, "%d of %d bytes of a message", p.Got, p.Size)
	case p.Size > 0:
		fmt.Fprintf(&b, "all %d bytes of a message", p.Size)
	default:
		fmt.Fprintf(&b, "%d bytes of a message", p.Got)
	}
	if p.TooLong {
		b.WriteString(" over the limit")
	}
	b.WriteString(" have come")
	if p.Size <= p.Got {
		b.WriteString(", and not its end")
	}
	if len(p.Head) > 0 {
		b.WriteString(": " + Excerpt(p.Head))
	}
	switch {
	case p.Whole && p.Size > p.Got:
		b.WriteString("; they are a whole JSON text, so the length before it does not match it")
	case p.Whole && p.Size == 0:
		b.WriteString("; they are a whole JSON text, so what ends a message is missing")
	}
	return b.String()
}
