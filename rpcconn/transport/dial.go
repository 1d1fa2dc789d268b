// Package transport knows where a peer is, and opens streams of bytes to it.
//
// A [Target] is read from what a person writes. [Dial] and [DialTLS] make streams, [Listen] and [ListenTLS] accept
// them; a [TLSError] says why TLS failed. Child processes are in package process. This package does not know what a
// stream carries: see framing, and the packages below this one for HTTP and WebSocket, which have messages of their
// own.
package transport

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"

	"rpcsh/rpcconn/plain"
)

// The networks that Dial and Listen know.
const (
	networkTCP  = "tcp"
	networkUnix = "unix"
)

// Dial connects to address: host:port where network is "tcp", the path of a socket where it is "unix"; on Windows, the
// path of a named pipe as well. It gives up when ctx is done. The error says what to do where that is known.
func Dial(ctx context.Context, network, address string) (net.Conn, error) {
	if err := checkNetwork(network); err != nil {
		return nil, fmt.Errorf("connecting to %s: %w", address, err)
	}
	dial := dialTCP
	if network == networkUnix {
		dial = dialLocal
	}
	conn, err := dial(ctx, address)
	if err != nil {
		return nil, explain("connecting to "+address, err, dialAdvice(network, err))
	}
	return conn, nil
}

func dialTCP(ctx context.Context, address string) (net.Conn, error) {
	return new(net.Dialer).DialContext(ctx, networkTCP, address)
}

func dialUnix(ctx context.Context, path string) (net.Conn, error) {
	return new(net.Dialer).DialContext(ctx, networkUnix, path)
}

func checkNetwork(network string) error {
	if network != networkTCP && network != networkUnix {
		return fmt.Errorf("network %q is not known: choose %s or %s", network, networkTCP, networkUnix)
	}
	return nil
}

// explain returns err with what was being done and, unless advice is "", with that in place of what the system says.
func explain(doing string, err error, advice string) error {
	if advice == "" {
		return fmt.Errorf("%s: %w", doing, plain.Reason(err))
	}
	return plain.Reworded(err, doing+": "+advice)
}

func dialAdvice(network string, err error) string {
	var dns *net.DNSError
	var timeout net.Error
	switch {
	case plain.Refused.Is(err) && network == networkTCP:
		return "nothing listens there; start it or check the port"
	case plain.Refused.Is(err):
		return "nothing listens on that socket; start what does, or check the path"
	case errors.Is(err, fs.ErrNotExist):
		return "there is no such socket; start what makes it, or check the path"
	case errors.Is(err, fs.ErrPermission):
		return "not allowed; check who owns the socket"
	case errors.Is(err, context.Canceled):
		return ""
	case errors.As(err, &dns) && dns.IsNotFound:
		return "no host has that name; check it"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "no answer; check the host, and whether a firewall is in between"
	case plain.NoWay.Is(err):
		return "there is no way to that host; check the network"
	}
	return ""
}

// Listen listens on address: host:port where network is "tcp", the path of a socket where it is "unix"; on Windows, the
// path of a named pipe as well, to which this user's programs can connect. Without a host, and at localhost, clients of
// this machine only reach the listener, by IPv4 and IPv6; at the host * all do. Port 0 is any free port. The listener's
// Close removes the socket's file.
//
// A socket that nobody listens on any more is replaced; one that somebody does, or a file that is no socket, is an
// error. The error says what to do where that is known.
func Listen(ctx context.Context, network, address string) (net.Listener, error) {
	doing := "listening on " + address
	if err := checkNetwork(network); err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	listen := listenTCP
	if network == networkUnix {
		listen = listenLocal
	}
	l, err := listen(ctx, address)
	if network == networkUnix && plain.AddressInUse.Is(err) {
		if err := removeStale(ctx, address); err != nil {
			return nil, fmt.Errorf("%s: %w", doing, err)
		}
		l, err = listen(ctx, address)
	}
	if err != nil {
		return nil, explain(doing, err, listenAdvice(err))
	}
	return l, nil
}

func listenUnix(ctx context.Context, path string) (net.Listener, error) {
	var config net.ListenConfig
	return config.Listen(ctx, networkUnix, path)
}

func listenAdvice(err error) string {
	switch {
	case plain.AddressInUse.Is(err):
		return "somebody listens there already; choose another"
	case errors.Is(err, fs.ErrPermission):
		return "not allowed; choose a port above 1023, or a folder of your own"
	case plain.NotOurs.Is(err):
		return "that address is not one of this machine"
	case errors.Is(err, fs.ErrNotExist):
		return "there is no such folder; make it"
	}
	return ""
}

// removeStale removes the socket at path if nobody listens on it. The error says why it was not removed.
func removeStale(ctx context.Context, path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist): // it has gone meanwhile, or never was a file
		return nil
	case err != nil:
		return err
	case info.Mode().Type() != fs.ModeSocket:
		return fmt.Errorf("%s is no socket; remove it or choose another path", path)
	}
	conn, err := dialUnix(ctx, path)
	switch {
	case err == nil:
		_ = conn.Close()
		return errors.New("somebody listens there already; stop it or choose another path")
	case !plain.Refused.Is(err):
		return fmt.Errorf("is somebody listening there? %w", plain.Reason(err))
	}
	if err := os.Remove(path); err != nil {
		return fmt.Errorf("removing a socket that nobody listens on: %w", plain.Reason(err))
	}
	return nil
}
