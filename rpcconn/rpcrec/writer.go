package rpcrec

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"sync"
	"time"
	"unicode/utf8"

	"rpcsh/rpcconn/jsontext"
)

const (
	// FlushAfter is how long a record waits to be written, at most.
	FlushAfter = 100 * time.Millisecond
	// flushAt is from how many bytes on they are written at once.
	flushAt = 64 << 10
)

// WriterOptions say how a Writer writes. The zero WriterOptions work.
type WriterOptions struct {
	Max   int                             // bytes of a message that are written; 0, or more: MaxMessage
	After func(d time.Duration, f func()) // has f called after d; nil: time.AfterFunc
}

// A Writer writes a recording. Each of its writes is of whole lines, so that several writers of a file that was opened
// for appending do not write into each other's lines. Its methods may be called by any number of goroutines.
type Writer struct {
	out  io.Writer
	opts WriterOptions

	mu      sync.Mutex // protects what follows, and is held while out is written to
	lines   []byte     // that are not written yet
	waiting bool       // they will be, by After
	err     error      // the first one; nothing is written after it
}

// NewWriter returns a Writer to out, for a recording with a header, which is written with what comes first.
func NewWriter(out io.Writer, h Header, opts WriterOptions) *Writer {
	if opts.Max <= 0 || opts.Max > MaxMessage {
		opts.Max = MaxMessage
	}
	if opts.After == nil {
		opts.After = func(d time.Duration, f func()) { time.AfterFunc(d, f) }
	}
	return &Writer{out: out, opts: opts, lines: appendHeader(nil, &h)}
}

// Write adds a record, which it does not keep. It is written within FlushAfter. The error is the first one that writing
// has returned, after which nothing is written; or says what of r cannot be written.
func (w *Writer) Write(r *Record) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err != nil {
		return w.err
	}
	lines, err := w.appendRecord(w.lines, r)
	if err != nil {
		return err
	}
	w.lines = lines
	if len(w.lines) >= flushAt {
		return w.flushLocked()
	}
	if !w.waiting {
		w.waiting = true
		w.opts.After(FlushAfter, func() { _ = w.Flush() }) // the next Write returns the error
	}
	return nil
}

// Flush writes what waits. The error is the first one that writing has returned.
func (w *Writer) Flush() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.waiting = false
	return w.flushLocked()
}

func (w *Writer) flushLocked() error {
	if w.err != nil || len(w.lines) == 0 {
		return w.err
	}
	_, w.err = w.out.Write(w.lines)
	if w.lines = w.lines[:0]; cap(w.lines) > 16*flushAt { // for one long message, which may not come again
		w.lines = nil
	}
	return w.err
}

// AppendLine appends the line of a record, with its line feed, for those who send records one by one. The error says
// what of r cannot be written; b is what it was, then.
func AppendLine(b []byte, r *Record) ([]byte, error) {
	w := Writer{opts: WriterOptions{Max: MaxMessage}}
	return w.appendRecord(b, r)
}

// appendHeader appends the line of a header.
func appendHeader(b []byte, h *Header) []byte {
	b = strconv.AppendInt(append(b, headerStart...), Version, 10)
	b = append(b, `,"start":"`...)
	b = h.Start.UTC().AppendFormat(b, "2006-01-02T15:04:05.000000Z")
	b = append(b, '"')
	if h.By != "" {
		b = jsontext.AppendQuote(append(b, `,"by":`...), h.By)
	}
	if h.Redacted != nil {
		b = append(append(b, `,"redacted":`...), jsontext.QuoteList(h.Redacted)...)
	}
	if h.Argv != nil {
		b = append(append(b, `,"argv":`...), jsontext.QuoteList(h.Argv)...)
	}
	return append(b, "}\n"...)
}

