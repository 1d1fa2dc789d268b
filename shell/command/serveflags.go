package command

import (
	"errors"
	"strconv"
	"strings"

	"rpcsh/shell/answer"
	"rpcsh/shell/event"
	"rpcsh/shell/jq"
	"rpcsh/shell/lang"
	"rpcsh/shell/session"
)

// A ruleReader reads the flags of .serve into a rule. The zero ruleReader has the flags, too, for help and completion.
type ruleReader struct {
	rule   *answer.Rule
	person *answer.PendingRequests // who answers with --ask
	events *event.Bus              // where the lines that commands write to their stderr go
	given  []string                // the flags that were read
}

func (r *ruleReader) flags() flags {
	all := append(r.ruleFlags(), r.faultFlags()...)
	for i := range all {
		all[i].read = r.checked(all[i].read)
	}
	return flags{command: ".serve", all: all}
}

// checked returns the read of a flag that refuses one that makes no sense beside those before it.
func (r *ruleReader) checked(read func(lang.Text, *arguments) error) func(lang.Text, *arguments) error {
	return func(name lang.Text, a *arguments) error {
		if other := clashing(name.Text, r.given); other != "" {
			return mistake(name, name.Text+" does not go with "+other)
		}
		r.given = append(r.given, name.Text)
		return read(name, a)
	}
}

// ruleFlags are those that say when a rule answers, and what.
func (r *ruleReader) ruleFlags() []flag {
	return []flag{
		{
			"--exec", "'COMMAND'",
			"answer with what a command writes: JSON, else text; it gets the params on stdin", r.readExec,
		},
		{"--exec-loop", "'COMMAND'", "answer with what one process writes that is kept running: a line in, a line " +
			"out", r.readExecLoop},
		{"--ask", "", "have a person answer: .reply, .fail, .drop", r.readAsk},
		{"--error", "CODE MESSAGE [DATA]", "answer with an error", r.readError},
		{"--close", "", "close the connection after the answer", sets(func() { r.rule.Close = true })},
		{"--abort", "", "close the connection without an answer", sets(func() { r.rule.Abort = true })},
		{"--delay", "D[..D]", "wait before the answer: 2s, or a time by chance: 200ms..2s", r.readDelay},
		{
			"--limit", "D",
			"how long the answer may take; 0: for ever (default " + answer.DefaultLimit.String() + ", with --ask for ever)",
			func(_ lang.Text, a *arguments) error { return duration(&r.rule.Limit, a.word()) },
		},
		{"--times", "N", "for N requests only, then the next rule answers; several of a name are a sequence", r.readTimes},
		{"--if", "JQ", "for those requests only for whose params an expression holds", r.readCondition},
		{"--peer", "PEER", "for these peers only: 2, 1,3, a name or a glob", r.readPeer},
	}
}

// answerWith has the rule answer with what makes it, which a flag says whose argument is at.
func (r *ruleReader) answerWith(at lang.Text, by answer.Answerer) error {
	if r.rule.Answerer != nil {
		return mistake(at, "the answer is given already")
	}
	r.rule.Answerer = by
	return nil
}

func (r *ruleReader) readExec(_ lang.Text, a *arguments) error {
	command, err := readCommand(a)
	if err != nil {
		return err
	}
	r.rule.Acts = true
	return r.answerWith(command, answer.NewCommand(command.Text, r.stderr()))
}

func (r *ruleReader) readExecLoop(_ lang.Text, a *arguments) error {
	command, err := readCommand(a)
	if err != nil {
		return err
	}
	r.rule.Acts = true
	return r.answerWith(command, answer.NewLoop(command.Text, r.rule.Pattern, r.stderr()))
}

// readCommand reads the command of a flag.
func readCommand(a *arguments) (lang.Text, error) {
	value := a.quoted()
	command := lang.Text{Text: unquote(value.Text), Column: value.Column}
	if strings.TrimSpace(command.Text) == "" {
		return command, mistake(value, "a command belongs here, in quotes where it has blanks: 'python3 handler.py'")
	}
	return command, nil
}

// stderr returns what tells the lines that a command writes to its stderr which answers the rule's requests.
func (r *ruleReader) stderr() func(line string) {
	events, pattern := r.events, r.rule.Pattern
	return func(line string) {
		events.Publish(&event.Event{
			Kind: event.Stderr, Peer: event.Peer{Title: pattern}, Topic: "lines of " + pattern, Text: line,
		})
	}
}

func (r *ruleReader) readAsk(_ lang.Text, a *arguments) error { return r.answerWith(a.rest, r.person) }

func (r *ruleReader) readDelay(_ lang.Text, a *arguments) error {
	value := a.word()
	least, most, isRange := strings.Cut(value.Text, "..")
	if err := duration(&r.rule.Delay.Min, lang.Text{Text: least, Column: value.Column}); err != nil || !isRange {
		return err
	}
	longest := lang.Text{Text: most, Column: value.Column + len(least) + len("..")}
	if err := duration(&r.rule.Delay.Max, longest); err != nil {
		return err
	}
	if r.rule.Delay.Max < r.rule.Delay.Min {
		return mistake(longest, "the longer time belongs behind the shorter one, as in 200ms..2s")
	}
	return nil
}

func (r *ruleReader) readTimes(_ lang.Text, a *arguments) error {
	value := a.word()
	n, err := strconv.Atoi(value.Text)
	if err != nil || n < 1 {
		return mistake(value, "a number of requests belongs here, such as 3")
	}
	r.rule.Times = n
	return nil
}

func (r *ruleReader) readCondition(_ lang.Text, a *arguments) error {
	value := a.quoted()
	if value.Text == "" {
		return mistake(value, "a jq expression belongs here, in quotes where it has blanks: --if '.[0] > 5'")
	}
	expression := unquoted(value)
	var err error
	r.rule.If, err = answer.NewCondition(expression.Text)
	return jqMistake(expression, err)
}

func (r *ruleReader) readPeer(_ lang.Text, a *arguments) error {
	value := a.word()
	sel, err := session.ParseSelector(value.Text)
	if err != nil {
		return mistake(value, err.Error())
	}
	r.rule.ForText = sel.Text()
	r.rule.For = func(p answer.Peer) bool { return sel.Matches(p.Number(), p.Name(), p.Address()) }
	return nil
}

// readError reads CODE MESSAGE [DATA]. Where there is an --error-rate, what stands last is the answer of the
// others, and no DATA.
func (r *ruleReader) readError(_ lang.Text, a *arguments) error {
	at := a.rest
	if r.rule.Faults.ErrorRate == 0 {
		e, err := readError(a)
		if err != nil {
			return err
		}
		return r.answerWith(at, answer.Error{Err: e})
	}
	e, err := readErrorHead(a)
	if err != nil {
		return err
	}
	r.rule.Faults.Error = e
	if a.empty() || !strings.ContainsAny(a.rest.Text[:1], "{[\"'") {
		return nil
	}
	whole := read(at)
	if withData, err := readError(whole); err == nil && (!whole.empty() || r.rule.Answerer != nil) {
		r.rule.Faults.Error = withData
		*a = *whole
	}
	return nil
}

// jqMistake returns what is wrong with a jq expression as a mistake that knows its column.
func jqMistake(text lang.Text, err error) error {
	var wrong *jq.Error
	if errors.As(err, &wrong) {
		return &lang.Error{Column: text.Column + wrong.Offset, Reason: wrong.Reason}
	}
	return err
}
