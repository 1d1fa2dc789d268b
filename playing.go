package main

import (
	"cmp"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/demo"
	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/plain"
	"rpcsh/rpcconn/rpcrec"
	"rpcsh/rpcconn/rpcrec/foreign"
	"rpcsh/rpcconn/statefile"
	"rpcsh/rpcconn/transport"
	"rpcsh/shell/command"
	"rpcsh/shell/event"
	"rpcsh/shell/exit"
	"rpcsh/shell/glob"
	"rpcsh/shell/human"
	"rpcsh/shell/reach"
	"rpcsh/shell/replay"
)

// playing is what the flags of replay and verify say.
type playing struct {
	only     string
	equality string
	update   bool
	ignore   []string
	optional []string
	let      []string
	secrets  []string
}

func (o *options) replayFlags(f *pflag.FlagSet) {
	p := &o.playing
	f.StringVar(&p.only, "only", "", "`FILTER` of .watch for the messages, of both sides, that are played")
	f.StringArrayVar(&p.ignore, "ignore", nil,
		"`POINTER` to a place in the peer's messages that may differ: /result/time, /params/*/id")
	f.StringArrayVar(&p.optional, "optional", nil,
		"`METHOD`, which may have * and ?, whose notifications by the peer may come or not, and say anything: "+
			"window/logMessage")
	f.StringArrayVar(&p.let, "let", nil,
		"`NAME=POINTER` to a value in the peer's messages that is another one now, and has to be sent then: "+
			"session=/result/sessionId")
	f.StringArrayVar(&p.secrets, "secret", nil,
		"`N=VALUE` that is sent in the place of the masked value ***N; ${NAME} in it is from the environment")
}

func (o *options) verifyFlags(f *pflag.FlagSet) {
	o.replayFlags(f)
	f.StringVar(&o.playing.equality, "equal", replay.Equalities()[0], "`HOW` messages have to be the same: exact; "+
		"shape: values of the same types, by the same names; schema: results fit all results of the method")
	f.BoolVar(&o.playing.update, "update", false, "write what the peer says now into FILE, where that differs")
}

// readPlaying returns what the flags of replay and verify say.
func (o *options) readPlaying() (replay.Options, error) {
	pl, pace := &o.playing, cmp.Or(o.pace, replay.Paces()[0])
	opts := replay.Options{
		Pace: replay.Pace(pace), Equality: replay.Equality(pl.equality), Secrets: make(map[int]string),
	}
	if !slices.Contains(replay.Paces(), pace) {
		return opts, exit.Usagef("--pace %s: choose one of %s", pace, strings.Join(replay.Paces(), ", "))
	}
	if pl.equality != "" && !slices.Contains(replay.Equalities(), pl.equality) {
		return opts, exit.Usagef("--equal %s: choose one of %s", pl.equality, strings.Join(replay.Equalities(), ", "))
	}
	var err error
	if opts.Only, err = event.ParseFilter(pl.only); err != nil {
		return opts, exit.Usagef("--only %s: %w", pl.only, err)
	}
	for _, text := range pl.ignore {
		p, err := replay.ParsePointer(text)
		if err != nil {
			return opts, exit.Usagef("--ignore: %w", err)
		}
		opts.Ignore = append(opts.Ignore, p)
	}
	for _, pattern := range pl.optional {
		if err := glob.Check(pattern); err != nil {
			return opts, exit.Usagef("--optional %s: %w", pattern, err)
		}
		opts.Optional = append(opts.Optional, pattern)
	}
	for _, text := range pl.let {
		l, err := replay.ParseLet(text)
		if err != nil {
			return opts, exit.Usagef("--let: %w", err)
		}
		opts.Let = append(opts.Let, l)
	}
	for _, text := range pl.secrets {
		number, value, _ := strings.Cut(text, "=")
		n, err := strconv.Atoi(strings.TrimPrefix(number, "***"))
		if value = expand(value); err != nil || n < 1 || value == "" {
			return opts, exit.Usagef("--secret is not N=VALUE, or VALUE is empty: write --secret 1='${TOKEN}'")
		}
		opts.Secrets[n] = value
	}
	return opts, nil
}

// replay plays the client of a recording.
func (p *program) replay(ctx context.Context) error { return replaying{p}.run(ctx) }

