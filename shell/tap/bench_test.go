package tap_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"testing"
	"time"

	"rpcsh/rpcconn/rpcrec"
	"rpcsh/shell/tap"
)

// BenchmarkPass sends small messages through a tap, and through what only copies bytes: there and back one at a time,
// and as fast as they go.
func BenchmarkPass(b *testing.B) {
	message := []byte(`{"jsonrpc":"2.0","id":1,"method":"tick","params":[1,"x"]}` + "\n")
	for _, through := range []struct {
		name  string
		serve func(ctx context.Context, l net.Listener, server string)
	}{
		{"copier", copies},
		{"tap", func(ctx context.Context, l net.Listener, server string) {
			opts := tap.Options{Target: server, Record: func(*rpcrec.Record) {}}
			opts.Dial = func(context.Context) (io.ReadWriteCloser, error) { return net.Dial("tcp", server) }
			_ = tap.New(opts, time.Now()).Serve(ctx, l)
		}},
	} {
		client := func(b *testing.B) net.Conn {
			echo, front := listen(b), listen(b)
			go echoes(echo)
			ctx, cancel := context.WithCancel(b.Context())
			done := make(chan struct{})
			go func() {
				through.serve(ctx, front, echo.Addr().String())
				close(done)
			}()
			nc, err := net.Dial("tcp", front.Addr().String())
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() {
				_ = nc.Close()
				cancel()
				_ = front.Close()
				<-done
			})
			return nc
		}
		b.Run("one at a time/"+through.name, func(b *testing.B) {
			nc := client(b)
			in := bufio.NewReader(nc)
			for b.Loop() {
				if _, err := nc.Write(message); err != nil {
					b.Fatal(err)
				}
				if _, err := in.ReadSlice('\n'); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("many/"+through.name, func(b *testing.B) {
			nc := client(b)
			b.SetBytes(int64(len(message)))
			go func() {
				out := bufio.NewWriter(nc)
				for range b.N {
					_, _ = out.Write(message)
				}
				_ = out.Flush()
			}()
			b.ResetTimer()
			if _, err := io.CopyN(io.Discard, nc, int64(b.N*len(message))); err != nil {
				b.Fatal(err)
			}
		})
	}
}

func listen(b *testing.B) net.Listener {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = l.Close() })
	return l
}

// echoes sends back what comes.
func echoes(l net.Listener) {
	for {
		nc, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			_, _ = io.Copy(struct{ io.Writer }{nc}, struct{ io.Reader }{nc})
			_ = nc.Close()
		}()
	}
}

// copies passes bytes on, and does nothing else.
func copies(_ context.Context, l net.Listener, server string) {
	client, err := l.Accept()
	if err != nil {
		return
	}
	up, err := net.Dial("tcp", server)
	if err != nil {
		return
	}
	done := make(chan struct{})
	pass := func(to, from net.Conn) {
		_, _ = io.CopyBuffer(struct{ io.Writer }{to}, struct{ io.Reader }{from}, make([]byte, 64<<10))
		_ = to.(*net.TCPConn).CloseWrite()
		done <- struct{}{}
	}
	go pass(up, client)
	go pass(client, up)
	<-done
	<-done
	_, _ = client.Close(), up.Close()
}
