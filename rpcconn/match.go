package rpcconn

import (
	"encoding/json"
	"fmt"
	"time"
)

// What answers which call, where the id does not simply say it. None of this is on the way of an answer with an integer
// for an id that a call waits for.

// number returns the integer that id is, in whatever form: 7, 7.0 and 7e0 are one number in JSON, and so one id.
func (id ID) number() (int64, bool) { return id.Plain().Int() }

// IsOrdinary reports whether id is a string or a number, as somebody's ids may be.
func (id ID) IsOrdinary() bool {
	return id.text == integerID || id.text != "" && (id.text[0] == '"' || id.isNumber())
}

// meant returns the number that id stands for, though it is a string: "7" for 7.
func (id ID) meant() (int64, bool) {
	var s string
	if json.Unmarshal([]byte(id.text), &s) != nil {
		return 0, false
	}
	return ParseID([]byte(s)).number()
}

// Meant returns the integer that id may be meant for, though it is written in another form: 7 for 7.0 and for "7"; of
// all others, Plain.
func (id ID) Meant() ID {
	if n, ok := id.meant(); ok {
		return IntID(n)
	}
	return id.Plain()
}

// resolve hands r to the call that waits for it; it reports false if none does.
func (c *receiver) resolve(r *Response) bool {
	c.mu.Lock()
	id, isNumber := r.ID.Int()
	var w *waiter
	if isNumber {
		w = c.calls.take(id)
	} else if id, isNumber = r.ID.number(); isNumber {
		w = c.calls.take(id)
	} else {
		w = c.calls.takeOwn(r.ID)
	}
	c.mu.Unlock()
	switch {
	case w != nil:
		c.answered(w, r)
		return true
	case isNumber:
		return false
	}
	return c.resolveOdd(r)
}

// answered gives w its response. It goes on once all has been handed out that has been read.
func (c *receiver) answered(w *waiter, r *Response) {
	if w.onResponse != nil {
		c.wakeAll()
		w.onResponse(r)
	}
	w.response = r
	if !c.paced {
		w.wake()
		return
	}
	c.woken = append(c.woken, w)
}

// wakeAll wakes those who have their response. It is called before anything that may take longer than to hand out the
// next one.
func (c *receiver) wakeAll() {
	for i, w := range c.woken {
		w.wake()
		c.woken[i] = nil
	}
	c.woken = c.woken[:0]
}

// fail ends the call without a response.
func (w *waiter) fail(err error) {
	w.failure = err
	w.wake()
}

// resolveOdd is resolve for an id that is no number. An error without an id, or with null, is that of what could not be
// read (JSON-RPC 2.0 section 5): of the call, or of the whole batch, that waits alone. A string that says a number is
// meant for the call of that number, and what nobody uses as an id, such as null, for the call that waits alone: these
// answer it only if ids are lenient, but end it in any case.
func (c *receiver) resolveOdd(r *Response) bool {
	refusal := r.Err != nil && (r.ID.IsNone() || r.ID.IsNull())
	c.mu.Lock()
	n, isNumber := r.ID.meant()
	var waiting []*waiter
	var w *waiter
	if isNumber {
		w = c.calls.take(n)
	}
	if w != nil {
		waiting = []*waiter{w}
	} else if c.odd == 0 && !r.ID.IsOrdinary() {
		waiting = c.calls.takeLone()
	}
	c.mu.Unlock()
	if len(waiting) == 0 {
		return false
	}
	lenient := c.opts.LenientIDs != nil && c.opts.LenientIDs()
	switch {
	case refusal, lenient && len(waiting) == 1:
		if !refusal {
			c.deviates(&Deviation{
				Rule: "id of another type",
				Text: "an answer has the id " + r.ID.shown() + " in place of " + waiting[0].wireID().String() +
					" (JSON-RPC 2.0 section 5: it must be the same)",
			})
		}
		for _, w := range waiting {
			c.answered(w, &Response{ID: w.wireID(), Result: r.Result, Err: r.Err, Extra: r.Extra})
		}
		return true
	}
	c.stray(r)
	for _, w := range waiting {
		w.fail(&WrongIDError{Sent: w.wireID(), Got: r.ID})
	}
	return true
}

// shown returns the id as a sentence has it.
func (id ID) shown() string {
	if id.IsNone() {
		return "none"
	}
	return id.String()
}

// stray reports a response that no call waits for.
func (c *receiver) stray(r *Response) {
	c.mu.Lock()
	c.odd = max(0, c.odd-1) // it may answer what was sent on purpose
	c.mu.Unlock()
	c.wakeAll()
	if c.opts.OnStray != nil {
		c.opts.OnStray(r)
	}
}

