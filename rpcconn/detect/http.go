package detect

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/transport"
	"rpcsh/rpcconn/transport/web"
)

// httpPatience is how long one WebSocket or HTTP attempt may take.
const httpPatience = 700 * time.Millisecond

// mcpPath is the usual path of servers of the Model Context Protocol.
const mcpPath = "/mcp"

// httpTargets returns where the peer of an HTTP server may be, the likeliest first. WebSocket is preferred: over HTTP
// the peer cannot call.
func httpTargets(t transport.Target) []transport.Target {
	ws, plain := transport.SchemeWS, transport.SchemeHTTP
	if t.Scheme == transport.SchemeTLS {
		ws, plain = transport.SchemeWSS, transport.SchemeHTTPS
	}
	var all []transport.Target
	for _, scheme := range []string{ws, plain} {
		for _, path := range []string{"/", "/jsonrpc", "/ws", "/rpc", mcpPath} {
			if path == mcpPath && scheme == ws || path == "/ws" && scheme == plain {
				continue
			}
			all = append(all, transport.Target{Scheme: scheme, Address: t.Address, Path: path})
		}
	}
	return all
}

// overHTTP returns the first of targets at which there is a peer.
func (d *detection) overHTTP(ctx context.Context, targets []transport.Target) (*Finding, error) {
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline.Add(-closingTime))
		defer cancel()
	}
	if len(targets) > 1 {
		if f := d.debugger(ctx, targets[0]); f != nil {
			return f, nil
		}
	}
	var tried []string
	var last, redirect error
	for _, t := range targets {
		protocol, err := d.ask(ctx, t)
		if err == nil {
			d.trace("%s: answered in %s", t, protocol)
			return &Finding{Target: t, Protocol: protocol}, nil
		}
		d.trace("%s: %v", t, err)
		tried, last = append(tried, t.String()), err
		var status *web.StatusError
		if errors.As(err, &status) {
			d.refused = d.refused || status.Code == http.StatusBadRequest
			if status.Code/100 == 3 && redirect == nil {
				redirect = err
			}
		}
		if isRefusal(err) || ctx.Err() != nil {
			break
		}
	}
	switch {
	case len(targets) > 1 && redirect != nil:
		return nil, fmt.Errorf("%s is an HTTP server on which no peer was found: %w", d.target, redirect)
	case len(targets) > 1:
		return nil, fmt.Errorf("%s is an HTTP server on which no peer was found; tried %s; give the URL, such as "+
			"ws://%s/path",
			d.target, strings.Join(tried, ", "), d.target.Address)
	case errors.Is(last, errSilent):
		return nil, &SilentError{Target: targets[0], Asked: probeText("jsonrpc")}
	}
	return nil, last
}

// isRefusal reports whether err means that no connection was made.
func isRefusal(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

// ask returns the form of JSON-RPC in which the peer at t answers.
func (d *detection) ask(ctx context.Context, t transport.Target) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, httpPatience)
	defer cancel()
	answered := make(chan string, 1)
	ch, err := d.Channel(ctx, t)
	if err != nil {
		return "", err
	}
	go func() { // ended by Close
		defer close(answered)
		for {
			frame, err := ch.Recv()
			var bad *rpcconn.FrameError
			if err != nil && !errors.As(err, &bad) {
				return
			}
			if err == nil {
				if g, _ := Sniff(frame); g.Protocol != "" && isAnswer(frame) {
					answered <- g.Protocol
					return
				}
			}
		}
	}()
	defer func() {
		_ = ch.Close()
		for range answered {
		}
	}()
	if err := ch.Send(ctx, []byte(probeText("jsonrpc"))); err != nil {
		var refused *rpcconn.Error
		if errors.As(err, &refused) { // it is a peer, which refuses a client without a session, as MCP wants it
			return mcpOr(t), nil
		}
		if ctx.Err() != nil {
			return "", errSilent
		}
		return "", err
	}
	select {
	case protocol, ok := <-answered:
		if !ok {
			return "", fmt.Errorf("closed the connection: %w", io.EOF)
		}
		return protocol, nil
	case <-ctx.Done():
		return "", errSilent
	}
}

// mcpOr returns the protocol of a peer that answers at t: MCP at mcpPath, else plain JSON-RPC.
func mcpOr(t transport.Target) string {
	if t.Path == mcpPath {
		return "mcp"
	}
	return "jsonrpc"
}

// isAnswer reports whether frame looks like an answer, not like an event that came before.
func isAnswer(frame []byte) bool {
	var answer struct{ Result, Error, ID json.RawMessage }
	return json.Unmarshal(frame, &answer) == nil && (answer.Result != nil || answer.Error != nil)
}

// debugger finds the Chrome DevTools Protocol behind its list of targets, nil if there is none.
func (d *detection) debugger(ctx context.Context, t transport.Target) *Finding {
	ctx, cancel := context.WithTimeout(ctx, httpPatience)
	defer cancel()
	list, err := d.Debuggers(ctx, t)
	if err != nil {
		return nil
	}
	d.trace("%s lists %d debugging targets", t.Address, len(list))
	for _, debugger := range list {
		if at, err := debugger.Target(t); err == nil { // else it is in use
			return &Finding{Target: at, Protocol: "cdp", Of: len(list)}
		}
	}
	return nil
}
