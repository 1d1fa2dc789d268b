package transport

import (
	"errors"
	"net"
	"strconv"
	"strings"
	"testing"
)

// TestListenOnThisMachine listens without a host, which is for this machine only, whatever the family, and for all.
func TestListenOnThisMachine(t *testing.T) {
	for _, test := range []struct {
		address, shown string
		open           bool
	}{
		{":0", "localhost:", false},
		{"localhost:0", "localhost:", false},
		{"127.0.0.1:0", "127.0.0.1:", false},
		{"*:0", "*:", true},
	} {
		l, err := Listen(t.Context(), networkTCP, test.address)
		if err != nil {
			t.Fatal(err)
		}
		shown := l.Addr().String()
		if !strings.HasPrefix(shown, test.shown) {
			t.Errorf("%s: the address is %s, want %s…", test.address, shown, test.shown)
		}
		_, port, _ := net.SplitHostPort(shown)
		hosts := []string{"127.0.0.1"}
		if test.shown == "localhost:" && hasIPv6(t) {
			hosts = append(hosts, "::1")
		}
		for _, host := range hosts {
			reached(t, l, net.JoinHostPort(host, port))
		}
		if other := addressOfNetwork(t); other != "" {
			conn, err := net.Dial("tcp", net.JoinHostPort(other, port))
			if err == nil {
				_ = conn.Close()
			}
			if (err == nil) != test.open {
				t.Errorf("%s: dialled from the network: %v, want it open: %v", test.address, err, test.open)
			}
		}
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("%s: after Close, Accept returns %v", test.address, err)
		}
		if err := l.Close(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("%s: a second Close returns %v", test.address, err)
		}
	}
}

// TestListenWhereSomebodyIs has a port of which somebody has one family: clients would reach one or the other.
func TestListenWhereSomebodyIs(t *testing.T) {
	if !hasIPv6(t) {
		t.Skip("this machine has no IPv6")
	}
	other, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	address := ":" + strconv.Itoa(other.Addr().(*net.TCPAddr).Port)
	l, err := Listen(t.Context(), networkTCP, address)
	if err == nil {
		_ = l.Close()
	}
	wantError(t, "Listen on "+address, err, "somebody listens there already")
}

func TestIsOpen(t *testing.T) {
	for text, want := range map[string]bool{
		":1": false, "localhost:1": false, "127.0.0.1:1": false, "[::1]:1": false, "./s": false, "tls://:1": false,
		"*:1": true, "0.0.0.0:1": true, "[::]:1": true, "192.0.2.1:1": true, "ws://*:1/x": true, "example.com:1": true,
	} {
		target, err := ParseTarget(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if got := target.IsOpen(); got != want {
			t.Errorf("%s is open: %v, want %v", text, got, want)
		}
	}
}

// reached dials address, and has l accept that.
func reached(t *testing.T, l net.Listener, address string) {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Error(err)
		return
	}
	defer conn.Close()
	accepted, err := l.Accept()
	if err != nil {
		t.Error(err)
		return
	}
	_ = accepted.Close()
}

func hasIPv6(t *testing.T) bool {
	t.Helper()
	l, err := net.Listen("tcp", "[::1]:0")
	if err == nil {
		_ = l.Close()
	}
	return err == nil
}

// addressOfNetwork returns an address of this machine that other machines see; "" where there is none.
func addressOfNetwork(t *testing.T) string {
	t.Helper()
	all, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range all {
		if n, ok := a.(*net.IPNet); ok && n.IP.To4() != nil && n.IP.IsGlobalUnicast() {
			return n.IP.String()
		}
	}
	return ""
}
