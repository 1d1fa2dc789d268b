package main

import (
	"fmt"
	"strings"
)

// A layer is a package of ours as the house has it.
type layer struct {
	name    string // its folder; "main" is the root of the module
	purpose string // one sentence
	imports string // the packages of ours that it imports, apart from its tests
	modules string // the modules of others that it imports, apart from its tests
	large   string // why it has more than maxPackage lines; "": it has not
}

// A floor is packages that lie next to each other.
type floor struct {
	title  string
	layers []layer
}

// house is every package of ours, top down: each imports only what stands further below, on its own floor or another.
// The tests of a package may also import what stands below it, and those in rpcconn any other package in rpcconn, so
// that a package is tested together with those that are built on it. Modules are free for tests.
//
// The table of packages in docs/architecture.md is made from it: go test -run Docs . -update
var house = []floor{
	{"The program", []layer{
		{
			name:    "main",
			purpose: "Flags, wiring, exit code; `run` is the program without its exit.",
			imports: "completer history rpcconn rpcconn/catalog rpcconn/demo rpcconn/dial rpcconn/dialect " +
				"rpcconn/home rpcconn/jsontext rpcconn/plain rpcconn/process rpcconn/rpcrec rpcconn/rpcrec/foreign " +
				"rpcconn/statefile rpcconn/transport shell shell/advice shell/columns shell/command " +
				"shell/command/rule shell/config shell/event shell/exit shell/export shell/glob shell/human shell/jq " +
				"shell/lang shell/memory shell/reach shell/record shell/redact shell/replay shell/review shell/tap " +
				"shell/term shell/view",
			modules: "github.com/adrg/xdg github.com/spf13/pflag golang.org/x/term",
		},
	}},
	{"The shell: lines and commands", []layer{
		{
			name:    "shell",
			purpose: "The loop: reads a line and runs it, for a person or for a run of lines.",
			imports: "completer history rpcconn rpcconn/catalog rpcconn/detect rpcconn/dial rpcconn/dialect " +
				"rpcconn/plain rpcconn/process rpcconn/transport shell/advice shell/answer shell/call " +
				"shell/clipboard shell/columns shell/command shell/command/rule shell/complete shell/config " +
				"shell/document shell/event shell/exit shell/glob shell/habit shell/human shell/intercept shell/jq " +
				"shell/lang shell/macro shell/methods shell/record shell/redact shell/ring shell/script " +
				"shell/session shell/term shell/turn shell/variables shell/view",
		},
		{
			name:    "shell/complete",
			purpose: "What may stand at the cursor, and the hint for it.",
			imports: "completer rpcconn/catalog rpcconn/dialect rpcconn/home rpcconn/jsontext " +
				"rpcconn/lazyregexp rpcconn/schema shell/columns shell/command shell/human shell/lang " +
				"shell/session shell/term shell/variables shell/view",
		},
		{
			name:    "shell/command",
			purpose: "The table of the shell's own commands; a group is a file.",
			large:   "There are some forty commands, each of them short.",
			imports: "completer history rpcconn rpcconn/catalog rpcconn/dial rpcconn/dialect " +
				"rpcconn/dialect/dialects rpcconn/dialect/openrpc rpcconn/home rpcconn/jsontext " +
				"rpcconn/plain rpcconn/schema rpcconn/transport shell/advice shell/answer shell/arguments " +
				"shell/call shell/columns shell/command/rule shell/config shell/document shell/event " +
				"shell/exit shell/export shell/glob shell/human shell/intercept shell/jobs shell/jq " +
				"shell/lang shell/macro shell/methods shell/paste shell/record shell/review shell/ring " +
				"shell/session shell/term shell/turn shell/variables shell/view",
		},
		{
			name:    "shell/command/rule",
			purpose: "Reads the rules of `.serve` as people write them, faults included.",
			imports: "shell/answer shell/arguments shell/event shell/jq shell/lang shell/replay shell/session",
		},
		{
			name:    "shell/methods",
			purpose: "What is known of methods, as people read it: lists, groups, descriptions, example lines.",
			imports: "completer rpcconn/catalog rpcconn/dialect/openrpc rpcconn/jsontext rpcconn/schema " +
				"shell/columns shell/glob shell/human shell/lang shell/view",
		},
		{
			name: "shell/arguments",
			purpose: "Reads the arguments of commands: words, flags, durations, bytes, errors; " +
				"a mistake knows its column.",
			imports: "completer rpcconn rpcconn/jsontext rpcconn/lazyregexp shell/jq shell/lang",
		},
		{
			name:    "shell/review",
			purpose: "Looks at recordings: prints what is in them, counts it, and gives it to other forms.",
			imports: "completer rpcconn/jsontext rpcconn/plain rpcconn/rpcrec rpcconn/rpcrec/foreign " +
				"shell/columns shell/event shell/export shell/human shell/jq shell/recording shell/redact shell/view",
		},
		{
			name:    "shell/export",
			purpose: "The forms in which other programs read what has happened: diagrams, pages, traces, logs.",
			imports: "rpcconn rpcconn/jsontext rpcconn/rpcrec shell/event shell/human shell/view",
		},
	}},
	{"The screen", []layer{
		{
			name:    "shell/view",
			purpose: "Events, results and notices as people, pipes and logs read them, and the order of all output.",
			large:   "Each kind of event has a form for each kind of reader.",
			imports: "rpcconn rpcconn/jsontext rpcconn/plain shell/columns shell/event shell/exit shell/human " +
				"shell/lang shell/shape shell/term",
			modules: "github.com/fatih/color",
		},
		{
			name:    "shell/term",
			purpose: "The terminal: a line editor, and output above the line being typed.",
			large:   "The editor, the list, the pager and the screen draw one frame together.",
			imports: "rpcconn/home rpcconn/plain shell/columns shell/term/edit",
			modules: "github.com/c-bata/go-prompt github.com/clipperhouse/uax29/v2 " +
				"github.com/muesli/cancelreader golang.org/x/sys golang.org/x/term",
		},
		{
			name:    "shell/term/edit",
			purpose: "The text of a line that is being edited: words, rows, brackets, and what keys do to it.",
			imports: "shell/columns",
			modules: "github.com/clipperhouse/uax29/v2",
		},
		{
			name:    "shell/term/termtest",
			purpose: "Runs programs in a terminal for tests, and shows what a person would see.",
			modules: "github.com/creack/pty github.com/mattn/go-runewidth github.com/muesli/cancelreader " +
				"golang.org/x/sys golang.org/x/term",
		},
	}},
	{"The session", []layer{
		{
			name: "shell/intercept",
			purpose: "A tap as a session has it: what passes becomes events, the two sides become peers, messages " +
				"are held.",
			imports: "rpcconn rpcconn/dial rpcconn/dialect rpcconn/dialect/dialects rpcconn/jsonrpc " +
				"rpcconn/jsontext rpcconn/rpcrec shell/answer shell/event shell/recording shell/session shell/tap",
		},
		{
			name: "shell/session",
			purpose: "Peers and all one does with them, without a screen: " +
				"dial, listen, reconnect, learn, answer, run lines.",
			large: "A peer's whole life is here: dialled or accepted, learned, called, answering, lost, dialled again.",
			imports: "rpcconn rpcconn/catalog rpcconn/detect rpcconn/dial rpcconn/dialect " +
				"rpcconn/dialect/dialects rpcconn/dialect/lsp rpcconn/dialect/openrpc rpcconn/home " +
				"rpcconn/jsontext rpcconn/plain rpcconn/process rpcconn/rpcrec/foreign rpcconn/schema " +
				"rpcconn/transport shell/advice shell/answer shell/call shell/document shell/event " +
				"shell/exit shell/glob shell/human shell/noise shell/pending shell/reach shell/replay " +
				"shell/script shell/turn shell/variables",
		},
		{
			name: "shell/reach",
			purpose: "Dials targets: what they speak is believed where it is known, found out where it is not, " +
				"and remembered.",
			imports: "rpcconn rpcconn/detect rpcconn/dial rpcconn/transport shell/advice shell/exit shell/human " +
				"shell/turn",
		},
		{name: "shell/noise", purpose: "Tells whether a peer logs the questions that it does not know."},
		{
			name:    "shell/pending",
			purpose: "A peer's requests that have no answer yet: their order, and what is withdrawn.",
			imports: "rpcconn rpcconn/dialect/dialects shell/turn",
		},
		{
			name:    "shell/script",
			purpose: "Scripts in Starlark that answer the peers' requests.",
			imports: "rpcconn rpcconn/catalog rpcconn/dialect/openrpc rpcconn/dialect/python rpcconn/jsontext " +
				"shell/answer shell/exit shell/glob shell/human shell/lang shell/memory shell/turn",
			modules: "go.starlark.net",
		},
		{
			name:    "shell/replay",
			purpose: "Plays one side of a recording again: its client, to see what differs, or its server, as a mock.",
			imports: "rpcconn rpcconn/dialect/dialects rpcconn/jsontext rpcconn/lazyregexp rpcconn/rpcrec " +
				"rpcconn/schema shell/answer shell/event shell/glob shell/human",
		},
		{
			name: "shell/answer",
			purpose: "The rules that answer the peers' requests, who answers, " +
				"and the faults done to answers on purpose.",
			imports: "rpcconn rpcconn/catalog rpcconn/jsontext rpcconn/process shell/glob shell/jq shell/turn",
		},
		{
			name:    "shell/call",
			purpose: "The only sender: a prepared call goes to a peer and becomes an outcome.",
			imports: "rpcconn rpcconn/catalog rpcconn/dialect rpcconn/dialect/openrpc rpcconn/jsontext " +
				"rpcconn/lazyregexp shell/event shell/exit shell/human shell/turn",
		},
		{
			name:    "shell/advice",
			purpose: "What a person can do about an error: the flags and commands that help.",
			imports: "rpcconn rpcconn/detect rpcconn/dial rpcconn/framing rpcconn/plain rpcconn/transport " +
				"rpcconn/transport/web shell/human",
		},
		{
			name:    "shell/document",
			purpose: "Reads what describes methods: OpenRPC documents, and the source of Python services.",
			imports: "rpcconn/catalog rpcconn/dialect/openrpc rpcconn/dialect/python rpcconn/home " +
				"rpcconn/plain rpcconn/schema shell/human",
		},
		{
			name:    "shell/record",
			purpose: "Writes what happens in a session into recordings.",
			imports: "rpcconn/jsontext rpcconn/plain rpcconn/rpcrec shell/event shell/recording shell/redact " +
				"shell/ring",
		},
		{
			name:    "shell/tap",
			purpose: "Stands between clients and a server, and writes down what passes.",
			imports: "rpcconn rpcconn/detect rpcconn/dial rpcconn/dialect rpcconn/framing rpcconn/jsonrpc " +
				"rpcconn/jsontext " +
				"rpcconn/rpcrec shell/recording shell/redact",
		},
		{
			name:    "shell/recording",
			purpose: "Reads recordings as the events of a session.",
			imports: "rpcconn rpcconn/dialect rpcconn/dialect/dialects rpcconn/jsonrpc rpcconn/rpcrec " +
				"shell/event shell/human shell/redact",
		},
		{
			name:    "shell/ring",
			purpose: "The last events of a session, by their numbers.",
			imports: "shell/event shell/human",
		},
		{
			name:    "shell/event",
			purpose: "What can happen in a session: one type, one JSON form, one filter language, and the bus.",
			imports: "rpcconn rpcconn/jsontext shell/glob",
		},
		{
			name:    "shell/exit",
			purpose: "The exit codes, and the errors that carry one.",
			imports: "rpcconn rpcconn/plain shell/lang",
		},
	}},
	{"Languages, and what knows nothing of RPC", []layer{
		{
			name:    "shell/paste",
			purpose: "Writes a call as a line for a system's shell that makes it again, without its secrets.",
			imports: "rpcconn rpcconn/dial rpcconn/jsontext rpcconn/lazyregexp rpcconn/transport shell/human " +
				"shell/lang",
		},
		{name: "shell/clipboard", purpose: "Puts text where other programs paste from."},
		{
			name: "shell/config",
			purpose: "What is written down for rpcsh: named targets, aliases, defaults of settings; " +
				"a mistake knows its line.",
			imports: "rpcconn/dial rpcconn/home rpcconn/jsontext rpcconn/lazyregexp rpcconn/plain " +
				"rpcconn/statefile rpcconn/transport shell/human shell/macro",
			modules: "github.com/pelletier/go-toml/v2",
		},
		{
			name:    "shell/macro",
			purpose: "Puts arguments into the lines of scripts and aliases.",
			imports: "rpcconn/jsontext shell/lang",
		},
		{
			name: "shell/lang",
			purpose: "The language: a line becomes a `Statement`, or an error that knows its column; " +
				"a half-typed one a `Cursor`.",
			imports: "rpcconn/home rpcconn/jsontext",
		},
		{
			name:    "shell/habit",
			purpose: "What people mean who type what other programs understand.",
			imports: "rpcconn/jsontext",
		},
		{name: "shell/jobs", purpose: "Runs things again and again in the background, until they are stopped."},
		{
			name:    "shell/variables",
			purpose: "The values that lines use by name: what lines set, results by number, the environment.",
			imports: "rpcconn/jsontext",
		},
		{
			name:    "shell/jq",
			purpose: "jq expressions over JSON text.",
			imports: "rpcconn/jsontext rpcconn/lazyregexp shell/memory",
			modules: "github.com/itchyny/gojq",
		},
		{
			name:    "shell/shape",
			purpose: "Lays JSON values out for people: as a table, as a tree, and bytes as a hexdump.",
			imports: "rpcconn/jsontext shell/columns shell/human",
		},
		{
			name:    "shell/columns",
			purpose: "The width of text in columns of a terminal; clipping, wrapping, and tables that fit.",
			imports: "shell/human",
			modules: "github.com/clipperhouse/uax29/v2 github.com/mattn/go-runewidth",
		},
		{
			name:    "shell/redact",
			purpose: "Replaces the secrets in messages and texts by masks, and nothing else.",
			imports: "rpcconn/jsontext rpcconn/lazyregexp",
		},
		{name: "shell/memory", purpose: "Ends what takes too much memory, and knows how much there is."},
		{name: "shell/turn", purpose: "Keeps what a peer sends in order; nobody waits behind what waits itself."},
		{name: "shell/glob", purpose: "Patterns of method names."},
		{name: "shell/human", purpose: "Numbers, sizes and durations as people read them."},
		{name: "completer", purpose: "Ranks the candidates for what is being typed."},
		{
			name:    "history",
			purpose: "The lines that were typed, in a file that several shells share.",
			imports: "rpcconn/statefile",
			modules: "github.com/gofrs/flock",
		},
	}},
	{"Peers", []layer{
		{
			name: "rpcconn/compare",
			purpose: "Measures `Conn` beside the bytes without JSON and beside other libraries. It is a module of " +
				"its own, so that these stay out of ours.",
			imports: "rpcconn rpcconn/bsonrpc rpcconn/dial rpcconn/framing rpcconn/jsonrpc rpcconn/msgpackrpc",
			modules: "github.com/creachadair/jrpc2 github.com/creachadair/jrpc2/channel " +
				"github.com/creachadair/jrpc2/handler github.com/ethereum/go-ethereum/rpc " +
				"github.com/sourcegraph/jsonrpc2 golang.org/x/exp/jsonrpc2",
		},
		{
			name:    "rpcconn/demo",
			purpose: "The peer of `--demo`.",
			imports: "rpcconn rpcconn/dial",
		},
		{
			name:    "rpcconn/dial",
			purpose: "From a target to a `Conn`: dialling, child processes, listening for everything.",
			imports: "rpcconn rpcconn/bsonrpc rpcconn/detect rpcconn/dialect rpcconn/dialect/dialects " +
				"rpcconn/framing rpcconn/msgpackrpc rpcconn/plain rpcconn/process rpcconn/transport " +
				"rpcconn/transport/httprpc rpcconn/transport/web rpcconn/transport/websocket",
		},
		{
			name:    "rpcconn/detect",
			purpose: "Finds out what a peer speaks: first bytes, probes, HTTP servers, and what was found earlier.",
			imports: "rpcconn rpcconn/jsontext rpcconn/plain rpcconn/statefile rpcconn/transport " +
				"rpcconn/transport/web",
		},
	}},
	{"Protocols", []layer{
		{
			name:    "rpcconn/dialect/dialects",
			purpose: "The table of all dialects, and which a peer is asked by, in order.",
			imports: "rpcconn rpcconn/bsonrpc rpcconn/dialect rpcconn/dialect/acp rpcconn/dialect/cdp " +
				"rpcconn/dialect/describe rpcconn/dialect/ethereum rpcconn/dialect/introspection " +
				"rpcconn/dialect/listmethods rpcconn/dialect/lsp rpcconn/dialect/mcp rpcconn/dialect/neovim " +
				"rpcconn/dialect/openrpc rpcconn/dialect/ovsdb rpcconn/jsonrpc rpcconn/msgpackrpc",
		},
		{
			name:    "rpcconn/dialect/acp",
			purpose: "The Agent Client Protocol.",
			imports: "rpcconn rpcconn/catalog rpcconn/dialect rpcconn/jsonrpc rpcconn/jsontext",
		},
		{
			name:    "rpcconn/dialect/cdp",
			purpose: "The Chrome DevTools Protocol.",
			imports: "rpcconn rpcconn/catalog rpcconn/dialect rpcconn/jsonrpc rpcconn/jsontext rpcconn/schema",
		},
		{
			name:    "rpcconn/dialect/describe",
			purpose: "Descriptions in forms of their own, by one of many usual names.",
			imports: "rpcconn rpcconn/catalog rpcconn/dialect rpcconn/jsontext rpcconn/schema",
		},
		{
			name:    "rpcconn/dialect/ethereum/internal/genethereum",
			purpose: "Generates the data of `ethereum`.",
			imports: "rpcconn/dialect/internal/pinned",
		},
		{
			name:    "rpcconn/dialect/ethereum",
			purpose: "The JSON-RPC API of Ethereum's nodes.",
			imports: "rpcconn rpcconn/catalog rpcconn/dialect rpcconn/dialect/openrpc rpcconn/jsonrpc rpcconn/schema",
		},
		{
			name:    "rpcconn/dialect/introspection",
			purpose: "`system.listMethods` and its like, aria2's included.",
			imports: "rpcconn rpcconn/catalog rpcconn/dialect rpcconn/jsontext rpcconn/schema",
		},
		{
			name:    "rpcconn/dialect/listmethods",
			purpose: "`__listMethods` of rpc-websockets.",
			imports: "rpcconn/catalog rpcconn/dialect",
		},
		{
			name:    "rpcconn/dialect/lsp/internal/genlsp",
			purpose: "Generates the data of `lsp`.",
			imports: "rpcconn/catalog rpcconn/dialect/internal/pinned rpcconn/dialect/lsp rpcconn/schema",
		},
		{
			name:    "rpcconn/dialect/lsp",
			purpose: "The Language Server Protocol, and the documents that a server is told of.",
			imports: "rpcconn rpcconn/catalog rpcconn/dialect rpcconn/home rpcconn/jsonrpc rpcconn/jsontext " +
				"rpcconn/lazyregexp rpcconn/plain rpcconn/schema",
		},
		{
			name:    "rpcconn/dialect/mcp",
			purpose: "The Model Context Protocol.",
			imports: "rpcconn rpcconn/catalog rpcconn/dialect rpcconn/jsonrpc rpcconn/jsontext rpcconn/schema",
		},
		{
			name:    "rpcconn/dialect/neovim",
			purpose: "Neovim's API.",
			imports: "rpcconn rpcconn/catalog rpcconn/dialect rpcconn/jsontext rpcconn/msgpackrpc rpcconn/schema",
		},
		{
			name:    "rpcconn/dialect/openrpc",
			purpose: "OpenRPC: service discovery, and documents that are read and written.",
			imports: "rpcconn/catalog rpcconn/dialect rpcconn/jsontext rpcconn/schema",
		},
		{
			name:    "rpcconn/dialect/ovsdb",
			purpose: "The Open vSwitch Database Management Protocol.",
			imports: "rpcconn rpcconn/catalog rpcconn/dialect rpcconn/jsonrpc rpcconn/jsontext rpcconn/schema",
		},
		{
			name:    "rpcconn/dialect/python",
			purpose: "Reads the methods of a py-bson-rpc service from its source.",
			imports: "rpcconn/catalog rpcconn/jsontext rpcconn/schema",
		},
		{
			name:    "rpcconn/dialect/internal/pinned",
			purpose: "A file of others, in a certain version, from which data is generated.",
		},
		{
			name:    "rpcconn/dialect/dialecttest",
			purpose: "A peer that answers by a table, for tests.",
			imports: "rpcconn rpcconn/catalog rpcconn/dialect rpcconn/schema",
		},
		{
			name:    "rpcconn/dialect",
			purpose: "The type `Dialect`: all that is said of one protocol on top of its messages.",
			imports: "rpcconn rpcconn/catalog rpcconn/schema",
		},
		{
			name:    "rpcconn/catalog",
			purpose: "The methods known of one peer, where they were learned, and how that is kept.",
			imports: "rpcconn/jsontext rpcconn/plain rpcconn/schema rpcconn/statefile",
		},
		{
			name:    "rpcconn/schema",
			purpose: "JSON Schema as text: checked with, bundled, inferred, sampled, spelled.",
			imports: "rpcconn/jsontext",
		},
	}},
	{"Messages", []layer{
		{
			name:    "rpcconn/jsonrpc",
			purpose: "The codec of JSON-RPC 2.0, 1.0, and without version.",
			imports: "rpcconn rpcconn/internal/names rpcconn/jsontext",
		},
		{
			name:    "rpcconn/bsonrpc",
			purpose: "The codec of BSON-RPC 2.0, to and from Extended JSON, and the framing of BSON documents.",
			imports: "rpcconn rpcconn/framing rpcconn/internal/names rpcconn/jsontext",
			modules: "go.mongodb.org/mongo-driver/v2",
		},
		{
			name:    "rpcconn/msgpackrpc",
			purpose: "The codec of MessagePack-RPC, to and from JSON text, and the framing of MessagePack values.",
			imports: "rpcconn rpcconn/framing rpcconn/internal/names rpcconn/jsontext",
			modules: "github.com/tinylib/msgp",
		},
		{name: "rpcconn/internal/names", purpose: "Strings that come with every message, allocated once."},
	}},
	{"Bytes", []layer{
		{
			name:    "rpcconn/transport/httprpc",
			purpose: "Channels over HTTP: POSTs, event streams, MCP's sessions.",
			imports: "rpcconn rpcconn/jsontext rpcconn/plain rpcconn/transport/web",
		},
		{
			name:    "rpcconn/transport/websocket",
			purpose: "Channels over WebSocket.",
			imports: "rpcconn rpcconn/plain rpcconn/transport rpcconn/transport/web",
			modules: "github.com/coder/websocket",
		},
		{
			name:    "rpcconn/transport/web",
			purpose: "What HTTP and WebSocket share: connecting, who is let in (`Guard`), the queue of those who came.",
			imports: "rpcconn/lazyregexp rpcconn/plain rpcconn/transport",
		},
		{
			name: "rpcconn/transport",
			purpose: "Where a peer is (`Target`), and the streams to it: TCP, Unix sockets, named pipes, TLS, " +
				"dialled and accepted.",
			imports: "rpcconn/home rpcconn/plain",
			modules: "github.com/Microsoft/go-winio golang.org/x/sys",
		},
		{
			name:    "rpcconn/process",
			purpose: "A child process and its stdio, on each system.",
			imports: "rpcconn/plain",
			modules: "golang.org/x/sys",
		},
		{
			name:    "rpcconn/framing/framingtest",
			purpose: "Tests a framing, also one of one's own: what is received, however the stream is cut.",
			imports: "rpcconn rpcconn/framing",
		},
		{
			name:    "rpcconn/framing",
			purpose: "Channels over streams of bytes: the framings of text, reader, writer.",
			imports: "rpcconn rpcconn/jsontext rpcconn/plain",
		},
	}},
	{"Calls", []layer{
		{
			name:    "rpcconn/rpctest",
			purpose: "Channels in memory, and a peer that a test plays frame by frame.",
			imports: "rpcconn",
			modules: "go.uber.org/goleak",
		},
		{
			name:    "rpcconn",
			purpose: "`Conn`, which matches answers with calls, in both directions, and the types between the layers.",
			imports: "rpcconn/plain",
		},
		{
			name:    "rpcconn/rpcrec/foreign",
			purpose: "Reads the logs of other tools as recordings.",
			imports: "rpcconn/jsontext rpcconn/lazyregexp rpcconn/rpcrec",
		},
		{
			name:    "rpcconn/rpcrec",
			purpose: "Recordings: reads and writes their format, rpcrec/1, record by record.",
			imports: "rpcconn/jsontext",
		},
		{
			name:    "rpcconn/jsontext",
			purpose: "Where JSON texts begin and end, checked in one pass, without decoding.",
		},
		{
			name:    "rpcconn/statefile",
			purpose: "Changes small files that several processes have in common, and loses nothing of either.",
			modules: "github.com/gofrs/flock golang.org/x/sys",
		},
		{
			name:    "rpcconn/plain",
			purpose: "Tells in words what the operating system refused.",
			modules: "golang.org/x/sys",
		},
		{
			name:    "rpcconn/home",
			purpose: "What ~ stands for in the name of a file that a person has typed.",
		},
		{
			name:    "rpcconn/lazyregexp",
			purpose: "Compiles regular expressions when they are first used, not as the program starts.",
		},
	}},
}

// layers returns the packages of the house, top down.
func layers() (all []layer) {
	for _, f := range house {
		all = append(all, f.layers...)
	}
	return all
}

// packageTable returns the house as docs/architecture.md has it.
func packageTable() string {
	var b strings.Builder
	b.WriteString("| package | what it is for | imports of ours | modules of others |\n| --- | --- | --- | --- |\n")
	for _, f := range house {
		fmt.Fprintf(&b, "| **%s** | | | |\n", f.title)
		for _, l := range f.layers {
			purpose := l.purpose
			if l.large != "" {
				purpose += " " + l.large
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", l.name, cell(purpose), codes(l.imports), codes(l.modules))
		}
	}
	return b.String()
}

// codes returns words in code spans, "–" for none.
func codes(words string) string {
	if words == "" {
		return "–"
	}
	return "`" + strings.Join(strings.Fields(words), "` `") + "`"
}
