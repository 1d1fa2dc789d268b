package event

import (
	"errors"
	"strings"
	"testing"
)

func TestFilter(t *testing.T) {
	events := map[string]*Event{
		"in":     {Peer: Peer{Number: 1}, Kind: Request, Method: "my_add"},
		"out":    {Peer: Peer{Number: 1}, Out: true, Kind: Response, Method: "my_add"},
		"note":   {Peer: Peer{Number: 2}, Kind: Notification, Method: "textDocument/didOpen"},
		"failed": {Peer: Peer{Number: 2}, Out: true, Kind: Error, Method: "my_double"},
		"junk":   {Peer: Peer{Number: 3}, Kind: Error},
		"stray":  {Peer: Peer{Number: 3}, Kind: Response},
		"tool":   {Peer: Peer{Number: 4}, Out: true, Kind: Progress, Method: "tools/call", Subject: "get-sum"},
	}
	for _, tt := range []struct{ filter, want string }{
		{"", "in out note failed junk stray tool"},
		{" \t ", "in out note failed junk stray tool"},
		{"*", "in out note failed junk stray tool"},
		{"my_add", "in out"},
		{"my_*", "in out failed"},
		{"my_a?? text*", "in out note"},
		{"textDocument/*", "note"},
		{"*Open", "note"},
		{"?*", "in out note failed tool"},
		{"peer:1", "in out"}, {"peer:@1", "in out"}, {"peer:1 peer:3", "in out junk stray"}, {"peer:12", ""},
		{"dir:in", "in note junk stray"}, {"dir:out", "out failed tool"},
		{"dir:in dir:out", "in out note failed junk stray tool"},
		{"kind:request", "in"}, {"kind:notification", "note"}, {"kind:response", "out stray"},
		{"kind:error", "failed junk"}, {"kind:request kind:error", "in failed junk"},
		{"peer:1 dir:out my_*", "out"},
		{"my_* kind:error", "failed"},
		{"get-*", "tool"}, {"tools/*", "tool"}, {"tools/call get-sum", "tool"},
		{"peer:2 my_add", ""},
		{`\request \@x`, ""}, {"connect close", ""},
		{"other:1", ""}, // the name of a method may have a colon
	} {
		f, err := ParseFilter(tt.filter)
		if err != nil {
			t.Errorf("%q: %v", tt.filter, err)
			continue
		}
		var got []string
		for _, name := range []string{"in", "out", "note", "failed", "junk", "stray", "tool"} {
			if f.Match(events[name]) {
				got = append(got, name)
			}
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%q shows %q, want %q", tt.filter, got, tt.want)
		}
		if want := strings.Join(strings.Fields(tt.filter), " "); f.String() != want {
			t.Errorf("%q is written %q", tt.filter, f)
		}
	}
}

func TestHasMessages(t *testing.T) {
	for text, want := range map[string]bool{
		"": true, "my_add peer:1": true, "kind:error": true, "connect kind:request": true, "connect": false,
		"kind:note kind:stderr my_add": false,
	} {
		f, err := ParseFilter(text)
		if got := f.HasMessages(); err != nil || got != want {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
}

func TestFilterMistakes(t *testing.T) {
	for _, tt := range []struct {
		filter string
		offset int
		reason string
	}{
		{"peer:", 0, "peer:: a peer's number"},
		{"peer:x", 0, "peer:x: a peer's number"},
		{"a peer:0", 2, "peer:0: a peer's number"},
		{"peer:-1", 0, "peer:-1: a peer's number"},
		{"peer:1  peer:10 peer:1x", 16, "peer:1x: a peer's number"},
		{"dir:up", 0, "dir:up: write dir:in or dir:out"},
		{"ü\tkind:reply", 3, "kind:reply: a kind is one of request, notification, response, error"},
		{"a [b", 2, "[b is not a pattern"},
		{"@2", 0, "@2 is no filter: write peer:2"},
		{"#2", 0, "#2 is no filter: that is how an id of the wire is written"},
		{"a !tick", 2, "!tick is no filter: write kind:notification tick"},
		{"kind=request", 0, "kind=request is no filter: it is method globs"},
		{"a,b", 0, "a,b is no filter: it is method globs"},
		{`a {"x":1}`, 2, `{"x":1} is no filter: it is method globs`},
		{"method:tick", 0, "method:tick is no filter: write the method alone: tick"},
		{"type:error", 0, "type:error is no filter: the sorts are kind:"},
		{"in", 0, `in is no filter: write dir:in; a method of that name is \in`},
		{"errors", 0, `errors is no filter: write kind:error; a method of that name is \errors`},
		{"note", 0, `note is no filter: write kind:note`},
	} {
		f, err := ParseFilter(tt.filter)
		var e *FilterError
		if !errors.As(err, &e) || e.Offset != tt.offset || !strings.HasPrefix(e.Reason, tt.reason) {
			t.Errorf("%q: %#v, want %d %s", tt.filter, err, tt.offset, tt.reason)
		}
		if f.String() != "" || !f.Match(&Event{}) {
			t.Errorf("%q: the filter %q with an error", tt.filter, f)
		}
	}
}

func TestZeroFilter(t *testing.T) {
	if !(Filter{}).Match(&Event{Kind: Error}) || (Filter{}).String() != "" {
		t.Error("the zero Filter does not show all")
	}
	if (Filter{}).Incoming().Match(&Event{Kind: Error, Out: true}) {
		t.Error("what goes out comes in")
	}
}

func BenchmarkMatch(b *testing.B) {
	e := &Event{Peer: Peer{Number: 1}, Kind: Notification, Method: "textDocument/didOpen"}
	for name, text := range map[string]string{
		"zero": "", "kinds": "kind:request kind:notification", "globs": "report_* text*/did* peer:1 kind:notification",
	} {
		b.Run(name, func(b *testing.B) {
			f, err := ParseFilter(text)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if !f.Match(e) {
					b.Fatal("no match")
				}
			}
		})
	}
}
