package foreign

import (
	"bufio"
	"bytes"
	"strconv"
	"strings"
	"time"

	"rpcsh/rpcconn/jsontext"
	"rpcsh/rpcconn/rpcrec"
)

// The log of the LSP Inspector (microsoft/language-server-protocol-inspector, "Log Format"): an object a line, perhaps
// behind "[LSP - time] ", with type, message and timestamp in milliseconds.

// inspectorEntry returns the object of a line, nil where it has none.
func inspectorEntry(line []byte) []byte {
	if at := bytes.IndexByte(line, '{'); at >= 0 && (at == 0 || line[0] == '[') {
		entry := line[at:]
		if jsontext.Get(entry, "message") != nil && jsontext.Text(jsontext.Get(entry, "type")) != "" {
			return entry
		}
	}
	return nil
}

func isInspector(head []byte) bool {
	line := firstLine(head, "")
	// the first message may be longer than the head
	at := bytes.IndexByte(line, '{')
	return at >= 0 && (at == 0 || line[0] == '[') && !bytes.HasPrefix(line, []byte(`{"rpcrec":`)) &&
		(bytes.Contains(line, []byte(`"isLSPMessage"`)) || inspectorEntry(line) != nil)
}

type inspectorSource struct {
	in    *bufio.Reader
	queue queue
	start float64 // the first timestamp
}

func openInspector(in *bufio.Reader) source {
	return &inspectorSource{in: in, queue: queue{opened(1, "", "lsp", "header")}}
}

func (s *inspectorSource) started() time.Time {
	if s.start == 0 {
		return time.Time{}
	}
	return time.UnixMilli(int64(s.start)).UTC()
}

func (s *inspectorSource) next() (*rpcrec.Record, error) {
	if r := s.queue.take(); r != nil {
		return r, nil
	}
	for {
		line, err := readLine(s.in)
		if err != nil {
			return nil, err
		}
		entry := inspectorEntry(line)
		if entry == nil {
			continue
		}
		r := &rpcrec.Record{Conn: 1, Dir: rpcrec.In, Data: jsontext.Get(entry, "message")}
		if strings.HasPrefix(jsontext.Text(jsontext.Get(entry, "type")), "send-") {
			r.Dir = rpcrec.Out
		}
		if at, err := strconv.ParseFloat(string(jsontext.Get(entry, "timestamp")), 64); err == nil {
			if s.start == 0 {
				s.start = at
			}
			const most = 100 * 365 * 24 * 3600 * 1e3
			r.At = time.Duration(max(0, min(at-s.start, most)) * float64(time.Millisecond))
		}
		return r, nil
	}
}