// replaying is a run of the verbs replay and verify.
type replaying struct{ *program }

func (p replaying) run(ctx context.Context) error {
	out := &checked{Writer: p.stdout}
	p.stdout = out
	err := p.runTo(ctx)
	if out.err != nil && (err == nil || exit.IsShown(err)) {
		return &exit.Failure{Code: exit.Usage, Err: out.err}
	}
	return err
}

// A checked writer keeps the first error of writing.
type checked struct {
	io.Writer
	err error
}

// Write implements io.Writer.
func (c *checked) Write(b []byte) (int, error) {
	n, err := c.Writer.Write(b)
	if c.err == nil {
		c.err = err
	}
	return n, err
}

func (p replaying) runTo(ctx context.Context) error {
	v := verbs()[verbAt(p.verb)]
	switch {
	case (p.command != nil) != p.demo && len(p.verbArgs) == 1:
	case p.command == nil && !p.demo && len(p.verbArgs) == 2:
		p.args = p.verbArgs[1:]
	default:
		return v.wrong()
	}
	opts, err := p.readPlaying()
	if err != nil {
		return err
	}
	t, cfg, err := p.peerTarget()
	if err != nil {
		return err
	}
	changes := make(map[int][]byte)
	if p.playing.update {
		opts.Changed = func(line int, message []byte, reason string) {
			if message == nil {
				p.say("line %d stays as it is: %s", line, reason)
				return
			}
			changes[line] = message
		}
	}
	tally, err := p.play(ctx, p.verbArgs[0], t, cfg, opts)
	if err == nil && len(changes) > 0 {
		if err = updateFile(p.verbArgs[0], changes); err == nil {
			p.say("%s updated in %s", human.Plural(len(changes), "message"), p.verbArgs[0])
			tally.Differ -= len(changes)
		}
	}
	if p.peer != nil {
		p.peer.Close()
	}
	switch {
	case ctx.Err() != nil:
		return exit.ErrInterrupted
	case err != nil:
		return err
	case tally.Differ > 0:
		return &exit.Shown{Err: &exit.Failure{Code: exit.Expectation, Err: errors.New("it differs")}}
	}
	return nil
}

// updateFile writes other messages into a recording, which is another file then, or the one that it was.
func updateFile(file string, changes map[int][]byte) error {
	in, err := os.Open(file)
	if err != nil {
		return err
	}
	defer in.Close() // Windows replaces no file that is open: it has been closed by then
	info, err := in.Stat()
	if err != nil {
		return err
	}
	out, err := os.CreateTemp(filepath.Dir(file), ".rpcsh-*")
	if err != nil {
		return err
	}
	err = errors.Join(
		replay.Update(out, in, changes), os.Chmod(out.Name(), info.Mode().Perm()), out.Close(), in.Close())
	if err == nil {
		err = statefile.Rename(out.Name(), file)
	}
	if err != nil {
		_ = os.Remove(out.Name()) // what is wrong is told
	}
	return err
}

// peerTarget returns to whom a recording is played, and how that peer is reached.
func (p replaying) peerTarget() (transport.Target, dial.Config, error) {
	switch {
	case p.demo:
		return transport.Target{}, p.wire, nil // it is started when it is known what it has to speak
	case p.command != nil:
		return transport.CommandTarget(p.command), p.wire, nil
	}
	t, err := p.namedTarget(p.target())
	if err != nil {
		return t, p.wire, exit.Usagef("%w", err)
	}
	name, is := strings.CutPrefix(p.target(), command.TargetMark)
	if !is {
		return t, p.wire, nil
	}
	named, err := p.named.Target(name)
	if err != nil {
		return t, p.wire, err
	}
	cfg, err := named.Wire(p.wire)
	return t, p.over(cfg), err
}

