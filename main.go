// Rpcsh is an interactive shell for peers that speak RPC over a connection in which both sides may call.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/adrg/xdg"
	xterm "golang.org/x/term"

	"rpcsh/history"
	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/demo"
	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/dialect"
	"rpcsh/rpcconn/transport"
	"rpcsh/shell"
	"rpcsh/shell/command"
	"rpcsh/shell/config"
	"rpcsh/shell/exit"
	"rpcsh/shell/lang"
	"rpcsh/shell/term"
	"rpcsh/shell/view"
)

// version is that of the newest entry of CHANGELOG.md.
const version = "0.1.0"

// historyLimit is how many lines are kept.
const historyLimit = 10_000

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is the whole program but for its exit.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	o, err := parseFlags(args)
	switch {
	case err != nil:
		fmt.Fprintln(stderr, "rpcsh: "+err.Error())
		return exit.Code(err)
	case o.help:
		fmt.Fprint(stdout, o.helpText())
		return exit.Done
	case o.version:
		fmt.Fprintln(stdout, "rpcsh "+version+revision())
		return exit.Done
	}
	p := &program{options: o, stdin: stdin, stdout: stdout, stderr: stderr}
	if p.verb != "" {
		err := p.runVerb(ctx)
		if err != nil && !exit.IsShown(err) {
			return p.fail(err)
		}
		return exit.Code(err)
	}
	return p.run(ctx)
}

// revision returns the commit that the program was built from, where that is known.
func revision() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return " (" + s.Value[:min(12, len(s.Value))] + ")"
		}
	}
	return ""
}

// A program is one run of rpcsh.
type program struct {
	*options
	stdin          io.Reader
	stdout, stderr io.Writer

	named *config.Config
	shell *shell.Shell
	peer  *demo.Peer // nil: there is none
}

func (p *program) run(ctx context.Context) int {
	cfg := shell.Config{
		Stdout: p.stdout, Stderr: p.stderr, Wire: p.wire, Timeout: time.Duration(p.timeout),
		Handshake: time.Duration(p.handshake), IDs: p.ids, Output: p.output,
		Color: p.colored(), Verbose: p.verbose, Incoming: p.lingers, Log: p.isService(), Reconnect: p.reconnect,
		Discover: !p.noDiscover, Self: dialect.Self{Name: "rpcsh", Version: version, Root: workingFolder()},
		Findings: dial.Findings(filepath.Join(stateDir(), "found.json")),
	}
	cfg.Record = p.recordOptions()
	if len(p.call()) > 0 || len(p.execute) > 0 { // else lines come from there
		cfg.Stdin = p.stdin
	}
	if p.demo { // which is another target with every run
		cfg.Beforehand = demo.Document()
	} else {
		cfg.Store = catalog.Store{Dir: filepath.Join(stateDir(), methodsFolder)}
	}
	signals := []os.Signal{syscall.SIGTERM, syscall.SIGHUP}
	closeTerminal := func() {}
	if p.interactive() {
		var err error
		if closeTerminal, err = p.openTerminal(&cfg); err != nil {
			return p.fail(err)
		}
		closeTerminal = sync.OnceFunc(closeTerminal)
		defer closeTerminal()
	} else {
		signals = append(signals, os.Interrupt)
		if isTerminal(p.stdout) && p.output == "" {
			cfg.Output = view.OutputPretty
		}
		if isTerminal(p.stderr) && p.draws() {
			cfg.Status = func(text string) { fmt.Fprintf(p.stderr, "\r\x1b[K%s", text) }
		}
	}
	p.named = p.loadConfig(ctx, cfg.Terminal)
	cfg.Named = p.named
	ctx, stop := signal.NotifyContext(ctx, signals...)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends what does not end in good order

	p.shell = shell.New(cfg)
	defer func() {
		closeTerminal() // a peer may take its time; what is typed meanwhile is for whoever reads the terminal next
		p.shell.Close()
		if p.peer != nil {
			p.peer.Close()
		}
	}()
	p.configure()
	if p.showConfig {
		return p.printConfig()
	}
	err := p.prepare(ctx)
	if err == nil {
		err = p.connect(ctx)
	}
	if err == nil {
		err = p.work(ctx)
	}
	if err != nil && ctx.Err() == nil || err != nil && !p.interactive() {
		p.shell.ShowFailure(err)
	}
	return exit.Code(err)
}

