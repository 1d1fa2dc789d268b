package websocket

import (
	"bufio"
	"context"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"rpcsh/rpcconn"
)

// patience bounds waits that only a broken program makes long.
const patience = 20 * time.Second

// serveOnce starts a server by hand: script is run on the first connection, which is closed after it. It returns the
// server's address.
func serveOnce(t *testing.T, script func(conn net.Conn)) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		conn, err := ln.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		_ = conn.SetDeadline(time.Now().Add(patience))
		script(conn)
	}()
	t.Cleanup(func() {
		ln.Close()
		<-done
	})
	return ln.Addr().String()
}

// A wire is the server's end of a WebSocket connection, frame by frame.
type wire struct {
	net.Conn
	r *bufio.Reader
}

// handshake answers the client's handshake.
func handshake(conn net.Conn) *wire {
	r := bufio.NewReader(conn)
	req, err := http.ReadRequest(r)
	if err != nil {
		return &wire{conn, r}
	}
	sum := sha1.Sum([]byte(req.Header.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	_, _ = io.WriteString(conn,
		"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "+
			base64.StdEncoding.EncodeToString(sum[:])+"\r\n\r\n")
	return &wire{conn, r}
}

// The first byte of frames: opcode, and whether it is the last of its message.
const (
	more       = 0x00
	fin        = 0x80
	text       = 0x01
	binaryKind = 0x02
	closed     = 0x08
	ping       = 0x09
	pong       = 0x0a
)

// write sends one short unmasked frame.
func (w *wire) write(head byte, payload string) {
	_, _ = w.Write(append([]byte{head, byte(len(payload))}, payload...))
}

// close sends a close frame.
func (w *wire) close(code uint16, reason string) {
	w.write(fin|closed, string(binary.BigEndian.AppendUint16(nil, code))+reason)
}

// read returns the next frame that the client sends, unmasked.
func (w *wire) read() (head byte, payload []byte, err error) {
	var b [8]byte
	if _, err := io.ReadFull(w.r, b[:2]); err != nil {
		return 0, nil, err
	}
	head = b[0]
	size := uint64(b[1] & 0x7f)
	switch size {
	case 126:
		_, err = io.ReadFull(w.r, b[:2])
		size = uint64(binary.BigEndian.Uint16(b[:2]))
	case 127:
		_, err = io.ReadFull(w.r, b[:8])
		size = binary.BigEndian.Uint64(b[:8])
	}
	if err != nil {
		return 0, nil, err
	}
	payload = make([]byte, 4+size)
	if _, err := io.ReadFull(w.r, payload); err != nil {
		return 0, nil, err
	}
	mask, payload := payload[:4], payload[4:]
	for i := range payload {
		payload[i] ^= mask[i%4]
	}
	return head, payload, nil
}

// drain reads until the client is gone.
func (w *wire) drain() { _, _ = io.Copy(io.Discard, w.r) }

// dial connects to a server that script plays.
func dial(t *testing.T, opts DialOptions, script func(w *wire)) rpcconn.Channel {
	t.Helper()
	address := serveOnce(t, func(conn net.Conn) { script(handshake(conn)) })
	ch, _, err := Dial(t.Context(), "ws://"+address, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ch.Close() })
	return ch
}

// pair returns the two ends of a connection between Dial and Listen.
func pair(t testing.TB, dialOpts DialOptions, listenOpts ListenOptions) (near, far rpcconn.Channel) {
	t.Helper()
	l := listen(t, listenOpts)
	near, _, err := Dial(context.Background(), "ws://"+l.Addr().String()+listenOpts.Path, dialOpts)
	if err != nil {
		t.Fatal(err)
	}
	far, _, err = l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		go far.Close() // both at once, as each waits for the other
		near.Close()
		far.Close()
	})
	return near, far
}

func listen(t testing.TB, opts ListenOptions) *Listener {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l, err := Listen(ln, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}
