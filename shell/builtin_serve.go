package shell

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"rpcsh/completer"
	"rpcsh/rpcconn/jsontext"
	"rpcsh/shell/answer"
	"rpcsh/shell/glob"
	"rpcsh/shell/lang"
)

func serveCommands() []Command {
	return []Command{
		{
			Name: "serve", Group: groupServing, Usage: "[NAME [FLAG …] [JQ] | FILE.star [FLAG …]]",
			Summary: "answer the peers' requests; without arguments, list what is served",
			Help: "JQ is an expression over the params, an array or an object; a JSON value is the simplest one. NAME may be a glob. Of the rules " +
				"that fit a request the first answers it, in the order of the list; a new one is put behind those that are as narrow as it is, " +
				"methods before globs, and .prefer moves it. FILE.star is a script in Starlark: its functions are methods, and it is loaded again when it " +
				"changes (docs/scripts.md tells of scripts).",
			Terms: serveTerms(),
			Examples: []string{
				".serve my_double .[0]*2", ".serve status '\"ok\"'", ".serve greet '\"hello \" + .name'", ".serve next $count",
				".serve boom --error -32000 'no luck' {\"try\":2}", ".serve slow --delay 2s 1", ".serve bye --close '\"bye\"'", ".serve '*' null",
				".serve sum --exec 'jq add'", ".serve count --exec-loop 'python3 -u handler.py'", ".serve confirm --ask", ".serve '*' --ask",
				".serve login --times 2 --error 401 'try again'", ".serve div --if '.[1] == 0' --error -32602 'division by zero'",
				".serve service.star", ".serve service.star --delay 200ms..2s",
			},
			Find: completeServe,
			Run: func(ctx context.Context, s *Shell, args lang.Text) error {
				if args.Text == "" {
					s.listRules()
					return nil
				}
				return s.serve(ctx, args)
			},
		},
		{
			Name: "prefer", Group: groupServing, Usage: "N [PLACE]",
			Summary:  "put a rule of .serve first, or at another place; the first that fits answers",
			Examples: []string{".prefer 3", ".prefer 3 2"},
			Complete: completeRule,
			Run: func(_ context.Context, s *Shell, args lang.Text) error {
				first, rest := word(args)
				to := 1
				from, err := strconv.Atoi(first.Text)
				if err == nil && rest.Text != "" {
					to, err = strconv.Atoi(rest.Text)
				}
				if err != nil {
					return fmt.Errorf("numbers of rules belong here, as .serve lists them")
				}
				return s.rules.Move(from, to)
			},
		},
		{
			Name: "unserve", Group: groupServing, Usage: "NAME | N | FILE.star",
			Summary:  "no longer answer a method, or what a script serves; N is one rule, as .serve lists them",
			Examples: []string{".unserve my_double", ".unserve 2"},
			Complete: completeServed,
			Run: func(_ context.Context, s *Shell, args lang.Text) error {
				name := unquote(args.Text)
				if name == "" {
					return fmt.Errorf("which method? .serve lists what is served")
				}
				if s.rules.Remove(name) || s.unserveScript(name) {
					return nil
				}
				if n, err := strconv.Atoi(name); err == nil {
					_, err := s.rules.RemoveAt(n)
					return err
				}
				return fmt.Errorf("%s is not served (.serve lists what is)", name)
			},
		},
	}
}

// serveTerms are the flags of .serve and the variables of its expressions.
func serveTerms() []Term {
	var terms []Term
	for _, f := range serveFlags() {
		terms = append(terms, Term{strings.TrimSpace(f.name + " " + f.usage), f.summary})
	}
	for _, v := range answer.ExpressionVariables() {
		terms = append(terms, Term{"$" + v[0], v[1]})
	}
	return terms
}

func completeRule(s *Shell, words []string) []completer.Candidate {
	if len(words) > 0 {
		return nil
	}
	var all []completer.Candidate
	for i, r := range s.rules.List() {
		all = append(all, completer.Candidate{Text: strconv.Itoa(i + 1), Description: r.Pattern + " " + r.Text})
	}
	return all
}

// completeServed completes what is served, by name; one rule of several of a name is told by its number.
func completeServed(s *Shell, words []string) []completer.Candidate {
	var all []completer.Candidate
	var named []string
	for _, r := range s.rules.List() {
		if len(words) == 0 && !slices.Contains(named, r.Pattern) {
			named = append(named, r.Pattern)
			all = append(all, completer.Candidate{Text: r.Pattern, Description: r.Text})
		}
	}
	return append(all, completeRule(s, words)...)
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
		if s, err := jsontext.Unquote([]byte(text)); err == nil {
			return s
		}
	}
	return text
}

