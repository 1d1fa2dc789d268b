package detect

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
	"strings"
	"time"

	"rpcsh/rpcconn/jsontext"
)

// A Guess is what the first bytes of a peer say about it.
type Guess struct {
	// as it is called in the table of protocols; "": the first message, whose framing is known, is not a RPC
	Protocol string
	Framing  string
	Other    string // OtherHTTP or OtherTLS, which may carry RPC; else ""
}

// The values of Guess.Other.
const (
	OtherHTTP = "http"
	OtherTLS  = "tls"
)

// With returns g with the protocol and the framing replaced, unless they are "".
func (g Guess) With(protocol, framing string) Guess {
	return Guess{Protocol: cmp.Or(protocol, g.Protocol), Framing: cmp.Or(framing, g.Framing), Other: g.Other}
}

// TrailingWait is how long to wait for the line break that may follow a first message, since it distinguishes line from
// none.
const TrailingWait = 30 * time.Millisecond

// maxSniff is how many bytes are examined before a peer counts as unknown.
const maxSniff = 64 << 10

// leastBinary is how many bytes distinguish text from binary: the length of a BSON document may look like text.
const leastBinary = 6

// Sniff interprets the first bytes that a peer sent. more means that further bytes may tell more; it is always false
// from maxSniff bytes on. A zero Guess means that nothing can be said yet or, without more, that no known protocol
// begins so.
func Sniff(b []byte) (g Guess, more bool) {
	full := len(b) >= maxSniff
	b = unmarked(b)
	if g = sniffBinary(b); g != (Guess{}) {
		return g, false
	}
	if len(b) < leastBinary && (len(b) < 4 || b[0] == 0 || b[3] == 0) && !isShortJSON(b) {
		return Guess{}, true
	}
	g, more = sniffText(b, full)
	return g, more && !full
}

// unmarked returns b without the byte order mark, or the beginning of one, that some peers put before what they send.
func unmarked(b []byte) []byte {
	const mark = "\xef\xbb\xbf"
	if n := min(len(b), len(mark)); string(b[:n]) == mark[:n] {
		return b[n:]
	}
	return b
}

// isShortJSON reports whether b is a complete, very short JSON message.
func isShortJSON(b []byte) bool {
	b = bytes.TrimSpace(b)
	return string(b) == "{}" || string(b) == "[]"
}

// sniffBinary recognizes binary protocols. Text never has three zero bytes, as a small length does.
func sniffBinary(b []byte) Guess {
	const alert, handshake = 0x15, 0x16
	// An array whose first element is the type of a message.
	isMessagePack := len(b) > 1 && (b[0] == 0x93 || b[0] == 0x94) && b[1] <= 2
	switch {
	case isMessagePack && len(b) > 3 && b[3] != 0: // which is not a small document's length
		return Guess{Protocol: "msgpackrpc", Framing: "msgpack"}
	case len(b) < 5:
		return Guess{}
	}
	isBSON := b[3] == 0 && isElementType(b[4]) && binary.LittleEndian.Uint32(b) >= 5
	isTLS := b[1] == 3 && b[2] <= 4
	switch c := b[0]; {
	case c == alert && isTLS && len(b) > 5 && b[3] == 0 && b[4] == 2 && b[5] <= 2:
		// RFC 8446 section 6: two bytes, the first is the level
		return Guess{Other: OtherTLS}
	case c == alert && isTLS && len(b) == 5 && b[3] == 0 && b[4] == 2: // or else BSON
		return Guess{}
	case isBSON:
		return Guess{Protocol: "bsonrpc", Framing: "bson"}
	case c == handshake && isTLS:
		return Guess{Other: OtherTLS}
	case isMessagePack:
		return Guess{Protocol: "msgpackrpc", Framing: "msgpack"}
	}
	return Guess{}
}

// isElementType reports whether c begins an element of a BSON document (bsonspec.org) that a message may begin with.
func isElementType(c byte) bool { return c >= 0x01 && c <= 0x13 }

// sniffText recognizes messages that begin with text, or with its length. full says that no more bytes come.
func sniffText(b []byte, full bool) (g Guess, more bool) {
	start := bytes.TrimLeft(b, " \t\r\n\x00")
	switch {
	case len(b) > 4 && b[0] == 0 && (b[4] == '{' || b[4] == '[' || len(unmarked(b[4:])) < len(b[4:])):
		return framed("length", b[4:], full)
	case len(start) == 0:
		return Guess{}, true
	case start[0] == 0x1e:
		return sniffSequence(start, full)
	case start[0] >= '0' && start[0] <= '9':
		return sniffNetstring(start, full)
	case start[0] == '{' || start[0] == '[':
		return sniffJSON(start, full)
	}
	return sniffWords(start, full)
}

// framed returns the guess for a framing that is certain, once text, the first message, shows the protocol.
func framed(framing string, text []byte, full bool) (g Guess, more bool) {
	text = unmarked(text)
	_, end, err := jsontext.Value(text)
	switch {
	case err == nil:
		return Guess{Protocol: sniffDialect(text[:end]), Framing: framing}, false
	case err == jsontext.ErrIncomplete && !full:
		return Guess{}, true
	}
	return Guess{Protocol: sniffDialect(text), Framing: framing}, false
}

