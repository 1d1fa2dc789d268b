package main

import (
	"errors"
	"io"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/home"
	"rpcsh/rpcconn/plain"
	"rpcsh/rpcconn/transport"
	"rpcsh/shell"
	"rpcsh/shell/advice"
	"rpcsh/shell/command/rule"
	"rpcsh/shell/config"
	"rpcsh/shell/exit"
	"rpcsh/shell/human"
	"rpcsh/shell/lang"
	"rpcsh/shell/redact"
	"rpcsh/shell/replay"
	"rpcsh/shell/view"
)

// options is what the command line says.
type options struct {
	listen     string
	wire       dial.Config
	execute    []string
	notify     bool
	timeout    duration
	handshake  duration
	ids        string
	output     string
	linger     duration
	lingers    bool // --linger was given
	maxMessage byteSize
	maxMemory  byteSize
	ping       duration
	noDiscover bool
	schemas    []string
	scripts    []string
	record     string // a file; "": nothing is recorded
	appends    bool   // to that file
	recordMax  byteSize
	redact     []string
	redacts    redact.Rules // as redact has them
	color      string
	plain      bool
	demo       bool

	showConfig   bool
	trustProject bool
	given        func(flag string) bool // reports whether the command line has it

	detect    detectFlag
	reconnect bool
	headers   []string
	user      string
	token     string
	verbose   bool
	version   bool
	help      bool

	line    []string // all of it
	command []string // COMMAND [ARG …], after --
	args    []string // TARGET [METHOD ARG …]; with --demo, METHOD ARG …

	script     string   // FILE.rpc; "": none
	scriptArgs []string // its arguments

	mock rule.Mock // what is said of recordings that are served
	pace string    // "": as it is by default

	verb     string // "": none
	verbArgs []string
	playing  playing // of the verbs that play a recording
	wrapping wrapping
	tapName  string // by which shells attach to a tap; "": none can
	write    string // where export writes to; "": stdout
}

// Values of --color.
const (
	colorAuto   = "auto"
	colorAlways = "always"
	colorNever  = "never"
)

// defaultPing is after how much silence of ours a WebSocket peer gets a ping: some cut off who is silent for two
// seconds, and a ping has six bytes.
const defaultPing = time.Second

// defaultTimeout is how long a call waits for its answer.
const defaultTimeout = 30 * time.Second

