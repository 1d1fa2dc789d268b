package httprpc

import (
	"bytes"
	"io"
	"net/http"
)

const (
	smallBody = 4 << 10 // room for most
	bigBody   = 4 << 20 // from this size on, a body is believed to be as long as it is said to be
)

// readAll reads a body, as far as the byte after most. length is how many bytes it is said to have; less than 0: nobody
// knows. Each time that there is no room, the room becomes a lot larger: what has come is then there twice, while
// memory that nothing was written to costs next to nothing.
func readAll(body io.Reader, length int64, most int) ([]byte, error) {
	room := func(size int) int {
		if length >= 0 && (length < int64(size) || size > bigBody) {
			size = int(length)
		}
		return min(size, most) + 1 // the end is only seen by whoever reads on
	}
	b := make([]byte, 0, room(smallBody))
	for {
		n, err := body.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		switch {
		case err == io.EOF || len(b) > most:
			return fitting(b), nil
		case err != nil:
			return b, err
		case len(b) == cap(b):
			factor := 4
			if len(b) > bigBody {
				factor = 32
			}
			b = append(make([]byte, 0, max(room(factor*len(b)), 2*len(b))), b...)
		}
	}
}

// plainLength returns how long a body with this header is, of which length was said; less than 0: that is the length of
// what is encoded.
func plainLength(header http.Header, length int64) int64 {
	if header.Get("Content-Encoding") != "" {
		return -1
	}
	return length
}

// fitting returns b, or a copy if far more memory was taken for it.
func fitting(b []byte) []byte {
	if cap(b)/8 > len(b) {
		return bytes.Clone(b)
	}
	return b
}
