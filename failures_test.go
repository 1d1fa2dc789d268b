package main

import (
	"bytes"
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// raw is what libraries and the operating system say, and a person is not to read.
var raw = regexp.MustCompile(`\b(dial|open|stat|lstat|read|write|mkdir|bind|listen|connect|lookup|exec|fork/exec) ` +
	`?(tcp|unix|udp)? ?[^ ]*: |` +
	`no such file or directory|is a directory|connection refused|no such host|permission denied|` +
	`\b(tls|json|url|net/http|http|x509|toml|websocket|bson|msgp|exec|strconv|regexp|parse): |failed to |` +
	`\bEOF\b|context (canceled|deadline)|i/o timeout|use of closed|reset by peer|broken pipe`)

// TestFailuresReadLikeOneProgram provokes failures of all kinds: each is told in one line, and in words.
func TestFailuresReadLikeOneProgram(t *testing.T) {
	folder := t.TempDir()
	text := filepath.Join(folder, "text")
	if err := os.WriteFile(text, []byte("text\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	none := filepath.Join(folder, "none")
	refuses := nobodyListens(t)
	half := breaksOff(t, `{"jsonrpc":"2.0","id":1,"re`, cut)
	resets := breaksOff(t, `{"jsonrpc":"2.0","id":1,"re`, reset)
	header := breaksOff(t, "HTTP/1.1 200 OK\r\nConte", cut)
	body := breaksOff(t, "HTTP/1.1 200 OK\r\nContent-Length: 60\r\n\r\n{\"jsonrpc\":", reset)
	says := breaksOff(t, "", cut)
	stalls := breaksOff(t, "", func(nc *net.TCPConn) { t.Cleanup(func() { _ = nc.Close() }) })
	for _, test := range [][]string{
		{refuses, "m"},
		{"ws://" + refuses, "m"},
		{"http://" + refuses, "m"},
		{"tls://" + refuses, "m"},
		{"-p", "jsonrpc", none, "m"}, // the path has a slash
		{"nosuch.invalid:80", "m"},
		{"-p", "jsonrpc", "-f", "line", half, "m"},
		{"-p", "jsonrpc", "-f", "line", resets, "m"},
		{"-p", "jsonrpc", "-f", "header", half, "m"},
		{"-p", "jsonrpc", "tls://" + half, "m"},
		{"-p", "jsonrpc", "tls://" + resets, "m"},
		{"-p", "jsonrpc", "ws://" + half, "m"},
		{"-p", "jsonrpc", "http://" + half, "m"},
		{"-p", "jsonrpc", "ws://" + header, "m"},
		{"-p", "jsonrpc", "http://" + header, "m"},
		{"-p", "jsonrpc", "http://" + body, "m"},
		{"-p", "jsonrpc", "https://" + body, "m"},
		{"-p", "jsonrpc", "-f", "line", says, "m"},
		{"-p", "jsonrpc", "-f", "line", "-t", "50ms", stalls, "m"},
		{"-p", "jsonrpc", "-t", "50ms", "tls://" + stalls, "m"},
		{"-p", "jsonrpc", "-t", "50ms", "ws://" + stalls, "m"},
		{"-p", "jsonrpc", "-t", "50ms", "http://" + stalls, "m"},
		{"-t", "50ms", stalls, "m"},
		{half, "m"},
		{"http://" + header, "m"},
		{"--", none},
		{"--", folder},
		{":70000", "m"},
		{"http://[::1", "m"},
		{"http://a b/", "m"},
		{"-s", none + ".star", "--demo", "m"},
		{"-s", folder, "--demo", "m"},
		{"-s", text, "--demo", "m"},
		{"--schema", none, "--demo", "m"},
		{"--schema", folder, "--demo", "m"},
		{"--schema", text, "--demo", "m"},
		{"--schema", "http://" + refuses + "/x", "--demo", "m"},
		{"--record", filepath.Join(none, "x"), "--demo", "my_add", "1", "2"},
		{"--record", folder, "--demo", "my_add", "1", "2"},
		{"--record", text, "--append", "--demo", "my_add", "1", "2"},
		{"--ca", none, "tls://" + refuses, "m"},
		{"--ca", text, "tls://" + refuses, "m"},
		{"--cert", none, "--key", none, "-l", "tls://127.0.0.1:0"},
		{"--cert", text, "--key", text, "-l", "tls://127.0.0.1:0"},
		{"--token", "@" + none, "http://" + refuses, "m"},
		{"--cookie-file", none, "http://" + refuses, "m"},
		{"-H", "A B: c", "http://" + refuses, "m"},
		{"-l", filepath.Join(none, "x")},
		{"-l", text},
		{"-l", "192.0.2.1:6000"}, // TEST-NET-1 (RFC 5737)
		{"show", none},
		{"show", folder},
		{"show", text},
		{"stat", none},
		{"replay", none, "--demo"},
		{"replay", text, "--demo"},
		{"verify", folder, "--demo"},
		{"export", "md", none},
		{"tap", "-l", filepath.Join(none, "x"), refuses},
		{"tap", "--wrap", none, "x"},
		{"tap", "--wrap", text, "x"},
		{"run", none},
		{"run", folder},
		{"--demo", "my_add", "@" + none},
		{"--demo", "my_add", "@" + folder},
		{"--demo", "my_add", "x=@" + none},
		{"--demo", "-e", ".source " + none},
		{"--demo", "-e", ".run " + none + ".star"},
		{"--demo", "-e", ".learn " + none},
		{"--demo", "-e", ".learn " + text},
		{"--demo", "-e", ".learn http://" + refuses + "/"},
		{"--demo", "-e", "my_add 1 2 > " + filepath.Join(none, "x")},
		{"--demo", "-e", "my_add 1 2 > " + folder},
		{"--demo", "-e", ".send @" + none},
		{"--demo", "-e", ".record " + filepath.Join(none, "x")},
		{"--demo", "-e", ".export openrpc " + filepath.Join(none, "x")},
		{"--demo", "-e", ".export md > " + filepath.Join(none, "x")},
		{"--demo", "-e", ".serve " + none + ".star"},
		{"--demo", "-e", ".set pager " + none},
		{"--demo", "-e", ".connect " + refuses},
	} {
		var out, errs bytes.Buffer
		args := append([]string{"-t", "5s"}, test...)
		code := run(context.Background(), args, strings.NewReader(""), &out, &errs)
		said := strings.TrimSuffix(errs.String(), "\n")
		if code == 0 || !strings.HasPrefix(said, "rpcsh: ") || strings.Contains(said, "\n") || raw.MatchString(said) {
			t.Errorf("%q: exit code %d, %s", test, code, said)
		}
	}
}

func cut(nc *net.TCPConn) { _ = nc.Close() }

func reset(nc *net.TCPConn) { _ = errors.Join(nc.SetLinger(0), nc.Close()) }

// breaksOff returns the address of a server that says something to who has asked for something, and then ends it.
func breaksOff(t *testing.T, says string, end func(*net.TCPConn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			nc, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = nc.Read(make([]byte, 1<<10))
			_, _ = nc.Write([]byte(says))
			end(nc.(*net.TCPConn))
		}
	}()
	return l.Addr().String()
}

// nobodyListens returns an address of this machine at which nobody listens.
func nobodyListens(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
