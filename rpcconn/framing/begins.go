package framing

import "bytes"

// begins returns the text framings whose messages begin like data, or the name of something else that begins so.
func begins(data []byte) (framings []string, other string) {
	switch {
	case bytes.HasPrefix(data, []byte("HTTP/")):
		return nil, "HTTP"
	case data[0] == recordMark:
		return []string{"rfc7464"}, ""
	case data[0] == '{' || data[0] == '[':
		return []string{"none", "line"}, ""
	case isNetstringHead(data) && beginsJSON(data[netstringDigits(data)+1:]):
		return []string{"netstring"}, ""
	case beginsFold(data, contentLength+":"):
		return []string{"header"}, ""
	case isLengthHead(data):
		return []string{"length"}, ""
	case isMessagePackRPC(data):
		return nil, "MessagePack-RPC"
	case isBSON(data):
		return nil, "BSON"
	}
	return nil, ""
}

// beginsJSON reports whether a message can go on with data, which may be empty.
func beginsJSON(data []byte) bool { return len(data) == 0 || data[0] == '{' || data[0] == '[' }

// isMessagePackRPC reports whether data begins with a message of MessagePack-RPC: an array of four with the type 0 or
// 1, or one of three with the type 2.
func isMessagePackRPC(data []byte) bool {
	return len(data) > 1 && (data[0] == 0x94 && data[1] <= 1 || data[0] == 0x93 && data[1] == 2)
}

// isBSON reports whether data begins like a BSON document of less than 16 MiB: a little-endian length and the type of
// an element (https://bsonspec.org/spec.html).
func isBSON(data []byte) bool {
	const head = 4
	if len(data) <= head || data[head-1] != 0 {
		return false
	}
	c := data[head]
	return 0x01 <= c && c <= 0x13 || c == 0x7f || c == 0xff
}
