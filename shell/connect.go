package shell

import (
	"context"
	"strings"
	"time"

	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/transport"
	"rpcsh/shell/command"
	"rpcsh/shell/command/rule"
	"rpcsh/shell/exit"
)

// Connect dials target, which becomes the peer that is meant where none is named.
func (s *Shell) Connect(ctx context.Context, target string, cfg dial.Config) error {
	t, err := transport.ParseTarget(target)
	if err != nil {
		return exit.Usagef("%w", err)
	}
	return s.ConnectTo(ctx, t, cfg)
}

// ConnectTo is Connect for a target that has been read.
func (s *Shell) ConnectTo(ctx context.Context, t transport.Target, cfg dial.Config) error {
	s.runner.began(s.cfg, time.Now())
	return s.commands.Connect(ctx, t, cfg)
}

// ConnectNamed dials the target of that name in the configuration, with all that goes with it. adjust changes how it is
// dialled.
func (s *Shell) ConnectNamed(ctx context.Context, name string, adjust func(dial.Config) dial.Config) error {
	s.runner.began(s.cfg, time.Now())
	return s.commands.ConnectNamed(ctx, name, adjust)
}

// Wire returns how peers are reached and spoken to, as the settings of now have it.
func (s *Shell) Wire() dial.Config { return s.session.Wire() }

// Set changes a setting, as .set does.
func (s *Shell) Set(name, value string) error { return s.commands.Set(name, value) }

// Listen waits for peers on address.
func (s *Shell) Listen(ctx context.Context, address string, cfg dial.Config) error {
	t, err := transport.ParseTarget(address)
	if err != nil {
		return exit.Usagef("%w", err)
	}
	return s.session.Listen(ctx, t, cfg)
}

// Detect finds out what t speaks and prints that as a result. trace, if not nil, is told each step.
func (s *Shell) Detect(ctx context.Context, t transport.Target, trace func(string)) error {
	return s.commands.Detect(ctx, t, trace)
}

// Learn reads from a file, or an http address, which methods a peer has: that of now, and those that come. It shows
// what it has learned.
func (s *Shell) Learn(ctx context.Context, path string) error { return s.commands.Learn(ctx, path) }

// ServeFile serves the functions of a script, and those that it will have: it is watched. What is a recording answers
// as mock says.
func (s *Shell) ServeFile(ctx context.Context, name string, mock rule.Mock) error {
	if !strings.HasSuffix(name, command.RecordingSuffix) {
		return s.session.Scripts().Serve(ctx, name, nil, "")
	}
	opts, err := mock.Options(s.session.PendingRequests())
	if err != nil {
		return exit.Usagef("%w", err)
	}
	return s.session.Scripts().ServeRecording(name, nil, "", opts, mock.Pass())
}

// Linger waits as long as there is a connection, or until ctx ends, while what comes in is printed. A listening shell
// waits for ctx's end, and one that is attached to a tap for the tap's.
func (s *Shell) Linger(ctx context.Context) {
	if t := s.tapped.Load(); t != nil {
		t.Linger(ctx)
		return
	}
	s.session.Linger(ctx)
}

// Drain ends the session in good order; see Session.Drain. Close comes after it.
func (s *Shell) Drain(patience time.Duration) { s.session.Drain(patience) }
