package dial

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/framing"
	"rpcsh/rpcconn/transport"
	"rpcsh/rpcconn/transport/web"
)

// DefaultSettle is how long a peer is given by default before anything is sent to it; see Config.Settle.
const DefaultSettle = 50 * time.Millisecond

// Config says how peers are reached and what is spoken with them.
type Config struct {
	Protocol   string // one of ProtocolNames; "" or Auto: detected
	Framing    string // one of FramingNames, on a stream; "" or Auto: the protocol's own, or detected
	Fallback   string // the framing for an accepted peer that waits for us to speak; "": the default protocol's
	MaxMessage int    // bytes; 0 is rpcconn.DefaultMaxMessage

	TLS          transport.TLSOptions
	Header       http.Header     // of WebSocket handshakes and HTTP requests
	Credentials  web.Credentials // of WebSocket handshakes and HTTP requests
	CookieFile   string          // of HTTP: holds user:password
	Origin       string          // of WebSocket handshakes
	Subprotocols []string        // of WebSocket, offered
	AllowOrigins []string        // of WebSocket and HTTP clients that are pages of other hosts
	OriginAdvice string          // is appended to the refusal of clients with another Origin

	// after how much silence of ours a dialled WebSocket gets a ping; 0: no pings
	Ping   time.Duration
	OnPing func(did string) // gets what came of each ping, on any goroutine; nil: discarded

	// Settle is how long a peer has before anything is sent on a stream, where it may need that (detect.MayNeedTime) or
	// what it speaks is not known.
	Settle      time.Duration
	DetectLimit time.Duration // for finding out what is spoken; see Limit of detect.Detector
	Passive     bool          // what is spoken is found out without sending anything
	// Waiting is called when a child process takes long to say what it speaks; nil: nobody is told.
	Waiting func()

	Stderr func(line string) // gets the lines of a child process's stderr; nil: discarded
	// OnError gets errors outside of connections, such as a client's failed handshake; nil: discarded.
	OnError func(remote string, err error)

	// Grace is what a peer has for each step of the end of its connection, a child process of its own end; 0: what each
	// transport gives.
	Grace time.Duration
}

// Check returns an error for unknown names, a framing that does not fit the protocol (an *OwnFramingError), and an
// invalid limit.
func (cfg Config) Check() error {
	if cfg.Protocol != "" && cfg.Protocol != Auto {
		p, err := FindProtocol(cfg.Protocol)
		if err != nil {
			return err
		}
		if p.OwnOnly && cfg.Framing != "" && cfg.Framing != Auto && cfg.Framing != p.Framing {
			return &OwnFramingError{Protocol: p, Framing: cfg.Framing}
		}
	}
	for _, f := range []string{cfg.Framing, cfg.Fallback} {
		if f != "" && !slices.Contains(FramingNames(), f) && f != "bson" && f != "msgpack" {
			return &framing.UnknownError{Name: f, Known: FramingNames()}
		}
	}
	_, err := NewFraming("none", cfg.MaxMessage)
	return err
}

// An OwnFramingError reports that a framing was named for a protocol that has its own.
type OwnFramingError struct {
	Protocol Protocol
	Framing  string // the one that was named
}

func (e *OwnFramingError) Error() string {
	return fmt.Sprintf("%s has a framing of its own, and takes no %s", e.Protocol.Title, e.Framing)
}

// named returns the protocol and the framing that cfg names, "" where it leaves one open.
func (cfg Config) named() (protocol, framing string) {
	if cfg.Protocol != Auto {
		protocol = cfg.Protocol
	}
	if cfg.Framing != Auto {
		framing = cfg.Framing
	}
	return protocol, framing
}

// isAuto reports whether what is spoken has to be detected.
func (cfg Config) isAuto(t Target) bool {
	protocol, framing := cfg.named()
	return protocol == "" && (framing == "" || !t.IsStream())
}

// A Wire is what is spoken over one connection: a protocol and a framing.
type Wire struct {
	Protocol Protocol
	Framing  string // "" where the transport frames
}

// Wire returns what cfg says to speak with t, the default where it says nothing.
func (cfg Config) Wire(t Target) (Wire, error) {
	if err := cfg.Check(); err != nil {
		return Wire{}, err
	}
	name := cfg.Protocol
	if name == Auto {
		name = ""
	}
	p, err := FindProtocol(name)
	if err != nil {
		return Wire{}, err
	}
	w := Wire{Protocol: p, Framing: p.Framing}
	switch {
	case !t.IsStream():
		w.Framing = noFraming
	case cfg.Framing != "" && cfg.Framing != Auto:
		w.Framing = cfg.Framing
	}
	return w, nil
}

// wireOf returns the Wire of a detected protocol and framing.
func wireOf(protocol, framing string) (Wire, error) {
	p, err := FindProtocol(protocol)
	return Wire{Protocol: p, Framing: framing}, err
}

// String says what is spoken: "JSON-RPC 2.0, rfc7464".
func (w Wire) String() string {
	if w.Framing == noFraming || w.Protocol.OwnOnly {
		return w.Protocol.Title
	}
	return w.Protocol.Title + ", " + w.Framing
}

// channel returns the framing to put on a stream.
func (w Wire) channel(maxMessage int) (rpcconn.Framing, error) {
	return NewFraming(w.Framing, maxMessage)
}
