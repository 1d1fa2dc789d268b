package shell

import (
	"context"
	"fmt"
	"strconv"
	"sync"

	"rpcsh/completer"
	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/transport"
	"rpcsh/shell/lang"
)

func connectionCommands() []Command {
	return []Command{
		{
			Name: "connect", Group: groupConnections, Usage: "TARGET [PROTOCOL] [FRAMING]",
			Summary:  "dial a peer; it becomes the one that calls go to",
			Help:     "TARGET is host:port, :port, a path with a slash, or a URL: tcp, unix, tls, ws, wss, http, https. -- COMMAND [ARG …] starts a child process. What is not said is as on the command line, or found out.",
			Examples: []string{".connect localhost:6000", ".connect :6001 bsonrpc", ".connect /run/rpc.sock jsonrpc netstring", ".connect ws://localhost:8545", ".connect -- nvim --embed --headless"},
			Complete: completeWire,
			Run: func(ctx context.Context, s *Shell, args lang.Text) error {
				return s.withWire(ctx, args, func(target string, cfg dial.Config) error { return s.Connect(ctx, target, cfg) })
			},
		},
		{
			Name: "listen", Group: groupConnections, Usage: "ADDRESS [PROTOCOL] [FRAMING]",
			Summary:  "wait for peers, which come and go as @1, @2 …",
			Help:     "ADDRESS is written like a target; :6000 listens on all addresses of this machine. The first peer that comes is the one that calls go to.",
			Examples: []string{".listen :6000", ".listen 127.0.0.1:0 bsonrpc"},
			Complete: completeWire,
			Run: func(ctx context.Context, s *Shell, args lang.Text) error {
				return s.withWire(ctx, args, func(target string, cfg dial.Config) error {
					err := s.Listen(ctx, target, cfg)
					s.updatePrompt()
					return err
				})
			},
		},
		{
			Name: "peers", Group: groupConnections, Usage: "[PEER | WORD …] [--sort COLUMN]",
			Summary: "list who is connected",
			Help: "Number, name, role (dialled or accepted), remote address, protocol and framing, age, messages in and out, requests that wait for an answer, " +
				"ours and theirs. The one that calls go to is marked with *. WORD is looked for in all that is text, and may be a glob. Numbers are sorted the highest first.",
			Examples: []string{".peers", ".peers 1,3", ".peers bson", ".peers --sort in"},
			Complete: completePeers,
			Run:      func(ctx context.Context, s *Shell, args lang.Text) error { return s.listPeers(ctx, args) },
		},
		{
			Name: "reconnect", Group: groupConnections, Usage: "[PEER]",
			Summary:  "dial a peer again that has gone; it keeps its number",
			Examples: []string{".reconnect", ".reconnect 2"},
			Complete: completeGone,
			Run:      func(ctx context.Context, s *Shell, args lang.Text) error { return s.again(ctx, args, false) },
		},
		{
			Name: "restart", Group: groupConnections, Usage: "[PEER]",
			Summary:  "end a child process, or close a connection, and begin anew",
			Complete: completePeer,
			Run:      func(ctx context.Context, s *Shell, args lang.Text) error { return s.again(ctx, args, true) },
		},
		{
			Name: "detect", Group: groupConnections, Usage: "[-v] [TARGET]",
			Summary:  "find out what a target speaks; -v shows each step",
			Help:     "Harmless requests are sent on connections of their own, the likeliest first. Without TARGET it is the current peer's.",
			Examples: []string{".detect -v localhost:6000"},
			Run:      func(ctx context.Context, s *Shell, args lang.Text) error { return s.detect(ctx, args) },
		},
		{
			Name: "use", Group: groupConnections, Usage: "PEER",
			Summary:  "let calls go to this peer where they name none",
			Examples: []string{".use 2"},
			Complete: completePeer,
			Run: func(ctx context.Context, s *Shell, args lang.Text) error {
				if args.Text == "" && occasionOf(ctx) == nil {
					return fmt.Errorf("which peer? .peers lists them")
				}
				if args.Text == "" {
					args.Text = strconv.Itoa(s.current(ctx).number)
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
			Name: "name", Group: groupConnections, Usage: "PEER [NAME]",
			Summary:  "give a peer a name: @NAME then means it as @2 does; without NAME, take the name off",
			Help:     "A name lives as long as its peer. It is letters, digits, -, _ and . and no two peers have the same.",
			Examples: []string{".name 2 web", ".name web"},
			Complete: completePeer,
			Run:      func(ctx context.Context, s *Shell, args lang.Text) error { return s.namePeer(ctx, args) },
		},
		{
			Name: "close", Group: groupConnections, Usage: "[PEER | all]",
			Summary:  "close the connection to a peer, or to several, or stop listening and close all",
			Examples: []string{".close", ".close 2", ".close 1,3", ".close 127.*", ".close all"},
			Complete: func(s *Shell, words []string) []completer.Candidate {
				return append(completePeer(s, words), completer.Candidate{Text: allPeers, Description: "stop listening, close all connections"})
			},
			Run: func(ctx context.Context, s *Shell, args lang.Text) error { return s.closePeers(ctx, args.Text) },
		},
	}
}

// withWire reads TARGET [PROTOCOL] [FRAMING].
func (s *Shell) withWire(ctx context.Context, args lang.Text, run func(target string, cfg dial.Config) error) error {
	words := splitWords(args)
	if len(words) == 0 {
		return fmt.Errorf("where? write host:port, or unix:///path")
	}
	cfg := s.cfg.Wire
	if command, ok := commandWords(words); ok {
		return s.ConnectTo(ctx, transport.CommandTarget(command), cfg)
	}
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

// splitWords returns the words of text; quotes hold one together.
func splitWords(text lang.Text) []string {
	var words []string
	for text.Text != "" {
		var w lang.Text
		w, text = quotedWord(text)
		words = append(words, unquote(w.Text))
	}
	return words
}

// commandWords returns the words after --.
func commandWords(words []string) ([]string, bool) {
	if words[0] != "--" {
		return nil, false
	}
	return words[1:], true
}

// again dials a peer again: the current one, or the one that is named. One that is there is closed first, if that is asked for.
func (s *Shell) again(ctx context.Context, args lang.Text, closeFirst bool) error {
	p := s.peers.selected()
	if args.Text != "" {
		var err error
		if p, err = s.peers.findGone(args.Text); err != nil {
			return err
		}
	}
	switch {
	case p == nil:
		return s.notConnected()
	case p.accepted:
		return fmt.Errorf("%s connected by itself; only it can do so again", p.at())
	case p.alive() && !closeFirst:
		return fmt.Errorf("%s is connected (.restart closes the connection first)", p.title(s))
	case p.alive():
		s.sayFarewell(p)
		_ = p.link.Load().Close()
	}
	<-p.link.Load().reported
	if err := s.reconnect(ctx, p); err != nil {
		return err
	}
	s.peers.use(p)
	s.updatePrompt()
	return nil
}

// detect says what a target speaks.
func (s *Shell) detect(ctx context.Context, args lang.Text) error {
	words := splitWords(args)
	var trace func(string)
	if len(words) > 0 && words[0] == "-v" {
		words = words[1:]
		trace = func(step string) { s.say("  %s", visible(step, false)) }
	}
	var t dial.Target
	switch p := s.peers.selected(); {
	case len(words) > 0:
		var err error
		if command, ok := commandWords(words); ok {
			t = transport.CommandTarget(command)
		} else if t, err = transport.ParseTarget(words[0]); err != nil {
			return err
		}
	case p == nil || p.accepted:
		return fmt.Errorf("which target? write host:port")
	default:
		t = p.dialled.target
	}
	return s.Detect(ctx, t, trace)
}

// Detect finds out what t speaks and prints that as a result.
func (s *Shell) Detect(ctx context.Context, t dial.Target, trace func(string)) error {
	defer s.showWaiting("finding out what " + t.String() + " speaks …")()
	cfg := s.cfg.Wire
	cfg.Protocol, cfg.Framing = "", ""
	found, err := cfg.Detect(ctx, t, nil, trace)
	if err != nil {
		return &failure{ExitConnection, Advise(err)}
	}
	defer found.Release()
	if err := s.cfg.Findings.Save(t, found); err != nil {
		s.note(err.Error())
	}
	if s.cfg.Output == OutputJSON {
		s.say("%s", found.JSON())
	} else {
		s.say("%s · found in %s", foundText(found), took(found.Took))
	}
	return nil
}

// completeGone completes the peers that can be dialled again.
func completeGone(s *Shell, _ []string) []completer.Candidate {
	var all []completer.Candidate
	for _, p := range s.peers.lost() {
		all = append(all, peerCandidates(p)...)
	}
	return all
}

func completeWire(_ *Shell, words []string) []completer.Candidate {
	if len(words) == 0 {
		return nil
	}
	var all []completer.Candidate
	for _, p := range dial.Protocols() {
		all = append(all, completer.Candidate{Text: p.Name, Description: p.Title})
	}
	for _, f := range dial.FramingNames() {
		all = append(all, completer.Candidate{Text: f, Description: "framing"})
	}
	return all
}

func completePeer(s *Shell, _ []string) []completer.Candidate {
	var all []completer.Candidate
	for _, p := range s.peers.list() {
		all = append(all, peerCandidates(p)...)
	}
	return all
}

// peerCandidates returns the ways to name p.
func peerCandidates(p *peer) []completer.Candidate {
	all := []completer.Candidate{{Text: strconv.Itoa(p.number), Description: p.name}}
	if nick := p.nickname(); nick != "" {
		all[0].Description = nick + ", " + p.name
		all = append(all, completer.Candidate{Text: nick, Description: all[0].Text + ", " + p.name})
	}
	return all
}

// closePeers closes the peers that text names, the current one, or all.
func (s *Shell) closePeers(ctx context.Context, text string) error {
	if text == allPeers {
		s.stopListening()
		s.closeConnections(s.peers.list())
		return nil
	}
	if text != "" {
		sel, err := parseSelector(text)
		if err != nil {
			return err
		}
		found, err := s.peers.choose(sel)
		s.closeConnections(found)
		return err
	}
	p := s.current(ctx)
	if p == nil {
		return s.notConnected()
	}
	if err := s.gone(p); err != nil {
		return err
	}
	s.sayFarewell(p)
	return p.link.Load().Close()
}

// closeConnections closes those to peers, all at the same time: one that does not read what was sent takes a while.
func (s *Shell) closeConnections(peers []*peer) {
	var closing sync.WaitGroup
	for _, p := range peers {
		closing.Go(func() {
			s.sayFarewell(p)
			_ = p.link.Load().Close()
		})
	}
	closing.Wait()
}

// stopListening closes all listeners, and says so.
func (s *Shell) stopListening() {
	for _, l := range s.closeListeners() {
		s.report(fmt.Sprintf("no longer listening on %s", l.Target))
	}
}

// closeListeners closes all listeners, and returns them.
func (s *Shell) closeListeners() []*dial.Listener {
	s.mu.Lock()
	listeners := s.listeners
	s.listeners = nil
	s.mu.Unlock()
	for _, l := range listeners {
		_ = l.Close()
	}
	return listeners
}
