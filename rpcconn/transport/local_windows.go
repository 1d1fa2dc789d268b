package transport

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"

	"github.com/Microsoft/go-winio"
	"golang.org/x/sys/windows"

	"rpcsh/rpcconn/plain"
)

// isPipe reports whether path is that of a named pipe: \\HOST\pipe\NAME, the host . being this one.
func isPipe(path string) bool {
	unc, is := strings.CutPrefix(filepath.FromSlash(path), `\\`)
	parts := strings.SplitN(unc, `\`, 3)
	return is && len(parts) == 3 && parts[0] != "" && strings.EqualFold(parts[1], "pipe") && parts[2] != ""
}

// dialLocal connects to a socket or a named pipe. Where all instances of a pipe are in use, it waits for one.
func dialLocal(ctx context.Context, path string) (net.Conn, error) {
	if !isPipe(path) {
		conn, err := dialUnix(ctx, path)
		if _, missing := os.Lstat(path); err != nil && missing != nil { // of which err says nothing
			err = notDialled(missing)
		}
		return conn, err
	}
	conn, err := winio.DialPipeContext(ctx, filepath.FromSlash(path))
	if err != nil {
		return nil, notDialled(err)
	}
	return conn, nil
}

func notDialled(err error) error { return &net.OpError{Op: "dial", Net: networkUnix, Err: err} }

// listenLocal listens on a socket, or makes a named pipe that this user's programs on this machine can connect to.
func listenLocal(ctx context.Context, path string) (net.Listener, error) {
	if !isPipe(path) {
		return listenUnix(ctx, path)
	}
	user, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		return nil, fmt.Errorf("finding out who we are: %w", err)
	}
	l, err := winio.ListenPipe(filepath.FromSlash(path), &winio.PipeConfig{
		SecurityDescriptor: fmt.Sprintf("D:P(A;;GA;;;%s)", user.User.Sid), // all access, for the user alone
	})
	if errors.Is(err, fs.ErrPermission) {
		return nil, plain.Reworded(err, "somebody listens there already; choose another name")
	}
	return l, err
}
