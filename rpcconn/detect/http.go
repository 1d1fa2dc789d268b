package detect

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/transport"
	"rpcsh/rpcconn/transport/web"
)

// The usual paths of servers of the Model Context Protocol, the latter in its older transport.
const (
	mcpPath = "/mcp"
	ssePath = "/sse"
)

// httpTargets returns where the peer of an HTTP server may be, the likeliest first. WebSocket is preferred: over HTTP
// the peer cannot call.
func httpTargets(t transport.Target) []transport.Target {
	ws, plain := transport.SchemeWS, transport.SchemeHTTP
	switch t.Scheme {
	case transport.SchemeTLS:
		ws, plain = transport.SchemeWSS, transport.SchemeHTTPS
	case transport.SchemeUnix:
		ws, plain = transport.SchemeWSUnix, transport.SchemeHTTPUnix
	}
	var all []transport.Target
	for _, at := range []struct {
		scheme string
		paths  []string
	}{
		{ws, []string{"/", "/jsonrpc", "/ws", "/rpc"}},
		{plain, []string{"/", "/jsonrpc", "/rpc", "/json_rpc", mcpPath, ssePath}},
	} {
		for _, path := range at.paths {
			all = append(all, transport.Target{Scheme: at.scheme, Address: t.Address, Path: path})
		}
	}
	return all
}

// isRefusal reports whether err means that no connection was made.
func isRefusal(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

// isAlert reports whether err is a TLS alert of the peer's.
func isAlert(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "remote error"
}

// An endedError reports that the peer ended a connection that it had accepted; io.EOF: without saying why.
type endedError struct {
	target transport.Target
	err    error
}

// Error implements error.
func (e *endedError) Error() string { return fmt.Sprintf("%s: %v", e.target, e.err) }

// Unwrap returns why.
func (e *endedError) Unwrap() error { return e.err }

// ask returns the form of JSON-RPC in which the peer at t answers.
func (d *detection) ask(ctx context.Context, t transport.Target, patience time.Duration) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	ch, err := d.Channel(ctx, t)
	if err != nil {
		return "", silence(ctx, err)
	}
	answer := newAnswer(ch)
	defer answer.close()
	if err := ch.Send(ctx, []byte(probeText("jsonrpc"))); err != nil && len(answer.protocol) == 0 {
		var refused *rpcconn.Error
		if errors.As(err, &refused) { // it is a peer, which refuses a client without a session, as MCP wants it
			return mcpOr(t), nil
		}
		select {
		case err := <-answer.ended: // the cause
			return "", &endedError{t, err}
		default:
			return "", silence(ctx, err)
		}
	}
	return answer.wait(ctx, t)
}

// An answer is what a peer says on a channel.
type answer struct {
	ch       rpcconn.Channel
	protocol chan string // what it speaks; closed once the channel has ended
	ended    chan error
}

// newAnswer starts to listen to what comes on ch.
func newAnswer(ch rpcconn.Channel) *answer {
	a := &answer{ch: ch, protocol: make(chan string, 1), ended: make(chan error, 1)}
	go a.hear() // ended by close
	return a
}

// hear reads until the channel ends, also when it is known what is spoken: a channel may wait for its reader.
func (a *answer) hear() {
	defer close(a.protocol)
	for {
		frame, err := a.ch.Recv()
		var bad *rpcconn.FrameError
		var deviation *rpcconn.Deviation
		protocol := ""
		switch {
		case errors.As(err, &deviation) && deviation.Rule == web.RuleOlder:
			protocol = "mcp"
		case errors.As(err, &bad), errors.As(err, &deviation):
		case err != nil:
			a.ended <- err
			return
		default:
			text, _ := firstText(frame, "none") // several may be in one
			if isAnswer(text) || isMessage(text, probeText("jsonrpc")) {
				g, _ := Sniff(text)
				protocol = g.Protocol
			}
		}
		if protocol != "" {
			select {
			case a.protocol <- protocol:
			default: // it is known
			}
		}
	}
}

// wait returns what the peer at t speaks, once it has said that.
func (a *answer) wait(ctx context.Context, t transport.Target) (string, error) {
	select {
	case protocol, ok := <-a.protocol:
		switch {
		case !ok:
			return "", &endedError{t, <-a.ended}
		case protocol == "jsonrpc":
			return mcpOr(t), nil
		}
		return protocol, nil
	case <-ctx.Done():
		return "", errSilent
	}
}

// close closes the channel.
func (a *answer) close() {
	_ = a.ch.Close()
	for range a.protocol {
	}
}

// silence returns errSilent where err came of ctx's end, and says no more than that, else err.
func silence(ctx context.Context, err error) error {
	if ctx.Err() == nil || transport.Stalled(err) != "" {
		return err
	}
	if givenUp := new(rpcconn.GivenUpError); errors.As(err, &givenUp) && givenUp.Seen != "" {
		return err
	}
	return errSilent
}

// mcpOr returns the protocol of a peer that answers at t: MCP at mcpPath, else plain JSON-RPC.
func mcpOr(t transport.Target) string {
	if t.Path == mcpPath {
		return "mcp"
	}
	return "jsonrpc"
}

// debugger finds the Chrome DevTools Protocol behind its list of targets, nil if there is none. posts says that the
// server is not one for GETs.
func (d *detection) debugger(ctx context.Context, t transport.Target) (f *Finding, posts bool) {
	ctx, cancel := context.WithTimeout(ctx, d.patience)
	defer cancel()
	list, err := d.Debuggers(ctx, t)
	if err != nil {
		return nil, ctx.Err() != nil || noGET(err)
	}
	d.trace("%s lists %d debugging targets", t.Address, len(list))
	for _, debugger := range list {
		if at, err := debugger.Target(t); err == nil { // else it is in use
			return &Finding{Target: at, Protocol: "cdp", Of: len(list)}, false
		}
	}
	return nil, false
}
