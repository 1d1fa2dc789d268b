package framing

import (
	"bytes"

	"rpcsh/rpcconn"
)

// byteOrderMark is U+FEFF in UTF-8.
const byteOrderMark = "\xef\xbb\xbf"

// maxNoise is how many bytes of words without a line break are taken for one line.
const maxNoise = 8 << 10

// noMessage is what is wrong with words between messages.
const noMessage = "no message"

// mark returns the step for a byte order mark where a message is to begin, and whether there is one, or may be one once
// more bytes have come.
func mark(data []byte, eof bool) (s Step, deviation error, found bool) {
	if len(data) < len(byteOrderMark) {
		return Need(len(byteOrderMark)), nil, !eof && bytes.HasPrefix([]byte(byteOrderMark), data)
	}
	if !bytes.HasPrefix(data, []byte(byteOrderMark)) {
		return Step{}, nil, false
	}
	return Step{Used: len(byteOrderMark)}, &rpcconn.Deviation{
		Rule: "byte order mark",
		Text: "a byte order mark stands before a message (RFC 8259 section 8.1 forbids it)",
	}, true
}

// A between reads what stands where a message is to begin and begins none.
type between struct {
	what  string // with which a message begins, for errors
	stops string // bytes of which the first ends the words, if no LF does, and is none of them
	never string // bytes that words do not have: they belong to a message
	sure  bool   // the framing is not in doubt: what looks like another is no reason to give up
}

// words returns the step for a line of words, such as one of a log, which is passed over, or the error for what is no
// such line. It waits for the end of the line.
func (b between) words(data []byte, eof bool) (Step, error) {
	line := data[:min(len(data), maxNoise)]
	end := bytes.IndexAny(line, "\n"+b.stops)
	switch {
	case end >= 0:
		line = line[:end]
	case !eof && len(line) < maxNoise && (b.sure || rpcconn.MayBeNoise(line) && b.allows(line)):
		return Step{}, nil
	default:
		end = len(line)
	}
	lost := Lost(b.what, data)
	looksLike := lost.LooksLike != "" || len(lost.Framings) > 0 && data[0] != '[' // [INFO] looks like an array
	if !b.sure && (looksLike || !rpcconn.MayBeNoise(data[:max(1, end)]) || !rpcconn.IsNoise(line) || !b.allows(line)) {
		return Step{}, lost
	}
	line = bytes.TrimRight(line, "\r")
	used := end
	if used < len(data) && data[used] == '\n' {
		used++
	}
	return Step{Used: used}, frameError(line, noMessage)
}

// allows reports whether line has nothing that belongs to a message.
func (b between) allows(line []byte) bool { return !bytes.ContainsAny(line, b.never) }
