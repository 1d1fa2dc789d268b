package tap

import (
	"bufio"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"io"
)

// The opcodes of WebSocket frames (RFC 6455 section 5.2).
const (
	opContinuation = 0
	opControl      = 8 // and above
)

// lookSockets records the messages of a WebSocket.
func (y *way) lookSockets(in *bufio.Reader) error {
	inflater := inflater{}
	var message []byte
	compressed := false
	for {
		f, err := readFrame(in)
		if err != nil {
			return err
		}
		if f.opcode >= opControl {
			continue
		}
		if f.opcode != opContinuation {
			message, compressed = nil, f.compressed
		}
		if message = append(message, f.payload...); !f.last {
			continue
		}
		if compressed && y.watcher.deflates {
			if message, err = inflater.inflate(message); err != nil {
				return err
			}
		}
		y.message(message)
		message = nil
	}
}

// A frame is one of a WebSocket.
type frame struct {
	last, compressed bool
	opcode           byte
	payload          []byte
}

// readFrame reads a frame (RFC 6455 section 5.2).
func readFrame(in *bufio.Reader) (f frame, err error) {
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
