package detect

import (
	"bytes"

	"rpcsh/rpcconn"
)

// maxWords is how many bytes of words without a line break are taken for a line.
const maxWords = 8 << 10

// Words returns how many bytes of b, of which Sniff knows nothing, are words that may stand in front of a message: a
// line of a log, with its line break, or what stands before a header in the same line. whole is false where all of b
// may be the beginning of such a line.
func Words(b []byte) (n int, whole bool) {
	lf := bytes.IndexByte(b, '\n')
	line := b
	if lf >= 0 {
		line = b[:lf]
	}
	switch at := rpcconn.IndexHeader(line); {
	case at > 0 && rpcconn.IsNoise(line[:at]):
		return at, true
	case len(line) > maxWords || !rpcconn.IsNoise(line):
		return 0, false
	case lf >= 0:
		return lf + 1, true
	}
	return len(b), false
}

// Broken returns the guess for a peer that begins with JSON that is wrong inside, b, of which Sniff knows nothing: such
// a message is one of those that it sends, and shows how it separates them. The Guess is zero where b is something
// else.
func Broken(b []byte) Guess {
	text := bytes.TrimLeft(unmarked(b), " \t\r\n")
	if len(text) == 0 || text[0] != '{' && text[0] != '[' {
		return Guess{}
	}
	g := Guess{Protocol: sniffDialect(text), Framing: "none"}
	if g.Protocol == "" {
		g.Protocol = "jsonrpc"
	}
	switch at := bytes.IndexAny(text, "\n\x00"); {
	case at >= 0 && text[at] == 0:
		g.Framing = "nul"
	case at >= 0:
		g.Framing = "line"
	}
	return g
}
