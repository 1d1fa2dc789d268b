package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"
)

// BenchmarkLinger prints b.N notifications from a peer that sends them as fast as they are read.
func BenchmarkLinger(b *testing.B) { benchmarkLinger(b) }

// BenchmarkRecord does so and records them, for comparison: recording takes at most 15 % of the throughput.
func BenchmarkRecord(b *testing.B) {
	benchmarkLinger(b, "--record", filepath.Join(b.TempDir(), "x.rpcrec"))
}

func benchmarkLinger(b *testing.B, flags ...string) {
	socket := filepath.Join(b.TempDir(), "s")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		b.Fatal(err)
	}
	defer listener.Close()
	var notes bytes.Buffer
	for i := range b.N {
		fmt.Fprintf(&notes, `{"jsonrpc":"2.0","method":"tick","params":[%d,"x"]}`+"\n", i)
	}
	go func() {
		if conn, err := listener.Accept(); err == nil {
			_, _ = conn.Write(notes.Bytes())
			_ = conn.Close()
		}
	}()
	var lines lineCounter
	b.ReportAllocs()
	b.ResetTimer()
	args := append(flags, "-p", "jsonrpc", "-f", "line", "--linger", "0", socket)
	code := run(context.Background(), args, strings.NewReader(""), &lines, io.Discard)
	if code != 0 || int(lines) != b.N {
		b.Fatalf("exit code %d, %d lines of %d", code, lines, b.N)
	}
}

// A lineCounter is a writer that keeps only how many lines were written to it.
type lineCounter int

func (n *lineCounter) Write(text []byte) (int, error) {
	*n += lineCounter(bytes.Count(text, []byte("\n")))
	return len(text), nil
}
