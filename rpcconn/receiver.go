package rpcconn

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// A receiver is what only the goroutine that reads uses. Another may take its place; see inline.go.
type receiver struct {
	*Conn
	note      Request         // the notification passed to OnRequest
	told      map[string]bool // the rules passed to OnDeviation
	demands   bool            // each frame is answered, also one that is no request
	inlineCtx context.Context // of Handlers that this goroutine runs

	out     *outgoing // the answer of a Handler that this goroutine runs
	refused int       // messages in a row that were answered though they are none
	text    []byte    // for what codecs make of frames
	kept    bool      // something points to the memory of the frame
	woken   []*waiter // have their responses, and are to be woken
	now     time.Time // when the last read was; zero: that is to be found out
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
		if !c.mayRead() {
			c.until(c.ctx, c.mayRead)
		}
		var frame []byte
		if frame, err = c.ch.Recv(); err != nil {
			if !c.passes(err) {
				break
			}
			continue
		}
		c.in.Add(1)
		if p.Text = nil; len(frame) < maxKept {
			p.Text = c.text[:0]
		}
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
		big := len(frame) >= OwnSize
		if p.Text != nil && cap(p.Text) <= 2*maxKept {
			c.text = p.Text
		}
		c.kept = false
		if !c.dispatch(&p, big && len(p.Text) == 0) {
			return
		}
		if big {
			p.forget()
			if !c.kept {
				c.pacer.Reclaim()
			}
		}
	}
	c.wakeAll()
	c.finish(err)
}

// beforeWait is called before the next frame is waited for.
func (c *receiver) beforeWait() {
	c.wakeAll()
	c.now = time.Time{}
}

// clock returns when what is at hand was read.
func (c *receiver) clock() time.Time {
	if c.now.IsZero() || !c.paced {
		c.now = time.Now()
	}
	return c.now
}

// keep returns text in memory that nothing else uses. owned says that this is so.
func (c *receiver) keep(text json.RawMessage, owned bool) json.RawMessage {
	if owned {
		c.kept = c.kept || text != nil
		return text
	}
	return bytes.Clone(text)
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
		c.wakeAll()
		if c.told == nil {
			c.told = make(map[string]bool)
		}
		c.told[d.Rule] = true
		c.opts.OnDeviation(d)
	}
}