func (p *program) fail(err error) int {
	fmt.Fprintln(p.stderr, "rpcsh: "+err.Error())
	return exit.Code(err)
}

// interactive reports whether a person sits at a terminal and wants a shell.
func (p *program) interactive() bool {
	return p.alone() && !p.lingers && !p.detects() && !p.showConfig &&
		isTerminal(p.stdin) && isTerminal(p.stdout)
}

func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && xterm.IsTerminal(int(f.Fd()))
}

func (p *program) colored() bool {
	switch p.color {
	case colorAlways:
		return true
	case colorNever:
		return false
	}
	return isTerminal(p.stdout) && (p.interactive() || isTerminal(p.stderr)) &&
		os.Getenv("NO_COLOR") == "" && p.draws()
}

// draws reports whether a terminal may get more than text: colours, and what is drawn again in its place.
func (p *program) draws() bool { return !p.plain && !term.IsDumb() }

// methodsFolder is where in stateDir the methods of peers are kept.
const methodsFolder = "methods"

// stateDir is where is kept what is known between runs.
func stateDir() string { return filepath.Join(xdg.StateHome, "rpcsh") }

// workingFolder returns where the person works, "" where that cannot be told.
func workingFolder() string {
	dir, err := os.Getwd()
	if err != nil {
		return ""
	}
	return dir
}

// openTerminal opens the terminal for a person, and what is kept for them between runs.
func (p *program) openTerminal(cfg *shell.Config) (closeTerminal func(), err error) {
	h, historyErr := history.Open(filepath.Join(stateDir(), "history"), historyLimit)
	if historyErr != nil {
		fmt.Fprintln(p.stderr, "rpcsh: "+historyErr.Error())
	}
	cfg.History = h
	if p.plain {
		return p.openPlain(cfg), nil
	}
	t, err := term.Open(term.Config{
		Complete: func(line string, cursor int) []term.Suggestion {
			return p.shell.Complete(line, cursor)
		},
		Hint: func(line string, cursor int) string {
			return p.shell.Hint(line, cursor)
		},
		History:   h.Entries,
		Continues: lang.Open,
		Tokens:    tokens,
		Edit: func(ctx context.Context, line string) string {
			return p.shell.EditLine(ctx, line)
		},
	})
	if errors.Is(err, term.ErrNoTerminal) {
		return p.openPlain(cfg), nil
	}
	if err != nil {
		return nil, err
	}
	cfg.Terminal = t
	return func() {
		_ = t.Close()
		_ = h.Close()
	}, nil
}

// openPlain is openTerminal where nothing is drawn.
func (p *program) openPlain(cfg *shell.Config) (closeTerminal func()) {
	plain := term.NewPlain(p.stdin, p.stdout, lang.Open)
	cfg.Terminal = plain
	return plain.Close
}

// tokens returns what of a line that is typed has colours.
func tokens(line string) []term.Token {
	var all []term.Token
	for _, t := range lang.Tokens(line) {
		all = append(all, term.Token{Kind: term.TokenKind(t.Kind), From: t.From, To: t.To})
	}
	return all
}

// connect dials or listens as the command line says.
func (p *program) connect(ctx context.Context) error {
	switch {
	case p.demo:
		return p.startDemo(ctx)
	case p.listen != "":
		return p.shell.Listen(ctx, p.listen, p.shell.Wire())
	case p.detects():
		return nil
	case p.command != nil:
		return p.shell.ConnectTo(ctx, transport.CommandTarget(p.command), p.shell.Wire())
	case strings.HasPrefix(p.target(), command.TargetMark):
		return p.shell.ConnectNamed(ctx, strings.TrimPrefix(p.target(), command.TargetMark), p.over)
	case p.target() != "":
		return p.shell.Connect(ctx, p.target(), p.shell.Wire())
	case p.interactive():
		p.shell.Greet(lonely)
	}
	return nil
}

// lonely says what to type first where there is no peer yet.
const lonely = `Nobody is connected yet:
  .connect localhost:6000         dial a peer; what it speaks is found out
  .connect -- COMMAND …           start one and speak over its stdin and stdout
  .listen :6000                   wait for peers
  .help                           all commands; rpcsh --demo has a peer to try them on`

