package rpcconn

// What the tests need to know of the limits.
const (
	MaxAnswers    = maxAnswers
	MaxServing    = maxServing
	MaxUnreadable = maxUnreadable
	MaxIdle       = maxIdle
	MaxKept       = maxKept
)

// Idle returns how many goroutines wait for requests.
func (c *Conn) Idle() int { return int(c.idle.Load()) }

// KeepsBuffer reports whether a buffer of size bytes is kept for the next packet.
func KeepsBuffer(size int) bool {
	o := &outgoing{buf: make([]byte, size)}
	o.free()
	return o.buf != nil
}
