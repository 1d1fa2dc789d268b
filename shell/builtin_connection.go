package shell

import (
	"context"
	"fmt"
	"strings"
	"time"

	"rpcsh/completer"
	"rpcsh/rpcconn/dial"
	"rpcsh/shell/lang"
)

func connectionCommands() []Command {
	return []Command{
		{
			Name: "connect", Group: groupConnections, Usage: "TARGET [PROTOCOL] [FRAMING]",
			Summary:  "dial a peer; it becomes the one that calls go to",
			Help:     "TARGET is tcp://host:port, host:port, :port, unix:///path, or a path with a slash. What is not said is as on the command line.",
			Examples: []string{".connect localhost:6000", ".connect :6001 bsonrpc", ".connect /run/rpc.sock jsonrpc netstring"},
			Complete: completeWire,
			Run: func(ctx context.Context, s *Shell, args lang.Text) error {
				return s.withWire(args, func(target string, cfg dial.Config) error { return s.Connect(ctx, target, cfg) })
			},
		},
		{
			Name: "listen", Group: groupConnections, Usage: "ADDRESS [PROTOCOL] [FRAMING]",
			Summary:  "wait for peers, which come and go as @1, @2 …",
			Help:     "ADDRESS is written like a target; :6000 listens on all addresses of this machine. The first peer that comes is the one that calls go to.",
			Examples: []string{".listen :6000", ".listen 127.0.0.1:0 bsonrpc"},
			Complete: completeWire,
			Run: func(ctx context.Context, s *Shell, args lang.Text) error {
				return s.withWire(args, func(target string, cfg dial.Config) error {
					err := s.Listen(ctx, target, cfg)
					s.updatePrompt()
					return err
				})
			},
		},
		{
			Name: "peers", Group: groupConnections,
			Summary: "list who is connected",
			Help: "Number, role (dialled or accepted), remote address, protocol and framing, age, messages in and out, requests that wait for an answer, " +
				"ours and theirs. The one that calls go to is marked with *.",
			Run: func(_ context.Context, s *Shell, args lang.Text) error {
				if err := noArguments(args); err != nil {
					return err
				}
				s.listPeers()
				return nil
			},
		},
		{
			Name: "use", Group: groupConnections, Usage: "PEER",
			Summary:  "let calls go to this peer where they name none",
			Examples: []string{".use 2"},
			Complete: completePeer,
			Run: func(_ context.Context, s *Shell, args lang.Text) error {
				if args.Text == "" {
					return fmt.Errorf("which peer? .peers lists them")
				}
				p, err := s.peers.find(args.Text)
				if err != nil {
					return err
				}
				s.peers.use(p)
				s.updatePrompt()
				return nil
			},
		},
		{
			Name: "close", Group: groupConnections, Usage: "[PEER | all]",
			Summary:  "close the connection to a peer, or stop listening and close all",
			Examples: []string{".close", ".close 2", ".close all"},
			Complete: func(s *Shell, words []string) []completer.Candidate {
				return append(completePeer(s, words), completer.Candidate{Text: allPeers, Description: "stop listening, close all connections"})
			},
			Run: func(_ context.Context, s *Shell, args lang.Text) error { return s.closePeers(args.Text) },
		},
	}
}

// withWire reads TARGET [PROTOCOL] [FRAMING].
func (s *Shell) withWire(args lang.Text, run func(target string, cfg dial.Config) error) error {
	words := strings.Fields(args.Text)
	if len(words) == 0 {
		return fmt.Errorf("where? write host:port, or unix:///path")
	}
	cfg := s.cfg.Wire
	for _, w := range words[1:] {
		if isProtocol(w) {
			if cfg.Protocol != w {
				cfg.Framing = ""
			}
			cfg.Protocol = w
		} else {
			cfg.Framing = w
		}
	}
	return run(words[0], cfg)
}

func isProtocol(name string) bool {
	for _, p := range dial.ProtocolNames() {
		if p == name {
			return true
		}
	}
	return false
}

func completeWire(_ *Shell, words []string) []completer.Candidate {
	if len(words) == 0 {
		return nil
	}
	var all []completer.Candidate
	for _, p := range dial.Protocols() {
		all = append(all, completer.Candidate{Text: p.Name, Description: p.Title})
		for _, f := range p.Framings {
			all = append(all, completer.Candidate{Text: f, Description: "framing of " + p.Title})
		}
	}
	return all
}

func completePeer(s *Shell, _ []string) []completer.Candidate {
	var all []completer.Candidate
	for _, p := range s.peers.list() {
		all = append(all, completer.Candidate{Text: fmt.Sprint(p.number), Description: p.name})
	}
	return all
}

func (s *Shell) listPeers() {
	peers := s.peers.list()
	s.mu.Lock()
	for _, l := range s.listeners {
		s.screen.print(s.stdout(), fmt.Sprintf("listening on %s · %s", l.Target, l.Wire))
	}
	s.mu.Unlock()
	if len(peers) == 0 {
		s.remark("nobody is connected")
		return
	}
	var t table
	t.row("", "PEER", "ROLE", "REMOTE", "PROTOCOL", "AGE", "IN", "OUT", "OURS", "THEIRS")
	current := s.peers.selected()
	for _, p := range peers {
		mark := " "
		if p == current {
			mark = "*"
		}
		st := p.link.Stats()
		t.row(mark, p.at(), p.role(), visible(p.link.Remote, false), p.link.Wire.String(), age(time.Since(p.since)),
			grouped(int(st.In)), grouped(int(st.Out)), fmt.Sprint(st.Calling), fmt.Sprint(st.Serving))
	}
	s.say("%s", t.String())
}

// closePeers closes the peer that text names, the current one, or all.
func (s *Shell) closePeers(text string) error {
	if text == allPeers {
		s.mu.Lock()
		listeners := s.listeners
		s.listeners = nil
		s.mu.Unlock()
		for _, l := range listeners {
			_ = l.Close()
			s.say("no longer listening on %s", l.Target)
		}
		for _, p := range s.peers.list() {
			_ = p.link.Close()
		}
		return nil
	}
	p := s.peers.selected()
	if text != "" {
		var err error
		if p, err = s.peers.find(text); err != nil {
			return err
		}
	}
	if p == nil {
		return s.notConnected()
	}
	if err := s.gone(p); err != nil {
		return err
	}
	return p.link.Close()
}
