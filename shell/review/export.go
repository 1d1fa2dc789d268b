package review

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"rpcsh/rpcconn/jsontext"
	"rpcsh/rpcconn/plain"
	"rpcsh/rpcconn/rpcrec"
	"rpcsh/shell/event"
	"rpcsh/shell/export"
	"rpcsh/shell/view"
)

// An exporter gives what is in a recording to what writes a form.
type exporter struct {
	source *source
	to     export.Writer
	conns  map[int]*conn // of the part at hand
	came   []int         // their numbers, in the order of their coming
}

// A conn is a connection of a recording.
type conn struct {
	export.Conn
	learned bool // it has all that is known of it
}

// maxConns is how many connections are remembered. Those that came first are another connection if they go on after
// that.
const maxConns = 4096

// Export writes a recording in a form. The error is that of Show.
func Export(ctx context.Context, opts Options, form export.Form) error {
	src, file, err := open(&opts)
	if err != nil {
		return err
	}
	defer file.Close() // which was read only
	if opts.Safe {
		opts.Out = &safeWriter{out: opts.Out}
	}
	out := bufio.NewWriterSize(opts.Out, flushAt)
	x := &exporter{source: src, to: form.New(out), conns: make(map[int]*conn)}
	for {
		r, begins, err := src.next()
		switch {
		case err == io.EOF:
			if src.part == 0 { // nothing was recorded
				x.begin()
			}
			err := errors.Join(x.to.End(), out.Flush())
			if err == nil {
				src.remarkNothing()
			}
			return err
		case err != nil && src.part == 0: // the file is no recording
			return err
		case err != nil:
			return errors.Join(err, out.Flush())
		case ctx.Err() != nil:
			return context.Cause(ctx)
		}
		if begins {
			x.begin()
		}
		if err := x.record(r); err != nil {
			return err
		}
		if _, err := out.Write(nil); err != nil { // what could not be written
			return err
		}
	}
}

// begin begins another part.
func (x *exporter) begin() {
	h := x.source.reader.Header()
	x.to.Begin(&h)
	clear(x.conns)
	x.came = nil
}

// record gives the events of a record that the filter chooses.
func (x *exporter) record(r *rpcrec.Record) error {
	if c := x.conns[r.Conn]; c != nil && !r.IsMessage() {
		c.learned = false
	}
	full := export.Event{}
	return x.source.chosen(r, func(e *event.Event) error {
		full.Event, full.Conn = *e, x.conn(r)
		if start := x.source.reader.Header().Start; start.IsZero() { // forms have times that are a number
			full.Time = time.Unix(0, 0).UTC().Add(e.Time.Sub(start))
		}
		if e.Kind.IsMessage() && r.IsMessage() {
			full.Data, full.Masked = r.Data, r.Redacted > 0
			full.Text, full.Batch = text(r.Data, e)
		}
		x.to.Event(&full)
		full.Again = true
		return nil
	})
}

// conn returns what is known of the connection of a record.
func (x *exporter) conn(r *rpcrec.Record) *export.Conn {
	c := x.conns[r.Conn]
	if c == nil {
		if len(x.came) >= maxConns {
			delete(x.conns, x.came[0])
			x.came = x.came[1:]
		}
		c = &conn{Conn: export.Conn{Number: r.Conn}}
		x.conns[r.Conn] = c
		x.came = append(x.came, r.Conn)
	}
	if r.IsMessage() {
		c.Tapped = r.Dir == rpcrec.AToB || r.Dir == rpcrec.BToA
	}
	if !c.learned && r.Conn > 0 {
		c.learned = true
		opened, masker := x.source.decoder.Opened(r.Conn), x.source.masker
		c.Title, c.Target = masker.Text(opened.Title), masker.Text(opened.Target)
		c.Protocol, c.Accepted = opened.Protocol, opened.Accepted
	}
	return &c.Conn
}

// text returns the message of an event as JSON on one line, nil where it is none, and whether it is one of several.
func text(data []byte, e *event.Event) (text []byte, isBatch bool) {
	if e.Kind == event.Unreadable {
		return nil, false
	}
	compact, err := jsontext.AppendCompact(nil, data)
	if err == nil && jsontext.FirstByte(compact) != '[' {
		return compact, false
	}
	return export.Message(e, err == nil), err == nil
}

// FileForFilter returns the word of a filter that is meant as the file to write to, "" for none: it looks like one, and
// the recording has no method of that name. The error is that of Show.
func FileForFilter(ctx context.Context, opts Options) (word string, err error) {
	word = opts.Filter.String()
	if !export.IsFile(word) {
		return "", nil
	}
	n, err := Messages(ctx, opts)
	if err != nil || n > 0 {
		return "", err
	}
	return word, nil
}

// Messages returns how many messages of a recording the filter chooses. The error is that of Show.
func Messages(ctx context.Context, opts Options) (n int, err error) {
	opts.Remark = func(string) {} // who looks at it afterwards is told
	src, file, err := open(&opts)
	if err != nil {
		return 0, err
	}
	defer file.Close() // which was read only
	for {
		r, _, err := src.next()
		switch {
		case err == io.EOF:
			return src.passed, nil
		case err != nil:
			return 0, err
		case ctx.Err() != nil:
			return 0, context.Cause(ctx)
		}
		_ = src.chosen(r, func(*event.Event) error { return nil })
	}
}

// ExportTo writes a recording in a form to a file, in the place of what that has, and returns how many bytes. The file
// stays as it is where there is nothing that could be written.
func ExportTo(ctx context.Context, opts Options, form export.Form, path string) (size int, err error) {
	if from, err := os.Stat(opts.File); err == nil && opts.In == nil {
		if to, err := os.Stat(path); err == nil && os.SameFile(from, to) {
			return 0, fmt.Errorf("writing %s: it is the recording itself; write to another file", path)
		}
	}
	f := &lateFile{path: path}
	opts.Out, opts.Safe = f, false
	err = Export(ctx, opts, form)
	if f.file != nil {
		if closed := f.file.Close(); err == nil && closed != nil {
			err = fmt.Errorf("writing %s: %w", path, plain.Reason(closed))
		}
	}
	return f.size, err
}

// A lateFile is a file that is made when something is written to it.
type lateFile struct {
	path string
	file *os.File
	size int
}

// Write implements io.Writer.
func (f *lateFile) Write(data []byte) (n int, err error) {
	if f.file == nil {
		f.file, err = os.OpenFile(f.path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o666)
	}
	if err == nil {
		n, err = f.file.Write(data)
		f.size += n
	}
	if err != nil {
		return n, fmt.Errorf("writing %s: %w", f.path, plain.Reason(err))
	}
	return n, nil
}

// A safeWriter makes what peers sent visible for a terminal, a line at a time.
type safeWriter struct {
	out  io.Writer
	line []byte // that has no end yet
}

// Write implements io.Writer.
func (w *safeWriter) Write(data []byte) (n int, err error) {
	w.line = append(w.line, data...)
	end := bytes.LastIndexByte(w.line, '\n') + 1
	if end == 0 {
		return len(data), nil
	}
	text := view.VisibleLines(string(w.line[:end]))
	w.line = append(w.line[:0], w.line[end:]...)
	_, err = io.WriteString(w.out, text)
	return len(data), err
}
