package dial

import (
	"fmt"
	"io"
	"testing"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsonrpc"
)

// A chatterbox sends notifications, and then ends.
type chatterbox struct {
	rpcconn.RawChannel
	said, left int
}

func (c *chatterbox) Recv() ([]byte, error) {
	if c.left--; c.left < 0 {
		return nil, io.EOF
	}
	c.said++
	return fmt.Appendf(nil, `{"jsonrpc":"2.0","method":"tick","params":[%d]}`, c.said), nil
}

// A peer that says much and does not answer the probe is not waited for, and what it said is not lost.
func TestAnswerAmongManyMessages(t *testing.T) {
	t.Parallel()
	peer := &chatterbox{left: 3 * maxEarly}
	r := &resumed{RawChannel: peer}
	if err := r.dropAnswer(jsonrpc.New(), false); err != nil {
		t.Fatalf("after %d messages: %v", peer.said, err)
	}
	for i := range 3 * maxEarly {
		want := fmt.Sprintf(`{"jsonrpc":"2.0","method":"tick","params":[%d]}`, i+1)
		if frame, err := r.Recv(); err != nil || string(frame) != want {
			t.Fatalf("received %s, %v, want %s", frame, err, want)
		}
	}
}
