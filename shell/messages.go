package shell

import (
	"rpcsh/shell/event"
	"rpcsh/shell/ring"
	"rpcsh/shell/session"
	"rpcsh/shell/view"
)

// kept returns how much of what has happened is kept at first, in bytes: a person looks at it later, a run of lines
// hardly ever.
func kept(cfg Config) int {
	if cfg.Terminal != nil {
		return ring.DefaultLimit
	}
	return 1 << 20
}

// asked returns what is known of a request that waits for the person, for the view.
func asked(peers *session.Peers, e *event.Event) view.Asked {
	x := peers.Expects(e.Peer.Number, e.Method, e.Params)
	known := view.Asked{Result: x.Result() != nil}
	for _, p := range x.Params(e.Params) {
		if p.Value == nil && !p.Required {
			continue
		}
		known.Fields = append(known.Fields, view.Field{Name: p.Name, Type: p.Type(), Value: p.Value})
	}
	return known
}
