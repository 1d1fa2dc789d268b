package rpcconn

import (
	"errors"
	"fmt"
)

// A receiver is the reading goroutine of a Conn, and what it alone knows.
type receiver struct {
	*Conn
	note    Request         // the notification passed to OnRequest
	told    map[string]bool // the rules passed to OnDeviation
	demands bool            // each frame is answered, also one that is no request

	refused int // messages in a row that were answered though they are none
}

// demands reports whether a channel is such that its peer waits for an answer to each frame, as that of an HTTP client
// is.
func demands(ch Channel) bool {
	d, ok := ch.(Demander)
	return ok && d.Demands()
}

func (c *receiver) receive() {
	var p Packet
	var err error
	for {
		var frame []byte
		if frame, err = c.ch.Recv(); err != nil {
			if !c.passes(err) {
				break
			}
			continue
		}
		c.in.Add(1)
		err = c.codec.Decode(frame, &p)
		if len(p.Deviations) > 0 {
			c.deviates(p.Deviations...)
			p.Deviations = p.Deviations[:0]
		}
		if err != nil {
			reason := reasonOf(err)
			report := fmt.Errorf("unreadable message: %w: %s", reason, Excerpt(frame))
			c.refuseFrame(frame, reason.Error(), report, ErrorOf(err))
			continue
		}
		owned := len(frame) >= OwnSize
		c.dispatch(&p, owned)
		if owned {
			p = Packet{} // keeps neither the frame's memory nor that of a long batch
		}
	}
	c.finish(err)
}

// passes handles an error of Recv after which the next frame can be received, and reports whether err is one.
func (c *receiver) passes(err error) bool {
	var deviation *Deviation
	if errors.As(err, &deviation) {
		c.deviates(deviation)
		return true
	}
	var bad *FrameError
	if errors.As(err, &bad) {
		c.refuseFrame(bad.Bytes, bad.Reason, bad, NewError(CodeParseError, bad.Reason))
		return true
	}
	return false
}

// deviates tells what the peer does against its specification, once each rule.
func (c *receiver) deviates(all ...*Deviation) {
	for _, d := range all {
		if c.opts.OnDeviation == nil || c.told[d.Rule] {
			continue
		}
		if c.told == nil {
			c.told = make(map[string]bool)
		}
		c.told[d.Rule] = true
		c.opts.OnDeviation(d)
	}
}
