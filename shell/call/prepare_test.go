package call

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dialect"
)

// Where what is spoken has no named arguments, they are put in order, or refused; an object alone is the one argument.
func TestNoNames(t *testing.T) {
	add := catalog.Method{
		Name: "add", Source: catalog.SourceSchema, Params: []catalog.Param{{Name: "a"}, {Name: "b"}},
	}
	for _, tt := range []struct {
		method, params string
		raw            bool
		check          Check
		want           string // what is sent, or a part of the error
	}{
		{"add", `{"b":2,"a":1}`, false, CheckParams, `[1,2]`},
		{"add", `{"b":2,"a":1}`, true, CheckParams, `[1,2]`},
		{"add", `{"c":2}`, true, CheckParams, `[{"c":2}]`},
		{"add", `{"c":2}`, false, CheckParams, "c is not a param of add"},
		{"add", `[1,2]`, false, CheckParams, `[1,2]`},
		{"other", `{"b":2}`, true, CheckParams, `[{"b":2}]`},
		{"other", `{"b":2}`, true, CheckNothing, `{"b":2}`},
		{"other", `{"b":2}`, false, CheckNothing, "Plain RPC has no named arguments"},
		{"other", `{"b":2}`, false, CheckParams, `or one object, as in other {"NAME":VALUE}`},
		{"other", ``, false, CheckParams, ``},
	} {
		c := newCalling(t, add)
		c.host.NoNames = func() string { return "Plain RPC" }
		r := Request{Method: tt.method, Raw: tt.raw}
		if tt.params != "" {
			r.Params = json.RawMessage(tt.params)
		}
		p, err := c.Prepare(r, tt.check)
		var wrong *ArgumentError
		switch {
		case errors.As(err, &wrong) && strings.Contains(err.Error(), tt.want) && tt.want != "":
		case err != nil || string(p.Params) != tt.want:
			t.Errorf("%s %s: %v, want %s", tt.method, tt.params, err, tt.want)
		}
	}
	c := newCalling(t, add)
	c.host.NoNames = func() string { return "" }
	if p, err := c.Prepare(Request{Method: "add", Params: json.RawMessage(`{"b":2}`)}, CheckParams); err != nil ||
		string(p.Params) != `{"b":2}` {
		t.Errorf("where there are names: %v", err)
	}
}

// What nobody has given is not sent unasked, unless it is the default; and then it is told.
func TestPlaceholders(t *testing.T) {
	div := catalog.Method{
		Name: "div", Source: catalog.SourceSchema, Structure: catalog.ByPosition,
		Params: []catalog.Param{{Name: "a"}, {Name: "b", Schema: json.RawMessage(`{"default":10}`)}, {Name: "c"}},
	}
	const missing = "a is missing: div takes its params by position, and null would stand for it before "
	const remark = "b was not given: 10 is sent for it, before c"
	for _, tt := range []struct {
		params string
		raw    bool
		check  Check
		want   string // what is sent, and the remark; or the error
	}{
		{`{"a":1,"b":2}`, false, CheckParams, `[1,2]`},
		{`{"a":1}`, false, CheckParams, `[1]`},
		{`{"b":2}`, false, CheckParams, missing + "b"},
		{`{"b":2}`, true, CheckParams, missing + "b"},
		{`{"c":3}`, false, CheckParams, missing + "c"},
		{`{"b":2}`, false, CheckNothing, `[null,2] a was not given: null is sent for it, before b`},
		{`{"a":1,"c":3}`, false, CheckParams, `[1,10,3] ` + remark},
	} {
		c := newCalling(t, div)
		c.host.NoNames = func() string { return "Plain RPC" }
		p, err := c.Prepare(Request{Method: "div", Params: json.RawMessage(tt.params), Raw: tt.raw}, tt.check)
		got := ""
		if err != nil {
			got = err.Error()
		} else {
			got = strings.Join(append([]string{string(p.Params)}, p.remarks...), " ")
		}
		if got != tt.want {
			t.Errorf("%s, raw %v: %s, want %s", tt.params, tt.raw, got, tt.want)
		}
	}
	c := newCalling(t, div)
	outcome := make(chan *Outcome, 1)
	go func() { outcome <- c.Do(t.Context(), c.prepare(t, "div", `{"a":1,"c":3}`), Options{}) }()
	c.Expect(`{"jsonrpc":"2.0","id":1,"method":"div","params":[1,10,3]}`)
	c.Send(`{"jsonrpc":"2.0","id":1,"result":0}`)
	if o := <-outcome; len(o.Remarks) != 1 || o.Remarks[0] != remark {
		t.Errorf("remarks: %q", o.Remarks)
	}
}

