package framing

import (
	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsontext"
)

// noneFraming puts nothing between messages: the brackets of a message show where it ends. White space between
// messages, and the NULs with which some peers end a message, are accepted but never written, since py-bson-rpc's
// "none" does not accept them.
func noneFraming() Framing {
	return Framing{
		Name:  "none",
		Split: func(max int) Splitter { return &noneSplitter{max: max} },
	}
}

type noneSplitter struct {
	max      int
	scanned  int // bytes of the message that brackets has seen
	brackets jsontext.Brackets
	skipping bool  // the message is over the limit
	skipped  int64 // bytes of it
}

// Begun implements Splitter.
func (s *noneSplitter) Begun() Begun { return Begun{Used: s.skipped} }

// Split implements Splitter.
func (s *noneSplitter) Split(data []byte, eof bool) (Step, error) {
	if s.skipping {
		return s.skip(data, eof)
	}
	if s.scanned == 0 {
		if n := jsontext.Space(data, 0); n > 0 {
			return Step{Used: n}, nil
		}
		if len(data) == 0 {
			return Step{}, nil
		}
		if data[0] == 0 {
			return Step{Used: 1}, nil
		}
		if data[0] != '{' && data[0] != '[' {
			return s.stray(data, eof)
		}
	}
	window := data[:min(len(data), s.max)]
	end := s.brackets.Scan(window[s.scanned:])
	switch {
	case end >= 0:
		end += s.scanned
		*s = noneSplitter{max: s.max}
		return Step{Used: end, Frame: data[:end]}, nil
	case len(window) == s.max:
		s.skipping, s.skipped = true, int64(len(window))
		return Step{Used: len(window)}, rpcconn.TooLong(window, 0, s.max)
	case eof:
		return Step{}, Truncated(data, 0)
	}
	s.scanned = len(window)
	return Step{}, nil
}

// stray handles what begins no message.
func (s *noneSplitter) stray(data []byte, eof bool) (Step, error) {
	if step, deviation, found := mark(data, eof); found {
		return step, deviation
	}
	return between{what: "a message begins with { or [", stops: "{"}.words(data, eof)
}

func (s *noneSplitter) skip(data []byte, eof bool) (Step, error) {
	if len(data) == 0 && eof {
		return Step{}, TruncatedSkip()
	}
	end := s.brackets.Scan(data)
	if end < 0 {
		s.skipped += int64(len(data))
		return Step{Used: len(data)}, nil
	}
	*s = noneSplitter{max: s.max}
	return Step{Used: end}, nil
}
