package shell

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsontext"
	"rpcsh/shell/answer"
	"rpcsh/shell/jq"
	"rpcsh/shell/lang"
)

// A serveFlag is an element of the table of .serve's flags, from which they are read, completed and told in help.
type serveFlag struct {
	name, usage, summary string
	// read puts what the flag says into rule. args is what follows the flag; rest what follows the flag's own arguments.
	read func(s *Shell, rule *answer.Rule, args lang.Text) (rest lang.Text, err error)
}

func serveFlags() []serveFlag { return append(ruleFlags(), faultFlags()...) }

// ruleFlags are those that say when a rule answers, and what.
func ruleFlags() []serveFlag {
	return []serveFlag{
		{"--exec", "'COMMAND'", "answer with what a command writes: JSON, else text; it gets the params on stdin", readExec},
		{"--exec-loop", "'COMMAND'", "answer with what one process writes that is kept running: a line in, a line out", readExecLoop},
		{"--ask", "", "have a person answer: .reply, .fail, .drop", readAsk},
		{"--error", "CODE MESSAGE [DATA]", "answer with an error", readError},
		{"--close", "", "close the connection after the answer", readSwitch(func(r *answer.Rule) { r.Close = true })},
		{"--abort", "", "close the connection without an answer", readSwitch(func(r *answer.Rule) { r.Abort = true })},
		{"--delay", "D[..D]", "wait before the answer: 2s, or a time by chance: 200ms..2s", readDelay},
		{"--limit", "D", "how long the answer may take; 0: for ever (default " + answer.DefaultLimit.String() + ", with --ask for ever)", readLimit},
		{"--times", "N", "for N requests only, then the next rule answers; several of a name are a sequence", readTimes},
		{"--if", "JQ", "for those requests only for whose params an expression holds", readCondition},
		{"--peer", "PEER", "for these peers only: 2, 1,3, a name or a glob", readPeer},
	}
}

// readServeFlags reads the flags at the beginning of args into rule.
func (s *Shell) readServeFlags(rule *answer.Rule, args lang.Text) (rest lang.Text, err error) {
	var given []string
	for strings.HasPrefix(args.Text, "--") {
		name, after := word(args)
		if other := clashing(name.Text, given); other != "" {
			return args, &lang.Error{Column: name.Column, Reason: name.Text + " does not go with " + other}
		}
		given = append(given, name.Text)
		flag, found := findServeFlag(name.Text)
		if !found {
			var names []string
			for _, f := range serveFlags() {
				names = append(names, f.name)
			}
			return args, &lang.Error{Column: name.Column, Reason: "there is no " + name.Text + ": .serve has " + strings.Join(names, ", ")}
		}
		if args, err = flag.read(s, rule, after); err != nil {
			return args, err
		}
	}
	return args, nil
}

func findServeFlag(name string) (serveFlag, bool) {
	for _, f := range serveFlags() {
		if f.name == name {
			return f, true
		}
	}
	return serveFlag{}, false
}

// readSwitch reads a flag without arguments.
func readSwitch(set func(*answer.Rule)) func(*Shell, *answer.Rule, lang.Text) (lang.Text, error) {
	return func(_ *Shell, rule *answer.Rule, args lang.Text) (lang.Text, error) {
		set(rule)
		return args, nil
	}
}

// answerWith has rule answer with what makes it, which a flag at column says.
func answerWith(rule *answer.Rule, column int, a answer.Answerer) error {
	if rule.Answerer != nil {
		return &lang.Error{Column: column, Reason: "the answer is given already"}
	}
	rule.Answerer = a
	return nil
}

// readCommand reads the command of a flag.
func readCommand(args lang.Text) (command, rest lang.Text, err error) {
	value, rest := quotedWord(args)
	if command = (lang.Text{Text: unquote(value.Text), Column: value.Column}); strings.TrimSpace(command.Text) == "" {
		return command, rest, &lang.Error{Column: value.Column, Reason: "a command belongs here, in quotes where it has blanks: 'python3 handler.py'"}
	}
	return command, rest, nil
}

func readExec(s *Shell, rule *answer.Rule, args lang.Text) (lang.Text, error) {
	command, rest, err := readCommand(args)
	if err != nil {
		return rest, err
	}
	rule.Acts = true
	return rest, answerWith(rule, command.Column, answer.NewCommand(command.Text, s.sayOf(rule.Pattern)))
}

func readExecLoop(s *Shell, rule *answer.Rule, args lang.Text) (lang.Text, error) {
	command, rest, err := readCommand(args)
	if err != nil {
		return rest, err
	}
	rule.Acts = true
	return rest, answerWith(rule, command.Column, answer.NewLoop(command.Text, rule.Pattern, s.sayOf(rule.Pattern)))
}

func readAsk(s *Shell, rule *answer.Rule, args lang.Text) (lang.Text, error) {
	return args, answerWith(rule, args.Column, s.desk)
}

// sayOf returns what shows the lines that a command which answers a rule's requests writes to its stderr.
func (s *Shell) sayOf(pattern string) func(line string) {
	name := visible(pattern, false)
	return func(line string) {
		s.screen.sample("lines of "+name, func() string { return s.colors.dim(name + " │ " + visible(line, false)) })
	}
}