// refuseFrame reports bytes that are not a message. If they are an answer, they end the calls that it was for, and are
// not answered: nobody has asked. Otherwise the answer is sent, where such are.
func (c *receiver) refuseFrame(text []byte, reason string, report error, answer *Error) {
	c.wakeAll()
	f := Glean(c.codec, text)
	broken := &BrokenAnswerError{reason, head(text), report}
	switch {
	case f.Noise:
		c.onError(&NoiseError{head(text)})
		if f.Outcome && !f.Request && len(f.IDs) > 0 {
			broken.Reason, broken.Cause = "it stands in a line of words", nil
			time.AfterFunc(quotePatience, func() { c.breakCalls(Fragment{IDs: f.IDs}, broken) })
		}
	case !f.Request && c.breakCalls(f, broken):
		c.onError(broken)
		return
	default:
		c.onError(report)
		c.couldNotRead(reason)
	}
	isAnswer := f.Outcome && !f.Request
	if (!isAnswer || c.demands) && c.refuses() {
		c.refuseUnread(answer, nil)
	}
}

// quotePatience is how long the answer itself may come after a line of words that quotes it, such as one of a log.
const quotePatience = 200 * time.Millisecond

// refuseUnread answers what cannot be read, or is no message. Where that has been answered often in a row, it is the
// last time.
func (c *receiver) refuseUnread(answer *Error, batch *batchAnswers) {
	c.refuse(ID{}, answer, batch)
	if c.refused++; c.refused == maxUnreadable && !c.demands {
		c.onError(fmt.Errorf("%d messages in a row could not be read (%w): is this the right framing and protocol? "+
			"They are no longer answered", maxUnreadable, reasonOf(answer)))
	}
}

// couldNotRead takes note of what came and could not be read.
func (c *receiver) couldNotRead(reason string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.unread.n++
	c.unread.reason = reason
}

// couldRead takes note of what came and could be read.
func (c *receiver) couldRead() {
	c.refused = 0
	if c.unread.n > 0 { // only this goroutine changes it
		c.mu.Lock()
		defer c.mu.Unlock()
		c.unread = unread{}
	}
}

// breakCalls ends the calls that a broken answer is for, and reports whether there are any. One whose ids cannot be
// read is for those that wait alone.
func (c *receiver) breakCalls(f Fragment, err *BrokenAnswerError) bool {
	var waiting []*waiter
	c.mu.Lock()
	for _, id := range f.IDs {
		w := c.calls.takeOwn(id)
		if n, ok := id.Meant().Int(); w == nil && ok {
			w = c.calls.take(n)
		}
		if w != nil {
			waiting = append(waiting, w)
		}
	}
	if c.odd == 0 && f.Outcome && len(f.IDs) == 0 {
		waiting = c.calls.takeLone()
	}
	c.mu.Unlock()
	for _, w := range waiting {
		w.fail(err)
	}
	return len(waiting) > 0
}

// refuses reports whether what is no message is answered.
func (c *receiver) refuses() bool {
	return c.demands || c.refused < maxUnreadable && (c.opts.Refuses == nil || c.opts.Refuses())
}

// settle decides what a message of KindInvalid is: the answer to a call, what is answered by an error, or neither.
func (c *receiver) settle(m *Message) {
	if c.demands {
		if m.Err == nil {
			m.Err = NewError(CodeInvalidRequest, "it is no message")
		}
		return
	}
	n, isNumber := m.ID.number()
	c.mu.Lock()
	made := isNumber && 0 < n && n <= c.calls.last || c.calls.own[m.ID.Plain()] != nil
	c.mu.Unlock()
	switch {
	case m.Broken && m.Result != nil && made:
		m.Kind, m.Err = KindResponse, nil
		c.deviates(&Deviation{
			Rule: "response without a result",
			Text: fmt.Sprintf("the answer to %s has neither a result nor an error, and counts as null (JSON-RPC 2.0 "+
				"section 5): %s", m.ID, excerpt(m.Raw, HeadSize)),
		})
	case m.Broken:
		f := Fragment{Outcome: m.Err == nil}
		if !m.ID.IsNone() {
			f.IDs = []ID{m.ID}
		}
		if c.breakCalls(f, &BrokenAnswerError{Reason: brokenReason(m), Text: head(m.Raw)}) || !c.refuses() {
			m.Err = nil
		}
	case m.Err != nil && m.ID.IsNone() && !c.refuses():
		m.Err = nil
	}
}

// brokenReason returns what is wrong with a broken response.
func brokenReason(m *Message) string {
	if m.Err != nil {
		return reasonOf(m.Err).Error()
	}
	return "it is no response"
}
