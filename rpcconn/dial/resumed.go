package dial

import (
	"bytes"
	"context"
	"errors"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/detect"
)

// A resumed channel is one on which a probe has been sent. A peer that sends requests at once may have done so before
// its answer.
type resumed struct {
	rpcconn.RawChannel
	early []received // what came before the answer
}

// Received is what one Recv returns.
type received struct {
	frame []byte
	err   error // that does not end the channel
}

// maxEarly is how many frames may come before the answer to a probe.
const maxEarly = 100

// dropAnswer receives until the answer to the probe has come, which nobody waits for: the first answer or, if own, the
// one that has the probe's id, and others before it. What is no message is taken for an answer, too, unless own, or it
// is words.
func (r *resumed) dropAnswer(codec rpcconn.Codec, own bool) error {
	for range maxEarly {
		frame, err := r.RawChannel.Recv()
		if err != nil && !passes(err) {
			return err
		}
		if err == nil {
			m := messageIn(codec, frame)
			switch answers := m != nil && m.Kind == rpcconn.KindResponse; {
			case answers && (!own || detect.IsProbe(m.ID)), m == nil && !own && !isWords(frame):
				return nil
			case answers:
				continue
			}
		}
		r.early = append(r.early, received{bytes.Clone(frame), err})
	}
	return nil // the answer is reported as a stray response when it comes
}

// isWords reports whether a frame begins with a letter, as no message does.
func isWords(frame []byte) bool {
	frame = bytes.TrimSpace(frame)
	return len(frame) > 0 && ('a' <= frame[0]|0x20 && frame[0]|0x20 <= 'z')
}

// passes reports whether err, of Recv, does not end the channel.
func passes(err error) bool {
	return errors.As(err, new(*rpcconn.FrameError)) || errors.As(err, new(*rpcconn.Deviation))
}

// messageIn returns the message of a frame, the first of several, or nil if it has none.
func messageIn(codec rpcconn.Codec, frame []byte) *rpcconn.Message {
	var p rpcconn.Packet
	if codec.Decode(frame, &p) != nil || len(p.Messages) == 0 {
		return nil
	}
	return &p.Messages[0]
}

// Flush implements rpcconn.Flusher.
func (r *resumed) Flush(ctx context.Context) error { return rpcconn.Flush(ctx, r.RawChannel) }

// Partial implements rpcconn.Holder.
func (r *resumed) Partial() *rpcconn.Partial { return rpcconn.PartialOf(r.RawChannel) }

// Recv implements rpcconn.Channel.
func (r *resumed) Recv() ([]byte, error) {
	if len(r.early) == 0 {
		return r.RawChannel.Recv()
	}
	next := r.early[0]
	r.early = r.early[1:]
	return next.frame, next.err
}
