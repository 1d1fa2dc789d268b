//go:build unix

package main

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// BenchmarkOneShot calls a method once a run: over HTTP in turn with curl, which is to take 1.3 times as long, and over
// TCP in turn with a script in Python, which is to take a third.
func BenchmarkOneShot(b *testing.B) {
	const (
		call   = `{"jsonrpc":"2.0","id":1,"method":"my_add","params":[40,2]}`
		answer = `{"jsonrpc":"2.0","id":1,"result":42}` + "\n"
		script = `
import json, socket, sys
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
s.sendall(sys.argv[2].encode() + b"\n")
print(json.loads(s.makefile().readline())["result"])`
	)
	python := "/usr/bin/python3" // rather than what chooses between several
	if _, err := os.Stat(python); err != nil {
		python = "python3"
	}
	program, own := built(b, "."), b.TempDir()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = listener.Close() })
	go func() {
		for conn, err := listener.Accept(); err == nil; conn, err = listener.Accept() {
			for lines := bufio.NewScanner(conn); lines.Scan(); {
				_, _ = io.WriteString(conn, answer)
			}
			_ = conn.Close()
		}
	}()
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, answer)
	}))
	b.Cleanup(web.Close)
	address := listener.Addr().String()
	for _, tt := range []struct {
		name  string
		other []string
		args  []string
		bars  bars
	}{
		{"http", []string{"curl", "-s", "-H", "Content-Type: application/json", "-d", call, web.URL},
			[]string{web.URL}, bars{"time": 1.3}},
		{"tcp", []string{python, "-c", script, address[strings.LastIndex(address, ":")+1:], call},
			[]string{"-f", "line", address}, bars{"time": 1. / 3}},
	} {
		b.Run(tt.name, func(b *testing.B) {
			run := func(name string, args ...string) time.Duration {
				cmd := exec.Command(name, args...)
				cmd.Env = rpcshIn(own, nil).Env
				start := time.Now()
				out, err := cmd.Output()
				if err != nil || !strings.Contains(string(out), "42") {
					b.Fatalf("%s: %v, %s", name, err, out)
				}
				return time.Since(start)
			}
			tt.bars.hold(b, func() map[string]float64 {
				other := run(tt.other[0], tt.other[1:]...)
				ours := run(program, append(append([]string{"-p", "jsonrpc"}, tt.args...), "my_add", "40", "2")...)
				return map[string]float64{"time": float64(ours) / float64(other)}
			})
		})
	}
}
