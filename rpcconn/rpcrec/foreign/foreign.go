// Package foreign reads the logs of other tools as recordings:
//
//   - the tests of Ethereum's execution-apis, which hive's rpc-compat runs (.io)
//   - the log of the LSP Inspector, an object a line
//   - the trace of language clients on vscode-languageclient, which is text
//   - the log of mcpsnoop, an object a line
//   - HTTP archives (HAR 1.2), with the messages of WebSockets as Chrome writes them
//
// What they leave out, such as the ends of connections, a recording made of them does not have. What looks like a
// masked value in them is one. All but archives are read line by line.
package foreign

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"time"

	"rpcsh/rpcconn/jsontext"
	"rpcsh/rpcconn/rpcrec"
)

// maxArchive is how long an HTTP archive may be, in bytes.
const maxArchive = 256 << 20

// headSize is how much of a file says what it is, in bytes.
const headSize = 4 << 10

// A source reads the records of a log. Its error is io.EOF at the end.
type source interface {
	next() (*rpcrec.Record, error)
	// started returns when the log begins, once the first message has been read; zero: that is not known.
	started() time.Time
}

// A format is a kind of log.
type format struct {
	by   string // what writes it
	is   func(head []byte) bool
	open func(in *bufio.Reader) source
}

// formats returns the formats that are known.
func formats() []format {
	return []format{
		{"hive", isIO, openIO},
		{"LSP Inspector", isInspector, openInspector},
		{"vscode-languageclient", isTrace, openTrace},
		{"mcpsnoop", isSnoop, openSnoop},
		{"HAR", isArchive, openArchive},
	}
}

// NewReader returns a Reader of a recording, or of a log that is read as one. What is neither is refused by the Reader.
func NewReader(in io.Reader) *rpcrec.Reader {
	buffered := bufio.NewReaderSize(in, headSize)
	const header = `{"rpcrec":`
	if head, _ := buffered.Peek(len(header)); string(head) == header {
		return rpcrec.NewReader(buffered) // what follows may not have been written yet
	}
	head, _ := buffered.Peek(headSize) // what is wrong comes up when it is read
	if mark := []byte("\xef\xbb\xbf"); bytes.HasPrefix(head, mark) {
		head = head[len(mark):]
		_, _ = buffered.Discard(len(mark)) // it is there
	}
	for _, f := range formats() {
		if f.is(head) {
			return rpcrec.NewReader(newConverter(f, buffered))
		}
	}
	return rpcrec.NewReader(buffered)
}

// A converter is a log as the text of a recording.
type converter struct {
	source source
	by     string
	text   bytes.Buffer
	writer *rpcrec.Writer // nil: no message has been read
	err    error
}

func newConverter(f format, in *bufio.Reader) *converter {
	return &converter{source: f.open(in), by: f.by}
}

// begin reads up to the first message.
func (c *converter) begin() error {
	var first []*rpcrec.Record
	for len(first) == 0 || !first[len(first)-1].IsMessage() {
		r, err := c.source.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		first = append(first, r)
	}
	never := func(time.Duration, func()) {} // it is flushed after each record
	head := rpcrec.Header{Start: c.source.started(), By: c.by}
	c.writer = rpcrec.NewWriter(&c.text, head, rpcrec.WriterOptions{After: never})
	for _, r := range first {
		if err := c.write(r); err != nil {
			return err
		}
	}
	return c.writer.Flush()
}

// write writes a record. Logs do not say which values are masked, and a mask must not be sent.
func (c *converter) write(r *rpcrec.Record) error {
	r.Redacted = masks(r.Data)
	return c.writer.Write(r)
}

// masks returns how many masks are in a message: ***1 and so on, as in a log that was made of a recording.
func masks(data []byte) (n int) {
	for {
		_, rest, found := bytes.Cut(data, []byte("***"))
		if !found {
			return n
		}
		if len(rest) > 0 && rest[0] >= '1' && rest[0] <= '9' {
			n++
		}
		data = rest
	}
}

// Read implements io.Reader.
func (c *converter) Read(b []byte) (int, error) {
	if c.writer == nil && c.err == nil {
		c.err = c.begin()
	}
	for c.text.Len() == 0 && c.err == nil {
		var r *rpcrec.Record
		if r, c.err = c.source.next(); c.err != nil {
			break
		}
		if c.err = c.write(r); c.err == nil {
			c.err = c.writer.Flush()
		}
	}
	if c.text.Len() > 0 {
		return c.text.Read(b)
	}
	return 0, c.err
}

// opened is the record for a connection on which a protocol is spoken.
func opened(conn int, target, protocol, framing string) *rpcrec.Record {
	members := [][2]string{{"target", target}, {"protocol", protocol}, {"framing", framing}}
	details := []byte("{")
	for _, m := range members {
		if m[1] == "" {
			continue
		}
		if len(details) > 1 {
			details = append(details, ',')
		}
		details = append(append(append(details, jsontext.Quote(m[0])...), ':'), jsontext.Quote(m[1])...)
	}
	return &rpcrec.Record{Conn: conn, Event: rpcrec.Open, Details: append(details, '}')}
}

// within returns the time of a record. One that no recording can have had is its beginning.
func within(d time.Duration) time.Duration {
	const most = 100 * 365 * 24 * time.Hour
	if d > -most && d < most {
		return d
	}
	return 0
}

// A queue is records that are to come first.
type queue []*rpcrec.Record

// take returns the first record, nil if there is none.
func (q *queue) take() *rpcrec.Record {
	if len(*q) == 0 {
		return nil
	}
	r := (*q)[0]
	*q = (*q)[1:]
	return r
}

// readLine returns the next line of a log, without its end. The error is io.EOF at the end.
func readLine(in *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := in.ReadSlice('\n')
		if len(line)+len(part) > rpcrec.MaxLine {
			return nil, errLong
		}
		line = append(line, part...)
		switch {
		case err == bufio.ErrBufferFull:
		case len(line) == 0 && err != nil:
			return nil, err
		default:
			return bytes.TrimRight(line, "\r\n"), nil
		}
	}
}

var errLong = fmt.Errorf("a line of it, or a message, has more than %d MiB", rpcrec.MaxLine>>20)

// firstLine returns the first line of a head that is not empty, and no comment.
func firstLine(head []byte, comment string) []byte {
	for len(head) > 0 {
		line, rest, _ := bytes.Cut(head, []byte("\n"))
		line = bytes.TrimSpace(line)
		if len(line) > 0 && (comment == "" || !bytes.HasPrefix(line, []byte(comment))) {
			return line
		}
		head = rest
	}
	return nil
}
