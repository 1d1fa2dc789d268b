package bsonrpc

import (
	"bytes"

	"rpcsh/rpcconn"
)

var _ rpcconn.Gleaner = (*Codec)(nil)

// Glean implements rpcconn.Gleaner. It reads the members of a document up to the first that is not whole, of which it
// still reads the name.
func (c *Codec) Glean(text []byte) (f rpcconn.Fragment) {
	if len(text) < bsonHead || !beginsElement(text[min(bsonHead, len(text)-1)], len(text)) {
		f.Noise = rpcconn.IsNoise(text)
		return f
	}
	for rest := text[bsonHead:]; len(rest) > 1; {
		name, _, found := bytes.Cut(rest[1:], []byte{0})
		if !found {
			return f
		}
		_, e, after, err := nextElement(rest)
		switch string(name) {
		case memberMethod, memberParams:
			f.Request = true
		case memberResult, memberError:
			f.Outcome = true
		case memberID:
			if err != nil || !isID(e.kind) {
				return f
			}
			if id, err := readID(e, rpcconn.KindResponse); err == nil && !id.IsNull() {
				f.IDs = append(f.IDs, id)
			}
		}
		if err != nil {
			return f
		}
		rest = after
	}
	return f
}