// greeting says what to type first at the demo peer.
const greeting = `This is the demo peer. Try, one after the other (Tab completes):
  my_add 40 2                     a call; x = my_add 40 2 keeps its result in $x
  .serve my_double .[0]*2         answer the peer's own requests
  my_progress_add 2 2             it notifies and calls you before it answers
  ticks 5 500 &                   notifications come while you type
  .methods                        what it offers;  .help  all commands;  .quit`

func (p *program) startDemo(ctx context.Context) error {
	if p.wire.Protocol == dial.Auto && p.wire.Framing == dial.Auto { // there is nothing to find out about one's own
		p.wire.Protocol, p.wire.Framing = dial.Protocols()[0].Name, dial.Protocols()[0].Framing
	}
	p.wire.Settle = 0 // nor does one's own peer need time
	var err error
	if p.peer, err = demo.Start(ctx, p.wire); err != nil {
		return err
	}
	if p.interactive() {
		p.shell.Greet(greeting)
	}
	return p.shell.Connect(ctx, p.peer.Target().String(), p.wire)
}

// work does what there is to do once the connection stands.
func (p *program) work(ctx context.Context) error {
	var err error
	toEnd := true // of the lines, though some may have failed
	switch call := p.call(); {
	case p.detects():
		return p.detectTarget(ctx)
	case p.interactive():
		return p.shell.Run(ctx)
	case p.isService():
		return p.runService(ctx)
	case p.script != "":
		toEnd, err = p.shell.RunScript(ctx, p.script, p.scriptArgs)
	case len(call) > 0:
		err = p.shell.Call(ctx, p.notify, call[0], call[1:])
		toEnd = err == nil
	case len(p.execute) > 0:
		toEnd, err = p.shell.RunLines(ctx, shell.Lines(p.execute))
	case !p.lingers || !isTerminal(p.stdin):
		toEnd, err = p.runInput(ctx)
	}
	if toEnd && p.lingers {
		p.shell.Linger(ctx, time.Duration(p.linger))
	}
	return err
}

// runInput runs the lines of standard input. Where there is neither a line nor a target, there is nothing to do, which
// is hardly what was meant.
func (p *program) runInput(ctx context.Context) (toEnd bool, err error) {
	read, has := readLines(ctx, p.stdin), p.lingers || p.demo || len(p.args) > 0 || p.command != nil || p.listen != ""
	toEnd, err = p.shell.RunLines(ctx, func() (string, error) {
		line, err := read()
		has = has || err == nil
		return line, err
	})
	if err == nil && !has {
		err = exit.Usagef("there is no TARGET, and standard input, which is no terminal, is empty; rpcsh -h tells more")
	}
	return toEnd, err
}

// isService reports whether scripts are served to whoever comes, without a person, until a signal ends that.
func (p *program) isService() bool {
	return p.listen != "" && len(p.scripts) > 0 && p.alone() && !p.lingers && !p.interactive()
}

// servicePatience is how long a service that ends waits for the requests that it is answering.
const servicePatience = 10 * time.Second

// runService runs the lines of standard input, where it has some, and then serves until ctx ends, or .quit is given. A
// terminal is not read: a program in its background is stopped when it reads.
func (p *program) runService(ctx context.Context) error {
	ctx, cancel := p.shell.UntilQuit(ctx)
	defer cancel()
	if !isTerminal(p.stdin) {
		if _, err := p.shell.RunLines(ctx, readLines(ctx, p.stdin)); err != nil && ctx.Err() == nil {
			return err
		}
	}
	<-ctx.Done()
	p.shell.Drain(servicePatience)
	return nil
}

// detectTarget prints what the target speaks.
func (p *program) detectTarget(ctx context.Context) error {
	t, err := transport.CommandTarget(p.command), error(nil)
	if p.command == nil {
		if t, err = p.namedTarget(p.target()); err != nil {
			return exit.Usagef("%w", err)
		}
	}
	var trace func(string)
	if p.verbose {
		trace = func(step string) { fmt.Fprintln(p.stderr, "rpcsh: "+step) }
	}
	return p.shell.Detect(ctx, t, trace)
}
