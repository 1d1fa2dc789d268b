package transport

import "bytes"

// lineFraming is that of one message a line, ended by LF; CR LF is taken too, and blank lines are nothing. What is sent
// must have no LF in it, which the codecs see to.
func lineFraming() framing {
	return framing{
		name:        "line",
		tail:        "\n",
		newSplitter: func(max int) splitter { return &lineSplitter{max: max, end: '\n'} },
	}
}

// A lineSplitter is that of all framings in which one byte ends a message. The comments call the message a line.
type lineSplitter struct {
	max      int
	end      byte // that ends a line, and is not in it
	scanned  int  // bytes of the line known to have no end
	skipping bool // the line is over the limit
}

func (s *lineSplitter) split(data []byte, eof bool) (step, error) {
	if s.skipping {
		return s.skip(data, eof)
	}
	window := data[:min(len(data), s.max+len("\r\n"))]
	end := bytes.IndexByte(window[s.scanned:], s.end)
	switch {
	case end >= 0:
		end += s.scanned
		s.scanned = 0
		return s.line(data[:end], end+1)
	case len(window) > s.max+1:
		s.scanned, s.skipping = 0, true
		return step{used: len(window)}, overLimit(window, 0, s.max)
	case !eof:
		s.scanned = len(window)
		return step{}, nil
	case isWhole(data): // many a peer leaves the last end out
		s.scanned = 0
		return s.line(data, len(data))
	case isBlank(data):
		return step{}, endIf(eof)
	}
	return step{}, truncated(data, 0)
}

// line returns the step for text, one whole line without its end, that uses used bytes.
func (s *lineSplitter) line(text []byte, used int) (step, error) {
	text = bytes.TrimSuffix(text, []byte("\r"))
	switch {
	case len(text) > s.max:
		return step{used: used}, overLimit(text, 0, s.max)
	case isBlank(text):
		return step{used: used}, nil
	}
	return step{used: used, frame: text}, nil
}

func (s *lineSplitter) skip(data []byte, eof bool) (step, error) {
	if len(data) == 0 && eof {
		return step{}, truncatedSkip()
	}
	end := bytes.IndexByte(data, s.end)
	if end < 0 {
		return step{used: len(data)}, nil
	}
	s.skipping = false
	return step{used: end + 1}, nil
}
