// Rpcsh is an interactive shell for peers that speak RPC over a connection in which both sides may call.
package main

import (
	"cmp"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/adrg/xdg"
	xterm "golang.org/x/term"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/demo"
	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/dialect"
	"rpcsh/rpcconn/plain"
	"rpcsh/rpcconn/transport"
	"rpcsh/shell"
	"rpcsh/shell/command"
	"rpcsh/shell/config"
	"rpcsh/shell/exit"
	"rpcsh/shell/memory"
	"rpcsh/shell/term"
	"rpcsh/shell/view"
)

// version is that of the newest entry of CHANGELOG.md.
const version = "0.1.0"

// historyLimit is how many lines are kept.
const historyLimit = 10_000

func main() {
	var args []string
	for _, arg := range os.Args[1:] {
		args = append(args, strings.Clone(arg)) // what others see of the command line is changed
	}
	o, err := parseFlags(args)
	if err == nil && !o.help && !o.version {
		hide(os.Args[1:], o.shown()[1:])
	}
	code, _ := runParsed(context.Background(), o, err, os.Stdin, os.Stdout, os.Stderr)
	os.Exit(code)
}

// run is the whole program but for its exit, and for what others see of the command line.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	o, err := parseFlags(args)
	code, release := runParsed(ctx, o, err, stdin, stdout, stderr)
	release()
	return code
}

// runParsed is run for what parseFlags has returned. Until release is called, a signal does not change the exit code.
func runParsed(
	ctx context.Context, o *options, err error, stdin io.Reader, stdout, stderr io.Writer,
) (code int, release func()) {
	release = func() {}
	p := &program{options: o, speaker: speaker{stdout, stderr}, stdin: stdin}
	switch {
	case err != nil:
		return p.fail(err), release
	case o.help:
		_ = p.printAll(o.helpText(p.room(p.stdout)))
		return exit.Done, release
	case o.version:
		p.print("rpcsh " + version + revision())
		return exit.Done, release
	}
	ctx, p.ending = newEnding(ctx, p.speaker)
	code = runAs(ctx, p)
	if how := (*exit.Failure)(nil); errors.As(context.Cause(ctx), &how) {
		code = how.Code
	}
	return code, p.ending.release
}

// runAs runs the verb that is given, or what is done without one.
func runAs(ctx context.Context, p *program) int {
	if p.verb == "" {
		return p.run(ctx)
	}
	err := p.runVerb(ctx)
	if err != nil && !exit.IsShown(err) {
		return p.fail(err)
	}
	return exit.Code(err)
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
	speaker
	stdin  io.Reader
	ending *ending

	named *config.Config
	shell *shell.Shell
	peer  *demo.Peer // nil: there is none
	seat  *tapSeat   // at the tap that the shell is for; nil: it is for none
}

func (p *program) run(ctx context.Context) int {
	cfg := shell.Config{
		Stdout: p.ending.outlet(p.stdout), Stderr: p.ending.outlet(p.stderr), Wire: p.wire,
		Timeout:   time.Duration(p.timeout),
		Handshake: time.Duration(p.handshake), IDs: p.ids, Output: p.output,
		Color: p.colored(), Verbose: p.verbose, Incoming: p.lingers, Log: p.isService(), Reconnect: p.reconnect,
		Memory:   rpcconn.NewMemory(cmp.Or(int64(p.maxMemory), memory.Machine()/4)),
		Discover: !p.noDiscover, Self: dialect.Self{Name: "rpcsh", Version: version, Root: workingFolder()},
		Findings: dial.Findings(filepath.Join(stateDir(), "found.json")),
	}
	if p.seat != nil { // it sends nothing of its own
		cfg.Discover = false
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
	closeTerminal := func() {}
	if p.interactive() {
		var err error
		if closeTerminal, err = p.openTerminal(&cfg); err != nil {
			return p.fail(err)
		}
		closeTerminal = sync.OnceFunc(closeTerminal)
		defer closeTerminal()
	} else {
		if isTerminal(p.stdout) && p.output == "" {
			cfg.Output = view.OutputPretty
		}
		if isTerminal(p.stderr) && p.draws() {
			cfg.Status, cfg.Columns = p.showStatus, func() int { return p.room(p.stderr) }
		}
	}
	p.named = p.loadConfig(ctx, cfg.Terminal)
	cfg.Named = p.named

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
	err := begin(ctx, p, cfg.Terminal)
	if err == nil {
		err = p.work(ctx)
	}
	if cfg.Terminal != nil && !isTerminal(p.stdin) { // which has hung up
		err = exit.ErrInterrupted
	}
	if err != nil && ctx.Err() == nil || err != nil && !p.interactive() && context.Cause(ctx) != error(errUnread) {
		p.shell.ShowFailure(err)
	}
	return exit.Code(err)
}

func (p *program) fail(err error) int {
	p.say("%s", plain.Error(err))
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

// connect dials or listens as the command line says.
func (p *program) connect(ctx context.Context) error {
	switch {
	case p.seat != nil:
		if err := shell.Attach(ctx, p.shell, p.seat.stream, p.seat.stays && !p.lingers); err != nil {
			return err
		}
		if len(p.execute) == 0 {
			p.seat.watches()
		}
		if p.interactive() {
			p.shell.Greet(p.seat.begins)
		}
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

// work does what there is to do once the connection stands.
func (p *program) work(ctx context.Context) error {
	var err error
	toEnd := true // of the lines, though some may have failed
	connect := p.connect
	if p.seat != nil {
		connect = nil // that was done
	}
	switch call := p.call(); {
	case p.detects():
		return p.detectTarget(ctx)
	case p.interactive():
		return p.shell.Run(ctx)
	case p.isService():
		return p.runService(ctx)
	case p.script != "":
		toEnd, err = p.shell.RunScript(ctx, p.script, p.scriptArgs, connect)
	case len(call) > 0:
		err = p.shell.Call(ctx, p.notify, call[0], call[1:])
		toEnd = err == nil
		p.remarkUnread(call[1:])
	case len(p.execute) > 0:
		toEnd, err = p.shell.RunLines(ctx, shell.Lines(p.execute), connect)
		if p.seat != nil && toEnd {
			p.seat.watches()
		}
	case !p.lingers || !isTerminal(p.stdin):
		toEnd, err = p.runInput(ctx)
	}
	if toEnd && (p.lingers || p.seat != nil && p.seat.stays) {
		if p.linger > 0 {
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, time.Duration(p.linger))
			defer cancel()
		}
		p.shell.Linger(ctx)
	}
	return err
}

// runInput runs the lines of standard input. Where there is neither a line nor a target, there is nothing to do, which
// is hardly what was meant.
func (p *program) runInput(ctx context.Context) (toEnd bool, err error) {
	read := readLines(ctx, p.stdin)
	has := p.lingers || p.demo || p.seat != nil || len(p.args) > 0 || p.command != nil || p.listen != ""
	toEnd, err = p.shell.RunLines(ctx, func() (string, error) {
		line, err := read()
		has = has || err == nil
		return line, err
	}, nil)
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
		if _, err := p.shell.RunLines(ctx, readLines(ctx, p.stdin), nil); err != nil && ctx.Err() == nil {
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
		trace = func(step string) { p.say("%s", step) }
	}
	return p.shell.Detect(ctx, t, trace)
}
