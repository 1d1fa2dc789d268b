package transport

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// unused returns a TCP address that nobody listens on.
func unused(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// stale makes a socket that nobody listens on.
func stale(t *testing.T, path string) {
	t.Helper()
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	l.Close()
}

func TestDialErrors(t *testing.T) {
	dir := t.TempDir()
	stale(t, filepath.Join(dir, "stale"))
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, test := range []struct {
		name             string
		ctx              context.Context
		network, address string
		want             string
	}{
		{"refused", t.Context(), "tcp", unused(t), "nothing listens there; start it or check the port"},
		{"stale socket", t.Context(), "unix", filepath.Join(dir, "stale"), "nothing listens on that socket"},
		{"no socket", t.Context(), "unix", filepath.Join(dir, "none"), "there is no such socket"},
		{"network", t.Context(), "udp", "127.0.0.1:1", `network "udp" is not known`},
		{"no port", t.Context(), "tcp", "127.0.0.1", "missing port"},
		{"canceled", canceled, "tcp", "127.0.0.1:1", "connecting to 127.0.0.1:1: operation was canceled"},
	} {
		t.Run(test.name, func(t *testing.T) {
			conn, err := Dial(test.ctx, test.network, test.address)
			if err == nil {
				conn.Close()
			}
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("Dial returned %v, want something with %q", err, test.want)
			}
		})
	}
}

func TestDialAdvice(t *testing.T) {
	for _, test := range []struct {
		err  error
		want string
	}{
		{&net.DNSError{Err: "no such host", Name: "x", IsNotFound: true}, "no host has that name"},
		{context.DeadlineExceeded, "no answer"},
		{&net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded}, "no answer"},
		{fs.ErrPermission, "not allowed"},
		{errors.New("something else"), ""},
	} {
		if got := dialAdvice("tcp", test.err); !strings.HasPrefix(got, test.want) || (got == "") != (test.want == "") {
			t.Errorf("dialAdvice(%v) = %q, want %q", test.err, got, test.want)
		}
	}
}

func TestListenUnix(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	stale(t, path)
	l, err := Listen(t.Context(), "unix", path)
	if err != nil {
		t.Fatalf("a stale socket is in the way: %v", err)
	}
	if _, err := Listen(t.Context(), "unix", path); err == nil ||
		!strings.Contains(err.Error(), "somebody listens there already") {
		t.Errorf("listening on a live socket: %v", err)
	}
	conn, err := Dial(t.Context(), "unix", path)
	if err != nil {
		t.Fatalf("the live socket was harmed: %v", err)
	}
	conn.Close()
	l.Close()
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the socket's file is still there: %v", err)
	}
}

func TestListenErrors(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	taken, err := Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	datagram := filepath.Join(dir, "datagram")
	other, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: datagram, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	for _, test := range []struct{ network, address, want string }{
		{"unix", file, "is no socket; remove it or choose another path"},
		{"unix", filepath.Join(dir, "none", "s"), "there is no such folder"},
		{"tcp", taken.Addr().String(), "somebody listens there already"},
		{"tcp", "192.0.2.1:0", "not one of this machine"},
		{"unix", datagram, "is somebody listening there?"},
		{"udp", "127.0.0.1:0", `network "udp" is not known`},
	} {
		l, err := Listen(t.Context(), test.network, test.address)
		if err == nil {
			l.Close()
		}
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("Listen(%s %s) returned %v, want something with %q", test.network, test.address, err, test.want)
		}
	}
	if got, err := os.ReadFile(file); err != nil || string(got) != "precious" {
		t.Errorf("the file has %q now (%v)", got, err)
	}
}
