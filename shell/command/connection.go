package command

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"rpcsh/completer"
	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/transport"
	"rpcsh/shell/advice"
	"rpcsh/shell/arguments"
	"rpcsh/shell/columns"
	"rpcsh/shell/exit"
	"rpcsh/shell/human"
	"rpcsh/shell/lang"
	"rpcsh/shell/session"
	"rpcsh/shell/turn"
	"rpcsh/shell/view"
)

// connections are the commands that peers come and go by.
type connections struct {
	session *session.Session
	view    *view.View
	prompt  prompter
}

func (c *connections) commands(t *Table) []Command {
	return append(c.dialCommands(t), c.peerCommands()...)
}

// dialCommands are those by which peers come.
func (c *connections) dialCommands(t *Table) []Command {
	return []Command{
		{
			Name: "connect", Group: groupConnections, Usage: "TARGET [PROTOCOL] [FRAMING]",
			Summary: "dial a peer; it becomes the one that calls go to",
			Help: "TARGET is host:port, :port, a path with a slash, or a URL: tcp, unix, tls, ws, wss, http, " +
				"https. -- COMMAND [ARG …] starts a child process, and @NAME is a target of the configuration. What " +
				"is not said is as on the command line, or found out.",
			Examples: []string{
				".connect localhost:6000", ".connect :6001 bsonrpc", ".connect /run/rpc.sock jsonrpc netstring",
				".connect ws://localhost:8545", ".connect -- nvim --embed --headless",
			},
			Complete: t.completeTarget,
			Run: func(ctx context.Context, args lang.Text) error {
				if name, is := strings.CutPrefix(args.Text, TargetMark); is {
					return t.connectNamed(ctx, strings.Fields(name))
				}
				at, cfg, err := c.targetAndWire(args)
				if err == nil {
					_, err = c.connect(ctx, at, cfg)
				}
				return err
			},
		},
		{
			Name: "listen", Group: groupConnections, Usage: "ADDRESS [PROTOCOL] [FRAMING]",
			Summary: "wait for peers, which come and go as @1, @2 …",
			Help: "ADDRESS is written like a target; :6000 listens for programs of this machine, *:6000 for those of " +
				"others, too. The first peer that comes is the one that calls go to.",
			Examples: []string{".listen :6000", ".listen 127.0.0.1:0 bsonrpc"},
			Complete: completeWire,
			Run: func(ctx context.Context, args lang.Text) error {
				t, cfg, err := c.targetAndWire(args)
				if err != nil {
					return err
				}
				err = c.session.Listen(ctx, t, cfg)
				c.prompt.UpdatePrompt()
				return err
			},
		},
		{
			Name: "peers", Group: groupConnections, Usage: "[PEER | WORD …] [--sort COLUMN]",
			Summary: "list who is connected",
			Help: "Number, name, role (dialled or accepted), remote address, protocol and framing, age, messages " +
				"in and out, requests that wait for an answer, ours and theirs. The one that calls go to is marked " +
				"with *. WORD is looked for in all that is text, and may be a glob. Numbers are sorted the highest " +
				"first.",
			Examples: []string{".peers", ".peers 1,3", ".peers bson", ".peers --sort in"},
			Complete: c.completePeers,
			Run:      c.listPeers,
		},
		{
			Name: "reconnect", Group: groupConnections, Usage: "[PEER]",
			Summary:  "dial a peer again that has gone; it keeps its number",
			Examples: []string{".reconnect", ".reconnect 2"},
			Complete: func([]string) []completer.Candidate { return peerCandidates(c.session.Peers().Gone()) },
			Run:      func(ctx context.Context, args lang.Text) error { return c.again(ctx, args, false) },
		},
		{
			Name: "restart", Group: groupConnections, Usage: "[PEER]",
			Summary:  "end a child process, or close a connection, and begin anew",
			Complete: c.completePeer,
			Run:      func(ctx context.Context, args lang.Text) error { return c.again(ctx, args, true) },
		},
		{
			Name: "detect", Group: groupConnections, Usage: "[-v] [TARGET]",
			Summary: "find out what a target speaks; -v shows each step",
			Help: "Harmless requests are sent on connections of their own, the likeliest first; after .set detect " +
				"passive nothing is sent. Without TARGET it is the current peer's.",
			Examples: []string{".detect -v localhost:6000"},
			Run:      c.runDetect,
		},
		t.targetCommand(),
	}
}

// peerCommands are those about peers that are there.
func (c *connections) peerCommands() []Command {
	return []Command{
		{
			Name: "use", Group: groupConnections, Usage: "PEER",
			Summary:  "let calls go to this peer where they name none",
			Examples: []string{".use 2"},
			Complete: c.completePeer,
			Run:      c.use,
		},
		{
			Name: "name", Group: groupConnections, Usage: "PEER [NAME]",
			Summary: "give a peer a name: @NAME then means it as @2 does; without NAME, take the name off",
			Help: "A name lives as long as its peer. It is letters, digits, -, _ and . and no two peers have the " +
				"same.",
			Examples: []string{".name 2 web", ".name web"},
			Complete: c.completePeer,
			Run:      c.name,
		},
		{
			Name: "close", Group: groupConnections, Usage: "[PEER | all]",
			Summary:  "close the connection to a peer, or to several, or stop listening and close all",
			Examples: []string{".close", ".close 2", ".close 1,3", ".close 127.*", ".close all"},
			Complete: func([]string) []completer.Candidate {
				all := completer.Candidate{Text: session.AllPeers, Description: "stop listening, close all connections"}
				return append(Peers(c.session), all)
			},
			Run: c.close,
		},
	}
}

