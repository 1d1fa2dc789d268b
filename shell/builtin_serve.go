package shell

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"rpcsh/completer"
	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsonscan"
	"rpcsh/shell/answer"
	"rpcsh/shell/glob"
	"rpcsh/shell/jq"
	"rpcsh/shell/lang"
)

func serveCommands() []Command {
	return []Command{
		{
			Name: "serve", Group: groupServing, Usage: "[NAME [--error CODE MESSAGE [DATA]] [--delay D] [--close | --abort] [JQ]]",
			Summary: "answer the peers' requests; without arguments, list what is served",
			Help: "JQ is an expression over the params, an array or an object; $method, $peer and $id are bound. A JSON value is the simplest one. " +
				"NAME may be a glob; a rule that names the method goes before globs, and of these the first that fits. --error answers with an error, " +
				"--close closes the connection after the answer, --abort without one.",
			Examples: []string{
				".serve my_double .[0]*2", ".serve status '\"ok\"'", ".serve greet '\"hello \" + .name'",
				".serve boom --error -32000 'no luck' {\"try\":2}", ".serve slow --delay 2s 1", ".serve bye --close '\"bye\"'", ".serve '*' null",
			},
			Complete: completeServe,
			Run: func(_ context.Context, s *Shell, args lang.Text) error {
				if args.Text == "" {
					s.listRules()
					return nil
				}
				return s.serve(args)
			},
		},
		{
			Name: "unserve", Group: groupServing, Usage: "NAME",
			Summary:  "no longer answer a method",
			Examples: []string{".unserve my_double"},
			Complete: func(s *Shell, _ []string) []completer.Candidate {
				var all []completer.Candidate
				for _, r := range s.rules.List() {
					all = append(all, completer.Candidate{Text: r.Pattern, Description: r.Text})
				}
				return all
			},
			Run: func(_ context.Context, s *Shell, args lang.Text) error {
				name := unquote(args.Text)
				if name == "" {
					return fmt.Errorf("which method? .serve lists what is served")
				}
				if !s.rules.Remove(name) {
					return fmt.Errorf("%s is not served (.serve lists what is)", name)
				}
				return nil
			},
		},
	}
}

// unquote takes the quotes off a word that has some.
func unquote(text string) string {
	if len(text) < 2 || text[0] != text[len(text)-1] {
		return text
	}
	switch text[0] {
	case '\'':
		return text[1 : len(text)-1]
	case '"':
		if s, err := jsonscan.Unquote([]byte(text)); err == nil {
			return s
		}
	}
	return text
}

// serve reads a rule and serves it.
func (s *Shell) serve(args lang.Text) error {
	name, rest := quotedWord(args)
	rule := &answer.Rule{Pattern: unquote(name.Text), Text: rest.Text}
	if err := glob.Check(rule.Pattern); err != nil {
		return &lang.Error{Column: name.Column, Reason: err.Error()}
	}
	for strings.HasPrefix(rest.Text, "--") {
		var err error
		if rest, err = serveFlag(rule, rest); err != nil {
			return err
		}
	}
	switch {
	case rest.Text != "" && (rule.Error != nil || rule.Abort):
		return &lang.Error{Column: rest.Column, Reason: "nothing belongs here: the answer is given already"}
	case rest.Text == "" && rule.Error == nil && !rule.Abort && rule.Text == "":
		return &lang.Error{Column: rest.Column, Reason: "an answer is missing: a jq expression over the params, such as .[0]*2, or a JSON value"}
	case rest.Text != "":
		expression := unquoted(rest)
		var mistake *jq.Error
		if err := rule.SetExpression(expression.Text); errors.As(err, &mistake) {
			return &lang.Error{Column: expression.Column + mistake.Offset, Reason: mistake.Reason}
		} else if err != nil {
			return err
		}
	}
	s.rules.Set(rule)
	if s.interactive() {
		s.say("%s is answered with %s", visible(rule.Pattern, false), visible(rule.Text, false))
	}
	return nil
}

// unquoted takes single quotes off an expression, as the system's shells want them.
func unquoted(text lang.Text) lang.Text {
	if t := text.Text; len(t) >= 2 && t[0] == '\'' && strings.IndexByte(t[1:], '\'') == len(t)-2 {
		return lang.Text{Text: t[1 : len(t)-1], Column: text.Column + 1}
	}
	return text
}

