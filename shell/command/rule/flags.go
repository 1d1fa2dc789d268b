// Package rule reads the rules of .serve as people write them: the flags that say when a rule answers, with what, and
// what is wrong with it on purpose.
package rule

import (
	"slices"
	"strconv"
	"strings"

	"rpcsh/shell/answer"
	"rpcsh/shell/arguments"
	"rpcsh/shell/event"
	"rpcsh/shell/lang"
	"rpcsh/shell/session"
)

// A Reader reads what is said of a rule: flags, and behind them the expression. A Reader without a Rule has the flags,
// too, for help and completion.
type Reader struct {
	Rule   *answer.Rule
	Person *answer.PendingRequests // who answers with --ask
	Events *event.Bus              // where the lines that commands write to their stderr go
	Mock   Mock                    // what is said of a recording
	Other  answer.Answerer         // the side of a tap that was asked, for pass; nil: there is none

	given []string // the flags that were read
}

// Flags are the flags of .serve, which are read into the Rule.
func (r *Reader) Flags() arguments.Flags {
	all := slices.Concat(r.ruleFlags(), r.faultFlags(), r.mockFlags())
	for i := range all {
		all[i].Read = r.checked(all[i].Read)
	}
	return arguments.Flags{Command: ".serve", All: all}
}

// checked returns the read of a flag that refuses one that makes no sense beside those before it.
func (r *Reader) checked(read func(lang.Text, *arguments.Args) error) func(lang.Text, *arguments.Args) error {
	return func(name lang.Text, a *arguments.Args) error {
		if other := clashing(name.Text, r.given); other != "" {
			return arguments.Mistake(name, name.Text+" does not go with "+other)
		}
		r.given = append(r.given, name.Text)
		return read(name, a)
	}
}

// ruleFlags are those that say when a rule answers, and what.
func (r *Reader) ruleFlags() []arguments.Flag {
	return []arguments.Flag{
		arguments.NewFlag(
			"--exec", "'COMMAND'",
			"answer with what a command writes: JSON, else text; it gets the params on stdin", r.readExec,
		),
		arguments.NewFlag(
			"--exec-loop", "'COMMAND'",
			"answer with what one process writes that is kept running: a line in, a line out", r.readExecLoop,
		),
		arguments.NewFlag("--ask", "", "have a person answer: .reply, .fail, .drop", r.readAsk),
		arguments.NewFlag("--error", "CODE MESSAGE [DATA]", "answer with an error", r.readError),
		arguments.Switch("--close", "close the connection after the answer", func() { r.Rule.Close = true }),
		arguments.Switch("--abort", "close the connection without an answer", func() { r.Rule.Abort = true }),
		arguments.NewFlag(
			"--delay", "D[..D]", "wait before the answer: 2s, or a time by chance: 200ms..2s", r.readDelay,
		),
		arguments.NewFlag(
			"--limit", "D",
			"how long the answer may take; 0: for ever (default "+answer.DefaultLimit.String()+", with --ask for ever)",
			func(_ lang.Text, a *arguments.Args) error { return arguments.Duration(&r.Rule.Limit, a.Word()) },
		),
		arguments.NewFlag(
			"--times", "N", "for N requests only, then the next rule answers; several of a name are a sequence",
			r.readTimes,
		),
		arguments.NewFlag(
			"--if", "JQ", "for those requests only for whose params an expression holds", r.readCondition,
		),
		arguments.NewFlag("--peer", "PEER", "for these peers only: 2, 1,3, a name or a glob", r.readPeer),
	}
}

// answerWith sets what makes the answer; at is the argument of the flag that says so.
func (r *Reader) answerWith(at lang.Text, by answer.Answerer) error {
	if r.Rule.Answerer != nil {
		return arguments.Mistake(at, "the answer is given already")
	}
	r.Rule.Answerer = by
	return nil
}

func (r *Reader) readExec(_ lang.Text, a *arguments.Args) error {
	command, err := readCommand(a)
	if err != nil {
		return err
	}
	r.Rule.Acts = true
	return r.answerWith(command, answer.NewCommand(command.Text, r.stderr()))
}

func (r *Reader) readExecLoop(_ lang.Text, a *arguments.Args) error {
	command, err := readCommand(a)
	if err != nil {
		return err
	}
	r.Rule.Acts = true
	return r.answerWith(command, answer.NewLoop(command.Text, r.Rule.Pattern, r.stderr()))
}

// readCommand reads the command of a flag.
func readCommand(a *arguments.Args) (lang.Text, error) {
	value := a.Quoted()
	command := lang.Text{Text: arguments.Unquote(value.Text), Column: value.Column}
	if strings.TrimSpace(command.Text) == "" {
		return command, arguments.Mistake(
			value, "a command belongs here, in quotes where it has blanks: 'python3 handler.py'",
		)
	}
	return command, nil
}

