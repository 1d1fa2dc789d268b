package framing

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsontext"
)

const (
	maxHeader     = 8 << 10 // bytes of all header fields of a message
	contentLength = "Content-Length"
)

// headerFraming is that of the Language Server Protocol (its base protocol): header fields, each on a line, a blank
// line, the message. Only Content-Length counts, in any case and with or without blanks after the colon; all other
// fields are ignored, Content-Type too: the codec rejects what is not UTF-8. LF alone ends a line as well, and white
// space between messages is accepted.
func headerFraming() Framing {
	return Framing{
		Name: "header",
		Head: func(dst []byte, size int) []byte {
			dst = append(dst, contentLength+": "...)
			return append(strconv.AppendInt(dst, int64(size), 10), "\r\n\r\n"...)
		},
		Split: func(max int) Splitter { return &headerSplitter{body: body{max: max}} },
	}
}

type headerSplitter struct {
	body

	scanned int   // bytes of the header that are whole lines
	size    int64 // from Content-Length; 0 if there is none yet
	found   bool  // Content-Length was found
	seen    bool  // a header has come, so that the framing is not in doubt
	told    bool  // it has been said that lines end in more than CR LF
}

// Split implements Splitter.
func (s *headerSplitter) Split(data []byte, eof bool) (Step, error) {
	if s.body.goesOn() {
		return s.rest(data, eof)
	}
	if s.scanned == 0 {
		if n := jsontext.Space(data, 0); n > 0 {
			return Step{Used: n}, nil
		}
		if len(data) == 0 {
			return Step{}, nil
		}
		if step, deviation, found := mark(data, eof); found {
			return step, deviation
		}
	}
	return s.header(data, eof)
}

// header reads the lines of the header that data begins with.
func (s *headerSplitter) header(data []byte, eof bool) (Step, error) {
	window := data[:min(len(data), maxHeader)]
	for {
		start := s.scanned
		line, end := window[start:], bytes.IndexByte(window[start:], '\n')
		if end >= 0 {
			line = line[:end]
		}
		line = bytes.TrimRight(line, "\r")
		if n := strayWords(line, end >= 0); start == 0 && n > 0 {
			if !s.seen && !rpcconn.MayBeNoise(line[:n]) {
				return s.noHeader(data, eof)
			}
			return Step{Used: n}, frameError(bytes.TrimRight(line[:n], "\r"), noMessage)
		}
		if end < 0 {
			break
		}
		if end-len(line) > 1 && !s.told {
			s.told = true
			return Step{}, &rpcconn.Deviation{
				Rule: "line end",
				Text: "lines of headers end in more than CR LF (LSP 3.17, base protocol)",
			}
		}
		s.scanned += end + 1
		switch {
		case len(line) == 0:
			return s.begin(data)
		case !isField(line):
			s.scanned = start
			return s.noHeader(data, eof)
		}
		if err := s.field(line); err != nil {
			return Step{}, err
		}
	}
	switch rest := bytes.TrimRight(window[s.scanned:], "\r"); {
	case len(rest) > 0 && !beginsField(rest):
		return s.noHeader(data, eof)
	case len(window) == maxHeader:
		return Step{}, fmt.Errorf("the header before a message does not end within %d bytes, got %s",
			maxHeader, rpcconn.Excerpt(data))
	case eof:
		return Step{}, Truncated(data, 0)
	}
	return Step{}, nil
}

// strayWords returns how many bytes of line, the first of a header, are words that stand before it: a log that does not
// end its lines, or, as all of a whole line, one that looks like a field but has none of their names.
func strayWords(line []byte, whole bool) int {
	name, _, found := bytes.Cut(line, []byte(":"))
	at := rpcconn.IndexHeader(line)
	switch {
	case at > 0 && line[at-1] != '-':
		return at
	case at < 0 && whole && found && isField(line) && bytes.IndexByte(name, '-') < 0:
		return len(line)
	}
	return 0
}

// field reads the length from line, a header field, if it is Content-Length.
func (s *headerSplitter) field(line []byte) error {
	name, value, _ := bytes.Cut(line, []byte(":"))
	if !strings.EqualFold(string(name), contentLength) {
		return nil
	}
	digits := string(bytes.Trim(value, " \t"))
	size, err := strconv.ParseUint(digits, 10, 63)
	switch {
	case err != nil || len(digits) > maxDigits:
		return badLength("it is not a length", line)
	case s.found && int64(size) != s.size:
		return badLength(fmt.Sprintf("another gave %d before", s.size), line)
	}
	s.size, s.found = int64(size), true
	return nil
}

// begin ends the header that data begins with.
func (s *headerSplitter) begin(data []byte) (Step, error) {
	used, size, found := s.scanned, s.size, s.found
	if !found {
		if s.wrong != "" {
			return Step{}, s.after(data)
		}
		return Step{}, Lost("the header before a message has no "+contentLength, data)
	}
	s.scanned, s.size, s.found, s.seen = 0, 0, false, true
	s.body.begin(size)
	return Step{Used: used}, nil
}

// beginsField reports whether line, which may be incomplete, is a header field so far: a name of the letters that RFC
// 9110 section 5.6.2 allows, and the colon.
func beginsField(line []byte) bool {
	for i, c := range line {
		switch {
		case c == ':':
			return i > 0
		case '0' <= c && c <= '9', 'A' <= c && c <= 'Z', 'a' <= c && c <= 'z', strings.IndexByte("!#$%&'*+-.^_`|~",
			c) >= 0:
		default:
			return false
		}
	}
	return true
}

// isField reports whether line is a header field.
func isField(line []byte) bool { return beginsField(line) && bytes.IndexByte(line, ':') > 0 }

// noHeader handles what comes where a header was to come, or to go on.
func (s *headerSplitter) noHeader(data []byte, eof bool) (Step, error) {
	if s.scanned > 0 {
		return Step{}, Lost("a header field has a name and a colon", data[s.scanned:])
	}
	return between{what: "a message begins with its header, such as Content-Length: 2", sure: s.seen}.words(data, eof)
}

// badLength is the error of a stream in which the field that is line gives no length that can be believed.
func badLength(why string, line []byte) error {
	return fmt.Errorf("the header before a message has a bad %s: %s, got %s; where the message ends is not known",
		contentLength, why, rpcconn.Excerpt(line))
}