// unsaid is the time limit of a rule of which none was said.
const unsaid = -1

// serve reads a rule and serves it.
func (s *Shell) serve(ctx context.Context, args lang.Text) error {
	name, rest := quotedWord(args)
	rule := &answer.Rule{Pattern: unquote(name.Text), Text: rest.Text, Limit: unsaid}
	if err := glob.Check(rule.Pattern); err != nil {
		return &lang.Error{Column: name.Column, Reason: err.Error()}
	}
	rest, err := s.readServeFlags(rule, rest)
	if err != nil {
		return err
	}
	if o := occasionOf(ctx); o != nil && rule.For == nil {
		o.narrow(rule)
	}
	if rule.Limit == unsaid {
		rule.Limit = answer.DefaultLimit
		if rule.Answerer == s.desk {
			rule.Limit = 0
		}
	}
	if strings.HasSuffix(rule.Pattern, scriptSuffix) {
		if rest.Text != "" || rule.Answerer != nil {
			return &lang.Error{Column: rest.Column, Reason: "nothing belongs here: the script answers"}
		}
		return s.serveScript(ctx, rule.Pattern, rule, rule.Text)
	}
	switch {
	case rest.Text != "" && (rule.Answerer != nil || rule.Abort):
		return &lang.Error{Column: rest.Column, Reason: "nothing belongs here: the answer is given already"}
	case rest.Text == "" && rule.Answerer == nil && !rule.Abort && !rule.Close && !rule.Faults.Any():
		return &lang.Error{Column: rest.Column, Reason: "an answer is missing: a jq expression over the params, such as .[0]*2, or a JSON value"}
	case rest.Text != "":
		expression := unquoted(rest)
		e, err := answer.NewExpression(expression.Text)
		if err != nil {
			return jqMistake(expression, err)
		}
		rule.Answerer = e
	}
	s.rules.Set(rule)
	if s.interactive() && occasionOf(ctx) == nil {
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
	end := 0
	if strings.HasPrefix(t, `"`) {
		_, end, _ = jsontext.Value([]byte(t)) // \" does not end it
	}
	if end == 0 && t != "" && (t[0] == '"' || t[0] == '\'') {
		end = strings.IndexByte(t[1:], t[0]) + 2
	}
	if end < 2 {
		return word(text)
	}
	after := strings.TrimLeft(t[end:], " \t")
	return lang.Text{Text: t[:end], Column: text.Column}, lang.Text{Text: after, Column: text.Column + len(t) - len(after)}
}

// listRules lists what is served, in the order in which it is asked; what is answered by default comes last.
func (s *Shell) listRules() {
	var t table
	t.row("", "METHOD", "USED", "ANSWER")
	for i, r := range s.rules.List() {
		t.row(strconv.Itoa(i+1), visible(r.Pattern, false), grouped(r.Used), visible(r.Text, false))
	}
	var listed []string
	for _, p := range s.peers.list() {
		pr := p.profile.Load()
		if pr == nil || slices.Contains(listed, pr.Name) {
			continue
		}
		listed = append(listed, pr.Name)
		for _, a := range pr.Answers {
			t.row("–", a.Method, "", "by default of "+pr.Name+": "+a.Text)
		}
	}
	if len(t.rows) == 1 {
		s.remark("nothing is served: .serve NAME JQ answers the peers' requests (.help serve)")
		return
	}
	s.say("%s", t.within(s.listWidth()))
}

// completeServe completes what may be served: methods that peers call, and scripts; flags behind those.
func completeServe(s *Shell, words []string, typed string) []completer.Candidate {
	var all []completer.Candidate
	if len(words) > 0 {
		for _, f := range serveFlags() {
			all = append(all, completer.Candidate{Text: f.name, Description: strings.TrimLeft(f.usage+": ", ": ") + f.summary})
		}
		return completer.Find(typed, all, maxSuggestions)
	}
	return append(completer.Find(typed, servable(s), maxSuggestions), completeScripts(typed)...)
}

// servable returns the methods that peers have called here.
func servable(s *Shell) []completer.Candidate {
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

// completeScripts completes a script, or a folder on the way to it.
func completeScripts(typed string) []completer.Candidate {
	return slices.DeleteFunc(completeFiles(nil, nil, typed), func(c completer.Candidate) bool {
		return !strings.HasSuffix(c.Text, scriptSuffix) && !os.IsPathSeparator(c.Text[len(c.Text)-1])
	})
}
