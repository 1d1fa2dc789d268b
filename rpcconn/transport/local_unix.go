//go:build !windows

package transport

import (
	"context"
	"net"
)

// dialLocal connects to a socket.
func dialLocal(ctx context.Context, path string) (net.Conn, error) { return dialUnix(ctx, path) }

// listenLocal listens on a socket.
func listenLocal(ctx context.Context, path string) (net.Listener, error) {
	return listenUnix(ctx, path)
}
