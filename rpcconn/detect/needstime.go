package detect

import (
	"bytes"
	"encoding/json"
	"slices"

	"rpcsh/rpcconn/jsontext"
)

// MayNeedTime reports whether a peer that speaks in framing may need a moment after it has accepted a connection. The
// programs of py-bson-rpc do: bytes that are there at once are read before the library's object is whole, and those of
// another framing have it close the socket that the program is about to use.
func MayNeedTime(framing string) bool {
	return slices.Contains([]string{"rfc7464", "netstring", "none", "bson"}, framing)
}

// NeedsTime is MayNeedTime for a peer of which a message is known, or none is. That library writes JSON without blanks,
// with its members in order; who writes it otherwise is another.
func NeedsTime(framing string, message []byte) bool {
	switch {
	case !MayNeedTime(framing):
		return false
	case framing == "bson", len(message) == 0:
		return true
	}
	message = bytes.TrimSpace(message)
	var compact bytes.Buffer
	if json.Compact(&compact, message) != nil || !bytes.Equal(compact.Bytes(), message) {
		return false
	}
	last, inOrder := "", true
	_, err := jsontext.Object(message, func(key, _ []byte) error {
		inOrder = inOrder && last <= string(key)
		last = string(key)
		return nil
	})
	return err != nil || inOrder
}