// appendRecord appends the line of a record. After an error, b is what it was.
func (w *Writer) appendRecord(b []byte, r *Record) ([]byte, error) {
	begun := len(b)
	b = appendTime(append(b, `{"t":`...), r.At)
	if r.Conn != 0 {
		b = strconv.AppendInt(append(b, `,"c":`...), int64(r.Conn), 10)
	}
	if !r.IsMessage() {
		b = jsontext.AppendQuote(append(b, `,"e":`...), r.Event)
		if r.Details != nil {
			if !fits(r.Details) || r.Details[0] != '{' {
				return b[:begun], errors.New("the details of an event have to be a JSON object on one line")
			}
			b = append(append(b, `,"x":`...), r.Details...)
		}
		return append(b, "}\n"...), nil
	}
	if r.Dir != In && r.Dir != Out && r.Dir != AToB && r.Dir != BToA {
		return b[:begun], fmt.Errorf("%q is no direction", r.Dir)
	}
	b = append(append(append(b, `,"d":"`...), r.Dir...), `",`...)
	data, length := w.cut(r)
	b = appendData(b, data, r.Readable, length > 0)
	if length > 0 {
		b = strconv.AppendInt(append(b, `,"n":`...), length, 10)
	}
	if r.Redacted > 0 {
		b = strconv.AppendInt(append(b, `,"r":`...), int64(r.Redacted), 10)
	}
	if r.Fault != "" {
		b = jsontext.AppendQuote(append(b, `,"f":`...), r.Fault)
	}
	if r.Kind != "" {
		b = jsontext.AppendQuote(append(b, `,"k":`...), r.Kind)
	}
	if r.Original != nil {
		b = append(appendData(append(b, `,"o":{`...), r.Original[:min(len(r.Original), w.opts.Max)], nil, false), '}')
	}
	if len(b)-begun > MaxLine {
		return b[:begun], errors.New("the message, with what is told of it, is too long for a line")
	}
	return append(b, "}\n"...), nil
}

// cut returns as much of a message as may be written, and how long it was, 0 where that is all.
func (w *Writer) cut(r *Record) (data []byte, length int64) {
	data = r.Data
	if len(data) > w.opts.Max {
		data = data[:w.opts.Max]
		for i := range min(len(data), utf8.UTFMax) { // no character is cut, if it is text
			if tail := data[len(data)-1-i:]; utf8.RuneStart(tail[0]) {
				if !utf8.FullRune(tail) {
					data = data[:len(data)-len(tail)]
				}
				break
			}
		}
	}
	switch {
	case r.IsCut():
		return data, r.Length
	case len(data) < len(r.Data):
		return data, int64(len(r.Data))
	}
	return data, 0
}

// appendData appends the bytes of a message as the member that fits: m, s or b, and what b says.
func appendData(b, data []byte, readable json.RawMessage, cut bool) []byte {
	switch {
	case readable == nil && !cut && fits(data):
		return append(append(b, `"m":`...), data...)
	case readable == nil && utf8.Valid(data) && (len(data) < MaxLine/8 || escaped(data) < MaxLine/2):
		return jsontext.AppendQuote(append(b, `"s":`...), string(data))
	}
	b = append(base64.StdEncoding.AppendEncode(append(b, `"b":"`...), data), '"')
	if readable != nil && !cut && len(readable) < MaxLine/4 && fits(readable) {
		b = append(append(b, `,"m":`...), readable...)
	}
	return b
}

// escaped returns how long data is as a string, about.
func escaped(data []byte) (n int) {
	for _, c := range data {
		switch n++; {
		case c < ' ':
			n += len(`u0000`)
		case c == '"', c == '\\':
			n++
		}
	}
	return n
}

// fits reports whether text is one JSON value that can stand in a line as it is.
func fits(text []byte) bool {
	if bytes.IndexByte(text, '\n') >= 0 || bytes.IndexByte(text, '\r') >= 0 {
		return false
	}
	start, end, err := jsontext.Value(text)
	if err != nil || start > 0 || end < len(text) {
		return false
	}
	const around = 2 // objects that a value can stand in
	if bytes.Count(text, []byte{'{'})+bytes.Count(text, []byte{'['}) <= jsontext.MaxDepth-around {
		return true
	}
	return jsontext.Valid(append(append([]byte("[["), text...), "]]"...)) == nil
}

// appendTime appends seconds, down to the microsecond.
func appendTime(b []byte, d time.Duration) []byte {
	d = max(d, -math.MaxInt64) // which has an opposite
	if d < 0 {
		b, d = append(b, '-'), -d
	}
	b = strconv.AppendInt(b, int64(d/time.Second), 10)
	micros := int64(d % time.Second / time.Microsecond)
	b = append(b, '.')
	for scale := int64(100_000); scale > 0; scale /= 10 {
		b = append(b, byte('0'+micros/scale%10))
	}
	return b
}
