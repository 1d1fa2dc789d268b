package command

import (
	"context"
	"time"

	"rpcsh/completer"
	"rpcsh/rpcconn/home"
	"rpcsh/shell/arguments"
	"rpcsh/shell/exit"
	"rpcsh/shell/human"
	"rpcsh/shell/lang"
	"rpcsh/shell/record"
	"rpcsh/shell/session"
	"rpcsh/shell/view"
)

// What may stand before, or in place of, the file of .record.
const (
	recordOff    = "off"
	recordLast   = "last"
	recordAppend = "--append"
)

// A recorder runs .record.
type recorder struct {
	view    *view.View
	control *record.Control
}

func recordCommand(s *session.Session, v *view.View, control *record.Control) Command {
	r := recorder{v, control}
	return Command{
		Name: "record", Group: groupWatching,
		Usage:   "[[--append] FILE [FILTER] | last DURATION FILE [FILTER] | off]",
		Summary: "write down what passes, byte for byte; without arguments, say how much was",
		Help: "FILE is a recording as rpcsh show reads it; one that exists is appended to with --append only. A " +
			"FILTER is one of .watch; it takes a batch for one of its messages. last DURATION records what has " +
			"happened, as far as .set keep has kept it. Values called password, " +
			"token, secret, authorization, cookie and the like are masked, and what --redact names.",
		Examples: []string{
			".record today.rpcrec", ".record --append today.rpcrec kind:error", ".record off",
			".record last 5m bug.rpcrec",
		},
		Find: func(words []string, typed string) []completer.Candidate { return r.find(s, words, typed) },
		Run:  func(_ context.Context, args lang.Text) error { return r.record(args) },
	}
}

// find completes what may stand before a file, the file, or a filter behind it.
func (r recorder) find(s *session.Session, words []string, typed string) []completer.Candidate {
	before, first := 0, ""
	if len(words) > 0 {
		first = words[0]
	}
	switch first {
	case "":
		begin := []completer.Candidate{
			{Text: recordOff, Description: "end the recording"},
			{Text: recordLast, Description: "record what has happened: last 5m FILE"},
			{Text: recordAppend, Description: "append to a file that exists"},
		}
		return append(completer.Find(typed, begin, MaxCandidates), Files(typed)...)
	case recordOff:
		return nil
	case recordAppend:
		before = 1
	case recordLast:
		before = 2 // last, and how long
	}
	switch {
	case len(words) < before:
		return nil
	case len(words) == before:
		return Files(typed)
	}
	return completer.Find(typed, filterCandidates(s), MaxCandidates)
}

// record runs .record.
func (r recorder) record(args lang.Text) error {
	var req record.Request
	a := arguments.Read(args)
	flags := arguments.Flags{Command: ".record", All: []arguments.Flag{
		arguments.Switch(recordAppend, "append to a file that exists", func() { req.Append = true }),
	}}
	if err := flags.Leading(a); err != nil {
		return err
	}
	var last time.Duration
	switch word := a.Peek(); {
	case word.Text == "" && !req.Append:
		r.tell()
		return nil
	case word.Text == recordOff && !req.Append:
		a.Word()
		if err := a.End(); err != nil {
			return err
		}
		return r.stop(args)
	case word.Text == recordLast:
		a.Word()
		if err := arguments.Duration(&last, a.Word()); err != nil {
			return err
		}
	}
	file := a.Quoted()
	if file.Text == "" {
		return arguments.Mistake(file, "a file is missing: .record FILE")
	}
	req.File = home.Path(arguments.Unquote(file.Text))
	if a.Peek().Text == recordAppend { // which may stand behind the file, too
		a.Word()
		req.Append = true
	}
	var err error
	if req.Filter, err = readFilter(a.Rest); err != nil {
		return err
	}
	if last > 0 {
		s, err := r.control.Last(last, req)
		if err != nil {
			return &exit.Failure{Code: exit.Usage, Err: err}
		}
		r.view.Report(said(s))
		return nil
	}
	if err := r.control.Start(req); err != nil {
		return &exit.Failure{Code: exit.Usage, Err: err}
	}
	r.view.Report("recording to " + view.Visible(req.File) + "; .record off ends that")
	return nil
}

// tell says how much is recorded.
func (r recorder) tell() {
	s, runs := r.control.Now()
	if !runs {
		r.view.Say("nothing is recorded; .record FILE begins to")
		return
	}
	r.view.Say("recording: %s", said(s))
}

func (r recorder) stop(args lang.Text) error {
	s, runs := r.control.Stop()
	switch {
	case !runs:
		return arguments.Mistake(args, "nothing is recorded")
	case s.Err != nil:
		return &exit.Failure{Code: exit.Usage, Err: s.Err}
	}
	r.view.Report(said(s))
	return nil
}

// said says how much a recording has.
func said(s record.Summary) string {
	text := human.Plural(s.Messages, "message") + " in " + view.Visible(s.File)
	if s.Masked > 0 {
		text += ", " + human.Plural(s.Masked, "value") + " masked"
	}
	return text
}
