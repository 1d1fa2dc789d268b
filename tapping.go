package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/spf13/pflag"

	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/plain"
	"rpcsh/rpcconn/process"
	"rpcsh/rpcconn/rpcrec"
	"rpcsh/rpcconn/transport"
	"rpcsh/shell/advice"
	"rpcsh/shell/event"
	"rpcsh/shell/exit"
	"rpcsh/shell/human"
	"rpcsh/shell/review"
	"rpcsh/shell/tap"
)

// attachFlags are those of attach, which has none of its own: those of all kinds may stand behind it.
func (*options) attachFlags(*pflag.FlagSet) {}

func (o *options) tapFlags(f *pflag.FlagSet) {
	f.StringVar(&o.tapName, "name", "", "let rpcsh attach `NAME` look at and control this tap")
	f.Var(file(&o.wrapping.wrap), "wrap", "put a tap into `CONFIG`, a client's JSON, in the place of SERVER "+
		"there; what passes is recorded as --record says, else with rpcsh's state")
	f.Var(file(&o.wrapping.unwrap), "unwrap", "take it out of `CONFIG` again")
}

// tap stands between clients and a server: rpcsh tap -l ADDRESS TARGET, or rpcsh tap -- SERVER, which is a server whose
// client has started rpcsh in its place.
func (p *program) tap(ctx context.Context) error { return tapping{p}.run(ctx) }

// tapping is a run of the verb tap.
type tapping struct{ *program }

func (p tapping) run(ctx context.Context) error {
	v := verbs()[verbAt(p.verb)]
	if p.wrapping != (wrapping{}) {
		if len(p.verbArgs) != 1 || p.wrapping.wrap != "" && p.wrapping.unwrap != "" {
			return v.wrong()
		}
		return p.rewrite(p.verbArgs[0])
	}
	isChild := p.command != nil
	if isChild && (len(p.verbArgs) > 0 || p.listen != "") || !isChild && (p.listen == "" || len(p.verbArgs) == 0) {
		return v.wrong()
	}
	p.ending.outlivesReaders() // who looks may go, and what passes goes on
	start := time.Now()
	file, done, err := p.file(start)
	if err != nil {
		return err
	}
	opts := tap.Options{MaxMessage: p.wire.MaxMessage, Record: file.Write}
	if p.wire.Protocol != dial.Auto {
		w, err := p.wire.Wire(transport.Target{Scheme: "tcp"})
		if err != nil {
			return err
		}
		opts.Protocol, opts.Framing = w.Protocol.Name, w.Framing
	}
	if isChild {
		err = p.child(ctx, opts, file, start)
	} else {
		err = p.between(ctx, opts, file, start)
	}
	return errors.Join(err, done())
}

// file returns where records are written, and what ends that.
func (p tapping) file(start time.Time) (*tap.File, func() error, error) {
	fail := func(err error) { p.say("recording: %s", plain.Error(err)) }
	head := rpcrec.Header{
		Start: start, By: "rpcsh " + version,
		Argv: p.shown(),
	}
	opts := rpcrec.WriterOptions{Max: int(p.recordMax)}
	if p.record == "" {
		return tap.NewFile(io.Discard, head, opts, p.redacts, fail), func() error { return nil }, nil
	}
	out, err := rpcrec.OpenFile(p.record, p.appends)
	if err != nil {
		return nil, nil, exit.Usagef("%w", err)
	}
	f := tap.NewFile(out, head, opts, p.redacts, fail)
	return f, func() error {
		n, err := f.Flush()
		if closed := out.Close(); err == nil {
			err = closed
		}
		p.say("%s in %s", human.Plural(n, "message"), p.record)
		return err
	}, nil
}

// child passes on what the own client says to a server that is started for it. It ends when the server does, and as
// that has ended.
func (p tapping) child(ctx context.Context, opts tap.Options, file *tap.File, start time.Time) error {
	child := transport.CommandTarget(p.command)
	opts.Target = transport.CommandTarget(file.Argv(p.command)).String()
	var server *process.Process
	opts.Dial = func(context.Context) (io.ReadWriteCloser, error) {
		env := append(os.Environ(), child.Env...)
		var err error
		server, err = process.Start(process.Options{Args: child.Command, Env: env, Stderr: p.passOn})
		return server, err
	}
	t := tap.New(opts, start)
	desk, err := p.offered(ctx, t)
	if err != nil {
		return err
	}
	defer desk.close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	err = p.withShell(ctx, t, strings.NewReader(""), p.stderr, func() error { // the client has the streams
		return t.Pass(ctx, newOwnStreams(p.stdin, p.stdout), "")
	}, cancel)
	if err != nil || server == nil {
		return err
	}
	ended := server.Status()
	code := exit.Connection
	_, failed := fmt.Sscanf(ended, "exit status %d", &code)
	if code == exit.Done || failed != nil && server.OwnEnd() == "" { // by a signal, which was ours
		return nil
	}
	return &exit.Failure{Code: code, Err: fmt.Errorf("%s ended: %s", p.command[0], ended)}
}

// offered lets shells attach to a tap, where --name says so.
func (p tapping) offered(ctx context.Context, t *tap.Tap) (*controlDesk, error) {
	if p.tapName == "" {
		return nil, nil
	}
	return offer(ctx, t, p.tapName)
}

// ownStreams are standard input and output as a connection. Nothing wakes a read of standard input, so that the one
// who reads it is left to the end of the program.
type ownStreams struct {
	*io.PipeReader
	out io.Writer
}

