package shell

import (
	"context"
	"fmt"

	"rpcsh/shell/lang"
)

// allPeers is the peer that means every one.
const allPeers = "all"

// addressed returns the peers that a statement is for.
func (s *Shell) addressed(ctx context.Context, st *lang.Statement) ([]*peer, error) {
	if st.Peer != "" {
		sel, err := parseSelector(st.Peer)
		if err != nil {
			return nil, mistake(err, st.PeerColumn)
		}
		s.awaitPeers(ctx, sel)
		if sel.text == allPeers && s.peers.connected() == 0 {
			return nil, s.notConnected()
		}
		found, err := s.peers.choose(sel)
		return found, mistake(err, st.PeerColumn)
	}
	s.awaitPeers(ctx, selector{})
	p := s.current(ctx)
	if p == nil {
		return nil, s.notConnected()
	}
	return []*peer{p}, s.gone(p)
}

// gone returns the error of using a peer that has gone, nil while it is there.
func (s *Shell) gone(p *peer) error {
	if p.alive() {
		return nil
	}
	reason, _ := p.ending()
	hint := ".reconnect dials it again"
	if p.accepted {
		hint = "it has to connect again"
		if others := s.peers.list(); len(others) > 0 {
			hint = fmt.Sprintf(".use %d takes another", others[0].number)
		}
	}
	return connectionError("not connected: %s %s; %s", p.title(s), reason, hint)
}

func (s *Shell) notConnected() error {
	if s.listening() {
		return connectionError("not connected: nobody has connected yet (.peers shows who is there)")
	}
	return connectionError("not connected: .connect HOST:PORT dials a peer, .listen :PORT waits for some")
}