// quotedWord cuts the first word off text; blanks in quotes do not end it.
func quotedWord(text lang.Text) (first, rest lang.Text) {
	t := text.Text
	if t != "" && (t[0] == '"' || t[0] == '\'') {
		if i := strings.IndexByte(t[1:], t[0]); i >= 0 {
			after := strings.TrimLeft(t[i+2:], " \t")
			return lang.Text{Text: t[:i+2], Column: text.Column}, lang.Text{Text: after, Column: text.Column + len(t) - len(after)}
		}
	}
	return word(text)
}

// serveFlag reads one flag of .serve.
func serveFlag(rule *answer.Rule, args lang.Text) (rest lang.Text, err error) {
	flag, rest := word(args)
	switch flag.Text {
	case "--close":
		rule.Close = true
	case "--abort":
		rule.Abort = true
	case "--delay":
		var value lang.Text
		value, rest = word(rest)
		if rule.Delay, err = ParseDuration(value.Text); err != nil {
			return rest, &lang.Error{Column: value.Column, Reason: err.Error()}
		}
	case "--error":
		rule.Error, rest, err = serveError(rest)
	default:
		return rest, &lang.Error{Column: flag.Column, Reason: "there is no " + flag.Text + ": .serve has --error, --delay, --close and --abort"}
	}
	return rest, err
}

// serveError reads CODE MESSAGE [DATA].
func serveError(args lang.Text) (*rpcconn.Error, lang.Text, error) {
	code, rest := word(args)
	n, err := strconv.ParseInt(code.Text, 10, 64)
	if err != nil {
		return nil, rest, &lang.Error{Column: code.Column, Reason: "an error code belongs here, such as -32000"}
	}
	message, rest := quotedWord(rest)
	if message.Text == "" || strings.HasPrefix(message.Text, "--") {
		return nil, rest, &lang.Error{Column: message.Column, Reason: "a message belongs here, in quotes where it has blanks"}
	}
	e := &rpcconn.Error{Code: n, Message: unquote(message.Text)}
	if rest.Text == "" || strings.HasPrefix(rest.Text, "--") {
		return e, rest, nil
	}
	_, end, err := jsonscan.Value([]byte(rest.Text))
	if err == nil && (end == len(rest.Text) || rest.Text[end] == ' ') {
		e.Data = json.RawMessage(rest.Text[:end])
	} else {
		var data lang.Text
		if data, _ = quotedWord(rest); strings.ContainsAny(data.Text[:1], "{[") {
			return nil, rest, &lang.Error{Column: rest.Column, Reason: "the data is no JSON: " + err.Error()}
		}
		e.Data = jsonscan.AppendQuote(nil, unquote(data.Text))
		end = len(data.Text)
	}
	after := strings.TrimLeft(rest.Text[end:], " \t")
	return e, lang.Text{Text: after, Column: rest.Column + len(rest.Text) - len(after)}, nil
}

func (s *Shell) listRules() {
	rules := s.rules.List()
	if len(rules) == 0 {
		s.remark("nothing is served: .serve NAME JQ answers the peers' requests (.help serve)")
		return
	}
	var t table
	t.row("METHOD", "USED", "ANSWER")
	for _, r := range rules {
		t.row(visible(r.Pattern, false), grouped(r.Used), visible(r.Text, false))
	}
	s.say("%s", t.String())
}

func completeServe(s *Shell, words []string) []completer.Candidate {
	if len(words) > 0 {
		return []completer.Candidate{
			{Text: "--error", Description: "CODE MESSAGE [DATA]: answer with an error"},
			{Text: "--delay", Description: "wait before the answer, such as 2s"},
			{Text: "--close", Description: "close the connection after the answer"},
			{Text: "--abort", Description: "close the connection without an answer"},
		}
	}
	var all []completer.Candidate
	for _, p := range s.peers.list() {
		for _, m := range p.known.Methods() {
			if m.Ours {
				all = append(all, completer.Candidate{Text: m.Name, Description: "called by " + p.name})
			}
		}
	}
	return all
}
