package review

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"rpcsh/rpcconn/plain"
	"rpcsh/rpcconn/rpcrec"
	"rpcsh/rpcconn/rpcrec/foreign"
	"rpcsh/shell/event"
	"rpcsh/shell/human"
	"rpcsh/shell/recording"
	"rpcsh/shell/redact"
)

// A source is the events of a recording, as they are read.
type source struct {
	opts    *Options
	masker  *redact.Masker
	reader  *rpcrec.Reader
	decoder *recording.Decoder
	part    int
	passed  int    // messages that the filter chose
	chose   bool   // the filter chose anything
	unfit   unfit  // what it did not choose
	broken  int    // lines that were left out
	ended   func() // is called when a part has ended; nil: nothing is
}

// open opens a recording.
func open(opts *Options) (*source, io.Closer, error) {
	const standardInput = "-"
	file := io.NopCloser(opts.In)
	switch {
	case opts.In != nil:
	case opts.File == standardInput && opts.Stdin != nil:
		file = io.NopCloser(opts.Stdin)
	default:
		f, err := os.Open(opts.File)
		if err != nil {
			return nil, nil, fmt.Errorf("reading %s: %w", opts.File, plain.Reason(err))
		}
		file = f
	}
	s := &source{
		opts: opts, masker: redact.New(opts.Rules), reader: foreign.NewReader(file),
		decoder: recording.NewDecoder(time.Time{}),
	}
	return s, file, nil
}

// next returns the next record, and whether another part begins with it. The error is io.EOF at the end, or says why
// the recording cannot be read further.
func (s *source) next() (r *rpcrec.Record, begins bool, err error) {
	for {
		r, err = s.reader.Next()
		switch {
		case err == nil: // nearly always
		case errors.As(err, new(*rpcrec.LineError)):
			if s.broken++; s.broken <= maxRemarks {
				s.opts.Remark(fmt.Sprintf("%s: %v; it is left out", s.opts.File, err))
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
		default:
			return nil, false, fmt.Errorf("reading %s: %w", s.opts.File, plain.Reason(err))
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

// chosen does something with each event of a record that the filter chooses, without its secrets.
func (s *source) chosen(r *rpcrec.Record, do func(e *event.Event) error) error {
	if r.Redacted > 0 { // what the filter does not choose, too
		s.masker.Seen(r.Data)
	}
	events := s.decoder.Events(r)
	masked := false
	for i := range events {
		e := &events[i]
		if !s.fits(e) {
			continue
		}
		if e.Kind.IsMessage() {
			s.passed++
		}
		if s.opts.Skip > 0 && s.passed <= s.opts.Skip {
			continue
		}
		if !masked && r.IsMessage() {
			masked = true
			switch err := s.decoder.Mask(s.masker, r); {
			case err != nil:
				s.opts.Remark(fmt.Sprintf("line %d of %s: %v; it is left out", s.reader.Line(), s.opts.File, err))
				return nil
			case r.Redacted > 0:
				s.decoder.Again(r, events)
			}
		}
		if !r.IsMessage() || e.Kind == event.Unreadable {
			e.Text = s.masker.Text(e.Text)
		}
		if err := do(e); err != nil {
			return err
		}
	}
	return nil
}
