package framing

import (
	"fmt"
	"strconv"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsontext"
)

// maxDigits is how many digits the length of a netstring may have at most.
const maxDigits = 10

// netstringFraming follows http://cr.yp.to/proto/netstrings.txt: the length in decimal, a colon, the message, a comma.
// White space between netstrings is accepted, though the specification has none.
func netstringFraming() Framing {
	return Framing{
		Name: "netstring",
		Head: func(dst []byte, size int) []byte {
			return append(strconv.AppendInt(dst, int64(size), 10), ':')
		},
		Tail:  ",",
		Split: func(max int) Splitter { return &netstringSplitter{max: max} },
	}
}

type netstringSplitter struct {
	max    int
	part   netstringPart
	size   int   // of the message that the body belongs to
	over   int64 // the size of a message over the limit
	toSkip int64 // bytes of that
}

// A netstringPart is the part of a netstring that comes next.
type netstringPart uint8

const (
	netstringHead netstringPart = iota
	netstringBody               // with the comma
	netstringSkip
	netstringComma // of a message that was skipped
)

// Begun implements Splitter.
func (s *netstringSplitter) Begun() Begun {
	switch s.part {
	case netstringBody:
		return Begun{Size: int64(s.size), Place: Inside}
	case netstringSkip, netstringComma:
		return Begun{Used: s.over - s.toSkip, Size: s.over}
	}
	return Begun{}
}

// Split implements Splitter.
func (s *netstringSplitter) Split(data []byte, eof bool) (Step, error) {
	switch s.part {
	case netstringBody:
		return s.body(data, eof)
	case netstringSkip:
		return s.skip(data, eof)
	case netstringComma:
		return s.comma(data, eof)
	}
	if n := jsontext.Space(data, 0); n > 0 {
		return Step{Used: n}, nil
	}
	if len(data) == 0 {
		return Step{}, nil
	}
	return s.head(data, eof)
}

func (s *netstringSplitter) head(data []byte, eof bool) (Step, error) {
	digits := netstringDigits(data)
	switch {
	case digits > 0 && digits == len(data) && eof:
		return Step{}, Truncated(data, 0)
	case digits > 0 && digits == len(data):
		return Step{}, nil
	case !isNetstringHead(data):
		return s.stray(data, eof)
	}
	size, _ := strconv.ParseInt(string(data[:digits]), 10, 64) // so few digits are always a valid number
	body := data[digits+1:]
	if size <= int64(s.max) {
		s.part, s.size = netstringBody, int(size)
		return Step{Used: digits + 1}, nil
	}
	return s.tooLong(body, digits+1, size, eof)
}

// stray handles what begins no netstring.
func (s *netstringSplitter) stray(data []byte, eof bool) (Step, error) {
	if step, deviation, found := mark(data, eof); found {
		return step, deviation
	}
	return between{what: "a message begins with its length and a colon", never: "{"}.words(data, eof)
}

// netstringDigits returns how many digits of a length data begins with; 0: it does not begin with a length.
func netstringDigits(data []byte) int {
	n := 0
	for n < len(data) && '0' <= data[n] && data[n] <= '9' {
		n++
	}
	if n > maxDigits || n > 1 && data[0] == '0' {
		return 0
	}
	return n
}

// isNetstringHead reports whether data begins with a length and its colon.
func isNetstringHead(data []byte) bool {
	n := netstringDigits(data)
	return n > 0 && n < len(data) && data[n] == ':'
}

// tooLong reports a message over the limit as soon as there is enough of it to tell what it is.
func (s *netstringSplitter) tooLong(body []byte, used int, size int64, eof bool) (Step, error) {
	shown := int(min(size, rpcconn.HeadSize))
	if len(body) < shown && !eof {
		return Need(used + shown), nil
	}
	s.part, s.over, s.toSkip = netstringSkip, size, size
	return Step{Used: used}, rpcconn.TooLong(body[:min(len(body), shown)], size, s.max)
}

func (s *netstringSplitter) body(data []byte, eof bool) (Step, error) {
	switch {
	case len(data) <= s.size && eof:
		return Step{}, Truncated(data, s.size)
	case len(data) <= s.size:
		return Need(s.size + 1), nil
	case data[s.size] != ',':
		return Step{}, noComma(data[s.size:])
	}
	s.part = netstringHead
	if s.size == 0 {
		return Step{Used: 1}, frameError(nil, "empty message")
	}
	return Step{Used: s.size + 1, Frame: data[:s.size]}, nil
}

func (s *netstringSplitter) skip(data []byte, eof bool) (Step, error) {
	if len(data) == 0 && eof {
		return Step{}, TruncatedSkip()
	}
	n := min(s.toSkip, int64(len(data)))
	s.toSkip -= n
	if s.toSkip == 0 {
		s.part = netstringComma
	}
	return Step{Used: int(n)}, nil
}

func (s *netstringSplitter) comma(data []byte, eof bool) (Step, error) {
	switch {
	case len(data) == 0 && eof:
		return Step{}, TruncatedSkip()
	case len(data) == 0:
		return Step{}, nil
	case data[0] != ',':
		return Step{}, noComma(data)
	}
	s.part = netstringHead
	return Step{Used: 1}, nil
}

// noComma returns the error for a stream in which data came instead of a comma.
func noComma(data []byte) error {
	return fmt.Errorf("a comma ends a message, got %s; the length before the message is wrong", rpcconn.Excerpt(data))
}
