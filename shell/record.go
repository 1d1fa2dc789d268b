package shell

import (
	"rpcsh/shell/exit"
	"rpcsh/shell/record"
	"rpcsh/shell/session"
)

// newRecording returns what records a session. Its failure is told there.
func newRecording(s *Shell, opts record.Options) *record.Control {
	opts.Peers = func() []record.Peer { return recorded(s.session.Peers().List()) }
	opts.Fail = func(err error) { s.session.Problem(err.Error()) }
	return record.NewControl(s.session.Events(), s.ring, opts)
}

// recorded returns what a recording tells of peers.
func recorded(peers []*session.Peer) []record.Peer {
	all := make([]record.Peer, len(peers))
	for i, p := range peers {
		all[i] = record.Peer{Peer: p.Event(), Target: p.Link().Target.String(), Accepted: p.Accepted()}
		if p.Accepted() || p.Target().Scheme == "" {
			all[i].Target = p.Address()
		}
		if w, known := p.Link().Wire(); known {
			all[i].Protocol, all[i].Framing = w.Protocol.Name, w.Framing
		}
	}
	return all
}

// Record begins to record the session of s.
func Record(s *Shell, req record.Request) error {
	if err := s.recording.Start(req); err != nil {
		return exit.Usagef("%w", err)
	}
	return nil
}