// completePeer completes the peers that are connected.
func (c *connections) completePeer([]string) []completer.Candidate { return Peers(c.session) }

// targetAndWire reads TARGET [PROTOCOL] [FRAMING], or -- COMMAND [ARG …].
func (c *connections) targetAndWire(args lang.Text) (transport.Target, dial.Config, error) {
	cfg := c.session.Wire()
	words := arguments.Read(args).Words()
	if len(words) == 0 {
		return transport.Target{}, cfg, fmt.Errorf("where? write host:port, or unix:///path")
	}
	t, err := readTarget(words)
	if err != nil || t.IsCommand() {
		return t, cfg, err
	}
	return t, wired(cfg, words[1:]), nil
}

// wired returns cfg with a protocol and a framing, where words name them.
func wired(cfg dial.Config, words []string) dial.Config {
	for _, w := range words {
		if slices.Contains(dial.ProtocolNames(), w) {
			if cfg.Protocol != w {
				cfg.Framing = ""
			}
			cfg.Protocol = w
		} else {
			cfg.Framing = w
		}
	}
	return cfg
}

// readTarget reads a target from the first of words, or from all of them where it is a command.
func readTarget(words []string) (transport.Target, error) {
	if words[0] == arguments.CommandMark {
		t := transport.CommandTarget(words[1:])
		if len(t.Command) == 0 {
			return t, exit.Usagef("a command is missing after --")
		}
		return t, nil
	}
	t, err := transport.ParseTarget(words[0])
	if err != nil {
		return t, exit.Usagef("%w", advice.Program(err, ".connect "+arguments.CommandMark, words...))
	}
	return t, nil
}

// Connect dials a target, as .connect does.
func (t *Table) Connect(ctx context.Context, target transport.Target, cfg dial.Config) error {
	_, err := t.connections.connect(ctx, target, cfg)
	return err
}

func (c *connections) connect(ctx context.Context, t transport.Target, cfg dial.Config) (*session.Peer, error) {
	defer turn.Waits(ctx)()
	if cfg.ListsDebuggers(t) {
		var err error
		if t, err = c.chooseDebugger(ctx, t, cfg); err != nil {
			return nil, err
		}
	}
	_, stop := c.view.Working("connecting to " + t.String() + " …")
	p, err := c.session.Connect(ctx, t, cfg)
	stop()
	c.prompt.UpdatePrompt()
	return p, err
}

// chooseDebugger returns the one thing that can be debugged at t; where there are several, they are listed for the
// person to choose from.
func (c *connections) chooseDebugger(
	ctx context.Context, t transport.Target, cfg dial.Config,
) (transport.Target, error) {
	_, stop := c.view.Working("asking " + t.String() + " what can be debugged …")
	list, err := c.session.Debuggers(ctx, t, cfg)
	stop()
	switch {
	case err != nil:
		return t, err
	case len(list) == 0:
		return t, exit.Connectionf("%s has nothing that can be debugged", t)
	case len(list) == 1:
		at, err := list[0].Target(t)
		if err != nil {
			return t, &exit.Failure{Code: exit.Connection, Err: err}
		}
		return at, nil
	}
	var rows columns.Table
	first := ""
	for i, d := range list {
		url := "in use"
		if at, err := d.Target(t); err == nil {
			url = at.String()
		}
		if i == 0 {
			first = url
		}
		rows.Row(view.Visible(d.Type), view.Visible(human.Clip(d.Title, 40)), view.Visible(human.Clip(d.URL, 60)), url)
	}
	c.view.Remark(strings.TrimSuffix(rows.Within(c.view.ListWidth()), "\n"))
	return t, exit.Usagef("%s has %d that can be debugged: name one by its URL, as in .connect %s", t, len(list), first)
}

// again dials a peer again: the current one, or the one that is named. One that is there is closed first, if that
// is asked for.
func (c *connections) again(ctx context.Context, args lang.Text, closeFirst bool) error {
	p := c.session.Peers().Current()
	if args.Text != "" {
		var err error
		if p, err = c.session.Peers().FindGone(args.Text); err != nil {
			return err
		}
	}
	if p == nil {
		return c.session.NotConnected()
	}
	defer turn.Waits(ctx)()
	_, stop := c.view.Working("connecting to " + p.Target().String() + " …")
	err := c.session.Reconnect(ctx, p, closeFirst)
	stop()
	c.prompt.UpdatePrompt()
	return err
}
