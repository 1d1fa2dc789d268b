package dial

import (
	"bytes"

	"rpcsh/rpcconn"
)

// A resumed channel is one on which a probe has been sent. A peer that sends requests at once may have done so before
// its answer.
type resumed struct {
	rpcconn.RawChannel
	early [][]byte // frames that came before the answer, and have not been received
}

// maxEarly is how many frames may come before the answer to a probe.
const maxEarly = 100

// dropAnswer receives until the answer to the probe has come, which nobody waits for. What is no message is taken for
// it.
func (r *resumed) dropAnswer(codec rpcconn.Codec) error {
	for range maxEarly {
		frame, err := r.RawChannel.Recv()
		if err != nil {
			return err
		}
		var p rpcconn.Packet
		if codec.Decode(frame, &p) != nil || len(p.Messages) == 0 ||
			p.Messages[0].Kind != rpcconn.KindRequest && p.Messages[0].Kind != rpcconn.KindNotification {
			return nil
		}
		r.early = append(r.early, bytes.Clone(frame))
	}
	return nil // the answer is reported as a stray response when it comes
}

// Recv implements rpcconn.Channel.
func (r *resumed) Recv() ([]byte, error) {
	if len(r.early) == 0 {
		return r.RawChannel.Recv()
	}
	frame := r.early[0]
	r.early = r.early[1:]
	return frame, nil
}
