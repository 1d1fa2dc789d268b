package framing

import (
	"bytes"
	"io"

	"rpcsh/rpcconn"
)

// lineFraming puts each message on a line that ends with LF. CR LF is accepted too, and blank lines are ignored.
// Messages must not contain an LF; the codecs ensure that. One that comes over several lines is put together.
func lineFraming() Framing {
	return Framing{
		Name:  "line",
		Tail:  "\n",
		Split: func(max int) Splitter { return &lineSplitter{max: max, end: '\n', joined: new(joiner)} },
	}
}

// A lineSplitter is the splitter of all framings in which one byte ends a message. Its comments call the message a
// line.
type lineSplitter struct {
	max      int
	end      byte    // the byte that ends a line, and does not occur in it
	joined   *joiner // puts texts together that come over several lines; nil: there are none
	scanned  int     // bytes of the line known not to contain its end
	skipping bool    // the line is over the limit
	skipped  int64   // bytes of it
}

// Begun implements Splitter.
func (s *lineSplitter) Begun() Begun { return Begun{Used: s.skipped} }

// Split implements Splitter.
func (s *lineSplitter) Split(data []byte, eof bool) (Step, error) {
	if s.skipping {
		return s.skip(data, eof)
	}
	window := data[:min(len(data), s.max+len("\r\n"))]
	if s.joined.goesOn() {
		return s.joined.more(window, len(window) > s.max+1 || eof)
	}
	end := bytes.IndexByte(window[s.scanned:], s.end)
	switch {
	case end >= 0:
		end += s.scanned
		s.scanned = 0
		if s.joined.begins(data[:end]) {
			return s.Split(data, eof)
		}
		return s.line(data[:end], end+1)
	case len(window) > s.max+1:
		s.scanned, s.skipping, s.skipped = 0, true, int64(len(window))
		return Step{Used: len(window)}, rpcconn.TooLong(window, 0, s.max)
	case !eof:
		s.scanned = len(window)
		return Step{}, nil
	case isWhole(data): // many peers omit the end of the last line
		s.scanned = 0
		return s.line(data, len(data))
	case isBlank(data):
		return Step{}, io.EOF
	}
	return Step{}, Truncated(data, 0)
}

// line returns the step for text, one whole line without its end, that uses used bytes.
func (s *lineSplitter) line(text []byte, used int) (Step, error) {
	text = bytes.TrimSuffix(text, []byte("\r"))
	switch {
	case len(text) > s.max:
		return Step{Used: used}, rpcconn.TooLong(text, 0, s.max)
	case isBlank(text):
		return Step{Used: used}, nil
	}
	return Step{Used: used, Frame: text}, nil
}

func (s *lineSplitter) skip(data []byte, eof bool) (Step, error) {
	if len(data) == 0 && eof {
		return Step{}, TruncatedSkip()
	}
	end := bytes.IndexByte(data, s.end)
	if end < 0 {
		s.skipped += int64(len(data))
		return Step{Used: len(data)}, nil
	}
	s.skipping, s.skipped = false, 0
	return Step{Used: end + 1}, nil
}
