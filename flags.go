package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/dial"
	"rpcsh/shell/advice"
	"rpcsh/shell/arguments"
	"rpcsh/shell/exit"
	"rpcsh/shell/view"
)

// options is what the command line says.
type options struct {
	listen     string
	wire       dial.Config
	execute    []string
	notify     bool
	timeout    duration
	output     string
	linger     duration
	lingers    bool // --linger was given
	maxMessage byteSize
	noDiscover bool
	schemas    []string
	scripts    []string
	color      string
	demo       bool
	detect     bool
	reconnect  bool
	headers    []string
	verbose    bool
	version    bool
	help       bool

	command []string // COMMAND [ARG …], after --
	args    []string // TARGET [METHOD ARG …]; with --demo, METHOD ARG …
}

// Values of --color.
const (
	colorAuto   = "auto"
	colorAlways = "always"
	colorNever  = "never"
)

// defaultTimeout is how long a call waits for its answer.
const defaultTimeout = 30 * time.Second

// newFlags returns the flags, which put what they are given into o. docs/reference.md lists them from here.
func newFlags(o *options) *pflag.FlagSet {
	f := pflag.NewFlagSet("rpcsh", pflag.ContinueOnError)
	f.SetInterspersed(false) // after TARGET everything belongs to the call
	f.SortFlags = false
	f.Usage = func() {}
	f.SetOutput(io.Discard) // what is wrong is said by run
	f.StringVarP(&o.listen, "listen", "l", "", "listen on `ADDRESS`; peers come and go as @1, @2 …")
	f.StringVarP(&o.wire.Protocol, "protocol", "p", dial.Auto,
		"`PROTOCOL` spoken: "+strings.Join(dial.ProtocolNames(), ", "))
	f.StringVarP(&o.wire.Framing, "framing", "f", dial.Auto,
		"`FRAMING` on a stream: "+strings.Join(dial.FramingNames(), ", "))
	f.StringArrayVarP(&o.execute, "execute", "e", nil, "run `LINE` and exit; may be given several times")
	f.BoolVarP(&o.notify, "notify", "n", false, "send METHOD as a notification")
	o.timeout = duration(defaultTimeout)
	f.VarP(&o.timeout, "timeout", "t", "how long a call waits for its answer; 0: for ever")
	f.StringVarP(&o.output, "output", "o", "",
		"`FORM` of results: "+strings.Join(view.Outputs(), ", ")+" (default pretty on a terminal, else json)")
	f.Var(&o.linger, "linger",
		"print what comes in, a JSON object a line, for so long after the calls; 0: until the peer closes")
	o.maxMessage = rpcconn.DefaultMaxMessage
	f.Var(&o.maxMessage, "max-message", "largest message taken, in bytes or as 64K, 16M")
	f.StringArrayVarP(&o.headers, "header", "H", nil,
		"`'NAME: VALUE'` of WebSocket handshakes and HTTP requests; ${NAME} in it is from the environment")
	f.StringVar(&o.wire.CookieFile, "cookie-file", "", "`FILE` with user:password for HTTP")
	f.StringVar(&o.wire.Origin, "origin", "", "`ORIGIN` of WebSocket handshakes")
	f.StringSliceVar(&o.wire.Subprotocols, "subprotocol", nil, "`NAME` of a WebSocket subprotocol to offer")
	f.StringSliceVar(&o.wire.AllowOrigins, "allow-origin", nil,
		"`ORIGIN` of browser pages that may connect to -l, * for all")
	f.StringVar(&o.wire.TLS.CA, "ca", "",
		"`FILE` of certificates to trust, in place of the system's; with -l, those that clients need")
	f.StringVar(&o.wire.TLS.Cert, "cert", "", "`FILE` of our certificate")
	f.StringVar(&o.wire.TLS.Key, "key", "", "`FILE` of its key")
	f.StringVar(&o.wire.TLS.ServerName, "server-name", "", "`NAME` that the peer's certificate has to have")
	f.BoolVar(&o.wire.TLS.Insecure, "insecure", false, "do not verify the peer's certificate")
	f.BoolVar(&o.reconnect, "reconnect", false, "dial again when the peer goes away, with growing pauses")
	f.BoolVar(&o.detect, "detect", false, "find out what TARGET speaks, print that, and exit")
	f.BoolVar(&o.noDiscover, "no-discover", false, "do not ask the peer what it offers")
	f.StringArrayVar(&o.schemas, "schema", nil, "read the peer's methods from `FILE`, an OpenRPC document, "+
		"a .py service or an http address; may be given several times")
	f.StringArrayVarP(&o.scripts, "serve", "s", nil,
		"answer the peers by the functions of `FILE`, a script in Starlark; may be given several times")
	f.StringVar(&o.color, "color", colorAuto, "`WHEN` to use colours: auto, always, never; NO_COLOR is heeded")
	f.BoolVar(&o.demo, "demo", false, "start a built-in peer and a shell on it")
	f.BoolVarP(&o.verbose, "verbose", "v", false, "tell on stderr what connects and closes")
	f.BoolVar(&o.version, "version", false, "print the version")
	f.BoolVarP(&o.help, "help", "h", false, "print this help")
	return f
}

