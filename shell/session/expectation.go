package session

import (
	"encoding/json"

	"rpcsh/rpcconn/catalog"
	"rpcsh/shell/answer"
)

// Expects returns what is known of a peer's request, and of what answers it.
func Expects(r *answer.Request) catalog.Expectation {
	p, ok := r.Peer.(*Peer)
	if !ok {
		return catalog.Expectation{}
	}
	return expects(p, r.Method, r.Params)
}

// Expects is Expects for a request of the peer of a number.
func (r *Peers) Expects(peer int, method string, params json.RawMessage) catalog.Expectation {
	for _, p := range r.List() {
		if p.Number() == peer {
			return expects(p, method, params)
		}
	}
	return catalog.Expectation{}
}

func expects(p *Peer, method string, params json.RawMessage) catalog.Expectation {
	var result json.RawMessage
	if standard := defaultAnswer(p, method); standard != nil && standard.Result != nil {
		result = standard.Result(params)
	}
	return p.Known().Expect(method, result)
}
