// Package review looks at recordings: it prints them as the shell would have shown what is in them, and counts what
// there is. It reads one record at a time, however long a recording is.
package review

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"rpcsh/rpcconn/jsontext"
	"rpcsh/rpcconn/rpcrec"
	"rpcsh/rpcconn/rpcrec/foreign"
	"rpcsh/shell/event"
	"rpcsh/shell/human"
	"rpcsh/shell/jq"
	"rpcsh/shell/recording"
	"rpcsh/shell/redact"
	"rpcsh/shell/view"
)

// Options say which recording is looked at, and how.
type Options struct {
	File   string
	Filter event.Filter
	JQ     *jq.Filter   // what is printed of each event, as JSON has it; nil: its line
	Rules  redact.Rules // which values are masked
	Output string       // one of view.Outputs; "": lines for people
	Color  bool
	Safe   bool // Out may be a terminal: what peers sent is made visible
	Out    io.Writer
	Remark func(text string) // is told what is left out, and why
}

const (
	// longGap is from which time on it is said that nothing has happened.
	longGap = time.Second
	// maxRemarks is how many lines that are no records are told one by one.
	maxRemarks = 10
)

// A source is the events of a recording, as they are read.
type source struct {
	opts    *Options
	reader  *rpcrec.Reader
	decoder *recording.Decoder
	part    int
	broken  int    // lines that were left out
	ended   func() // is called when a part has ended; nil: nothing is
}

// open opens a recording.
func open(opts *Options) (*source, io.Closer, error) {
	f, err := os.Open(opts.File)
	if err != nil {
		return nil, nil, fmt.Errorf("reading %s: %w", opts.File, cause(err))
	}
	s := &source{opts: opts, reader: foreign.NewReader(f), decoder: recording.NewDecoder(time.Time{})}
	return s, f, nil
}

// cause returns what is wrong with a file that is named already.
func cause(err error) error {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// next returns the next record, and whether another part begins with it. The error is io.EOF at the end, or says why
// the recording cannot be read further.
func (s *source) next() (r *rpcrec.Record, begins bool, err error) {
	for {
		r, err = s.reader.Next()
		var broken *rpcrec.LineError
		switch {
		case errors.As(err, &broken):
			if s.broken++; s.broken <= maxRemarks {
				s.opts.Remark(fmt.Sprintf("%s: %v; it is left out", s.opts.File, broken))
			}
			continue
		case err == io.EOF:
			if s.part == 0 && s.reader.Line() <= 1 {
				return nil, false, fmt.Errorf("reading %s: the file is empty", s.opts.File)
			}
			if more := s.broken - maxRemarks; more > 0 {
				s.opts.Remark(fmt.Sprintf("%s: %s more left out", s.opts.File, human.Plural(more, "line")))
			}
			s.end()
			return nil, false, io.EOF
		case err != nil:
			return nil, false, fmt.Errorf("reading %s: %w", s.opts.File, cause(err))
		}
		if begins = r.Part != s.part; begins {
			s.end()
			s.part = r.Part
			s.decoder.Begin(s.reader.Header().Start.Local())
		}
		return r, begins, nil
	}
}

// end ends the part at hand.
func (s *source) end() {
	s.decoder.End()
	if s.part > 0 && s.ended != nil {
		s.ended()
	}
}

// A shower prints the events of a recording.
type shower struct {
	opts   *Options
	source *source
	masker *redact.Masker
	line   func(e *event.Event) string
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
		opts: &opts, source: src, masker: redact.New(opts.Rules), colors: view.NewPalette(opts.Color),
		conns: make(map[int]bool),
	}
	s.line = view.Liner(view.Options{
		Color: opts.Color, Output: opts.Output, Several: func() bool { return len(s.conns) > 1 },
	})
	err = s.all(ctx)
	return errors.Join(err, s.flush())
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
		if len(s.text) >= flushAt {
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
	events := s.source.decoder.Events(r)
	masked := false
	for i := range events {
		e := &events[i]
		if !s.opts.Filter.Match(e) {
			continue
		}
		if !masked && r.IsMessage() {
			masked = true
			switch err := s.source.decoder.Mask(s.masker, r); {
			case err != nil:
				s.opts.Remark(fmt.Sprintf("line %d of %s: %v; it is left out",
					s.source.reader.Line(), s.opts.File, err))
				return nil
			case r.Redacted > 0:
				s.source.decoder.Again(r, events)
			}
		}
		if !r.IsMessage() || e.Kind == event.Unreadable {
			e.Text = s.masker.Text(e.Text)
		}
		if err := s.show(ctx, e, r); err != nil {
			return err
		}
	}
	return nil
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
		s.printSafe([]byte(s.line(e)))
	default:
		if gap := e.Time.Sub(s.last); !s.last.IsZero() && gap >= longGap {
			s.print(s.colors.Dim("· " + human.Took(gap) + " later"))
		}
		s.last = e.Time
		s.print(s.line(e))
	}
	return nil
}