// sniffSequence recognizes RFC 7464, in which several 0x1e may precede a message.
func sniffSequence(b []byte, full bool) (g Guess, more bool) {
	text := unmarked(bytes.TrimLeft(b, "\x1e \t\r\n"))
	switch {
	case len(text) == 0:
		return Guess{}, true
	case text[0] != '{' && text[0] != '[':
		return Guess{}, false
	}
	return framed("rfc7464", text, full)
}

func sniffNetstring(b []byte, full bool) (g Guess, more bool) {
	const maxDigits = 10
	n := 0
	for n < len(b) && n <= maxDigits && b[n] >= '0' && b[n] <= '9' {
		n++
	}
	switch {
	case n > maxDigits:
		return Guess{}, false
	case n == len(b):
		return Guess{}, true
	case b[n] != ':':
		return Guess{}, false
	}
	switch text := unmarked(bytes.TrimLeft(b[n+1:], " \t\r\n")); {
	case len(text) == 0:
		return Guess{}, true
	case text[0] != '{' && text[0] != '[':
		return Guess{}, false
	}
	return framed("netstring", b[n+1:], full)
}

// sniffWords recognizes messages that begin with a word, in any case.
func sniffWords(b []byte, full bool) (g Guess, more bool) {
	http := []string{"http/1.", "get /", "post /", "put /", "head /", "delete /", "patch /", "options /", "options *"}
	header := []string{"content-length", "content-type"}
	const longest = 14
	start := strings.ToLower(string(b[:min(len(b), longest)]))
	begins := func(word string) bool { return strings.HasPrefix(start, word) }
	mayBegin := func(word string) bool { return strings.HasPrefix(word, start) }
	switch {
	case slices.ContainsFunc(http, begins):
		return Guess{Other: OtherHTTP}, false
	case slices.ContainsFunc(header, begins):
		return sniffHeader(b, full)
	}
	return Guess{}, slices.ContainsFunc(http, mayBegin) || slices.ContainsFunc(header, mayBegin)
}

// sniffHeader waits for the body after a header, which shows the protocol.
func sniffHeader(b []byte, full bool) (g Guess, more bool) {
	if body, found := bodyOf(b); found {
		return framed("header", body, full)
	}
	if full {
		return Guess{Protocol: "jsonrpc", Framing: "header"}, false
	}
	return Guess{}, true
}

// bodyOf returns what comes behind a header, which ends in a blank line. A line may end in any number of CRs and LF.
func bodyOf(b []byte) (body []byte, found bool) {
	for {
		var line []byte
		if line, b, found = bytes.Cut(b, []byte("\n")); !found {
			return nil, false
		}
		if len(bytes.TrimRight(line, "\r")) == 0 {
			return b, true
		}
	}
}

// sniffJSON distinguishes framings by what follows the first message: a line break, a NUL, or nothing.
func sniffJSON(b []byte, full bool) (g Guess, more bool) {
	_, end, err := jsontext.Value(b)
	switch {
	case err == jsontext.ErrIncomplete && !full:
		return Guess{}, true
	case err == jsontext.ErrIncomplete: // it is long; if it has line breaks, it is not framed by lines
		g = Guess{Protocol: sniffDialect(b), Framing: "line"}
		if bytes.IndexByte(b, '\n') >= 0 {
			g.Framing = "none"
		}
		return g, false
	case err != nil:
		return Guess{}, false
	}
	g = Guess{Protocol: sniffDialect(b[:end]), Framing: "none"}
	switch rest := bytes.TrimLeft(b[end:], " \t\r"); {
	case len(rest) == 0:
		return g, true // the next bytes may still show it
	case rest[0] == 0:
		g.Framing = "nul"
	case rest[0] == '\n' && bytes.IndexByte(b[:end], '\n') < 0: // a line has no line break in it
		g.Framing = "line"
	}
	return g, false
}

// isCoded reports whether text is an error with a code: one of JSON-RPC 2.0, or of those who leave the version out. In
// 1.0 it may be anything.
func isCoded(text []byte) bool { return jsontext.Get(text, "code") != nil }

// sniffDialect distinguishes the versions of JSON-RPC by the members of the first message; "" if it is not RPC. text
// may end early.
func sniffDialect(text []byte) string {
	if i := jsontext.Space(text, 0); i < len(text) && text[i] == '[' {
		return "jsonrpc" // others have no batches
	}
	members := make(map[string]string)
	_, _ = jsontext.Object(text, func(key, value []byte) error {
		members[jsontext.Key(key)] = string(value)
		return nil
	})
	has := func(name string) bool { return members[name] != "" }
	switch {
	case has("jsonrpc"):
		return "jsonrpc"
	case has("result") && has("error"), has("error") && !isCoded([]byte(members["error"])),
		has("method") && members["id"] == "null",
		has("method") && strings.HasPrefix(members["params"], "["):
		return "jsonrpc1"
	case has("method"), has("result"), has("error"):
		return "cdp"
	}
	return ""
}
