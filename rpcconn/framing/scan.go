package framing

import (
	"bufio"
	"bytes"
	"io"

	"rpcsh/rpcconn"
)

// Scan makes what a Framing's Split is from a function as bufio.Scanner takes it, such as bufio.ScanLines: the easiest
// way to a framing of one's own. An empty token is not a frame. A token over the limit is reported as a
// *rpcconn.FrameError and skipped. A token without an end within twice the limit ends the stream with a
// *rpcconn.SizeError.
//
// As long as split finds nothing, it is called again with the same bytes and some more. That is slow if big messages
// come in small pieces; a Splitter can remember how far it has looked.
func Scan(split bufio.SplitFunc) func(max int) Splitter {
	return func(max int) Splitter { return &scanSplitter{split: split, max: max} }
}

type scanSplitter struct {
	split bufio.SplitFunc
	max   int
	final bool // the last token has been found
}

// Begun implements Splitter.
func (s *scanSplitter) Begun() Begun { return Begun{} }

// Split implements Splitter.
func (s *scanSplitter) Split(data []byte, eof bool) (Step, error) {
	if s.final {
		return Step{}, io.EOF
	}
	used, token, err := s.split(data, eof)
	if err == bufio.ErrFinalToken {
		s.final, err = true, nil
	}
	switch {
	case err != nil:
		return Step{Used: used}, err
	case len(token) > s.max:
		return Step{Used: used}, rpcconn.TooLong(token, int64(len(token)), s.max)
	case used == 0 && len(token) == 0 && len(data)/2 > s.max:
		return Step{}, rpcconn.TooLong(data, 0, s.max).Cause
	case len(token) == 0 && eof && used == 0 && len(bytes.TrimSpace(data)) == 0:
		return Step{}, io.EOF
	case len(token) == 0:
		return Step{Used: used}, nil
	}
	return Step{Used: used, Frame: token}, nil
}
