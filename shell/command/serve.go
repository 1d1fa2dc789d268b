package command

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"rpcsh/completer"
	"rpcsh/shell/answer"
	"rpcsh/shell/glob"
	"rpcsh/shell/human"
	"rpcsh/shell/lang"
	"rpcsh/shell/session"
	"rpcsh/shell/view"
)

// A server keeps the rules by which the peers' requests are answered.
type server struct {
	session *session.Session
	view    *view.View
}

func serveCommands(s *session.Session, v *view.View) []Command {
	srv := &server{s, v}
	return []Command{
		{
			Name: "serve", Group: groupServing, Usage: "[NAME [FLAG …] [JQ] | FILE.star [FLAG …]]",
			Summary: "answer the peers' requests; without arguments, list what is served",
			Help: "JQ is an expression over the params, an array or an object; a JSON value is the simplest one. " +
				"NAME may be a glob. Of " +
				"the rules that fit a request the first answers it, in the order of the list; a new one is put " +
				"behind those that are as " +
				"narrow as it is, methods before globs, and .prefer moves it. FILE.star is a script in Starlark: " +
				"its functions are " +
				"methods, and it is loaded again when it changes (README.md tells of scripts).",
			Terms: serveTerms(),
			Examples: []string{
				".serve my_double .[0]*2", ".serve status '\"ok\"'", ".serve greet '\"hello \" + .name'",
				".serve next $count", ".serve boom --error -32000 'no luck' {\"try\":2}",
				".serve slow --delay 2s 1", ".serve bye --close '\"bye\"'",
				".serve '*' null", ".serve sum --exec 'jq add'", ".serve count --exec-loop 'python3 -u handler.py'",
				".serve confirm --ask", ".serve '*' --ask", ".serve login --times 2 --error 401 'try again'",
				".serve div --if '.[1] == 0' --error -32602 'division by zero'", ".serve service.star",
				".serve service.star --delay 200ms..2s",
			},
			Find: srv.completeServe,
			Run:  srv.run,
		},
		{
			Name: "prefer", Group: groupServing, Usage: "N [PLACE]",
			Summary:  "put a rule of .serve first, or at another place; the first that fits answers",
			Examples: []string{".prefer 3", ".prefer 3 2"},
			Complete: srv.completeRule,
			Run:      srv.prefer,
		},
		{
			Name: "unserve", Group: groupServing, Usage: "NAME | N | FILE.star",
			Summary:  "no longer answer a method, or what a script serves; N is one rule, as .serve lists them",
			Examples: []string{".unserve my_double", ".unserve 2"},
			Complete: srv.completeServed,
			Run:      srv.unserve,
		},
	}
}

// serveTerms are the flags of .serve and the variables of its expressions.
func serveTerms() []Term {
	terms := new(ruleReader).flags().terms()
	for _, v := range answer.ExpressionVariables() {
		terms = append(terms, Term{"$" + v[0], v[1]})
	}
	return terms
}

// run runs .serve.
func (srv *server) run(ctx context.Context, args lang.Text) error {
	if args.Text == "" {
		srv.list()
		return nil
	}
	return srv.serve(ctx, args)
}

// unsaid is the time limit of a rule of which none was said.
const unsaid = -1

// serve reads a rule and serves it.
func (srv *server) serve(ctx context.Context, args lang.Text) error {
	a := read(args)
	name := a.quoted()
	rule := &answer.Rule{Pattern: unquote(name.Text), Text: a.rest.Text, Limit: unsaid}
	if err := glob.Check(rule.Pattern); err != nil {
		return mistake(name, err.Error())
	}
	reader := &ruleReader{rule: rule, person: srv.session.PendingRequests(), events: srv.session.Events()}
	if err := reader.flags().leading(a); err != nil {
		return err
	}
	hook := session.HookOf(ctx)
	if hook != nil && rule.For == nil {
		hook.Narrow(rule)
	}
	if rule.Limit == unsaid {
		rule.Limit = answer.DefaultLimit
		if rule.Answerer == reader.person {
			rule.Limit = 0
		}
	}
	if strings.HasSuffix(rule.Pattern, scriptSuffix) {
		if !a.empty() || rule.Answerer != nil {
			return mistake(a.rest, "nothing belongs here: the script answers")
		}
		return srv.session.ServeScript(ctx, rule.Pattern, rule, rule.Text)
	}
	if err := readAnswer(rule, a.rest); err != nil {
		return err
	}
	srv.session.Rules().Set(rule)
	if srv.view.Interactive() && hook == nil {
		srv.view.Say("%s is answered with %s", view.Visible(rule.Pattern), view.Visible(rule.Text))
	}
	return nil
}

