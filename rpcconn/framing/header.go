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
		Split: func(max int) Splitter { return (&headerSplitter{body: body{max: max}}).split },
	}
}

type headerSplitter struct {
	body

	scanned int   // bytes of the header that are whole lines
	size    int64 // from Content-Length; 0 if there is none yet
	found   bool  // Content-Length was found
}

func (s *headerSplitter) split(data []byte, eof bool) (Step, error) {
	if s.body.goesOn() {
		return s.body.split(data, eof)
	}
	if s.scanned == 0 {
		if n := jsontext.Space(data, 0); n > 0 {
			return Step{Used: n}, nil
		}
		if len(data) == 0 {
			return Step{}, nil
		}
	}
	return s.header(data, eof)
}

// header reads the lines of the header that data begins with.
func (s *headerSplitter) header(data []byte, eof bool) (Step, error) {
	window := data[:min(len(data), maxHeader)]
	for {
		start := s.scanned
		end := bytes.IndexByte(window[start:], '\n')
		if end < 0 {
			break
		}
		line := bytes.TrimSuffix(window[start:start+end], []byte("\r"))
		s.scanned += end + 1
		switch {
		case len(line) == 0:
			return s.begin(data)
		case !isField(line):
			return Step{}, noHeader(data, start)
		}
		if err := s.field(line); err != nil {
			return Step{}, err
		}
	}
	switch {
	case !beginsField(bytes.TrimSuffix(window[s.scanned:], []byte("\r"))):
		return Step{}, noHeader(data, s.scanned)
	case len(window) == maxHeader:
		return Step{}, fmt.Errorf("the header before a message does not end within %d bytes, got %s",
			maxHeader, rpcconn.Excerpt(data))
	case eof:
		return Step{}, Truncated(data, 0)
	}
	return Step{}, nil
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
		return Step{}, Lost("the header before a message has no "+contentLength, data)
	}
	s.scanned, s.size, s.found = 0, 0, false
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

// noHeader is the error of a stream in which data came where a header was to come, or to go on after some bytes of it.
func noHeader(data []byte, after int) error {
	if after == 0 {
		return Lost("a message begins with its header, such as Content-Length: 2", data)
	}
	return Lost("a header field has a name and a colon", data[after:])
}

// badLength is the error of a stream in which the field that is line gives no length that can be believed.
func badLength(why string, line []byte) error {
	return fmt.Errorf("the header before a message has a bad %s: %s, got %s; where the message ends is not known",
		contentLength, why, rpcconn.Excerpt(line))
}
