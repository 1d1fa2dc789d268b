package rpcrec

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"rpcsh/rpcconn/jsontext"
)

// A LineError says why a line is no record. What comes behind it can be read nevertheless.
type LineError struct {
	Line   int    // its number in the file, from 1
	Reason string // in lower case
	Cut    bool   // it is the last line, and has no end: whoever wrote the file was interrupted
}

func (e *LineError) Error() string {
	if e.Cut {
		return fmt.Sprintf("line %d, the last one, is cut off", e.Line)
	}
	return fmt.Sprintf("line %d: %s", e.Line, e.Reason)
}

// ErrForeign is wrapped by the error for a file that is no recording.
var ErrForeign = errors.New("this is no recording: its first line is no rpcrec header")

// A VersionError says that a file, or a part of it, is in a version of the format that is not known.
type VersionError struct {
	Line    int // of the header
	Version int
}

func (e *VersionError) Error() string {
	return fmt.Sprintf("line %d: this is rpcrec/%d, and only rpcrec/%d can be read", e.Line, e.Version, Version)
}

// bufferSize is how much is read at once; longer lines are put together.
const bufferSize = 256 << 10

// A Reader reads recordings that lie one behind the other in a stream. It holds one line at a time. Its methods are
// called by one goroutine.
type Reader struct {
	in      *bufio.Reader
	max     int // bytes of a line
	line    int
	long    []byte // a line that is longer than the buffer of in
	header  Header
	record  Record
	scratch []byte // the Data of the record, where it is not part of the line
	fields  fields // of the line at hand
	member  func(key, value []byte) error
	err     error // of in
	failed  error // nothing more can be read
}

// NewReader returns a Reader of what in has.
func NewReader(in io.Reader) *Reader {
	r := &Reader{in: bufio.NewReaderSize(in, bufferSize), max: MaxLine}
	r.member = r.fields.take // once, since it takes memory
	return r
}

// Header returns the header of the part that the last record belongs to, the zero Header before the first one.
func (r *Reader) Header() Header { return r.header }

// Line returns the number of the line that was read last, from 1.
func (r *Reader) Line() int { return r.line }

// Start reads up to the first header, so that it is known before the first record. The error is that of Next; it is
// io.EOF for an empty file.
func (r *Reader) Start() error {
	if r.record.Part > 0 {
		return nil
	}
	for r.failed == nil {
		line, _, err := r.next(maxHeader)
		if err != nil {
			if errors.As(err, new(*LineError)) {
				err = ErrForeign
			}
			return r.fail(err)
		}
		if line == nil {
			continue
		}
		if err := r.takeHeader(line); err != nil {
			return r.fail(err)
		}
		return nil
	}
	return r.failed
}

// Next returns the next record, which is valid until the next call. Comments are passed over, and headers taken in.
//
// After a *LineError, Next may be called again: the line is left out. Any other error is the last one: io.EOF at the
// end, one that wraps ErrForeign, a *VersionError, or what reading has returned.
func (r *Reader) Next() (*Record, error) {
	if err := r.Start(); err != nil {
		return nil, err
	}
	for r.failed == nil {
		line, cut, err := r.next(r.max)
		if err != nil {
			var broken *LineError
			if errors.As(err, &broken) {
				return nil, err
			}
			return nil, r.fail(err)
		}
		if line == nil {
			continue
		}
		if isHeader(line) && !(cut && jsontext.Valid(line) == jsontext.ErrIncomplete) {
			if err := r.takeHeader(line); err != nil {
				return nil, r.fail(err)
			}
			continue
		}
		if broken := r.parse(line); broken != nil {
			broken.Cut = broken.Cut && cut
			return nil, broken
		}
		return &r.record, nil
	}
	return nil, r.failed
}

// ParseLine returns the record of a line that AppendLine has made. It points into the line. The error is a *LineError.
func ParseLine(line []byte) (*Record, error) {
	r := &Reader{line: 1}
	r.member = r.fields.take
	if broken := r.parse(line); broken != nil {
		return nil, broken
	}
	return &r.record, nil
}

func (r *Reader) fail(err error) error {
	r.failed = err
	return err
}

// headerStart begins a header, and no record: the key of the version comes first.
const headerStart = `{"rpcrec":`

func isHeader(line []byte) bool { return bytes.HasPrefix(line, []byte(headerStart)) }

// maxHeader is how long the first header may be, so that what is no recording is not read far.
const maxHeader = 1 << 20

// next returns the next line without its line break and the blanks around it, nil for one that has nothing to say. cut
// says that it has no line break. The error is a *LineError for one that is too long, which was skipped.
func (r *Reader) next(most int) (line []byte, cut bool, err error) {
	if r.err != nil {
		return nil, false, r.err
	}
	r.line++
	line, err = r.in.ReadSlice('\n')
	if err == bufio.ErrBufferFull {
		line, err = r.join(line, most)
	}
	if err != nil && !errors.As(err, new(*LineError)) {
		r.err = err
		if len(line) == 0 || err != io.EOF {
			return nil, false, err
		}
		cut, err = true, nil
	}
	if err != nil {
		return nil, false, err
	}
	if r.line == 1 {
		line = bytes.TrimPrefix(line, []byte("\ufeff")) // as some editors put it before a text
	}
	line = bytes.Trim(line, " \t\r\n")
	if len(line) == 0 || line[0] == '#' {
		return nil, cut, nil
	}
	return line, cut, nil
}

// join returns the line that begins with what the buffer has, in memory that is used again.
func (r *Reader) join(first []byte, most int) ([]byte, error) {
	r.long = append(r.long[:0], first...)
	for {
		more, err := r.in.ReadSlice('\n')
		if len(r.long)+len(more) > most+len("\n") {
			for err == bufio.ErrBufferFull {
				_, err = r.in.ReadSlice('\n')
			}
			if err != nil {
				r.err = err
			}
			r.long = nil
			return nil, &LineError{Line: r.line, Reason: "it is longer than " + strconv.Itoa(most) + " bytes"}
		}
		r.long = append(r.long, more...)
		if err != bufio.ErrBufferFull {
			return r.long, err
		}
	}
}

// takeHeader takes a line as a header. The error is the last one: what comes behind cannot be understood.
func (r *Reader) takeHeader(line []byte) error {
	valid := jsontext.Valid(line) == nil
	n, err := strconv.Atoi(string(jsontext.Get(line, "rpcrec")))
	switch {
	case isHeader(line) && !valid:
		return fmt.Errorf("line %d: the header is broken, or cut off", r.line)
	case !valid || err != nil || n < 1:
		return ErrForeign
	case n != Version:
		return &VersionError{r.line, n}
	}
	start, err := time.Parse(time.RFC3339Nano, jsontext.Text(jsontext.Get(line, "start")))
	if start = start.UTC().Truncate(time.Microsecond); err != nil || start.Year() < 0 || start.Year() > 9999 {
		return fmt.Errorf("line %d: the header has no start, the time at which the recording began, as in %q", r.line,
			"2006-01-02T15:04:05Z")
	}
	r.header = Header{
		Start: start, By: jsontext.Text(jsontext.Get(line, "by")),
		Redacted: texts(jsontext.Get(line, "redacted")), Argv: texts(jsontext.Get(line, "argv")),
	}
	r.record.Part++
	return nil
}

// texts returns the strings of an array.
func texts(array []byte) []string {
	if jsontext.FirstByte(array) != '[' {
		return nil
	}
	return append([]string{}, jsontext.Texts(array)...) // none is not the same as no array
}