// play plays a file, and prints what differs.
func (p replaying) play(
	ctx context.Context, file string, t transport.Target, cfg dial.Config, opts replay.Options,
) (replay.Tally, error) {
	codec := func(protocol string) (rpcconn.Codec, error) {
		// What -p says is what is spoken now: the recording tells what was spoken then.
		protocol = cmp.Or(protocol, cfg.Protocol)
		if protocol == dial.Auto {
			return nil, exit.Usagef("%w: -p says it", replay.ErrNothingSpoken)
		}
		known, err := dial.FindProtocol(protocol)
		if err != nil {
			return nil, err
		}
		return known.NewCodec(), nil
	}
	told, status := 0, p.statusRow()
	survey, err := reading(file, func(r *rpcrec.Reader) (*replay.Survey, error) {
		return replay.Look(r, codec, opts.Only)
	})
	if err != nil {
		return replay.Tally{}, err
	}
	const most = 10 // lines that are told one by one
	opts.LeftOut = func(line *rpcrec.LineError) {
		if told++; told <= most {
			status.aside(func() { p.say("%s: %s; it is left out", file, line) })
		}
	}
	if len(survey.Sends) == 0 && survey.Taken == 0 {
		return replay.Tally{}, exit.Usagef("%s: there is nothing in it that a client has sent", file)
	}
	if survey.Late {
		const text = "%s begins in the middle of a connection: what was said before, a handshake or subscriptions, is" +
			" not sent"
		p.say(text, file)
	}
	opts.Patience, opts.Codec = time.Duration(p.timeout), codec
	opts.Dial = p.dial(t, cfg, status)
	defer status.show("")
	opts.Waiting = status.show
	opts.Differs = func(d *replay.Difference) {
		status.show("")
		p.printDifference(d)
	}
	tally, err := reading(file, func(r *rpcrec.Reader) (replay.Tally, error) {
		return replay.Play(ctx, r, survey, opts)
	})
	var masked *replay.MaskError
	if errors.As(err, &masked) && masked.Number > 0 {
		err = exit.Usagef("%w: --secret %d='${TOKEN}' says what is", err, masked.Number)
	}
	var cut *replay.CutError
	if errors.As(err, &cut) {
		err = exit.Usagef("%w", err)
	}
	if err == nil && tally.Sent == 0 && p.playing.only != "" {
		return tally, exit.Usagef("nothing of %s was sent: --only %s chooses none of its messages", file,
			p.playing.only)
	}
	if tally.Sent > 0 || err == nil {
		status.show("")
		p.printTally(tally)
		p.sayTaken(survey.Taken)
		p.sayUnread(tally.Unread)
	}
	return tally, err
}

// reading reads a recording.
func reading[T any](file string, read func(*rpcrec.Reader) (T, error)) (T, error) {
	f, err := os.Open(file)
	if err != nil {
		var none T
		return none, exit.Usagef("%w", err)
	}
	defer f.Close()
	got, err := read(foreign.NewReader(f))
	var wrong *replay.ReadError
	if errors.As(err, &wrong) {
		err = exit.Usagef("%s: %w", file, plain.Reason(err))
	}
	return got, err
}

// dial returns what dials the peer for each connection of a recording: what it speaks is what it spoke then.
func (p replaying) dial(
	t transport.Target, cfg dial.Config, status *statusRow,
) func(context.Context, replay.Spoken, *rpcconn.Options) (*rpcconn.Conn, error) {
	d := reach.Dialler{
		Findings: dial.Findings(filepath.Join(stateDir(), "found.json")), Timeout: time.Duration(p.timeout),
		Remark: func(error) {},
	}
	note := func(text string) { status.aside(func() { p.say("%s", text) }) }
	cfg.Stderr = func(line string) { status.aside(func() { p.quote(line) }) }
	return func(ctx context.Context, spoken replay.Spoken, ours *rpcconn.Options) (*rpcconn.Conn, error) {
		cfg := cfg
		framed := p.demo || t.IsStream()
		if cfg.Protocol == dial.Auto && (!framed || spoken.Framing != "") { // else it is found out
			cfg.Protocol = cmp.Or(spoken.Protocol, cfg.Protocol)
			if framed && cfg.Framing == dial.Auto {
				cfg.Framing = spoken.Framing
			}
		}
		if p.demo && p.peer == nil {
			cfg.Settle = 0 // one's own peer needs no time
			var err error
			if p.peer, err = demo.Start(ctx, cfg); err != nil {
				return nil, err
			}
			t = p.peer.Target()
		}
		got, err := d.Dial(ctx, reach.Contact{Target: t, Config: cfg, Options: ours, Note: note})
		if err != nil {
			return nil, err
		}
		if p.verbose {
			note(got.Said)
		}
		return got.Link.Conn, nil
	}
}