// newFlags returns the flags, which put what they are given into o. docs/reference.md lists them from here.
func newFlags(o *options) *pflag.FlagSet {
	f := pflag.NewFlagSet("rpcsh", pflag.ContinueOnError)
	f.SetInterspersed(false) // after TARGET everything belongs to the call
	f.SortFlags = false
	f.Usage = func() {}
	f.SetOutput(io.Discard) // what is wrong is said by run
	f.StringVarP(&o.listen, "listen", "l", "",
		"listen on `ADDRESS`: :PORT for programs of this machine, *:PORT for all; peers come and go as @1, @2 …")
	f.StringVarP(&o.wire.Protocol, "protocol", "p", dial.Auto,
		"`PROTOCOL` spoken: "+strings.Join(dial.ProtocolNames(), ", "))
	f.StringVarP(&o.wire.Framing, "framing", "f", dial.Auto,
		"`FRAMING` on a stream: "+strings.Join(dial.FramingNames(), ", "))
	f.StringArrayVarP(&o.execute, "execute", "e", nil,
		"run `LINE`, or several of them, and exit; may be given several times")
	f.BoolVarP(&o.notify, "notify", "n", false, "send METHOD as a notification")
	o.timeout = duration(defaultTimeout)
	f.VarP(&o.timeout, "timeout", "t", "how long a call waits for its answer; 0: for ever")
	f.Var(&o.handshake, "handshake-timeout",
		"how long a peer has for its answer to a handshake; 0: as long as a call has")
	f.StringVar(&o.ids, "ids", shell.IDs()[0], "`WHICH` ids answers may have: "+strings.Join(shell.IDs(), ", ")+
		"; lenient also takes others that can be meant for one request only")
	f.StringVarP(&o.output, "output", "o", "",
		"`FORM` of results: "+strings.Join(view.Outputs(), ", ")+" (default pretty on a terminal, else json)")
	f.Var(&o.linger, "linger",
		"print what comes in, a JSON object a line, for so long after the calls, failed ones too where .set stop off "+
			"lets the run go on; 0: until the peer closes")
	o.maxMessage = rpcconn.DefaultMaxMessage
	f.Var(&o.maxMessage, "max-message", "largest message taken, in bytes or as 64K, 16M")
	f.Var(&o.maxMemory, "max-memory", "memory for requests and answers that wait for peers, of all connections "+
		"together; default: a quarter of the machine's")
	f.StringArrayVarP(&o.headers, "header", "H", nil,
		"`'NAME: VALUE'` of WebSocket handshakes and HTTP requests; ${NAME} in it is from the environment")
	f.StringVar(&o.user, "user", "",
		"`NAME[:PASSWORD]` for HTTP and WebSocket, sent as Basic or Digest; ${NAME} in it is from the environment")
	f.StringVar(&o.token, "token", "",
		"`TOKEN` for HTTP and WebSocket, sent as Bearer; ${NAME} is from the environment, @FILE from a file")
	f.StringVar(&o.wire.Credentials.SessionHeader, "session-header", "",
		"`NAME` of a header that an HTTP server hands out when it refuses a request, to be sent from then on")
	f.Var(file(&o.wire.CookieFile), "cookie-file", "`FILE` with user:password for HTTP")
	f.StringVar(&o.wire.Origin, "origin", "", "`ORIGIN` of WebSocket handshakes")
	f.StringSliceVar(&o.wire.Subprotocols, "subprotocol", nil, "`NAME` of a WebSocket subprotocol to offer")
	o.ping = duration(defaultPing)
	f.Var(&o.ping, "ping", "how long to be silent before a WebSocket peer gets a ping; 0: no pings; -v shows them")
	f.StringSliceVar(&o.wire.AllowOrigins, "allow-origin", nil,
		"`ORIGIN` of browser pages that may connect to -l, * for all")
	f.Var(file(&o.wire.TLS.CA), "ca",
		"`FILE` of certificates to trust, in place of the system's; with -l, those that clients need")
	f.Var(file(&o.wire.TLS.Cert), "cert", "`FILE` of our certificate")
	f.Var(file(&o.wire.TLS.Key), "key", "`FILE` of its key")
	f.StringVar(&o.wire.TLS.ServerName, "server-name", "", "`NAME` that the peer's certificate has to have")
	f.BoolVar(&o.wire.TLS.Insecure, "insecure", false, "do not verify the peer's certificate")
	f.BoolVar(&o.reconnect, "reconnect", false, "dial again when the peer goes away, with growing pauses")
	f.Var(&o.detect, "detect", "find out what TARGET speaks, print that, and exit; --detect=passive sends nothing "+
		"for that, and goes before METHOD, -e and --linger, too")
	f.Lookup("detect").NoOptDefVal = detectByAsking
	f.Var((*duration)(&o.wire.DetectLimit), "detect-timeout", "how long finding out what TARGET speaks may take; "+
		"0: 3 s, or as long as a call where nothing is sent, or to a child process")
	o.wire.Settle = dial.DefaultSettle
	f.Var((*duration)(&o.wire.Settle), "settle", "how long a peer has before anything is sent to it, in the "+
		"framings of py-bson-rpc and where what it speaks is found out")
	f.BoolVar(&o.noDiscover, "no-discover", false, "do not ask the peer what it offers")
	f.StringArrayVar(&o.schemas, "schema", nil, "read the peer's methods from `FILE`, an OpenRPC document, "+
		"a .py service or an http address; may be given several times")
	f.StringArrayVarP(&o.scripts, "serve", "s", nil,
		"answer the peers by the functions of `FILE`, a script in Starlark, or as in a recording; may be given "+
			"several times")
	o.recordingFlags(f)
	f.BoolVar(&o.showConfig, "config", false, "show what is configured, and in which file, and exit")
	f.BoolVar(&o.trustProject, "trust-project", false,
		"use the project's "+config.ProjectFile+" though nobody has confirmed it, or as it has become")
	f.StringVar(&o.color, "color", colorAuto, "`WHEN` to use colours: auto, always, never; NO_COLOR is heeded")
	f.BoolVar(&o.plain, "plain", false, "read lines and print, and draw nothing, for screen readers: no colours, "+
		"suggestions, pager or status")
	f.BoolVar(&o.demo, "demo", false, "start a built-in peer and a shell on it")
	f.BoolVarP(&o.verbose, "verbose", "v", false, "tell on stderr what connects and closes")
	f.BoolVar(&o.version, "version", false, "print the version")
	f.BoolVarP(&o.help, "help", "h", false, "print this help")
	return f
}

