package shell

import (
	"context"
	"fmt"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/catalog"
)

// discoverTimeout is how long a peer has to say what it offers.
const discoverTimeout = 5 * time.Second

// learnFrom learns from an answer that there is a method, or that there is none.
func (p *peer) learnFrom(method string, r *rpcconn.Response) {
	if r.Err != nil && r.Err.Code == rpcconn.CodeMethodNotFound {
		p.known.Forget(method)
		return
	}
	if learned, err := catalog.FromOpenRPC(r.Result); method == catalog.MethodDiscover && err == nil {
		p.known.Replace(learned) // the person has asked in our place
	}
	p.learnUsed(method)
}

func (p *peer) learnUsed(method string) {
	p.known.Learn(catalog.Method{Name: method, Source: catalog.SourceUsed})
}

// learnTraffic learns that the peer calls method here.
func (p *peer) learnTraffic(method string) {
	p.known.Learn(catalog.Method{Name: method, Source: catalog.SourceTraffic, Ours: true})
}

// discover asks p once what it offers. It is a task of the session; that the peer does not know rpc.discover is nothing to tell.
func (s *Shell) discover(p *peer) {
	ctx, cancel := context.WithTimeout(s.done, discoverTimeout)
	defer cancel()
	w := &call{peer: p, method: catalog.MethodDiscover}
	r, err := p.link.Load().Do(ctx, &rpcconn.Call{Method: catalog.MethodDiscover, OnID: func(id rpcconn.ID) { w.id = id }})
	if err != nil {
		p.mu.Lock()
		p.givenUp[w.id] = w.method // its answer may still come
		p.mu.Unlock()
		return
	}
	if r.Err != nil {
		return
	}
	learned, err := catalog.FromOpenRPC(r.Result)
	if err != nil {
		s.note(fmt.Sprintf("%s: rpc.discover: %v", p.title(s), err))
		return
	}
	p.known.Replace(learned)
	s.prepare(p)
	who := ""
	if title := learned.Peer.String(); title != "" {
		who = visible(title, false) + " · "
	}
	s.note(who + plural(len(learned.Methods), "method") + " learned by rpc.discover")
}

// remember keeps what is known of p for the next run.
func (s *Shell) remember(p *peer) {
	if p.known.Len() == 0 {
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
