package answer

import "rpcsh/rpcconn"

// A Wire is the connection below a peer's messages, for answers that are broken on purpose.
type Wire struct {
	Conn     *rpcconn.Conn
	NewCodec func() rpcconn.Codec // of what is spoken

	// Show shows an answer that Conn itself has not sent. r is nil if there is no answer.
	Show func(req *rpcconn.Request, r *rpcconn.Response, remark string)
	Note func(text string) // tells the person something
}
