package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/pflag"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/demo"
	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/jsontext"
	"rpcsh/rpcconn/rpcrec"
	"rpcsh/rpcconn/rpcrec/foreign"
	"rpcsh/rpcconn/transport"
	"rpcsh/shell/command"
	"rpcsh/shell/event"
	"rpcsh/shell/exit"
	"rpcsh/shell/human"
	"rpcsh/shell/reach"
	"rpcsh/shell/replay"
	"rpcsh/shell/view"
)

// playing is what the flags of replay and verify say.
type playing struct {
	only     string
	equality string
	ignore   []string
	let      []string
	secrets  []string
}

func (o *options) replayFlags(f *pflag.FlagSet) {
	p := &o.playing
	f.StringVar(&p.only, "only", "", "`FILTER` of .watch for the messages, of both sides, that are played")
	f.StringArrayVar(&p.ignore, "ignore", nil,
		"`POINTER` to a place in the peer's messages that may differ: /result/time, /params/*/id")
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
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	tally, err := p.play(ctx, p.verbArgs[0], t, cfg, opts)
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
		if p.given("protocol") || protocol == "" {
			protocol = cfg.Protocol
		}
		if protocol == dial.Auto {
			return nil, exit.Usagef("%w: -p says it", replay.ErrNothingSpoken)
		}
		known, err := dial.FindProtocol(protocol)
		if err != nil {
			return nil, err
		}
		return known.NewCodec(), nil
	}
	survey, err := reading(file, func(r *rpcrec.Reader) (*replay.Survey, error) { return replay.Look(r, codec) })
	if err != nil {
		return replay.Tally{}, err
	}
	if len(survey.Sends) == 0 {
		return replay.Tally{}, exit.Usagef("%s: there is nothing in it that a client has sent", file)
	}
	opts.Patience, opts.Codec = time.Duration(p.timeout), codec
	opts.Dial = p.dial(t, cfg)
	status := p.statusRow()
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
	if tally.Sent > 0 || err == nil {
		status.show("")
		p.printTally(tally)
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
	var later *rpcrec.VersionError
	if errors.Is(err, rpcrec.ErrForeign) || errors.As(err, &later) {
		err = exit.Usagef("%s: %w", file, err)
	}
	return got, err
}

// dial returns what dials the peer for each connection of a recording: what it speaks is what it spoke then.
func (p replaying) dial(t transport.Target, cfg dial.Config) func(
	context.Context, replay.Spoken, *rpcconn.Options) (*rpcconn.Conn, error) {
	d := reach.Dialler{
		Findings: dial.Findings(filepath.Join(stateDir(), "found.json")), Timeout: time.Duration(p.timeout),
		Remark: func(error) {},
	}
	note := func(text string) { fmt.Fprintln(p.stderr, "rpcsh: "+view.Visible(text)) }
	cfg.Stderr = func(line string) { fmt.Fprintln(p.stderr, "│ "+view.Visible(line)) }
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

// maxValue is how many characters of a value that differs are printed.
const maxValue = 200

// printDifference prints a difference as a line: "#12 hover: result.contents: "a" → "b"".
func (p replaying) printDifference(d *replay.Difference) {
	if p.output == view.OutputJSON {
		p.printObject([]member{
			{"line", number(d.Line)}, {"id", []byte(d.ID.String())}, {"method", quoted(d.Method)},
			{"path", quoted(d.Path)}, {"then", d.Then}, {"now", d.Now}, {"text", quoted(d.Text)},
		})
		return
	}
	var parts []string
	about := d.Method
	if !d.ID.IsNone() {
		about = strings.TrimSpace("#" + d.ID.String() + " " + about)
	}
	for _, part := range []string{about, d.Path} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	text := d.Text
	if text == "" {
		text = shown(d.Then) + " → " + shown(d.Now)
	}
	fmt.Fprintln(p.stdout, view.Visible(strings.Join(append(parts, text), ": ")))
}

// shown returns a value as people compare it.
func shown(value []byte) string {
	if value == nil {
		return "nothing"
	}
	text, err := jsontext.AppendCompact(nil, value)
	if err != nil {
		text = value
	}
	return human.Clip(string(text), maxValue)
}

// printTally prints how a recording went.
func (p replaying) printTally(t replay.Tally) {
	if p.output == view.OutputJSON {
		p.printObject([]member{
			{"sent", number(t.Sent)}, {"same", number(t.Same)}, {"differ", []byte(strconv.Itoa(t.Differ))},
		})
		return
	}
	differ := "differ"
	if t.Differ == 1 {
		differ = "differs"
	}
	fmt.Fprintf(p.stdout, "%d sent, %d same, %d %s\n", t.Sent, t.Same, t.Differ, differ)
	if t.Skipped > 0 {
		skipped := human.Plural(t.Skipped, "line")
		fmt.Fprintf(p.stderr, "rpcsh: left out what cannot be read: %s of the recording\n", skipped)
	}
}

// A member is one of an object that is printed; without a value, it is left out.
type member struct {
	name  string
	value []byte
}

func number(n int) []byte {
	if n == 0 {
		return nil
	}
	return strconv.AppendInt(nil, int64(n), 10)
}

func quoted(text string) []byte {
	if text == "" {
		return nil
	}
	return []byte(jsontext.Quote(text))
}

func (p replaying) printObject(members []member) {
	text := []byte("{")
	for _, m := range members {
		if len(m.value) == 0 {
			continue
		}
		if len(text) > 1 {
			text = append(text, ',')
		}
		text = append(append(append(text, jsontext.Quote(m.name)...), ':'), m.value...)
	}
	_, _ = io.WriteString(p.stdout, string(text)+"}\n")
}