// A batch is refused with the reason where the peer takes none, unless somebody insists.
func TestTakesBatches(t *testing.T) {
	c := newCalling(t)
	if err := c.TakesBatches(CheckParams); err != nil {
		t.Error(err)
	}
	c.host.NoBatch = func() string { return "most likely" }
	if err := c.TakesBatches(CheckParams); err == nil || err.Error() != "most likely" {
		t.Errorf("a peer of which nothing is known: %v", err)
	}
	c.dialect = &dialect.Dialect{NoBatch: "they end at one"}
	var refused *Refusal
	if err := c.TakesBatches(CheckParams); !errors.As(err, &refused) || err.Error() != "they end at one" {
		t.Errorf("got %v", err)
	}
	if err := c.TakesBatches(CheckNothing); err != nil {
		t.Errorf("it is refused though somebody insists: %v", err)
	}
}

// What is remembered of a peer that has not told puts params in order, and never refuses or checks any.
func TestRecalled(t *testing.T) {
	object := catalog.Param{Name: "a", Required: true, Schema: json.RawMessage(`{"type":"object"}`)}
	number := catalog.Param{Name: "b", Required: true, Schema: json.RawMessage(`{"type":"number"}`)}
	remembered := catalog.New(
		catalog.Method{
			Name: "told", Source: "openrpc", Structure: catalog.ByPosition, Params: []catalog.Param{object, number},
		},
		catalog.Method{Name: "named", Source: "openrpc", Structure: catalog.ByName, Params: []catalog.Param{number}},
		catalog.Method{
			Name: "guessed", Source: catalog.SourceUsed, Structure: catalog.ByPosition, Params: []catalog.Param{object},
		},
	)
	for _, tt := range []struct {
		method, params string
		raw            bool
		check          Check
		want           string
	}{
		{"told", `{"x":1}`, true, CheckParams, `[{"x":1}]`},
		{"told", `{"b":1,"a":{}}`, false, CheckParams, `[{},1]`},
		{"told", `{"x":1}`, true, CheckNothing, `{"x":1}`},
		{"told", `{"b":1}`, false, CheckParams, `{"b":1}`},
		{"told", `{"c":1}`, false, CheckParams, `{"c":1}`},
		{"told", `["x","y","z"]`, false, CheckParams, `["x","y","z"]`},
		{"named", `["x"]`, false, CheckParams, `{"b":"x"}`},
		{"guessed", `{"x":1}`, true, CheckParams, `{"x":1}`},
		{"other", `{"x":1}`, true, CheckParams, `{"x":1}`},
	} {
		c := newCalling(t)
		c.host.Recall = func(method string) *catalog.Catalog { return remembered }
		p, err := c.Prepare(Request{Method: tt.method, Params: json.RawMessage(tt.params), Raw: tt.raw}, tt.check)
		if err != nil || string(p.Params) != tt.want {
			t.Errorf("%s %s: %v, %v", tt.method, tt.params, p, err)
		}
	}
}

// Who gives values without names is told that what is missing is one, too.
func TestMissingBehindOthers(t *testing.T) {
	params := []catalog.Param{{Name: "a", Required: true}, {Name: "b", Required: true}}
	for structure, want := range map[catalog.Structure]string{
		catalog.ByName: "b is missing, as a value behind the others", catalog.ByPosition: "b is missing",
	} {
		c := newCalling(t, catalog.Method{Name: "add", Source: "openrpc", Structure: structure, Params: params})
		_, err := c.Prepare(Request{Method: "add", Params: json.RawMessage(`[1]`)}, CheckParams)
		if err == nil || err.Error() != want {
			t.Errorf("%v: %v", structure, err)
		}
	}
	c := newCalling(t, catalog.Method{Name: "add", Source: "openrpc", Structure: catalog.ByName, Params: params})
	_, err := c.Prepare(Request{Method: "add", Params: json.RawMessage(`{"a":1}`)}, CheckParams)
	if err == nil || err.Error() != "b is missing" {
		t.Errorf("by name: %v", err)
	}
}
