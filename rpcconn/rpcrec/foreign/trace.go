package foreign

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"
	"time"

	"rpcsh/rpcconn/jsontext"
	"rpcsh/rpcconn/lazyregexp"
	"rpcsh/rpcconn/rpcrec"
)

// The trace of vscode-languageclient ("trace.server": "verbose"): a line says what was sent or received, the lines
// behind it have its params or its result.

var (
	traceHead = lazyregexp.New(`^\[Trace - ([^\]]*)\] (Sending|Received) (request|notification|response) ` +
		`'(.*?)(?: - \((.*?)\))?'(.*)$`)
	logHead     = lazyregexp.New(`^\[[A-Z]\w* +- `) // of a message, or of something else that is logged
	traceFailed = lazyregexp.New(`Request failed: (.*) \((-?\d+)\)\.`)
)

func isTrace(head []byte) bool {
	return bytes.HasPrefix(firstLine(head, ""), []byte("[Trace - "))
}

type traceSource struct {
	in    *bufio.Reader
	queue queue
	ahead []byte // a line that was read, and belongs to the next message; nil: there is none
	start time.Time
}

func openTrace(in *bufio.Reader) source {
	return &traceSource{in: in, queue: queue{opened(1, "", "lsp", "header")}}
}

func (*traceSource) started() time.Time { return time.Time{} } // it has times of day alone

// line returns the next line.
func (s *traceSource) line() ([]byte, error) {
	if line := s.ahead; line != nil {
		s.ahead = nil
		return line, nil
	}
	return readLine(s.in)
}

func (s *traceSource) next() (*rpcrec.Record, error) {
	if r := s.queue.take(); r != nil {
		return r, nil
	}
	for {
		line, err := s.line()
		if err != nil {
			return nil, err
		}
		head := traceHead().FindStringSubmatch(string(line))
		if head == nil {
			continue
		}
		body, err := s.body()
		if err != nil {
			return nil, err
		}
		return s.record(head, body), nil
	}
}

// body returns the lines up to the next message.
func (s *traceSource) body() (string, error) {
	var body strings.Builder
	for {
		line, err := s.line()
		switch {
		case err == io.EOF:
			return body.String(), nil
		case err != nil:
			return "", err
		case logHead().Match(line):
			s.ahead = line
			return body.String(), nil
		case body.Len()+len(line) > rpcrec.MaxLine:
			return "", errLong
		}
		body.Write(line)
		body.WriteByte('\n')
	}
}

// record makes the message that a line and its body tell of.
func (s *traceSource) record(head []string, body string) *rpcrec.Record {
	r := &rpcrec.Record{Conn: 1, Dir: rpcrec.In, At: s.at(head[1])}
	if head[2] == "Sending" {
		r.Dir = rpcrec.Out
	}
	message := []byte(`{"jsonrpc":"2.0"`)
	if id := head[5]; id != "" {
		if jsontext.Valid([]byte(id)) != nil {
			id = jsontext.Quote(id)
		}
		message = append(append(message, `,"id":`...), id...)
	}
	if head[3] != "response" {
		message = append(append(message, `,"method":`...), jsontext.Quote(head[4])...)
	}
	value := traceValue(body)
	failed := traceFailed().FindStringSubmatch(head[6])
	switch {
	case failed != nil:
		message = fmt.Appendf(message, `,"error":{"code":%s,"message":%s}`, failed[2], jsontext.Quote(failed[1]))
	case head[3] == "response" && value == nil:
		message = append(message, `,"result":null`...)
	case head[3] == "response":
		message = append(append(message, `,"result":`...), value...)
	case value != nil:
		message = append(append(message, `,"params":`...), value...)
	}
	r.Data = append(message, '}')
	return r
}

// traceValue returns the value in a body, on one line; nil: there is none.
func traceValue(body string) []byte {
	_, text, ok := strings.Cut(body, ": ")
	if !ok {
		return nil
	}
	start, end, err := jsontext.Value([]byte(text))
	if err != nil {
		return nil
	}
	value, _ := jsontext.AppendCompact(nil, []byte(text[start:end]))
	return value
}

// at returns a time of day as one since the first.
func (s *traceSource) at(clock string) time.Duration {
	for _, layout := range []string{"3:04:05 PM", "15:04:05", "15:04:05.000"} {
		t, err := time.Parse(layout, clock)
		if err != nil {
			continue
		}
		if s.start.IsZero() {
			s.start = t
		}
		return t.Sub(s.start)
	}
	return 0
}
