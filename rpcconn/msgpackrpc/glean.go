package msgpackrpc

import "rpcsh/rpcconn"

var _ rpcconn.Gleaner = (*Codec)(nil)

// Glean implements rpcconn.Gleaner. The kind of a message and its id stand at its beginning.
func (c *Codec) Glean(text []byte) (f rpcconn.Fragment) {
	e := readEnvelope(text)
	switch e.kind {
	case rpcconn.KindResponse:
		f.Outcome = true
		if !e.id.IsNone() {
			f.IDs = []rpcconn.ID{e.id}
		}
	case rpcconn.KindRequest, rpcconn.KindNotification:
		f.Request = true
	default:
		f.Noise = rpcconn.IsNoise(text)
	}
	return f
}
