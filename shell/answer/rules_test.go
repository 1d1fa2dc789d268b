package answer

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/catalog"
)

// list shows rules in their order, each with how often it was used.
func list(rules *Rules) string {
	var all []string
	for _, l := range rules.List() {
		all = append(all, fmt.Sprintf("%s:%s:%d", l.Pattern, l.Text, l.Used))
	}
	return strings.Join(all, " ")
}

// What is narrower is asked first, whatever it was that was set first.
func TestOrder(t *testing.T) {
	var rules Rules
	condition, err := NewCondition(".[0] > 5")
	if err != nil {
		t.Fatal(err)
	}
	rules.Set(&Rule{Pattern: "*", Text: "glob"})
	rules.Set(&Rule{Pattern: "m", Text: "all"})
	rules.Set(&Rule{Pattern: "m*", Text: "first", Times: 1})
	rules.Set(&Rule{Pattern: "m", Text: "big", If: condition})
	rules.Set(&Rule{Pattern: "n", Text: "other"})
	if got, want := list(&rules), "m:big:0 m:all:0 n:other:0 m*:first:0 *:glob:0"; got != want {
		t.Fatalf("got %q, want %q", got, want)
	}
	for _, tt := range []struct{ method, params, want string }{
		{"m", "[6]", "big"}, {"m", "[5]", "all"}, {"m", "", "all"}, {"mm", "", "first"}, {"mm", "", "glob"},
		{"n", "", "other"},
	} {
		if r := rules.use(t.Context(), asked(tt.method, tt.params)); r.Text != tt.want {
			t.Errorf("%s %s is answered by %s, want %s", tt.method, tt.params, r.Text, tt.want)
		}
	}
	if err := rules.Move(5, 1); err != nil {
		t.Fatal(err)
	}
	rules.Set(&Rule{Pattern: "o", Text: "new"}) // as a person would: what was moved stays where it is
	if got, want := list(&rules), "*:glob:1 m:big:1 m:all:2 n:other:1 o:new:0 m*:first:1"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	for _, place := range []int{0, 7, -1} {
		if rules.Move(place, 1) == nil || rules.Move(1, place) == nil {
			t.Errorf("moved %d, which is no rule", place)
		}
		if _, err := rules.RemoveAt(place); err == nil {
			t.Errorf("removed %d, which is no rule", place)
		}
	}
	if r, err := rules.RemoveAt(2); err != nil || r.Text != "big" {
		t.Errorf("removed %v, %v", r, err)
	}
}

// Rules for a number of requests are a sequence; what has been used up is replaced.
func TestSequence(t *testing.T) {
	var rules Rules
	answered := func(want string) {
		t.Helper()
		if r := rules.use(t.Context(), asked("m", "")); r == nil || r.Text != want {
			t.Errorf("answered by %+v, want %s", r, want)
		}
	}
	rules.Set(&Rule{Pattern: "m", Text: "then"})
	rules.Set(&Rule{Pattern: "m", Text: "first", Times: 1})
	rules.Set(&Rule{Pattern: "m", Text: "second", Times: 2})
	for _, want := range []string{"first", "second", "second", "then", "then"} {
		answered(want)
	}
	rules.Set(&Rule{Pattern: "m", Text: "again", Times: 1})
	if got, want := list(&rules), "m:again:0 m:second:2 m:then:2"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	answered("again")
	answered("then")
}

func TestForPeers(t *testing.T) {
	var rules Rules
	rules.Set(&Rule{Pattern: "m", Text: "others", ForText: "8", For: func(p Peer) bool { return p.Number() == 8 }})
	rules.Set(&Rule{Pattern: "m", Text: "web", ForText: "web", For: func(p Peer) bool { return p.Name() == "web" }})
	if r := rules.use(t.Context(), asked("m", "")); r == nil || r.Text != "web" {
		t.Errorf("peer 7, called web, is answered by %+v", r)
	}
}

func TestReplace(t *testing.T) {
	var rules Rules
	rules.Set(&Rule{Pattern: "own"})
	rules.Replace("f.star", []*Rule{{Pattern: "a", File: "f.star"}, {Pattern: "b", File: "f.star"}})
	rules.use(t.Context(), asked("b", ""))
	rules.Replace("f.star", []*Rule{{Pattern: "b", Text: "new", File: "f.star"}, {Pattern: "c", File: "f.star"}})
	if got, want := list(&rules), "own::0 b:new:1 c::0"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	rules.Renew("f.star", []*Rule{{Pattern: "c", File: "f.star", ForText: "2"}, {Pattern: "b", File: "f.star"}})
	if got, want := list(&rules), "c::0 own::0 b::0"; got != want {
		t.Errorf("renewed: got %q, want %q", got, want)
	}
	if !rules.Remove("f.star") || rules.Remove("f.star") {
		t.Error("Remove says something else than what it did")
	}
	if got := list(&rules); got != "own::0" {
		t.Errorf("got %q", got)
	}
}

