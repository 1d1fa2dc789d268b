package framing

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"strings"
	"sync"
	"testing"

	"rpcsh/rpcconn"
)

var small = []byte(`{"jsonrpc":"2.0","id":1,"method":"my_add","params":[1,2]}`)

// BenchmarkPingPong sends a small message there and back, raw (the limit: net.Conn, bufio and nothing else) and in
// every framing.
func BenchmarkPingPong(b *testing.B) {
	b.Run("raw", func(b *testing.B) {
		here, there := sockets(b)
		go func() {
			r := bufio.NewReader(there)
			for {
				line, err := r.ReadSlice('\n')
				if err != nil {
					return
				}
				_, _ = there.Write(line)
			}
		}()
		line, r := append(bytes.Clone(small), '\n'), bufio.NewReader(here)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := here.Write(line); err != nil {
				b.Fatal(err)
			}
			if _, err := r.ReadSlice('\n'); err != nil {
				b.Fatal(err)
			}
		}
	})
	for _, f := range framings() {
		b.Run(f.Name, func(b *testing.B) {
			here, there := sockets(b)
			near, far := channel(b, f.Name, here), channel(b, f.Name, there)
			go echo(b, far)
			frame := small
			if f.Name == "bson" || f.Name == "msgpack" {
				frame = message(f.Name, "", len(small)-6)
			}
			b.ReportAllocs()
			for b.Loop() {
				if err := near.Send(b.Context(), frame); err != nil {
					b.Fatal(err)
				}
				if _, err := near.Recv(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func echo(b *testing.B, ch rpcconn.Channel) {
	for {
		frame, err := ch.Recv()
		if err != nil {
			return
		}
		if ch.Send(b.Context(), frame) != nil {
			return
		}
	}
}

// BenchmarkSenders has 64 goroutines send small messages, raw (each a write of its own) and through one channel.
func BenchmarkSenders(b *testing.B) {
	run := func(b *testing.B, there net.Conn, send func() error) {
		go func() { _, _ = io.Copy(io.Discard, there) }()
		todo := make(chan struct{}, 1024)
		var senders sync.WaitGroup
		for range 64 {
			senders.Go(func() {
				for range todo {
					if err := send(); err != nil {
						b.Error(err)
					}
				}
			})
		}
		b.ReportAllocs()
		for b.Loop() {
			todo <- struct{}{}
		}
		close(todo)
		senders.Wait()
	}
	b.Run("raw", func(b *testing.B) {
		here, there := sockets(b)
		line := append(bytes.Clone(small), '\n')
		run(b, there, func() error { _, err := here.Write(line); return err })
	})
	b.Run("line", func(b *testing.B) {
		here, there := sockets(b)
		ch := channel(b, "line", here)
		run(b, there, func() error { return ch.Send(b.Context(), small) })
	})
}

// BenchmarkReceive reads many small messages that are all there, raw (bufio) and in the framings.
func BenchmarkReceive(b *testing.B) {
	const count = 1000
	b.Run("raw", func(b *testing.B) {
		in := strings.Repeat(string(small)+"\n", count)
		b.SetBytes(int64(len(in)))
		for b.Loop() {
			r := bufio.NewReaderSize(strings.NewReader(in), readSize)
			for range count {
				if _, err := r.ReadSlice('\n'); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
	for name, in := range map[string]string{
		"none": string(small), "line": string(small) + "\n", "rfc7464": "\x1e" + string(small) +
			"\n", "netstring": "57:" + string(small) + ",",
		"header": "Content-Length: 57\r\n\r\n" + string(small), "length": "\x00\x00\x00\x39" +
			string(small), "nul": string(small) + "\x00",
		"msgpack": "\x94\x00\x2a\xa6my_add\x92\x01\x02",
	} {
		b.Run(name, func(b *testing.B) {
			in, f := strings.Repeat(in, count), framingNamed(b, name)
			b.SetBytes(int64(len(in)))
			b.ReportAllocs()
			for b.Loop() {
				r := newReader(strings.NewReader(in), f.Split(rpcconn.DefaultMaxMessage), rpcconn.DefaultMaxMessage,
					new(ending))
				for range count {
					if _, err := r.Recv(); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}

// BenchmarkBigMessage sends 63 MiB over a socket and keeps them, raw (the limit: one buffer of that size) and in the
// framings.
func BenchmarkBigMessage(b *testing.B) {
	const size = 63 << 20
	b.Run("raw", func(b *testing.B) {
		here, there := sockets(b)
		message := make([]byte, size)
		go func() {
			for {
				if _, err := here.Write(message); err != nil {
					return
				}
			}
		}()
		b.SetBytes(size)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := io.ReadFull(there, make([]byte, size)); err != nil {
				b.Fatal(err)
			}
		}
	})
	for _, f := range framings() {
		b.Run(f.Name, func(b *testing.B) {
			here, there := sockets(b)
			near, far := channel(b, f.Name, here), channel(b, f.Name, there)
			frame := message(f.Name, "", size)
			go func() {
				for near.Send(b.Context(), frame) == nil {
				}
			}()
			b.SetBytes(size)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := far.Recv(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
