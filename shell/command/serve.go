package command

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"rpcsh/completer"
	"rpcsh/shell/answer"
	"rpcsh/shell/arguments"
	"rpcsh/shell/columns"
	"rpcsh/shell/command/rule"
	"rpcsh/shell/glob"
	"rpcsh/shell/human"
	"rpcsh/shell/intercept"
	"rpcsh/shell/lang"
	"rpcsh/shell/session"
	"rpcsh/shell/view"
)

// A server keeps the rules by which the peers' requests are answered.
type server struct {
	session *session.Session
	view    *view.View
	tapped  Tapped
}

func serveCommands(s *session.Session, v *view.View, tapped Tapped) []Command {
	srv := &server{s, v, tapped}
	return []Command{
		{
			Name: "serve", Group: groupServing, Usage: "[NAME [FLAG …] [JQ] | FILE [FLAG …]]",
			Summary: "answer the peers' requests; without arguments, list what is served",
			Help: "JQ is an expression over the params, an array or an object; a JSON value is the simplest one. " +
				"NAME may be a glob. Of the rules that fit a request the first answers it, in the order of the " +
				"list; a new one is put behind those that are as narrow as it is, methods before globs, and " +
				".prefer moves it. FILE.star is a script in Starlark: its functions are methods, and it is loaded " +
				"again when it changes (docs/scripts.md tells of scripts). FILE.rpcrec is a recording: requests are " +
				"answered as its server has answered them, with what that sent of its own accord in its place. In " +
				"the shell of a tap, rules answer in the place of the side that was asked, and pass, in the place of " +
				"JQ, has that side answer, with what the flags say.",
			Terms: serveTerms(),
			Examples: []string{
				".serve my_double .[0]*2", ".serve status '\"ok\"'", ".serve greet '\"hello \" + .name'",
				".serve next $count", ".serve boom --error -32000 'no luck' {\"try\":2}",
				".serve slow --delay 2s 1", ".serve bye --close '\"bye\"'",
				".serve '*' null", ".serve sum --exec 'jq add'", ".serve count --exec-loop 'python3 -u handler.py'",
				".serve confirm --ask", ".serve '*' --ask", ".serve login --times 2 --error 401 'try again'",
				".serve div --if '.[1] == 0' --error -32602 'division by zero'", ".serve service.star",
				".serve service.star --delay 200ms..2s", ".serve session.rpcrec", ".serve session.rpcrec --match .id",
				".serve my_add --delay 1s pass",
			},
			Find:     srv.completeServe,
			Run:      srv.run,
			Prepares: true,
		},
		{
			Name: "prefer", Group: groupServing, Usage: "N [PLACE]",
			Summary:  "put a rule of .serve first, or at another place; the first that fits answers",
			Examples: []string{".prefer 3", ".prefer 3 2"},
			Complete: srv.completeRule,
			Run:      srv.prefer,
			Prepares: true,
		},
		{
			Name: "unserve", Group: groupServing, Usage: "NAME | N | FILE",
			Summary:  "no longer answer a method, or what a file serves; N is one rule, as .serve lists them",
			Examples: []string{".unserve my_double", ".unserve 2"},
			Complete: srv.completeServed,
			Run:      srv.unserve,
			Prepares: true,
		},
	}
}

