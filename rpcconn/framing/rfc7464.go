package framing

import (
	"bytes"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsontext"
)

// recordMark is RS, before each record.
const recordMark = 0x1e

// rfc7464Framing is the framing of JSON text sequences (RFC 7464 section 2): RS, the text, LF.
//
// A text may contain LFs (section 2.1 allows any JSON text, and jq --seq writes them), and the next RS may be a long
// time coming. So a record ends at the first LF at which its brackets are closed, or at which it certainly is not JSON
// text.
func rfc7464Framing() Framing {
	return Framing{
		Name:  "rfc7464",
		Head:  func(dst []byte, _ int) []byte { return append(dst, recordMark) },
		Tail:  "\n",
		Split: func(max int) Splitter { return &rfc7464Splitter{max: max} },
	}
}

type rfc7464Splitter struct {
	max      int
	marked   bool // RS has come, but no text yet
	scanned  int  // bytes of the text that brackets has seen
	brackets jsontext.Brackets
	checked  int  // the length of the text when it was last checked as a whole
	skipping bool // to the next RS
}

// Begun implements Splitter. Of a record over the limit, nobody knows whether it has more bytes.
func (s *rfc7464Splitter) Begun() Begun {
	switch {
	case s.skipping:
		return Begun{Place: Skipping}
	case s.marked:
		return Begun{Place: Inside}
	}
	return Begun{}
}

// Split implements Splitter.
func (s *rfc7464Splitter) Split(data []byte, eof bool) (Step, error) {
	switch {
	case s.skipping:
		return s.skip(data, eof)
	case s.scanned > 0:
		return s.text(data, eof)
	}
	used := 0
	for ; used < len(data); used++ {
		if data[used] == recordMark {
			s.marked = true
		} else if !isBlank(data[used : used+1]) {
			break
		}
	}
	switch {
	case used > 0:
		return Step{Used: used}, nil
	case len(data) == 0:
		return Step{}, nil
	case s.marked:
		return s.text(data, eof)
	}
	if step, deviation, found := mark(data, eof); found {
		return step, deviation
	}
	return s.stray(data)
}

// stray reports bytes outside a record. It does so at once, since the next bytes may be a long time coming.
func (s *rfc7464Splitter) stray(data []byte) (Step, error) {
	if rs := bytes.IndexByte(data, recordMark); rs >= 0 {
		data = data[:rs]
	}
	if lf := bytes.IndexByte(data, '\n'); lf >= 0 {
		data = data[:lf+1]
	}
	lost := Lost("no RS (0x1e) before a message", data)
	if rpcconn.IsNoise(data) && len(lost.Framings) == 0 && lost.LooksLike == "" {
		return Step{Used: len(data)}, frameError(data, lost.What)
	}
	e := frameError(data, lost.What+"; "+lost.Hint())
	e.Cause = lost
	return Step{Used: len(data)}, e
}

// text looks for the end of the text that data begins with.
func (s *rfc7464Splitter) text(data []byte, eof bool) (Step, error) {
	window := data[:min(len(data), s.max+1)]
	for s.scanned < len(window) {
		line := window[s.scanned:]
		lf := bytes.IndexByte(line, '\n')
		if lf >= 0 {
			line = line[:lf]
		}
		if rs := bytes.IndexByte(line, recordMark); rs >= 0 {
			return s.frame(data[:s.scanned+rs], 0)
		}
		s.count(line)
		s.scanned += len(line)
		if lf < 0 {
			break
		}
		if s.endsAt(data[:s.scanned]) {
			return s.frame(data[:s.scanned], 1)
		}
		s.scanned++
	}
	switch {
	case len(window) > s.max:
		*s = rfc7464Splitter{max: s.max, skipping: true}
		return Step{Used: len(window)}, rpcconn.TooLong(window, 0, s.max)
	case eof && isWhole(data):
		return s.frame(data, 0)
	case eof:
		return Step{}, Truncated(data, 0)
	}
	return Step{}, nil
}

// count passes all of line to brackets.
func (s *rfc7464Splitter) count(line []byte) {
	for {
		n := s.brackets.Scan(line)
		if n < 0 {
			return
		}
		line = line[n:]
	}
}

// endsAt reports whether an LF after text ends it. The text is checked as a whole only when it has doubled in length,
// so that the total time is proportional to its length.
func (s *rfc7464Splitter) endsAt(text []byte) bool {
	if s.brackets.InString || s.brackets.Depth <= 0 {
		return true // whole, or, as a string has no LF in it, malformed
	}
	if len(text) < 2*s.checked {
		return false
	}
	s.checked = len(text)
	return isMalformed(text)
}

func (s *rfc7464Splitter) frame(text []byte, behind int) (Step, error) {
	*s = rfc7464Splitter{max: s.max}
	return Step{Used: len(text) + behind, Frame: text}, nil
}

// skip discards everything up to the next RS. The end of the stream is orderly then: the message has been reported, and
// nobody knows whether it had more bytes.
func (s *rfc7464Splitter) skip(data []byte, eof bool) (Step, error) {
	if len(data) == 0 {
		return Step{}, nil
	}
	rs := bytes.IndexByte(data, recordMark)
	if rs < 0 {
		return Step{Used: len(data)}, nil
	}
	s.skipping, s.marked = false, true
	return Step{Used: rs + 1}, nil
}