// parseFlags reads the command line.
func parseFlags(args []string) (*options, error) {
	o := new(options)
	f := newFlags(o)
	if err := f.Parse(args); err != nil {
		return nil, exit.Usagef("%w (rpcsh -h lists the flags)", err)
	}
	o.args = f.Args()
	if n := f.ArgsLenAtDash(); n >= 0 {
		o.args, o.command = o.args[:n], o.args[n:]
	}
	o.lingers = f.Changed("linger")
	o.wire.MaxMessage = int(o.maxMessage)
	o.wire.OriginAdvice = advice.Origin
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
	if o.output != "" && !slices.Contains(view.Outputs(), o.output) {
		return exit.Usagef("-o %s: choose one of %s", o.output, strings.Join(view.Outputs(), ", "))
	}
	if !slices.Contains([]string{colorAuto, colorAlways, colorNever}, o.color) {
		return exit.Usagef("--color %s: choose one of auto, always, never", o.color)
	}
	switch {
	case o.command != nil && (len(o.args) > 0 || o.listen != "" || o.demo):
		return exit.Usagef("-- COMMAND is the target; nothing else can be")
	case o.command != nil && len(o.command) == 0:
		return exit.Usagef("a command is missing after --")
	case len(o.call()) > 0 && strings.HasPrefix(o.call()[0], "-"):
		return exit.Usagef("%[1]s stands where a METHOD belongs: flags go before the target "+
			"(-e '.call %[1]s' calls a method of that name)", o.call()[0])
	case o.detect && (o.target() == "" && o.command == nil || len(o.call()) > 0 || len(o.execute) > 0):
		return exit.Usagef("--detect takes a TARGET and nothing else")
	case o.listen != "" && o.demo:
		return exit.Usagef("--demo and -l do not go together: the demo peer is dialled")
	case o.listen != "" && len(o.args) > 0:
		return exit.Usagef("-l and a target do not go together; use -e LINE for calls, .connect for further peers")
	case len(o.execute) > 0 && len(o.call()) > 0:
		return exit.Usagef("-e and METHOD do not go together; use one of them")
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

// readHeaders reads -H.
func (o *options) readHeaders() error {
	for _, h := range o.headers {
		name, value, found := strings.Cut(h, ":")
		if name = strings.TrimSpace(name); !found || name == "" {
			return exit.Usagef("-H %q: write 'Name: value'", h)
		}
		if o.wire.Header == nil {
			o.wire.Header = make(http.Header)
		}
		o.wire.Header.Add(name, expand(strings.TrimSpace(value)))
	}
	return nil
}

// expand replaces ${NAME} by what the environment has; a lone $ stays.
func expand(text string) string {
	return regexp.MustCompile(`\$\{(\w+)\}`).ReplaceAllStringFunc(text, func(m string) string {
		return os.Getenv(m[2 : len(m)-1])
	})
}

// A duration is a time.Duration, for flags; it is written as in .set timeout.
type duration time.Duration

func (d *duration) String() string { return time.Duration(*d).String() }
func (d *duration) Type() string   { return "DURATION" }

func (d *duration) Set(text string) error {
	parsed, err := arguments.ParseDuration(text)
	*d = duration(parsed)
	return err
}

// A byteSize is a number of bytes, for flags.
type byteSize int

func (b *byteSize) String() string {
	if n := *b; n >= 1<<20 && n%(1<<20) == 0 {
		return fmt.Sprintf("%dM", n>>20)
	}
	return fmt.Sprint(int(*b))
}

func (b *byteSize) Type() string { return "SIZE" }

func (b *byteSize) Set(text string) error {
	number, unit := strings.TrimRight(strings.ToUpper(text), "IB"), 1
	for suffix, n := range map[string]int{"K": 1 << 10, "M": 1 << 20, "G": 1 << 30} {
		if rest, ok := strings.CutSuffix(number, suffix); ok {
			number, unit = rest, n
			break
		}
	}
	var n int
	if _, err := fmt.Sscanf(number, "%d", &n); err != nil || fmt.Sprint(n) != number || n <= 0 {
		return errors.New("write a number of bytes, or one with K, M or G")
	}
	const most = 1 << 31 // lengths of BSON are 32 bits
	if n > most/unit {
		return errors.New("at most 2G")
	}
	*b = byteSize(n * unit)
	return nil
}

// usage is the head of rpcsh -h.
const usage = `rpcsh is an interactive shell for peers that speak JSON-RPC, BSON-RPC or MessagePack-RPC.

  rpcsh [flags] TARGET                   a shell on that peer; where stdin is no terminal, its lines are run
  rpcsh [flags] TARGET METHOD [ARG …]    one call: the result on stdout, all else on stderr
  rpcsh [flags] -l ADDRESS               listen; peers come and go as @1, @2 …
  rpcsh [flags] -- COMMAND [ARG …]       the peer is a child process, over its stdin and stdout
  rpcsh --demo                           a built-in peer to try everything on

TARGET is host:port, :port, a path with a slash, or a URL: tcp://, unix://, tls://, ws://, wss://, http://, https://.
What it speaks is found out, unless -p and -f say it.

`

// exitCodes is the foot of rpcsh -h.
const exitCodes = `
Exit codes: 0 done, 1 the peer answered with an error, 2 the command line or a line is wrong, 3 no connection, or it was
lost, 4 timed out, 5 an expectation failed, 130 interrupted.
`
