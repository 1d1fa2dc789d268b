package answer

import (
	"bytes"
	"encoding/binary"
	"slices"
	"unicode/utf8"

	"rpcsh/rpcconn"
)

// malformed returns frame with one byte changed so that no codec made by newCodec can read it. Its length, brackets and
// quotes stay the same, so that every framing still finds its end. The end of a MessagePack frame depends on its types,
// so it becomes a message of a kind that does not exist.
func malformed(frame []byte, newCodec func() rpcconn.Codec) []byte {
	const (
		wrong = '!' // invalid in JSON outside of strings, not a type of BSON, and 33 in MessagePack
		tried = 64  // bytes that are tried; the first few are enough in every protocol
	)
	changed := slices.Clone(frame)
	for i := afterLength(frame); i < min(len(frame), tried); i++ {
		if bytes.IndexByte([]byte(`{}[]"\`), frame[i]) >= 0 {
			continue
		}
		changed[i] = wrong
		var p rpcconn.Packet
		err := newCodec().Decode(slices.Clone(changed), &p)
		if err != nil || !utf8.Valid(frame) && p.Messages[0].Kind == rpcconn.KindInvalid {
			return changed
		}
		changed[i] = frame[i]
	}
	return bytes.Repeat([]byte{wrong}, len(frame))
}

// afterLength returns the index after the length of a BSON document, or after the first byte of another frame.
func afterLength(frame []byte) int {
	const bsonLength = 4
	if len(frame) >= bsonLength && binary.LittleEndian.Uint32(frame) == uint32(len(frame)) {
		return bsonLength
	}
	return 1
}
