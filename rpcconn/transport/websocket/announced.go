package websocket

import (
	"encoding/binary"
	"sync"
)

// An announced reads the headers of the frames in a stream (RFC 6455 section 5.2), beside the library, which does not
// tell how long a message says that it is.
type announced struct {
	mu    sync.Mutex // protects what follows
	head  []byte     // of a frame, as far as it has come
	inner uint64     // bytes of a frame that are still to come
	sizes []int64    // of the message that is read, and of those behind it of which frames have come
	begun bool       // next was called: the first of sizes is that of the message that is read
}

// see goes through what has been read.
func (a *announced) see(b []byte) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for len(b) > 0 {
		if a.inner > 0 {
			n := min(a.inner, uint64(len(b)))
			a.inner -= n
			b = b[n:]
			continue
		}
		a.head = append(a.head, b[0])
		b = b[1:]
		a.begin()
	}
}

// begin takes in the head of a frame, once all of it is there.
func (a *announced) begin() {
	const opcodes, control, mask = 0x0f, 0x08, 0x80
	if len(a.head) < 2 {
		return
	}
	length, wide := uint64(a.head[1]&^mask), 0
	switch length {
	case 126:
		wide = 2
	case 127:
		wide = 8
	}
	masked := 0
	if a.head[1]&mask != 0 {
		masked = 4
	}
	if len(a.head) < 2+wide+masked {
		return
	}
	if wide > 0 {
		var number [8]byte
		copy(number[8-wide:], a.head[2:2+wide])
		length = binary.BigEndian.Uint64(number[:])
	}
	switch opcode := a.head[0] & opcodes; {
	case opcode >= control:
	case opcode > 0:
		a.sizes = append(a.sizes, int64(length))
	case len(a.sizes) > 0: // goes on with a message
		a.sizes[len(a.sizes)-1] += int64(length)
	}
	a.inner, a.head = length, a.head[:0]
}

// next is called when the next message begins.
func (a *announced) next() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.begun && len(a.sizes) > 0 {
		a.sizes = append(a.sizes[:0], a.sizes[1:]...)
	}
	a.begun = true
}

// size returns how many bytes the message that is read has, as far as its frames have come. Beyond 2^63 it is negative:
// the library ends the connection then.
func (a *announced) size() int64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.sizes) == 0 {
		return 0
	}
	return a.sizes[0]
}