// serveTerms are the flags of .serve and the variables of its expressions.
func serveTerms() []Term {
	terms := flagTerms(new(rule.Reader).Flags())
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

// unsaid is the time limit of a rule while none has been given.
const unsaid = -1

// serve reads a rule and serves it.
func (srv *server) serve(ctx context.Context, args lang.Text) error {
	a := arguments.Read(args)
	name := a.Quoted()
	r := &answer.Rule{Pattern: arguments.Unquote(name.Text), Text: a.Rest.Text, Limit: unsaid}
	if strings.HasPrefix(name.Text, "--") {
		const reason = "the method comes first, flags behind it: .serve NAME %s …; quotes keep this from being a flag"
		return arguments.Mistake(name, fmt.Sprintf(reason, name.Text))
	}
	if err := glob.Check(r.Pattern); err != nil {
		return arguments.Mistake(name, err.Error())
	}
	reader := &rule.Reader{Rule: r, Person: srv.session.PendingRequests(), Events: srv.session.Events()}
	if t, err := srv.tapped.tap(); err == nil {
		reader.Other = intercept.Pass{Tap: t}
	}
	if err := reader.Flags().Leading(a); err != nil {
		return err
	}
	hook := session.HookOf(ctx)
	if hook != nil && r.For == nil {
		hook.Narrow(r)
	}
	isRecording := strings.HasSuffix(r.Pattern, RecordingSuffix)
	if r.Limit == unsaid {
		r.Limit = answer.DefaultLimit
		if r.Answerer == reader.Person || isRecording {
			r.Limit = 0
		}
	}
	if strings.HasSuffix(r.Pattern, scriptSuffix) || isRecording {
		if err := srv.tapped.claim(ctx); err != nil {
			return err
		}
		return errors.Join(srv.serveFile(ctx, r, reader, a), srv.tapped.settle(ctx))
	}
	if reader.Mock != (rule.Mock{}) {
		return arguments.Mistake(name, "--match, --order, --pace and --miss are for a recording: FILE"+RecordingSuffix)
	}
	if err := reader.Answer(a.Rest); err != nil {
		return err
	}
	if err := srv.tapped.claim(ctx); err != nil {
		return err
	}
	srv.session.Rules().Set(r)
	if srv.view.Interactive() && hook == nil {
		srv.view.Say("%s is answered with %s", view.Visible(r.Pattern), view.Visible(r.Text))
		srv.tellWaiting(r)
	}
	return nil
}

// tellWaiting says which requests a new rule does not answer, as they wait for the person already.
func (srv *server) tellWaiting(r *answer.Rule) {
	var waiting []string
	for _, p := range srv.session.PendingRequests().List() {
		if glob.Match(r.Pattern, p.Method) && !p.Held {
			waiting = append(waiting, strconv.FormatUint(p.Number, 10))
		}
	}
	switch len(waiting) {
	case 0:
	case 1:
		srv.view.Remark(fmt.Sprintf("%s waits already: .reply %[1]s VALUE answers it", waiting[0]))
	default:
		srv.view.Remark(fmt.Sprintf("%s wait already: .reply N VALUE answers each", strings.Join(waiting, ", ")))
	}
}

// serveFile serves a script, or a recording.
func (srv *server) serveFile(ctx context.Context, r *answer.Rule, reader *rule.Reader, a *arguments.Args) error {
	if !a.Empty() || r.Answerer != nil {
		return arguments.Mistake(a.Rest, "nothing belongs here: the file answers")
	}
	if !strings.HasSuffix(r.Pattern, RecordingSuffix) {
		return srv.session.Scripts().Serve(ctx, r.Pattern, r, r.Text)
	}
	opts, err := reader.Mock.Options(srv.session.PendingRequests())
	if err != nil {
		return err
	}
	return srv.session.Scripts().ServeRecording(r.Pattern, r, r.Text, opts, reader.Mock.Pass())
}

// prefer runs .prefer N [PLACE].
func (srv *server) prefer(_ context.Context, args lang.Text) error {
	a := arguments.Read(args)
	first := a.Word()
	to := 1
	from, err := strconv.Atoi(first.Text)
	if err == nil && !a.Empty() {
		to, err = strconv.Atoi(a.Rest.Text)
	}
	if err != nil {
		return fmt.Errorf("numbers of rules belong here, as .serve lists them")
	}
	return srv.session.Rules().Move(from, to)
}

// unserve runs .unserve NAME | N | FILE.
func (srv *server) unserve(_ context.Context, args lang.Text) error {
	name := arguments.Unquote(args.Text)
	if name == "" {
		return fmt.Errorf("which method? .serve lists what is served")
	}
	rules := srv.session.Rules()
	if srv.session.Scripts().Unserve(name) || rules.Remove(name) {
		return nil
	}
	if n, err := strconv.Atoi(name); err == nil {
		_, err := rules.RemoveAt(n)
		return err
	}
	return fmt.Errorf("%s is not served (.serve lists what is)", name)
}

// list lists what is served, in the order in which it is asked; what nobody asks for, and what is answered by default,
// comes last.
func (srv *server) list() {
	var t columns.Table
	t.Row("", "METHOD", "USED", "ANSWER")
	for i, r := range srv.session.Rules().List() {
		t.Row(strconv.Itoa(i+1), view.Visible(r.Pattern), human.Grouped(r.Used), view.Visible(r.Text))
	}
	for _, script := range srv.session.Scripts().List() {
		for _, does := range script.OwnAccord {
			t.Row("–", view.Visible(does), "", "of its own accord in "+view.Visible(script.Name))
		}
	}
	var listed []string
	for _, p := range srv.session.Peers().List() {
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
		return completer.Find(typed, new(rule.Reader).Flags().Candidates(), MaxCandidates)
	}
	return append(completer.Find(typed, called(srv.session, "called by"), MaxCandidates), servable(typed)...)
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
	for _, script := range srv.session.Scripts().List() {
		all = append(all, completer.Candidate{Text: script.Name, Description: "all that this script does"})
	}
	return append(all, srv.completeRule(words)...)
}
