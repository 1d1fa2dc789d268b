package replay

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"time"

	"rpcsh/rpcconn/rpcrec"
)

// Update copies a recording, with other messages in the places of some. changes has them by the lines in which they
// are. All other lines stay as they are. The .io tests of execution-apis can be updated, too: there, messages are
// counted from 3 on, as if a header and the beginning of the connection came before them.
func Update(out io.Writer, in io.Reader, changes map[int][]byte) error {
	lines := bufio.NewReader(in)
	var header []byte
	isIO, message := false, 2
	for n := 1; ; n++ {
		line, err := lines.ReadBytes('\n')
		if len(line) == 0 && errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		mark := messageMark(line)
		isIO = isIO || header == nil && mark != nil
		switch {
		case isIO && mark != nil:
			if message++; changes[message] != nil {
				line = append(append(append(bytes.Clone(mark), ' '), changes[message]...), '\n')
			}
		case bytes.HasPrefix(bytes.TrimLeft(line, "\xef\xbb\xbf \t"), []byte(`{"rpcrec":`)):
			header = line
		case changes[n] != nil:
			if line, err = changed(header, line, changes[n]); err != nil {
				return err
			}
		}
		if _, err := out.Write(line); err != nil {
			return err
		}
	}
}

// messageMark returns what a line of an .io test begins with, nil if it has no message.
func messageMark(line []byte) []byte {
	for _, mark := range []string{">>", "<<"} {
		if bytes.HasPrefix(line, []byte(mark)) {
			return []byte(mark)
		}
	}
	return nil
}

// changed returns the line of a record with another message.
func changed(header, line, message []byte) ([]byte, error) {
	r, err := rpcrec.NewReader(bytes.NewReader(append(bytes.Clone(header), line...))).Next()
	if err != nil {
		return nil, err
	}
	r.Data, r.Readable, r.Length = message, nil, 0
	var text bytes.Buffer
	w := rpcrec.NewWriter(&text, rpcrec.Header{}, rpcrec.WriterOptions{After: func(time.Duration, func()) {}})
	if err := w.Write(r); err != nil {
		return nil, err
	}
	if err := w.Flush(); err != nil {
		return nil, err
	}
	_, record, _ := bytes.Cut(text.Bytes(), []byte("\n")) // behind the header
	return record, nil
}