// recordingFlags adds the flags that make recordings, and say how they are played.
func (o *options) recordingFlags(f *pflag.FlagSet) {
	f.Var(file(&o.record), "record", "record what passes in `FILE`, byte for byte; rpcsh show reads it")
	f.BoolVar(&o.appends, "append", false, "let --record append to a file that exists")
	f.Var(&o.recordMax, "record-max", "how much of a message is recorded, as 64K; the default is all of it")
	f.StringArrayVar(&o.redact, "redact", nil, "mask the values of `WHAT` in recordings, a name or a JSON pointer "+
		"into messages such as /params/token, beside passwords and the like; off masks nothing; may be given several "+
		"times")
	f.StringVar(&o.mock.Match, "match", "", "which request of a recording that -s serves answers: one of the same "+
		"`WHAT`: params, method, or the value of a jq expression (default params)")
	f.StringVar(&o.mock.Order, "order", "",
		"in which `ORDER` requests come to a recording that -s serves: "+strings.Join(replay.Orders(), ", ")+
			" (default any)")
	f.StringVar(&o.mock.Miss, "miss", "", "`WHO` answers what a recording that -s serves does not have: "+
		strings.Join(rule.Misses(), ", ")+" (default error)")
	f.StringVar(&o.pace, "pace", "", "`WHEN` messages of a recording are sent: lockstep: what came before them then "+
		"has come again; recorded: after as long as then; max: at once (default of replay lockstep, of -s max)")
}

// parseFlags reads the command line.
func parseFlags(args []string) (*options, error) {
	o := &options{line: args}
	f := newFlags(o)
	if err := f.Parse(args); err != nil {
		return nil, exit.Usagef("%w (rpcsh -h lists the flags)", err)
	}
	o.args = f.Args()
	if n := f.ArgsLenAtDash(); n >= 0 {
		o.args, o.command = o.args[:n], o.args[n:]
	}
	o.given = f.Changed
	if err := o.readVerb(f); err != nil {
		return nil, err
	}
	o.lingers = f.Changed("linger")
	o.wire.MaxMessage = int(o.maxMessage)
	o.wire.Ping = time.Duration(o.ping)
	o.wire.OriginAdvice = advice.Origin
	o.wire.Passive = o.detect == detectPassive
	return o, o.check()
}

// check finds what does not go together.
func (o *options) check() error {
	if o.help || o.version {
		return nil
	}
	if err := o.wire.Check(); err != nil {
		return exit.Usagef("%w", advice.For(err))
	}
	if err := o.readHeaders(); err != nil {
		return err
	}
	if err := o.readCredentials(); err != nil {
		return err
	}
	var err error
	if o.redacts, err = redact.ParseRules(o.redact); err != nil {
		return exit.Usagef("--redact: %w", err)
	}
	if o.output != "" && !slices.Contains(view.Outputs(), o.output) {
		return o.wrongOutput()
	}
	if !slices.Contains(shell.IDs(), o.ids) {
		return exit.Usagef("--ids %s: choose one of %s", o.ids, strings.Join(shell.IDs(), ", "))
	}
	if !slices.Contains([]string{colorAuto, colorAlways, colorNever}, o.color) {
		return exit.Usagef("--color %s: choose one of auto, always, never", o.color)
	}
	switch {
	case o.command != nil && (len(o.args) > 0 || o.listen != "" || o.demo):
		return exit.Usagef("-- COMMAND is the target; nothing else can be")
	case o.command != nil && len(transport.CommandTarget(o.command).Command) == 0:
		return exit.Usagef("a command is missing after --")
	case len(o.call()) > 0 && strings.HasPrefix(o.call()[0], "-"):
		return exit.Usagef("%[1]s stands where a METHOD belongs: flags go before the target "+
			"(-e '.call %[1]s' calls a method of that name)", o.call()[0])
	case o.detects() && (o.target() == "" && o.command == nil || len(o.call()) > 0 || len(o.execute) > 0):
		return exit.Usagef("--detect takes a TARGET and nothing else")
	case o.listen != "" && o.demo:
		return exit.Usagef("--demo and -l do not go together: the demo peer is dialled")
	case o.listen != "" && len(o.args) > 0:
		return exit.Usagef("-l and a target do not go together; use -e LINE for calls, .connect for further peers")
	case len(o.execute) > 0 && len(o.call()) > 0:
		return exit.Usagef("-e and METHOD do not go together; use one of them")
	case o.script != "" && (len(o.execute) > 0 || o.detect == detectByAsking):
		return exit.Usagef("%s is a file of lines, which goes with neither -e nor --detect", o.script)
	case o.appends && o.record == "":
		return exit.Usagef("--append is for --record FILE")
	case o.notify && len(o.call()) == 0:
		return exit.Usagef("-n needs a METHOD to send")
	}
	return nil
}

