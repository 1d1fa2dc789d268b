//go:build unix

package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// BenchmarkResult has the program call a method with a large result, which it writes to a file, in turn with one that
// does as much. time is how often its time ours takes, memory how often the size of the result.
func BenchmarkResult(b *testing.B) {
	own := b.TempDir()
	file := filepath.Join(own, "result.json")
	result := newLargeResult(48 << 20)
	line, web := result.serve(b)
	write := func(from io.Reader, err error) {
		if err != nil {
			b.Fatal(err)
		}
		to, err := os.Create(file)
		if err == nil {
			_, err = io.Copy(to, from)
		}
		if err == nil {
			err = to.Close()
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	for _, tt := range []struct {
		name  string
		limit func()
		args  []string
		bars  bars
	}{
		{"line", func() {
			conn, err := net.Dial("tcp", line)
			if err == nil {
				_, err = io.WriteString(conn, `{"id":1}`+"\n")
			}
			write(io.LimitReader(conn, result.size()), err)
			_ = conn.Close()
		}, []string{"-f", "line", line}, bars{"time": 4.5, "memory": 2}},
		{"http", func() {
			res, err := http.Post(web, "application/json", strings.NewReader(`{"id":1}`))
			write(res.Body, err)
			_ = res.Body.Close()
		}, []string{web}, bars{"time": 6, "memory": 2}},
		{"pretty", func() {
			if err := exec.Command("jq", ".", file).Run(); err != nil {
				b.Skipf("jq: %v", err)
			}
		}, []string{"-o", "pretty", "-f", "line", line}, bars{"time": 1, "memory": 2}},
	} {
		b.Run(tt.name, func(b *testing.B) {
			tt.bars.hold(b, func() map[string]float64 {
				start := time.Now()
				tt.limit()
				limit := time.Since(start)
				args := append([]string{"-p", "jsonrpc", "--no-discover"}, tt.args...)
				cmd := rpcshIn(own, nil, append(args, "big")...)
				to, err := os.Create(filepath.Join(own, "ours.json"))
				if err != nil {
					b.Fatal(err)
				}
				defer to.Close()
				cmd.Stdout = to
				start = time.Now()
				if err := cmd.Run(); err != nil {
					b.Fatal(err)
				}
				took := time.Since(start)
				return map[string]float64{
					"time": float64(took) / float64(limit), "memory": float64(peak(cmd)) / float64(result.size()),
				}
			})
		})
	}
}

// peak returns the most memory that a program had, in bytes.
func peak(cmd *exec.Cmd) int64 {
	n := int64(cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss)
	if runtime.GOOS != "darwin" {
		n <<= 10
	}
	return n
}

// A largeResult is an array of records that is written piece by piece: the memory of who starts a program counts as
// that program's, too.
type largeResult struct {
	piece  string
	pieces int
}

const resultHead, resultTail = `{"jsonrpc":"2.0","id":1,"result":[`, `null]}` + "\n"

func newLargeResult(size int) *largeResult {
	var b strings.Builder
	for i := 0; b.Len() < 64<<10; i++ {
		fmt.Fprintf(&b, `{"id":%d,"name":"record number %d","note":"it says \"hello\" to whoever reads it",`+
			`"price":%d.25,"tags":["new","sale"],"active":true},`, i, i, i)
	}
	return &largeResult{b.String(), size / b.Len()}
}

func (l *largeResult) size() int64 {
	return int64(len(resultHead) + l.pieces*len(l.piece) + len(resultTail))
}

func (l *largeResult) writeTo(w io.Writer) {
	_, err := io.WriteString(w, resultHead)
	for i := 0; i < l.pieces && err == nil; i++ {
		_, err = io.WriteString(w, l.piece)
	}
	_, _ = io.WriteString(w, resultTail)
}

// serve answers each request with the result, in lines over TCP and over HTTP.
func (l *largeResult) serve(b *testing.B) (address, url string) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				for lines := bufio.NewScanner(conn); lines.Scan(); {
					l.writeTo(conn)
				}
			}()
		}
	}()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", fmt.Sprint(l.size()))
		l.writeTo(w)
	}))
	b.Cleanup(server.Close)
	return listener.Addr().String(), server.URL
}