// stderr returns a function that publishes the lines that the rule's command writes to its stderr.
func (r *Reader) stderr() func(line string) {
	events, pattern := r.Events, r.Rule.Pattern
	return func(line string) {
		events.Publish(&event.Event{
			Kind: event.Stderr, Peer: event.Peer{Title: pattern}, Topic: "lines of " + pattern, Text: line,
		})
	}
}

func (r *Reader) readAsk(_ lang.Text, a *arguments.Args) error { return r.answerWith(a.Rest, r.Person) }

func (r *Reader) readDelay(_ lang.Text, a *arguments.Args) error {
	value := a.Word()
	least, most, isRange := strings.Cut(value.Text, "..")
	shortest := lang.Text{Text: least, Column: value.Column}
	if err := arguments.Duration(&r.Rule.Delay.Min, shortest); err != nil || !isRange {
		return err
	}
	longest := lang.Text{Text: most, Column: value.Column + len(least) + len("..")}
	if err := arguments.Duration(&r.Rule.Delay.Max, longest); err != nil {
		return err
	}
	if r.Rule.Delay.Max < r.Rule.Delay.Min {
		return arguments.Mistake(longest, "the longer time belongs behind the shorter one, as in 200ms..2s")
	}
	return nil
}

func (r *Reader) readTimes(_ lang.Text, a *arguments.Args) error {
	value := a.Word()
	n, err := strconv.Atoi(value.Text)
	if err != nil || n < 1 {
		return arguments.Mistake(value, "a number of requests belongs here, such as 3")
	}
	r.Rule.Times = n
	return nil
}

func (r *Reader) readCondition(_ lang.Text, a *arguments.Args) error {
	value := a.Quoted()
	if value.Text == "" {
		return arguments.Mistake(value, "a jq expression belongs here, in quotes where it has blanks: --if '.[0] > 5'")
	}
	expression := arguments.Unquoted(value)
	var err error
	r.Rule.If, err = answer.NewCondition(expression.Text)
	return arguments.JQMistake(expression, err)
}

func (r *Reader) readPeer(_ lang.Text, a *arguments.Args) error {
	value := a.Word()
	sel, err := session.ParseSelector(value.Text)
	if err != nil {
		return arguments.Mistake(value, err.Error())
	}
	r.Rule.ForText = sel.Text()
	r.Rule.For = func(p answer.Peer) bool { return sel.Matches(p.Number(), p.Name(), p.Address()) }
	return nil
}

// readError reads CODE MESSAGE [DATA]. Where there is an --error-rate, what stands last is the answer of the
// others, and no DATA.
func (r *Reader) readError(_ lang.Text, a *arguments.Args) error {
	at := a.Rest
	if r.Rule.Faults.ErrorRate == 0 {
		e, err := arguments.Error(a)
		if err != nil {
			return err
		}
		return r.answerWith(at, answer.FixedError{Err: e})
	}
	e, err := arguments.ErrorHead(a)
	if err != nil {
		return err
	}
	r.Rule.Faults.Error = e
	if a.Empty() || !strings.ContainsAny(a.Rest.Text[:1], "{[\"'") {
		return nil
	}
	whole := arguments.Read(at)
	if withData, err := arguments.Error(whole); err == nil && (!whole.Empty() || r.Rule.Answerer != nil) {
		r.Rule.Faults.Error = withData
		*a = *whole
	}
	return nil
}

// passes stands in the place of an expression: the side of a tap that was asked answers.
const passes = "pass"

// Answer reads what stands behind the flags: the expression, unless a flag has said how the rule answers.
func (r *Reader) Answer(rest lang.Text) error {
	switch {
	case rest.Text != "" && (r.Rule.Answerer != nil || r.Rule.Abort):
		return arguments.Mistake(rest, "nothing belongs here: the answer is given already")
	case rest.Text == "" && r.Rule.Answerer == nil && !r.Rule.Abort && !r.Rule.Close && !r.Rule.Faults.Any():
		return arguments.Mistake(rest, "an answer is missing: a jq expression over the params, such as .[0]*2, or a "+
			"JSON value; --ask before it has each request wait for you")
	case rest.Text == "":
		return nil
	}
	if rest.Text == passes && r.Other != nil {
		r.Rule.Answerer = r.Other
		return nil
	}
	expression := arguments.Unquoted(rest)
	e, err := answer.NewExpression(expression.Text)
	if err != nil {
		if flag, is := r.flagIn(rest); is {
			return arguments.Mistake(flag, flag.Text+" belongs before the answer")
		}
		return arguments.JQMistake(expression, err)
	}
	r.Rule.Answerer = e
	return nil
}

// flagIn returns the first flag that stands in an answer.
func (r *Reader) flagIn(rest lang.Text) (flag lang.Text, is bool) {
	all := r.Flags().All
	for a := arguments.Read(rest); !a.Empty(); {
		word := a.Word()
		if slices.ContainsFunc(all, func(f arguments.Flag) bool { return f.Name == word.Text }) {
			return word, true
		}
	}
	return lang.Text{}, false
}
