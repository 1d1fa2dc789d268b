package msgpackrpc

import (
	"encoding/binary"
	"math"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/framing"
)

// Framing returns the framing of MessagePack values (https://github.com/msgpack/msgpack/blob/master/spec.md) that
// follow each other without anything between. A message is an array or, for what else a peer may have to say, a map;
// any other value means that this is not a MessagePack, since text is read as small numbers.
func Framing() framing.Framing {
	return framing.Framing{
		Name:  "msgpack",
		Split: func(max int) framing.Splitter { return &msgpackSplitter{max: max} },
	}
}

type msgpackSplitter struct {
	max      int
	value    msgpackValue
	scanned  int   // bytes of the message that value has seen
	skipping bool  // the message is over the limit
	skipped  int64 // bytes of it
}

// Begun implements framing.Splitter.
func (s *msgpackSplitter) Begun() framing.Begun { return framing.Begun{Used: s.skipped} }

// Split implements framing.Splitter.
func (s *msgpackSplitter) Split(data []byte, eof bool) (framing.Step, error) {
	if s.skipping {
		return s.skip(data, eof)
	}
	if s.scanned == 0 {
		if len(data) == 0 {
			return framing.Step{}, nil
		}
		if !isMsgpackContainer(data[0]) {
			return framing.Step{}, framing.Lost("a MessagePack message begins with an array or a map", data)
		}
		s.value = msgpackValue{parts: 1}
	}
	for {
		switch {
		case s.size() > uint64(s.max):
			return s.tooLong(data, eof)
		case s.value.whole():
			used := s.scanned
			s.scanned = 0
			return framing.Step{Used: used, Frame: data[:used]}, nil
		}
		n, err := s.value.scanAll(data[s.scanned:], uint64(s.max-s.scanned))
		switch {
		case err != nil:
			return framing.Step{}, err
		case n > 0:
			s.scanned += n
		default:
			return framing.Step{}, nil
		}
	}
}

// size returns the minimal length of the message.
func (s *msgpackSplitter) size() uint64 { return uint64(s.scanned) + s.value.atLeast() }

// tooLong reports a message over the limit as soon as there is enough of it to tell what it is.
func (s *msgpackSplitter) tooLong(data []byte, eof bool) (framing.Step, error) {
	shown := int(min(s.size(), rpcconn.HeadSize))
	if len(data) < shown && !eof {
		return framing.Need(shown), nil
	}
	used := s.scanned
	if s.scanned, s.skipping = 0, !s.value.whole(); s.skipping {
		s.skipped = int64(used)
	}
	return framing.Step{Used: used}, rpcconn.TooLong(data[:min(len(data), shown)], 0, s.max)
}

func (s *msgpackSplitter) skip(data []byte, eof bool) (framing.Step, error) {
	used := 0
	for !s.value.whole() {
		n, err := s.value.scan(data[used:])
		switch {
		case err != nil:
			return framing.Step{}, err
		case n == 0 && used == 0 && eof:
			return framing.Step{}, framing.TruncatedSkip()
		case n == 0:
			s.skipped += int64(used)
			return framing.Step{Used: used}, nil
		}
		used += n
	}
	s.skipping, s.skipped = false, 0
	return framing.Step{Used: used}, nil
}

// A msgpackValue finds the end of a MessagePack value without decoding it, in constant memory: it counts the values
// that arrays and maps announce, and the value ends with the last of them.
type msgpackValue struct {
	parts uint64 // values that are yet to begin
	rest  uint64 // bytes of the one that has begun, after its head
}

func (v *msgpackValue) whole() bool { return v.parts == 0 && v.rest == 0 }

// atLeast returns the minimal number of missing bytes: each part has at least one.
func (v *msgpackValue) atLeast() uint64 { return v.parts + v.rest }