func TestState(t *testing.T) {
	var rules Rules
	rules.Set(rule(t, "m", "[$count, ($last|type), ($results|length)]"))
	_, peer := served(t, &rules)
	for _, want := range []string{`[0,"null",0]`, `[1,"array",1]`, `[2,"array",2]`} {
		peer.Send(request("1", "m", ""))
		peer.Expect(result("1", want))
	}
	const most = 100 // as ExpressionVariables says
	for range 2 * most {
		if _, _, err := rules.Answer(t.Context(), asked("m", "")); err != nil {
			t.Fatal(err)
		}
	}
	got, _, err := rules.Answer(t.Context(), asked("m", ""))
	if want := fmt.Sprintf(`[%d,"array",%d]`, 3+2*most, most); err != nil || string(got) != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
}

// A rule that does nothing but answer has nothing to do with notifications.
func TestNotifications(t *testing.T) {
	var rules Rules
	rules.Set(rule(t, "m", "1"))
	rules.Set(&Rule{Pattern: "*", Acts: true, Answerer: FixedError{&rpcconn.Error{Code: 3, Message: "no"}}})
	note := func() *Request {
		return &Request{Request: &rpcconn.Request{Method: "m", Params: json.RawMessage("[1]")}, Peer: caller{}}
	}
	if err := rules.Notify(t.Context(), note()); err == nil || list(&rules) != "m:1:0 *::1" {
		t.Errorf("got %v, and %s", err, list(&rules))
	}
	if !rules.Acts("m") || !rules.Remove("*") || rules.Acts("m") {
		t.Error("Acts does not say what there is for notifications")
	}
	if err := rules.Notify(t.Context(), note()); err != nil {
		t.Error(err)
	}
}

// A condition that never comes to an end does not hold.
func TestConditionEnds(t *testing.T) {
	c, err := NewCondition("last(repeat(1))")
	if err != nil {
		t.Fatal(err)
	}
	if c.limit != DefaultLimit {
		t.Errorf("its limit is %s, want %s", c.limit, DefaultLimit)
	}
	c.limit = 10 * time.Millisecond
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if c.holds(ctx, asked("m", "")) || ctx.Err() != nil {
		t.Errorf("it holds, or took until %v", ctx.Err())
	}
}

// A rule is for requests, for notifications, or for both; without an effect it is for requests alone.
func TestKinds(t *testing.T) {
	for _, tt := range []struct {
		rules                 []*Rule
		kind                  catalog.Kind // for which alone they are
		request, notification string       //  by which rule these are handled
	}{
		{[]*Rule{{Text: "both", Acts: true}}, catalog.KindEither, "both", "both"},
		{[]*Rule{{Text: "answers"}}, catalog.KindEither, "answers", ""},
		{[]*Rule{{Text: "r", Acts: true, Kind: catalog.KindRequest}}, catalog.KindRequest, "r", ""},
		{[]*Rule{{Text: "n", Acts: true, Kind: catalog.KindNotification}}, catalog.KindNotification, "", "n"},
		{
			[]*Rule{
				{Text: "n", Acts: true, Kind: catalog.KindNotification, Times: 2},
				{Text: "r", Acts: true, Kind: catalog.KindRequest},
			}, catalog.KindEither, "r", "n",
		},
		{nil, catalog.KindEither, "", ""},
	} {
		var rules Rules
		for _, r := range tt.rules {
			r.Pattern = "m*"
			rules.Set(r)
		}
		used := func(req *rpcconn.Request) string {
			if r := rules.use(t.Context(), &Request{Request: req}); r != nil {
				return r.Text
			}
			return ""
		}
		request := used(&rpcconn.Request{Method: "m", ID: rpcconn.NullID()})
		notification := used(&rpcconn.Request{Method: "m"})
		acts := rules.Acts("m")
		if request != tt.request || notification != tt.notification || acts != (notification != "") ||
			rules.Kind("m") != tt.kind {
			t.Errorf("%v: requests by %q, notifications by %q, acts %v, kind %d; want %+v",
				list(&rules), request, notification, acts, rules.Kind("m"), tt)
		}
	}
}
