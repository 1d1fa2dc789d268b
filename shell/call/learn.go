package call

import (
	"rpcsh/rpcconn"
	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dialect/openrpc"
)

// learnFrom learns from an answer that there is a method, or that there is none, and what its params and result look
// like.
func (c *Caller) learnFrom(p *Prepared, r *rpcconn.Response) {
	switch {
	case r.Err != nil && r.Err.Code == rpcconn.CodeMethodNotFound:
		c.known.Forget(p.Method)
		return
	case r.Err != nil && (r.Err.Code == 0 || MayNotKnow(r.Err, p.Method)): // so the method is not known to exist
		return
	case p.method.Via != nil: // a tool: what was sent is another method
		return
	case r.Err != nil:
		c.known.Learn(catalog.Method{Name: p.Method, Source: catalog.SourceUsed})
		return
	}
	if p.Method == openrpc.MethodDiscover {
		if learned, err := openrpc.Read(r.Result); err == nil {
			c.known.Replace(learned) // the person has asked in our place
		}
	}
	c.known.Observe(p.Method, false, p.Params, r.Result)
}