func newOwnStreams(in io.Reader, out io.Writer) *ownStreams {
	r, w := io.Pipe()
	go func() {
		_, err := io.Copy(w, in)
		_ = w.CloseWithError(err)
	}()
	return &ownStreams{r, out}
}

// Write implements io.Writer.
func (s *ownStreams) Write(b []byte) (int, error) { return s.out.Write(b) }

// Close ends waiting for standard input, and standard output.
func (s *ownStreams) Close() error {
	_ = s.PipeReader.Close() // it has no error
	if c, ok := s.out.(io.Closer); ok {
		_ = c.Close() // it is the end
	}
	return nil
}

// between passes on what clients say to a server, and prints it as rpcsh show does.
func (p tapping) between(ctx context.Context, opts tap.Options, file *tap.File, start time.Time) error {
	target, err := p.namedTarget(p.verbArgs[0])
	if err != nil {
		return exit.Usagef("%w", err)
	}
	filter, err := event.ParseFilter(strings.Join(p.verbArgs[1:], " "))
	if err != nil {
		return exit.Usagef("%w", err)
	}
	if target.IsCommand() {
		return verbs()[verbAt(p.verb)].wrong()
	}
	listener, err := p.listener(ctx)
	if err != nil {
		return err
	}
	defer listener.Close()
	opts.Target = target.String()
	opts.Dial = func(ctx context.Context) (io.ReadWriteCloser, error) { return p.dial(ctx, target) }
	t := tap.New(opts, start)
	desk, err := p.offered(ctx, t)
	if err != nil {
		return err
	}
	defer desk.close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	serve := func() error { return t.Serve(ctx, listener) }
	listens := fmt.Sprintf("listening on %s, for %s", listener.Addr(), file.Text(opts.Target))
	if !p.seesAll() {
		p.say("%s", listens)
		passing := func() error { return p.withShell(ctx, t, p.stdin, p.stdout, serve, cancel) }
		if p.lingers { // the shell prints
			return passing()
		}
		return p.print(ctx, t, filter, start, passing)
	}
	served := make(chan error, 1)
	begin := sync.OnceFunc(func() { go func() { served <- serve() }() })
	err = p.shellOf(ctx, t, tapSeat{begins: strings.ToUpper(listens[:1]) + listens[1:] + "; what passes is shown.\n" +
		tapGreeting, watches: begin})
	begin() // also where the shell has failed
	n := t.Connected()
	if n == 0 || err != nil || ctx.Err() != nil {
		cancel()
		return errors.Join(<-served, err)
	}
	return p.print(ctx, t, filter, start, func() error {
		p.say("what passes is passed on and printed (%s); Ctrl-C ends that", human.Plural(n, "connection"))
		return <-served
	})
}

// print prints what passes, as rpcsh show does, until serve returns, whose error it returns.
func (p tapping) print(
	ctx context.Context, t *tap.Tap, filter event.Filter, start time.Time, serve func() error,
) error {
	in, live := io.Pipe()
	atOnce := rpcrec.WriterOptions{After: func(_ time.Duration, flush func()) { go flush() }}
	shown := tap.NewFile(live, rpcrec.Header{Start: start}, atOnce, p.redacts, func(error) {})
	stop := t.Watch(func(news tap.News) {
		if news.Record != nil {
			shown.Write(news.Record)
		}
	})
	served := make(chan error, 1)
	go func() {
		err := serve()
		stop()
		_, _ = shown.Flush()
		_ = live.Close()
		served <- err
	}()
	err := review.Show(context.WithoutCancel(ctx), review.Options{
		In: in, Filter: filter, Rules: p.redacts, Output: p.output, Out: p.stdout, Safe: isTerminal(p.stdout),
		Color: p.coloredOutput(), Remark: func(string) {},
	})
	_, _ = io.Copy(io.Discard, in) // passing on goes on though nobody sees it
	if plain.NobodyReads.Is(err) {
		err = nil // who looked has seen enough
	}
	return errors.Join(<-served, err)
}

// listener listens where -l says.
func (p tapping) listener(ctx context.Context) (net.Listener, error) {
	t, err := transport.ParseTarget(p.listen)
	if err != nil {
		return nil, exit.Usagef("%w", err)
	}
	if t.IsOpen() {
		p.say("%s", advice.Open)
	}
	if t.IsTLS() {
		cfg, err := p.wire.TLS.Server()
		if err != nil {
			return nil, exit.Usagef("%w", err)
		}
		l, err := transport.Listen(ctx, "tcp", t.Address)
		if err != nil {
			return nil, exit.Usagef("%w", err)
		}
		return tls.NewListener(l, cfg), nil
	}
	network := "tcp"
	if t.Scheme == transport.SchemeUnix || t.Socket() != "" {
		network = "unix"
	}
	l, err := transport.Listen(ctx, network, t.Address)
	if err != nil {
		return nil, exit.Usagef("%w", err)
	}
	return l, nil
}

// dial connects to the server, as a stream of bytes.
func (p tapping) dial(ctx context.Context, t transport.Target) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Duration(p.timeout))
	defer cancel()
	switch {
	case t.Scheme == transport.SchemeUnix, t.Socket() != "":
		return transport.Dial(ctx, "unix", t.Address)
	case t.IsTLS():
		cfg, err := p.wire.TLS.Client(t.Host())
		if err != nil {
			return nil, err
		}
		return transport.DialTLS(ctx, t.DialAddress(), cfg)
	}
	return transport.Dial(ctx, "tcp", t.DialAddress())
}
