package rpcconn

import (
	"bytes"
	"sync"
)

// A shortRequest is a Request and the memory of short params.
type shortRequest struct {
	Request
	text [64]byte
}

// newRequest returns the request m, which its Handler may keep, unless requests are used again.
func (c *receiver) newRequest(m *Message, owned bool) *Request {
	if c.opts.Reuse {
		req := requests.Get().(*Request)
		req.ID, req.Method, req.Time, req.Extra = m.ID, m.Method, c.clock(), bytes.Clone(m.Extra)
		if m.Params != nil {
			req.memory = append(req.memory[:0], m.Params...)
			req.Params = req.memory
		}
		return req
	}
	short := new(shortRequest)
	req := &short.Request
	req.ID, req.Method, req.Time, req.Extra = m.ID, m.Method, c.clock(), c.keep(m.Extra, owned)
	if len(m.Params) > len(short.text) || m.Params == nil {
		req.Params = c.keep(m.Params, owned)
	} else {
		n := copy(short.text[:], m.Params)
		req.Params = short.text[:n:n]
	}
	return req
}

// requests are those that were answered and that nobody keeps.
var requests = sync.Pool{New: func() any { return &Request{memory: make([]byte, 0, 64)} }}

// hold takes note that req has come, and is in memory.
func hold(c *Conn, req *Request) {
	req.conn, req.held = c, len(req.Params)+len(req.Extra)
	c.waiting.hold(&c.waiting.requests, req.held)
	c.served.Add(1)
}

// release is called when req is done with. Its memory is used again if nobody keeps it.
func release(req *Request) {
	c := req.conn
	c.waiting.hold(&c.waiting.requests, -req.held)
	if !c.opts.Reuse || req.batch != nil || req.refusal != nil || cap(req.memory) > maxKept {
		return
	}
	*req = Request{memory: req.memory}
	requests.Put(req)
}

// A shortResponse is a Response and the memory of a short result.
type shortResponse struct {
	Response
	text [48]byte
}

// newResponse returns the response m, which its caller may keep, in place of into if that is not nil.
func (c *receiver) newResponse(into *Response, m *Message, owned bool) *Response {
	r := into
	if r == nil {
		short := new(shortResponse)
		if r = &short.Response; len(m.Result) <= len(short.text) {
			r.Result = short.text[:0:len(short.text)]
		}
	}
	switch {
	case m.Result == nil:
		r.Result = nil
	case into != nil || cap(r.Result) >= len(m.Result):
		r.Result = append(r.Result[:0], m.Result...)
	default:
		r.Result = c.keep(m.Result, owned)
	}
	if r.ID, r.Err, r.Extra = m.ID, m.Err, c.keep(m.Extra, owned); r.Err != nil {
		r.Err.Data, r.Err.CodeText = c.keep(r.Err.Data, owned), c.keep(r.Err.CodeText, owned)
	}
	return r
}
