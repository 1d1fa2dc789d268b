package shell

import (
	"fmt"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dialect/openrpc"
)

// learnFrom learns from an answer that there is a method, or that there is none, and what its params and result look like.
func (p *peer) learnFrom(c *prepared, r *rpcconn.Response) {
	switch {
	case r.Err != nil && r.Err.Code == rpcconn.CodeMethodNotFound:
		p.known.Forget(c.Method)
		return
	case r.Err != nil && r.Err.Code == 0: // an error of a protocol without codes may be that there is no such method
		return
	case c.method.Via != nil: // it is no method
		return
	case r.Err != nil:
		p.known.Learn(catalog.Method{Name: c.Method, Source: catalog.SourceUsed}) // the params were perhaps wrong
		return
	}
	if c.Method == openrpc.MethodDiscover {
		if learned, err := openrpc.Read(r.Result); err == nil {
			p.known.Replace(learned) // the person has asked in our place
		}
	}
	p.known.Observe(c.Method, false, c.Params, r.Result)
}

// remember keeps what is known of p for the next run.
func (s *Shell) remember(p *peer) {
	if p.known.Empty() {
		return
	}
	if err := s.cfg.Store.Save(p.target, p.known); err != nil {
		s.note(err.Error())
	}
}

// plural returns n things.
func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%s %ss", grouped(n), thing)
}
