package command

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"time"

	"rpcsh/completer"
	"rpcsh/shell/arguments"
	"rpcsh/shell/event"
	"rpcsh/shell/exit"
	"rpcsh/shell/jobs"
	"rpcsh/shell/lang"
	"rpcsh/shell/session"
	"rpcsh/shell/view"
)

// A repeater runs lines more than once, now or in the background.
type repeater struct {
	session *session.Session
	view    *view.View
	lines   Lines
	check   func(line lang.Text) error
	jobs    jobs.Jobs
}

func (r *repeater) commands() []Command {
	return []Command{
		{
			Name: "repeat", Group: groupLines, Usage: "N LINE",
			Summary:  "run a line N times, one after the other, up to the first that fails",
			Help:     "With > FILE at its end, all results are in the file, one after the other.",
			Examples: []string{".repeat 3 my_add 1 2", ".repeat 10 .time ping"},
			Run:      r.repeat,
		},
		{
			Name: "time", Group: groupLines, Usage: "LINE",
			Summary:  "run a line, and say how long its call took to be sent, answered and decoded, and its bytes",
			Examples: []string{".time my_add 1 2", ".repeat 10 .time ping"},
			Run:      r.time,
		},
		{
			Name: "every", Group: groupLines, Usage: "D LINE",
			Summary: "run a line now and every so often in the background, until .stop or the end of the session",
			Help: "It is for the peer that is the current one now, where it names none. A run that takes longer lets " +
				"times pass. What calls bring is shown as that of .on is, or is in the file where > FILE ends " +
				"the line.",
			Examples: []string{".every 5s ping", ".every 1m x = status | .load"},
			Run:      func(ctx context.Context, args lang.Text) error { return r.every(ctx, args) },
		},
		{
			Name: "jobs", Group: groupLines,
			Summary: "list the lines that .every runs",
			Run: func(_ context.Context, args lang.Text) error {
				if err := arguments.None(args); err != nil {
					return err
				}
				r.list()
				return nil
			},
		},
		{
			Name: "stop", Group: groupLines, Usage: "N | all",
			Summary:  "no longer run a line that .every runs; N is its number, as .jobs lists it",
			Examples: []string{".stop 1", ".stop all"},
			Complete: r.completeJob,
			Run:      func(_ context.Context, args lang.Text) error { return r.stop(args) },
		},
		{
			Name: "wait", Group: groupLines, Usage: "METHOD [D] [| JQ]",
			Summary: "wait for a request or notification, and show its params; NAME = .wait … keeps them",
			Help: "METHOD may be a glob, and filters narrow it as for .on: peer:N, kind:KIND. What has come " +
				"before does not count: the call that leads to it ends in &. Without D, .set timeout says how long; " +
				"what does not come is exit code 4.",
			Examples: []string{".wait job/done 5s", "id = .wait job/* 1m | .id", ".wait peer:2 log"},
		},
		{
			Name: "sleep", Group: groupLines, Usage: "D",
			Summary:  "wait so long, while what comes in is shown",
			Examples: []string{".sleep 2s"},
			Run:      r.sleep,
		},
	}
}

// lineOf returns what is left of arguments as a line.
func lineOf(a *arguments.Args) (lang.Text, error) {
	if a.Empty() {
		return a.Rest, arguments.Mistake(a.Rest, "a line is missing, such as ping")
	}
	return a.Rest, nil
}

// repeat runs .repeat N LINE.
func (r *repeater) repeat(ctx context.Context, args lang.Text) error {
	a := arguments.Read(args)
	word := a.Word()
	times, err := strconv.Atoi(word.Text)
	if err != nil || times < 1 {
		return arguments.Mistake(word, "how often belongs here, such as 3")
	}
	line, err := lineOf(a)
	if err != nil {
		return err
	}
	ctx = r.lines.Repeated(ctx)
	for i := range times {
		err := r.lines.Eval(ctx, line)
		switch {
		case ctx.Err() != nil && i+1 < times:
			r.session.Note(fmt.Sprintf("run %d of %d was interrupted: none follows it", i+1, times))
			return cmp.Or(err, exit.ErrInterrupted)
		case err != nil && times > 1 && exit.IsShown(err):
			r.session.Note(fmt.Sprintf("run %d of %d failed: none follows it", i+1, times))
		}
		if err != nil {
			return err
		}
		r.view.Flush()
	}
	return nil
}

