package tap

import (
	"bytes"
	"compress/flate"
	"crypto/rand"
	"encoding/binary"
	"io"
	"math"

	"rpcsh/rpcconn/rpcrec"
)

// The opcodes of WebSocket frames (RFC 6455 section 5.2).
const (
	opContinuation = 0
	opText         = 1
	opBinary       = 2
	opControl      = 8 // and above
)

// lookSockets looks at the messages of a WebSocket.
func (y *way) lookSockets(in *stream) error {
	w := y.watcher
	w.conn.speaksJSON()
	w.conn.noHTTP()
	masks := y.dir == rpcrec.AToB // RFC 6455 section 5.1
	y.frames(func(data []byte, isBinary bool) ([]byte, error) {
		return appendFrame(nil, data, isBinary, masks), nil
	})
	inflater := inflater{}
	var message []byte
	var s shape
	for begun := false; ; {
		f, err := readFrame(in)
		if err != nil {
			return err
		}
		if f.opcode >= opControl {
			y.gate.control(in.at(), f.size)
			continue
		}
		if f.opcode != opContinuation {
			message, begun = nil, true
			s = shape{binary: f.opcode == opBinary, deflated: f.compressed && w.deflates}
			y.binary.Store(s.binary)
		}
		if message = append(message, f.payload...); !f.last && len(message) <= maxBody {
			continue
		}
		if !f.last {
			return errLost
		}
		if s.deflated {
			if message, err = inflater.inflate(message); err != nil {
				return err
			}
		}
		if begun {
			y.seen(message, in.at(), s)
		}
		message, begun = nil, false
	}
}

// appendFrame appends a message in one frame, uncompressed.
func appendFrame(b, data []byte, isBinary, masks bool) []byte {
	opcode, mask := byte(opText), byte(0)
	if isBinary {
		opcode = opBinary
	}
	if masks {
		mask = 0x80
	}
	b = append(b, 0x80|opcode)
	switch n := len(data); {
	case n < 126:
		b = append(b, mask|byte(n))
	case n <= math.MaxUint16:
		b = binary.BigEndian.AppendUint16(append(b, mask|126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, mask|127), uint64(n))
	}
	if !masks {
		return append(b, data...)
	}
	var key [4]byte
	_, _ = rand.Read(key[:]) // it never fails
	b = append(b, key[:]...)
	for i, c := range data {
		b = append(b, c^key[i%4])
	}
	return b
}

// A frame is one of a WebSocket.
type frame struct {
	last, compressed bool
	opcode           byte
	size             int // of all of it, in bytes
	payload          []byte
}

// readFrame reads a frame (RFC 6455 section 5.2).
func readFrame(in *stream) (f frame, err error) {
	start := in.at()
	var head [2]byte
	if _, err := io.ReadFull(in, head[:]); err != nil {
		return f, err
	}
	f.last, f.compressed, f.opcode = head[0]&0x80 != 0, head[0]&0x40 != 0, head[0]&0x0f
	masked, size := head[1]&0x80 != 0, uint64(head[1]&0x7f)
	for of, bytes := range map[uint64]int{126: 2, 127: 8} {
		if size == of {
			var long [8]byte
			if _, err := io.ReadFull(in, long[8-bytes:]); err != nil {
				return f, err
			}
			size = binary.BigEndian.Uint64(long[:])
			break
		}
	}
	var key [4]byte
	if masked {
		if _, err := io.ReadFull(in, key[:]); err != nil {
			return f, err
		}
	}
	if size > maxBody {
		return f, errLost
	}
	f.payload = make([]byte, size)
	if _, err := io.ReadFull(in, f.payload); err != nil {
		return f, err
	}
	for i := range f.payload {
		f.payload[i] ^= key[i%4]
	}
	f.size = int(in.at() - start)
	return f, nil
}

// An inflater undoes permessage-deflate (RFC 7692): each message may refer to what came before it.
type inflater struct{ window []byte }

// maxWindow is how far back a message may refer, in bytes (RFC 7692 section 7.1.2.1).
const maxWindow = 32 << 10

func (i *inflater) inflate(message []byte) ([]byte, error) {
	tail := []byte{0, 0, 0xff, 0xff, 1, 0, 0, 0xff, 0xff} // what was left out, and an empty last block
	in := flate.NewReaderDict(io.MultiReader(bytes.NewReader(message), bytes.NewReader(tail)), i.window)
	plain, err := io.ReadAll(io.LimitReader(in, maxBody))
	if err != nil {
		return nil, err
	}
	i.window = append(i.window, plain...)
	i.window = i.window[max(0, len(i.window)-maxWindow):]
	return plain, nil
}