func readDelay(_ *Shell, rule *answer.Rule, args lang.Text) (lang.Text, error) {
	value, rest := word(args)
	least, most, isRange := strings.Cut(value.Text, "..")
	var err error
	if rule.Delay.Min, err = ParseDuration(least); err != nil {
		return rest, &lang.Error{Column: value.Column, Reason: err.Error()}
	}
	if !isRange {
		return rest, nil
	}
	at := value.Column + len(least) + len("..")
	if rule.Delay.Max, err = ParseDuration(most); err != nil {
		return rest, &lang.Error{Column: at, Reason: err.Error()}
	}
	if rule.Delay.Max < rule.Delay.Min {
		return rest, &lang.Error{Column: at, Reason: "the longer time belongs behind the shorter one, as in 200ms..2s"}
	}
	return rest, nil
}

func readLimit(_ *Shell, rule *answer.Rule, args lang.Text) (lang.Text, error) {
	value, rest := word(args)
	var err error
	if rule.Limit, err = ParseDuration(value.Text); err != nil {
		return rest, &lang.Error{Column: value.Column, Reason: err.Error()}
	}
	return rest, nil
}

func readTimes(_ *Shell, rule *answer.Rule, args lang.Text) (lang.Text, error) {
	value, rest := word(args)
	n, err := strconv.Atoi(value.Text)
	if err != nil || n < 1 {
		return rest, &lang.Error{Column: value.Column, Reason: "a number of requests belongs here, such as 3"}
	}
	rule.Times = n
	return rest, nil
}

func readCondition(_ *Shell, rule *answer.Rule, args lang.Text) (lang.Text, error) {
	value, rest := quotedWord(args)
	if value.Text == "" {
		return rest, &lang.Error{Column: value.Column, Reason: "a jq expression belongs here, in quotes where it has blanks: --if '.[0] > 5'"}
	}
	expression := unquoted(value)
	var err error
	rule.If, err = answer.NewCondition(expression.Text)
	return rest, jqMistake(expression, err)
}

func readPeer(_ *Shell, rule *answer.Rule, args lang.Text) (lang.Text, error) {
	value, rest := word(args)
	sel, err := parseSelector(value.Text)
	if err != nil {
		return rest, &lang.Error{Column: value.Column, Reason: err.Error()}
	}
	rule.ForText = sel.text
	rule.For = func(p answer.Peer) bool { return sel.matches(p.Number(), p.Name(), p.Address()) }
	return rest, nil
}

// jqMistake returns what NewExpression or NewCondition found wrong with text as a mistake that knows its column.
func jqMistake(text lang.Text, err error) error {
	var mistake *jq.Error
	if errors.As(err, &mistake) {
		return &lang.Error{Column: text.Column + mistake.Offset, Reason: mistake.Reason}
	}
	return err
}

// readError reads CODE MESSAGE [DATA]. Where there is an --error-rate, what stands last is the answer of the others, and no DATA.
func readError(_ *Shell, rule *answer.Rule, args lang.Text) (lang.Text, error) {
	if rule.Faults.ErrorRate == 0 {
		e, rest, err := parseError(args)
		if err != nil {
			return rest, err
		}
		return rest, answerWith(rule, args.Column, answer.Error{Err: e})
	}
	e, rest, err := parseErrorHead(args)
	if rest.Text != "" && strings.ContainsAny(rest.Text[:1], "{[\"'") {
		if whole, after, err := parseError(args); err == nil && (after.Text != "" || rule.Answerer != nil) {
			e, rest = whole, after
		}
	}
	rule.Faults.Error = e
	return rest, err
}

// parseErrorHead reads CODE MESSAGE.
func parseErrorHead(args lang.Text) (e *rpcconn.Error, rest lang.Text, err error) {
	code, rest := word(args)
	n, err := strconv.ParseInt(code.Text, 10, 64)
	if err != nil {
		return nil, rest, &lang.Error{Column: code.Column, Reason: "an error code belongs here, such as -32000"}
	}
	message, rest := quotedWord(rest)
	if message.Text == "" || strings.HasPrefix(message.Text, "--") {
		return nil, rest, &lang.Error{Column: message.Column, Reason: "a message belongs here, in quotes where it has blanks"}
	}
	return &rpcconn.Error{Code: n, Message: unquote(message.Text)}, rest, nil
}

// parseError reads CODE MESSAGE [DATA]; flags may follow.
func parseError(args lang.Text) (*rpcconn.Error, lang.Text, error) {
	e, rest, err := parseErrorHead(args)
	if err != nil || rest.Text == "" || strings.HasPrefix(rest.Text, "--") {
		return e, rest, err
	}
	_, end, err := jsontext.Value([]byte(rest.Text))
	if err == nil && (end == len(rest.Text) || rest.Text[end] == ' ') {
		e.Data = json.RawMessage(rest.Text[:end])
	} else {
		var data lang.Text
		switch data, _ = quotedWord(rest); {
		case err == nil && strings.ContainsAny(data.Text[:1], "{[\""):
			return nil, rest, &lang.Error{Column: rest.Column + end, Reason: "a blank belongs behind the data"}
		case strings.ContainsAny(data.Text[:1], "{["):
			return nil, rest, &lang.Error{Column: rest.Column, Reason: "the data is no JSON: " + err.Error()}
		}
		e.Data = jsontext.AppendQuote(nil, unquote(data.Text))
		end = len(data.Text)
	}
	after := strings.TrimLeft(rest.Text[end:], " \t")
	return e, lang.Text{Text: after, Column: rest.Column + len(rest.Text) - len(after)}, nil
}
