// Package review looks at recordings: it prints them as the shell would have shown what is in them, and counts what
// there is. It reads one record at a time, however long a recording is.
package review

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"rpcsh/rpcconn/jsontext"
	"rpcsh/rpcconn/rpcrec"
	"rpcsh/shell/event"
	"rpcsh/shell/human"
	"rpcsh/shell/jq"
	"rpcsh/shell/redact"
	"rpcsh/shell/view"
)

// Options say which recording is looked at, and how.
type Options struct {
	File   string
	In     io.Reader // what is read in its place, as it comes; nil: the file is
	Stdin  io.Reader // which File - is; nil: - is a file of that name
	Filter event.Filter
	JQ     *jq.Filter   // what is printed of each event, as JSON has it; nil: its line
	Rules  redact.Rules // which values are masked
	Output string       // one of view.Outputs; "": lines for people
	Color  bool
	Safe   bool // Out may be a terminal: what peers sent is made visible
	Out    io.Writer
	Width  int               // of tables, in columns; 0: as wide as they are
	Skip   int               // so many messages that the filter chooses are left out, and what is between them
	Remark func(text string) // is told what is left out, and why
}

const (
	// longGap is from which time on it is said that nothing has happened.
	longGap = time.Second
	// maxRemarks is how many lines that are no records are told one by one.
	maxRemarks = 10
)

// A shower prints the events of a recording.
type shower struct {
	opts   *Options
	source *source
	line   func(dst []byte, e *event.Event) (line []byte, cut bool)
	cut    bool // messages were shortened
	colors *view.Palette
	conns  map[int]bool // of the part at hand, that events were about
	last   time.Time    // of the event that was printed last in this part; zero: none was
	text   []byte       // that was not written yet
}

// flushAt is from how many bytes on what is printed is written.
const flushAt = 64 << 10

// Show prints a recording. The error says why it cannot be read further, or is that of a jq expression, of writing, or
// ctx's.
func Show(ctx context.Context, opts Options) error {
	src, file, err := open(&opts)
	if err != nil {
		return err
	}
	defer file.Close() // which was read only
	s := &shower{
		opts: &opts, source: src, colors: view.NewPalette(opts.Color), conns: make(map[int]bool),
	}
	s.line = view.Liner(view.Options{
		Color: opts.Color, Output: opts.Output, Several: func() bool { return len(s.conns) > 1 },
	})
	err = errors.Join(s.all(ctx), s.flush())
	if err == nil {
		src.remarkNothing()
	}
	if s.cut && opts.In == nil {
		opts.Remark("long messages were shortened: '| .' behind FILE, or -o json, shows them whole")
	}
	return err
}

// all prints all events.
func (s *shower) all(ctx context.Context) error {
	for {
		r, begins, err := s.source.next()
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		case ctx.Err() != nil:
			return context.Cause(ctx)
		}
		if begins {
			s.begin()
		}
		if r.Conn > 0 && len(s.conns) < 2 {
			s.conns[r.Conn] = true
		}
		if err := s.record(ctx, r); err != nil {
			return err
		}
		if len(s.text) >= flushAt || s.opts.In != nil {
			if err := s.flush(); err != nil {
				return err
			}
		}
	}
}

// begin prints what is known of a part.
func (s *shower) begin() {
	clear(s.conns)
	s.last = time.Time{}
	if s.opts.Output != "" && s.opts.Output != view.OutputPretty || s.opts.JQ != nil {
		return
	}
	h := s.source.reader.Header()
	text := "recorded"
	if s.opts.In != nil {
		text = "what passes from now on:"
	}
	if !h.Start.IsZero() { // as it is where the log of another program does not tell
		text += " " + h.Start.Local().Format("2006-01-02 15:04:05")
	}
	if h.By != "" {
		text += " by " + h.By
	}
	if len(h.Argv) > 0 {
		text += ":"
	}
	for _, arg := range h.Argv {
		if arg == "" || strings.ContainsAny(arg, " \t\n\"'") {
			arg = "'" + arg + "'" // for the eye only
		}
		text += " " + arg
	}
	s.print(s.colors.Dim("· " + view.Visible(text)))
}

func (s *shower) print(line string) { s.text = append(append(s.text, line...), '\n') }

// printSafe prints what a peer sent.
func (s *shower) printSafe(text []byte) {
	if s.opts.Safe {
		s.print(view.VisibleLines(string(text)))
		return
	}
	s.text = append(append(s.text, text...), '\n')
}

func (s *shower) flush() error {
	_, err := s.opts.Out.Write(s.text)
	s.text = s.text[:0]
	return err
}

// record prints the events of a record that the filter chooses.
func (s *shower) record(ctx context.Context, r *rpcrec.Record) error {
	return s.source.chosen(r, func(e *event.Event) error { return s.show(ctx, e, r) })
}

// show prints an event.
func (s *shower) show(ctx context.Context, e *event.Event, r *rpcrec.Record) error {
	switch {
	case s.opts.JQ != nil:
		values, err := s.opts.JQ.Run(ctx, e.AppendJSON(nil))
		for _, value := range values {
			compact, _ := jsontext.AppendCompact(nil, value)
			s.printSafe(compact)
		}
		if err != nil {
			return fmt.Errorf("line %d of %s: %w", s.source.reader.Line(), s.opts.File, err)
		}
	case s.opts.Output == view.OutputRaw:
		if r.IsMessage() {
			s.printSafe(r.Data)
		}
	case s.opts.Output == view.OutputJSON:
		line, _ := s.line(nil, e)
		s.printSafe(line)
	default:
		if gap := e.Time.Sub(s.last); !s.last.IsZero() && gap >= longGap {
			s.print(s.colors.Dim("· " + human.Took(gap) + " later"))
		}
		s.last = e.Time
		var cut bool
		s.text, cut = s.line(s.text, e)
		s.text = append(s.text, '\n')
		s.cut = s.cut || cut
	}
	return nil
}
