package dialect

import (
	"bytes"
	"encoding/json"
)

// SaysTheSame reports whether a peer has answered two questions by the same, the name of the method that was asked
// aside: then it says that to everything, and the answers tell nothing.
func SaysTheSame(method string, answer json.RawMessage, other string, otherAnswer json.RawMessage) bool {
	return bytes.Equal(without(answer, method), without(otherAnswer, other))
}

func without(answer json.RawMessage, method string) []byte {
	return bytes.ReplaceAll(answer, []byte(method), nil)
}