// duration reads a duration that is more than 0.
func duration(a *arguments.Args) (time.Duration, error) {
	word := a.Word()
	d, err := lang.ParseDuration(word.Text)
	if err == nil && d == 0 {
		err = fmt.Errorf("more than 0 belongs here")
	}
	if err != nil {
		return 0, arguments.Mistake(word, err.Error())
	}
	return d, nil
}

// every runs .every D LINE.
func (r *repeater) every(ctx context.Context, args lang.Text) error {
	a := arguments.Read(args)
	every, err := duration(a)
	if err != nil {
		return err
	}
	line, err := lineOf(a)
	if err != nil {
		return err
	}
	if err := cmp.Or(r.check(line), r.lines.CheckCalls(line)); err != nil {
		return err
	}
	p := r.session.CurrentFor(ctx)
	if p == nil {
		return r.session.NotConnected()
	}
	runs := r.lines.Repeated(session.InHook(r.session.Context(), &session.HookContext{Peer: p}))
	j := r.jobs.Add(runs, every, line.Text)
	if r.view.Interactive() {
		r.view.Say("%s is run every %s: .stop %d ends that", view.Visible(line.Text), every, j.Number)
	}
	r.session.Go(func() { j.Run(r.teller(p, j)) })
	return nil
}

// teller returns what runs the line of a job, and tells why it fails: once, where it goes on to fail for the same
// reason.
func (r *repeater) teller(p *session.Peer, j *jobs.Job) func(context.Context) error {
	told := ""
	return func(ctx context.Context) error {
		err := r.lines.Eval(ctx, lang.Text{Text: j.Line})
		text := ""
		if err != nil && ctx.Err() == nil && !exit.IsShown(err) {
			text = fmt.Sprintf("%s: .every %s %s: %s", p.Title(), j.Every, j.Line, view.CompactError(err))
		}
		if text != "" && text != told {
			p.Problem(event.FromHook, text)
		}
		told = text
		return err
	}
}

// list runs .jobs.
func (r *repeater) list() {
	all := r.jobs.List()
	if len(all) == 0 {
		r.view.Remark("nothing is run in the background: .every 5s LINE does that")
		return
	}
	kept := make([]keptLine, len(all))
	for i, j := range all {
		kept[i] = keptLine{number: j.Number, when: j.Every.String(), line: j.Line}
		kept[i].runs, kept[i].err = j.State()
	}
	listKept(r.view, "EVERY", kept)
}

// stop runs .stop N|all.
func (r *repeater) stop(args lang.Text) error {
	all := r.jobs.List()
	if args.Text == "all" {
		r.jobs.Stop(all...)
		return nil
	}
	number, err := strconv.Atoi(args.Text)
	for _, j := range all {
		if err == nil && j.Number == number {
			r.jobs.Stop(j)
			return nil
		}
	}
	return arguments.Mistake(args, "a number that .jobs lists belongs here, or all")
}

func (r *repeater) completeJob([]string) []completer.Candidate {
	var all []completer.Candidate
	for _, j := range r.jobs.List() {
		all = append(all, completer.Candidate{Text: strconv.Itoa(j.Number), Description: j.Line})
	}
	return append(all, completer.Candidate{Text: "all", Description: "every line"})
}

// sleep runs .sleep D.
func (r *repeater) sleep(ctx context.Context, args lang.Text) error {
	a := arguments.Read(args)
	d, err := duration(a)
	if err == nil {
		err = a.End()
	}
	if err != nil {
		return err
	}
	_, stop := r.view.Working("sleeping …")
	defer stop()
	ctx, cancel := r.lines.UntilAsked(ctx)
	defer cancel()
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return r.lines.Interruption(ctx, ".sleep")
	}
}
