package web

import (
	"io"
	"time"
)

// hurriedPatience is how long the body of a refusal may be silent.
const hurriedPatience = 500 * time.Millisecond

// Hurried returns body, that of a response which is no answer, ended where nothing of it comes for half a second: the
// status says what is wrong, and a server may keep the connection open.
func Hurried(body io.ReadCloser) io.ReadCloser { return &hurried{body} }

type hurried struct{ io.ReadCloser }

// Read implements io.Reader.
func (h *hurried) Read(p []byte) (int, error) {
	timer := time.AfterFunc(hurriedPatience, func() { _ = h.Close() })
	n, err := h.ReadCloser.Read(p)
	if !timer.Stop() && n == 0 {
		return 0, io.EOF
	}
	return n, err
}
