package answer

import "rpcsh/rpcconn"

// A Wire is what lies below a peer's messages, for answers that are to be wrong on purpose.
type Wire struct {
	Conn     *rpcconn.Conn
	NewCodec func() rpcconn.Codec // of what is spoken

	// shows an answer that is sent beside Conn's own; a nil r: that there is none
	Show func(req *rpcconn.Request, r *rpcconn.Response, remark string)
	Note func(text string) // tells the person something
}
