package catalog

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"rpcsh/rpcconn/schema"
)

// sourcePeer is a source that knows best: the peer itself.
const sourcePeer Source = "rpc.discover"

// names returns the methods in short: name, source and, for ours, a dot.
func names(methods []Method) string {
	var list []string
	for _, m := range methods {
		s := m.Name + ":" + m.Source.String()
		if m.Ours {
			s += "."
		}
		list = append(list, s)
	}
	return strings.Join(list, " ")
}

func TestLearnPrefersTheBetterSource(t *testing.T) {
	method := func(source Source, summary string) Method { return Method{Name: "m", Source: source, Summary: summary} }
	tests := []struct {
		first, second Source
		want          string // of the summaries
	}{
		{SourceTraffic, SourceTraffic, "first"},
		{SourceTraffic, SourceUsed, "second"},
		{SourceTraffic, sourcePeer, "second"},
		{SourceUsed, SourceTraffic, "first"},
		{SourceUsed, SourceUsed, "first"},
		{SourceUsed, sourcePeer, "second"},
		{sourcePeer, SourceTraffic, "first"},
		{sourcePeer, SourceUsed, "first"},
		{sourcePeer, sourcePeer, "second"}, // what the peer says now
	}
	for _, test := range tests {
		c := New(method(test.first, "first"))
		version := c.Version()
		if added := c.Learn(method(test.second, "second")); added != 0 {
			t.Errorf("%v, %v: %d methods were added", test.first, test.second, added)
		}
		m, ok := c.Find("m")
		if !ok || m.Summary != test.want {
			t.Errorf("%v, %v: the %s stayed, want the %s", test.first, test.second, m.Summary, test.want)
		}
		if changed := c.Version() != version; changed != (test.want == "second") {
			t.Errorf("%v, %v: version changed: %v", test.first, test.second, changed)
		}
	}
}

func TestCatalog(t *testing.T) {
	c := New()
	if added := c.Learn(Method{Name: "b", Source: SourceUsed}, Method{Name: "a", Source: sourcePeer},
		Method{Name: "b", Ours: true, Source: SourceTraffic}, Method{Name: "b", Source: SourceUsed}); added != 3 {
		t.Errorf("%d methods were added, want 3", added)
	}
	if got, want := names(c.Methods()), "a:rpc.discover b:used b:traffic."; got != want {
		t.Errorf("methods are %s, want %s", got, want)
	}
	c.Learn(Method{Name: "ours", Ours: true, Source: SourceTraffic})
	if !c.Knows("a") || c.Knows("ours") || c.Knows("none") {
		t.Error("Knows is about the peer's methods")
	}
	if got := slices.Sorted(slices.Values(c.Names())); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("the names are %q: those are the peer's methods", got)
	}
	if _, ok := c.Find("ours"); ok {
		t.Error("Find is about the peer's methods")
	}
	version := c.Version()
	c.Forget("none")
	c.Forget("ours")
	c.Forget("a") // the peer lists it, so it is there
	if c.Version() != version || !c.Knows("a") {
		t.Error("something was forgotten")
	}
	c.Forget("b")
	if c.Version() == version || c.Knows("b") {
		t.Error("b was not forgotten")
	}
	if got, want := names(c.Methods()), "a:rpc.discover b:traffic. ours:traffic."; got != want {
		t.Errorf("methods are %s, want %s", got, want)
	}
}

func TestReplace(t *testing.T) {
	raw := func(text string) json.RawMessage { return json.RawMessage(text) }
	c := New(Method{Name: "used", Source: SourceUsed}, Method{Name: "b", Source: SourceUsed})
	added := c.Replace(&Learned{Source: "mcp", Peer: Identity{Name: "p"}, Methods: []Method{{Name: "a"}, {Name: "b"},
		{Name: "guess", Source: SourceTraffic}}, Definitions: schema.Definitions{"A": raw("1"), "B": raw("2")}})
	if got, want := names(c.Methods()), "a:mcp b:mcp guess:traffic used:used"; got != want || added != 2 {
		t.Errorf("%d were added to %s, want 2, %s", added, got, want)
	}
	given := c.Definitions()
	c.Replace(&Learned{Source: SourceCode, Definitions: schema.Definitions{"C": raw("3")}})
	added = c.Replace(&Learned{Source: "mcp", Methods: []Method{{Name: "b"}, {Name: "c"}},
		Definitions: schema.Definitions{"B": raw("4")}})
	if got, want := names(c.Methods()), "b:mcp c:mcp guess:traffic used:used"; got != want || added != 1 ||
		c.Peer().Name != "p" {
		t.Errorf("%d were added to %s, want 1, %s", added, got, want)
	}
	if got, want := fmt.Sprintf("%s", c.Definitions()), "map[B:4 C:3]"; got != want || len(given) != 2 ||
		string(given["B"]) != "2" {
		t.Errorf("definitions are %s, want %s; those given out are %s", got, want, given)
	}
}