// target returns TARGET, "" where there is none.
func (o *options) target() string {
	if o.demo || len(o.args) == 0 {
		return ""
	}
	return o.args[0]
}

// call returns METHOD [ARG …].
func (o *options) call() []string {
	if o.demo || len(o.args) == 0 {
		return o.args
	}
	return o.args[1:]
}

// readCredentials reads --user and --token. The error shows neither.
func (o *options) readCredentials() error {
	if o.user != "" && o.token != "" {
		return exit.Usagef("--user and --token do not go together; use one of them")
	}
	if o.user != "" {
		name, password, _ := strings.Cut(expand(o.user), ":")
		if name == "" && password == "" {
			return exit.Usagef("--user is empty; write NAME or NAME:PASSWORD")
		}
		o.wire.Credentials.User = url.UserPassword(name, password)
	}
	if o.token == "" {
		return nil
	}
	token := expand(o.token)
	if name, isFile := strings.CutPrefix(o.token, "@"); isFile {
		text, err := os.ReadFile(home.Path(name))
		if err != nil {
			return exit.Usagef("reading --token: %w", plain.Error(err))
		}
		token = string(text)
	}
	if token = strings.TrimSpace(token); token == "" || strings.ContainsFunc(token, func(c rune) bool {
		return c <= ' ' || c >= 0x7f
	}) {
		return exit.Usagef("--token is empty or has more than one word; write TOKEN, ${NAME} or @FILE")
	}
	o.wire.Credentials.Token = token
	return nil
}

// expand replaces ${NAME} by what the environment has.
func expand(text string) string {
	expanded, _ := config.Expand(text)
	return expanded
}

// The values of --detect.
const (
	detectByAsking = "true" // which it has where it stands alone
	detectPassive  = "passive"
)

// A detectFlag is the value of --detect, "" where that is not given.
type detectFlag string

func (d *detectFlag) String() string { return string(*d) }
func (d *detectFlag) Type() string   { return "bool" } // its value may be left out

func (d *detectFlag) Set(text string) error {
	if text != detectByAsking && text != detectPassive {
		return errors.New("write --detect or --detect=passive")
	}
	*d = detectFlag(text)
	return nil
}

// detects reports whether what the target speaks is to be printed, and nothing else done.
func (o *options) detects() bool {
	return o.detect == detectByAsking ||
		o.detect == detectPassive && o.alone() && !o.lingers
}

// alone reports whether there is nothing to run but what is typed or piped.
func (o *options) alone() bool { return len(o.call()) == 0 && !o.hasLines() }

// hasLines reports whether there are lines to be run, in -e or in a file.
func (o *options) hasLines() bool { return len(o.execute) > 0 || o.script != "" }

// A duration is a time.Duration, for flags; it is written as in .set timeout.
type duration time.Duration

func (d *duration) String() string { return time.Duration(*d).String() }
func (d *duration) Type() string   { return "DURATION" }

func (d *duration) Set(text string) error {
	parsed, err := lang.ParseDuration(text)
	*d = duration(parsed)
	return err
}

// A byteSize is a number of bytes, for flags.
type byteSize int

func (b *byteSize) String() string { return human.SpellSize(int(*b)) }

func (b *byteSize) Type() string { return "SIZE" }

func (b *byteSize) Set(text string) error {
	n, err := human.ParseSize(text)
	if err == nil && n == 0 {
		err = errors.New("a number of bytes belongs here, 1 or more")
	}
	*b = byteSize(n)
	return err
}
