package transport

import "rpcsh/rpcconn/jsontext"

// noneFraming is that of messages that follow each other without anything between: where one ends is told by its
// brackets. White space between them is taken, and never written, since py-bson-rpc's "none" does not take it; so are the
// NULs that some peers end a message with.
func noneFraming() framing {
	return framing{
		name:        "none",
		newSplitter: func(max int) splitter { return &noneSplitter{max: max} },
	}
}

type noneSplitter struct {
	max      int
	scanned  int // bytes of the message that brackets has seen
	brackets brackets
	skipping bool // the message is over the limit
}

func (s *noneSplitter) split(data []byte, eof bool) (step, error) {
	if s.skipping {
		return s.skip(data, eof)
	}
	if s.scanned == 0 {
		if n := jsontext.Space(data, 0); n > 0 {
			return step{used: n}, nil
		}
		if len(data) == 0 {
			return step{}, endIf(eof)
		}
		if data[0] == 0 {
			return step{used: 1}, nil
		}
		if data[0] != '{' && data[0] != '[' {
			return step{}, lost("a message begins with { or [", data)
		}
	}
	window := data[:min(len(data), s.max)]
	end := s.brackets.scan(window[s.scanned:])
	switch {
	case end >= 0:
		end += s.scanned
		*s = noneSplitter{max: s.max}
		return step{used: end, frame: data[:end]}, nil
	case len(window) == s.max:
		s.skipping = true
		return step{used: len(window)}, overLimit(window, 0, s.max)
	case eof:
		return step{}, truncated(data, 0)
	}
	s.scanned = len(window)
	return step{}, nil
}

func (s *noneSplitter) skip(data []byte, eof bool) (step, error) {
	if len(data) == 0 && eof {
		return step{}, truncatedSkip()
	}
	end := s.brackets.scan(data)
	if end < 0 {
		return step{used: len(data)}, nil
	}
	*s = noneSplitter{max: s.max}
	return step{used: end}, nil
}