func TestCatalogIsBounded(t *testing.T) {
	c := New(Method{Name: "first", Source: SourceUsed})
	methods := make([]Method, MaxMethods)
	for i := range methods {
		methods[i].Name = fmt.Sprint(i)
	}
	if added := c.Learn(methods...); added != MaxMethods-1 {
		t.Errorf("%d methods were added", added)
	}
	if added := c.Learn(Method{Name: "one more", Source: sourcePeer}); added != 0 || c.Knows("one more") {
		t.Error("there is no bound")
	}
	if c.Observe("seen", false, json.RawMessage(`[1]`), nil); c.Knows("seen") {
		t.Error("there is no bound on what is observed")
	}
	if c.Learn(Method{Name: "first", Source: sourcePeer}); len(c.Methods()) != MaxMethods {
		t.Errorf("%d methods are known", len(c.Methods()))
	}
	if m, _ := c.Find("first"); m.Source != sourcePeer {
		t.Error("what is known is not made better")
	}
}

func TestCatalogIsForManyGoroutines(t *testing.T) {
	c := New()
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 100 {
				name := fmt.Sprint(j % (i + 1))
				c.Learn(Method{Name: name})
				c.Knows(name)
				c.Find(name)
				c.Methods()
				c.Version()
				c.Forget(name)
			}
		})
	}
	wg.Wait()
	if got := c.Methods(); len(got) > 8 {
		t.Errorf("methods are %s", names(got))
	}
}

func TestSignature(t *testing.T) {
	tests := []struct {
		m    Method
		want string
	}{
		{Method{Name: "m"}, "m"},
		{Method{Name: "m", Params: []Param{}}, "m()"},
		{Method{Name: "m", Params: []Param{{Name: "a", Required: true, Schema: json.RawMessage(`{"type":"integer"}`)},
			{Name: "b"}}}, "m(a: integer, b?)"},
		{Method{Name: "m", Params: []Param{{Name: "a", Schema: json.RawMessage(`{"type":["a","b"]}`)},
			{Name: "b", Schema: json.RawMessage(`true`)}}}, "m(a?: a|b, b?)"},
		{Method{Name: "m", Params: []Param{}, Open: true}, "m(…)"},
		{Method{Name: "m", Params: []Param{{Name: "a"}}, Open: true}, "m(a?, …)"},
		{Method{Name: "m", Params: []Param{}, Result: &Param{Schema: json.RawMessage(`{"enum":[1]}`)}}, "m() → 1"},
		{Method{Name: "m", Params: []Param{}, Result: &Param{Schema: json.RawMessage(`{}`)}}, "m()"},
	}
	for _, test := range tests {
		if got := test.m.Signature(); got != test.want {
			t.Errorf("got %s, want %s", got, test.want)
		}
		if head, params, tail := test.m.SignatureParts(); head+strings.Join(params, ", ")+tail != test.want {
			t.Errorf("got the parts %s, %s, %s, want %s", head, params, tail, test.want)
		}
	}
}

func TestIsMethodName(t *testing.T) {
	for name, want := range map[string]bool{
		"": false, "a b": false, "a\x00": false, "a.b/c": true, strings.Repeat("x", maxMethodName): true,
		strings.Repeat("x", maxMethodName+1): false,
	} {
		if got := IsMethodName(name); got != want {
			t.Errorf("%.20q: %v, want %v", name, got, want)
		}
	}
}

// What is learned while methods are put in order is in the order that is asked for afterwards.
func TestMethodsMeanwhile(t *testing.T) {
	c := New()
	var all sync.WaitGroup
	const names = 2000
	all.Go(func() {
		for i := range names {
			c.Learn(Method{Name: fmt.Sprint(i)})
		}
	})
	for range 2 {
		all.Go(func() {
			for c.Len() < names {
				c.Methods()
			}
		})
	}
	all.Wait()
	got := c.Methods()
	inOrder := slices.IsSortedFunc(got, func(a, b Method) int { return strings.Compare(a.Name, b.Name) })
	if len(got) != names || !inOrder {
		t.Errorf("%d methods are in order, want %d", len(got), names)
	}
}
