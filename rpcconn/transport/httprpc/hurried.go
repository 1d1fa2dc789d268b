package httprpc

import (
	"io"
	"net/http"
	"time"
)

// partSize is how many bytes of a body a client has to send in the time that it has for a part.
const partSize = 16 << 10

// A hurried body ends with an os.ErrDeadlineExceeded when the client takes longer than it may for a part of it.
type hurried struct {
	io.ReadCloser
	conn *http.ResponseController
	each time.Duration // for partSize bytes, or the rest
	left int           // bytes of the part
}

// Read implements io.Reader.
func (h *hurried) Read(p []byte) (int, error) {
	if h.left <= 0 {
		h.left = partSize
		_ = h.conn.SetReadDeadline(time.Now().Add(h.each)) // if it fails, so does Read
	}
	n, err := h.ReadCloser.Read(p)
	h.left -= n
	return n, err
}

// done lets the connection wait again.
func (h *hurried) done() { _ = h.conn.SetReadDeadline(time.Time{}) }