// scanAll reads what there is of the value in b, and returns how many bytes that took. It leaves off where the value
// has more than max bytes, which it still reads as far as the head that says so.
func (v *msgpackValue) scanAll(b []byte, max uint64) (n int, err error) {
	for !v.whole() && uint64(n)+v.atLeast() <= max {
		if n < len(b) && v.rest == 0 && b[n] <= 0x7f { // a small number
			v.parts--
			n++
			continue
		}
		m, err := v.scan(b[n:])
		if err != nil || m == 0 {
			return n, err
		}
		n += m
	}
	return n, nil
}

// scan reads one head, or of what is after it, and returns how many bytes of b that took. 0: b is too short; a head is
// read as a whole. The value must not be whole.
func (v *msgpackValue) scan(b []byte) (int, error) {
	if v.rest > 0 {
		n := min(v.rest, uint64(len(b)))
		v.rest -= n
		return int(n), nil
	}
	if len(b) == 0 {
		return 0, nil
	}
	head := &msgpackHeads[b[0]]
	switch {
	case *head == msgpackHead{}:
		return 0, framing.Lost("no MessagePack value begins with 0xc1", b)
	case len(b) < 1+head.width:
		return 0, nil
	}
	count := head.count + head.times*bigEndian(b[1:1+head.width])
	v.parts--
	if head.parts {
		v.parts = min(v.parts+count, math.MaxInt64) // so many never come
	} else {
		v.rest = count
	}
	return 1 + head.width, nil
}

// A msgpackHead is what the first byte of a value says: that count + times*length of what belongs to it follow, where
// the length has width bytes after the first.
type msgpackHead struct {
	width int
	count uint64
	times uint64
	parts bool // what follows is counted in values, not in bytes
}

// msgpackHeads are the heads by their first bytes.
var msgpackHeads = func() (heads [256]msgpackHead) {
	for c := range heads {
		heads[c] = msgpackHeadOf(byte(c))
	}
	return heads
}()

// msgpackHeadOf returns the head that begins with c, the zero head where none does.
func msgpackHeadOf(c byte) msgpackHead {
	switch {
	case c <= 0x7f, c >= 0xe0, c == 0xc0, c == 0xc2, c == 0xc3: // small numbers, nil, false, true
		return msgpackHead{times: 1}
	case c <= 0x8f: // small maps
		return msgpackHead{count: 2 * uint64(c&0x0f), parts: true}
	case c <= 0x9f: // small arrays
		return msgpackHead{count: uint64(c & 0x0f), parts: true}
	case c <= 0xbf: // short strings
		return msgpackHead{count: uint64(c & 0x1f), times: 1}
	case c == 0xc1: // never used
		return msgpackHead{}
	case c <= 0xc6: // bin 8, 16, 32
		return msgpackHead{width: 1 << (c - 0xc4), times: 1}
	case c <= 0xc9: // ext 8, 16, 32, and their type
		return msgpackHead{width: 1 << (c - 0xc7), count: 1, times: 1}
	case c <= 0xcb: // float 32, 64
		return msgpackHead{count: 4 << (c - 0xca), times: 1}
	case c <= 0xcf: // uint 8, 16, 32, 64
		return msgpackHead{count: 1 << (c - 0xcc), times: 1}
	case c <= 0xd3: // int 8, 16, 32, 64
		return msgpackHead{count: 1 << (c - 0xd0), times: 1}
	case c <= 0xd8: // fixext 1, 2, 4, 8, 16, and their type
		return msgpackHead{count: 1 + 1<<(c-0xd4), times: 1}
	case c <= 0xdb: // str 8, 16, 32
		return msgpackHead{width: 1 << (c - 0xd9), times: 1}
	case c <= 0xdd: // array 16, 32
		return msgpackHead{width: 2 << (c - 0xdc), times: 1, parts: true}
	default: // map 16, 32
		return msgpackHead{width: 2 << (c - 0xde), times: 2, parts: true}
	}
}

// bigEndian returns the number in b, of at most 4 bytes; 0 if b is empty.
func bigEndian(b []byte) uint64 {
	var padded [8]byte
	copy(padded[8-len(b):], b)
	return binary.BigEndian.Uint64(padded[:])
}

// isMsgpackContainer reports whether c begins an array or a map.
func isMsgpackContainer(c byte) bool { return msgpackHeadOf(c).parts }
