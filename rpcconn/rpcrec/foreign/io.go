package foreign

import (
	"bufio"
	"bytes"
	"time"

	"rpcsh/rpcconn/rpcrec"
)

// The tests of execution-apis (ethereum/execution-apis, docs/tests): a line ">> " with a request, a line "<< " with its
// response, and comments that begin with //.

func isIO(head []byte) bool { return bytes.HasPrefix(firstLine(head, "//"), []byte(">> ")) }

type ioSource struct {
	in    *bufio.Reader
	queue queue
}

func openIO(in *bufio.Reader) source {
	return &ioSource{in: in, queue: queue{opened(1, "", "jsonrpc", "")}}
}

func (*ioSource) started() time.Time { return time.Time{} }

func (s *ioSource) next() (*rpcrec.Record, error) {
	if r := s.queue.take(); r != nil {
		return r, nil
	}
	for {
		line, err := readLine(s.in)
		if err != nil {
			return nil, err
		}
		line = bytes.TrimSpace(line)
		if message, ok := bytes.CutPrefix(line, []byte(">>")); ok {
			return &rpcrec.Record{Conn: 1, Dir: rpcrec.Out, Data: bytes.TrimSpace(message)}, nil
		}
		if message, ok := bytes.CutPrefix(line, []byte("<<")); ok {
			return &rpcrec.Record{Conn: 1, Dir: rpcrec.In, Data: bytes.TrimSpace(message)}, nil
		}
	}
}
