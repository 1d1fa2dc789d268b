package memory

import (
	"encoding/binary"
	"syscall"
)

// machine returns the bytes of memory; 0: not known.
func machine() int64 {
	text, err := syscall.Sysctl("hw.memsize") // a number, whose last byte, a zero, is taken for the end of a text
	if err != nil {
		return 0
	}
	var number [8]byte
	copy(number[:], text)
	return int64(binary.LittleEndian.Uint64(number[:]))
}
