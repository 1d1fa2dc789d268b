package httprpc

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/iotest"
)

// A body is read whole, whatever was said of its length, up to the byte after the limit, and what it takes of memory is
// little more than it has.
func TestReadAll(t *testing.T) {
	text := bytes.Repeat([]byte("0123456789abcdef"), 1<<20) // 16 MiB
	const most = 64 << 20
	sizes := []int{0, 1, smallBody - 1, smallBody, smallBody + 1, 100_000, bigBody, bigBody + 1, len(text)}
	for _, size := range sizes {
		for _, length := range []int{-1, 0, size - 1, size, size + 1, most} {
			got, err := readAll(iotest.HalfReader(bytes.NewReader(text[:size])), int64(length), most)
			if err != nil || !bytes.Equal(got, text[:size]) {
				t.Fatalf("%d bytes, said to be %d: %d bytes, %v", size, length, len(got), err)
			}
			if room := cap(got); length == size && room > 2*size+2 || room > 8*size+smallBody+8 {
				t.Errorf("%d bytes, said to be %d, take %d", size, length, room)
			}
		}
		got, err := readAll(bytes.NewReader(text[:size]), -1, 1000)
		if err != nil || len(got) != min(size, 1001) {
			t.Errorf("%d bytes where 1000 may be: %d bytes, %v", size, len(got), err)
		}
	}
	broken := errors.New("broken")
	got, err := readAll(io.MultiReader(bytes.NewReader(text[:5000]), iotest.ErrReader(broken)), 6000, most)
	if err != broken || !bytes.Equal(got, text[:5000]) {
		t.Errorf("a body that breaks off: %d bytes, %v", len(got), err)
	}
}