// readAnswer reads what stands behind the flags: the expression, unless a flag has said how rule answers.
func readAnswer(rule *answer.Rule, rest lang.Text) error {
	switch {
	case rest.Text != "" && (rule.Answerer != nil || rule.Abort):
		return mistake(rest, "nothing belongs here: the answer is given already")
	case rest.Text == "" && rule.Answerer == nil && !rule.Abort && !rule.Close && !rule.Faults.Any():
		return mistake(rest, "an answer is missing: a jq expression over the params, such as .[0]*2, or a JSON value")
	case rest.Text == "":
		return nil
	}
	expression := unquoted(rest)
	e, err := answer.NewExpression(expression.Text)
	if err != nil {
		return jqMistake(expression, err)
	}
	rule.Answerer = e
	return nil
}

// prefer runs .prefer N [PLACE].
func (srv *server) prefer(_ context.Context, args lang.Text) error {
	a := read(args)
	first := a.word()
	to := 1
	from, err := strconv.Atoi(first.Text)
	if err == nil && !a.empty() {
		to, err = strconv.Atoi(a.rest.Text)
	}
	if err != nil {
		return fmt.Errorf("numbers of rules belong here, as .serve lists them")
	}
	return srv.session.Rules().Move(from, to)
}

// unserve runs .unserve NAME | N | FILE.star.
func (srv *server) unserve(_ context.Context, args lang.Text) error {
	name := unquote(args.Text)
	if name == "" {
		return fmt.Errorf("which method? .serve lists what is served")
	}
	rules := srv.session.Rules()
	if rules.Remove(name) || srv.session.UnserveScript(name) {
		return nil
	}
	if n, err := strconv.Atoi(name); err == nil {
		_, err := rules.RemoveAt(n)
		return err
	}
	return fmt.Errorf("%s is not served (.serve lists what is)", name)
}

// list lists what is served, in the order in which it is asked; what is answered by default comes last.
func (srv *server) list() {
	var t view.Table
	t.Row("", "METHOD", "USED", "ANSWER")
	for i, r := range srv.session.Rules().List() {
		t.Row(strconv.Itoa(i+1), view.Visible(r.Pattern), human.Grouped(r.Used), view.Visible(r.Text))
	}
	var listed []string
	for _, p := range srv.session.Peers() {
		d := p.Dialect()
		if d == nil || slices.Contains(listed, d.Name) {
			continue
		}
		listed = append(listed, d.Name)
		for _, a := range d.Answers {
			t.Row("–", a.Method, "", "by default of "+d.Name+": "+a.Text)
		}
	}
	if t.Len() == 1 {
		srv.view.Remark("nothing is served: .serve NAME JQ answers the peers' requests (.help serve)")
		return
	}
	srv.view.Say("%s", t.Within(srv.view.ListWidth()))
}

// completeServe completes what may be served: methods that peers call, and scripts; flags behind those.
func (srv *server) completeServe(words []string, typed string) []completer.Candidate {
	if len(words) > 0 {
		return completer.Find(typed, new(ruleReader).flags().candidates(), MaxCandidates)
	}
	return append(completer.Find(typed, called(srv.session, "called by"), MaxCandidates), scripts(typed)...)
}

// completeRule completes the number of a rule.
func (srv *server) completeRule(words []string) []completer.Candidate {
	if len(words) > 0 {
		return nil
	}
	var all []completer.Candidate
	for i, r := range srv.session.Rules().List() {
		all = append(all, completer.Candidate{Text: strconv.Itoa(i + 1), Description: r.Pattern + " " + r.Text})
	}
	return all
}

// completeServed completes what is served, by name; one rule of several of a name is told by its number.
func (srv *server) completeServed(words []string) []completer.Candidate {
	if len(words) > 0 {
		return nil
	}
	var all []completer.Candidate
	var named []string
	for _, r := range srv.session.Rules().List() {
		if !slices.Contains(named, r.Pattern) {
			named = append(named, r.Pattern)
			all = append(all, completer.Candidate{Text: r.Pattern, Description: r.Text})
		}
	}
	return append(all, srv.completeRule(words)...)
}
