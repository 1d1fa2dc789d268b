package completer_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"rpcsh/completer"
)

func candidates(names ...string) []completer.Candidate {
	cs := make([]completer.Candidate, len(names))
	for i, n := range names {
		cs[i] = completer.Candidate{Text: n, Description: fmt.Sprint(i)}
	}
	return cs
}

func texts(cs []completer.Candidate) []string {
	names := make([]string, len(cs))
	for i, c := range cs {
		names[i] = c.Text
	}
	return names
}

func TestFind(t *testing.T) {
	tests := []struct {
		name  string
		typed string
		from  string // names, blanks between
		want  string
	}{
		{"nothing typed", "", "my_add echo Boom", "Boom echo my_add"},
		{"same case first", "Ec", "echo Echo ecru Ecru", "Echo Ecru echo ecru"},
		{"prefix in alphabetical order", "get", "get_z get getBlock get_a_long_one",
			"get get_a_long_one get_z getBlock"},
		{"the name itself before longer ones", "add", "add_more my_add add", "add add_more my_add"},
		{"another case", "ETH_", "eth_call eth_sign net_version", "eth_call eth_sign"},
		{"word start", "add", "my_progress_add padded my_add", "my_add my_progress_add padded"},
		{"initials", "pa", "my_progress_add sparse", "my_progress_add sparse"},
		{"pieces with a separator", "p_a", "my_progress_add my_path", "my_progress_add"},
		{"whatever separator", "p.a", "my_progress_add", "my_progress_add"},
		{"initial and word", "padd", "my_progress_add", "my_progress_add"},
		{"all initials", "mpa", "my_progress_add xmpa", "my_progress_add xmpa"},
		{"two prefixes", "prad", "my_progress_add", "my_progress_add"},
		{"a piece shorter than it could be", "abc", "x_abx_bc", "x_abx_bc"},
		{"no word twice", "pp", "my_progress", ""},
		{"words in their order", "ap", "my_progress_add", ""},
		{"lower to upper", "bn", "eth_getBlockByNumber", "eth_getBlockByNumber"},
		{"after a capital is no word", "tp", "xHTTP", "xHTTP"},
		{"every separator", "abcdefgh", "a.b_c-d/e:f$g.h", "a.b_c-d/e:f$g.h"},
		{"fewer pieces first", "de", "x_d_e x_demonstration", "x_demonstration x_d_e"},
		{"shorter first", "def", "x_definition textDocument/definition", "x_definition textDocument/definition"},
		{"slash and capital", "td/d", "textDocument/definition textDocument/hover", "textDocument/definition"},
		{"side by side before scattered", "xy", "axbybb axybbbbb", "axybbbbb axbybb"},
		{"tighter first", "xz", "a1x..z a1x....z a1x.z", "a1x.z a1x..z a1x....z"},
		{"tightest stretch counts", "xyz", "ax..yz..xyz ax.yz", "ax..yz..xyz ax.yz"},
		{"earlier first", "xz", "aaxz axzaaaaa", "axzaaaaa aaxz"},
		{"not in this order", "zx", "axz", ""},
		{"one character too many", "echoo", "echo", ""},
		{"only separators", "__", "a__b a_b_c", "a__b a_b_c"},
		{"special names", "$/", "$/cancelRequest $/progress", "$/cancelRequest $/progress"},
		{"after a dollar", "can", "$/cancelRequest", "$/cancelRequest"},
		{"other alphabets", "äö", "ÄÖrger äöl x_ä_ö fäxö", "äöl ÄÖrger x_ä_ö fäxö"},
		{"Greek and Cyrillic", "ΩЖ", "ωж_1 omega", "ωж_1"},
		{"half of a character is none", "ä", "Ã¤ ãx¤", ""},
		{"case of another length", "Ⱥb", "xⱥb Ⱥb_c", "Ⱥb_c xⱥb"},
		{"invalid UTF-8", "\xff", "a\xffb \xff\xfe c", "\xff\xfe a\xffb"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			from := candidates(strings.Split(tt.from, " ")...)
			got := texts(completer.Find(tt.typed, from, 10))
			if want := strings.Fields(tt.want); !slices.Equal(got, want) {
				t.Errorf("Find(%q) = %q, want %q", tt.typed, got, want)
			}
			slices.Reverse(from)
			if again := texts(completer.Find(tt.typed, from, 10)); !slices.Equal(again, got) {
				t.Errorf("Find(%q) depends on the order of the candidates: %q and %q", tt.typed, got, again)
			}
		})
	}
}

func TestFindMax(t *testing.T) {
	x := completer.NewIndex(candidates("add", "address", "ADDER", "my_add", "add", "xaddx", "axdxd"))
	if got := x.Len(); got != 6 {
		t.Errorf("Len() = %d, want 6", got)
	}
	all := []string{"add", "address", "ADDER", "my_add", "xaddx", "axdxd"}
	for n := -1; n <= len(all)+1; n++ {
		want := all[:max(0, min(len(all), n))]
		if got := texts(x.Find("add", n)); !slices.Equal(got, want) {
			t.Errorf("Find(add, %d) = %q, want %q", n, got, want)
		}
	}
	if got := x.Find("add", int(^uint(0)>>1)); len(got) != len(all) {
		t.Errorf("Find(add, as many as there are) = %q", got)
	}
}

func TestFirstOfDuplicatesWins(t *testing.T) {
	got := completer.Find("a", []completer.Candidate{{"add", "first"}, {"add", "second"}}, 10)
	if want := []completer.Candidate{{"add", "first"}}; !slices.Equal(got, want) {
		t.Errorf("Find = %v, want %v", got, want)
	}
}

func TestEmptyIndex(t *testing.T) {
	for _, x := range []*completer.Index{completer.NewIndex(nil), completer.NewIndex(candidates(""))} {
		if got := x.Find("a", 10); len(got) != 0 {
			t.Errorf("Find = %v, want nothing", got)
		}
	}
}

// TestResultIsTheCallers writes into a result, which nobody else may notice.
func TestResultIsTheCallers(t *testing.T) {
	x := completer.NewIndex(candidates("add", "boom"))
	x.Find("", 2)[0].Text = "changed"
	if got := texts(x.Find("", 2)); !slices.Equal(got, []string{"add", "boom"}) {
		t.Errorf("Find = %q after the earlier result was changed", got)
	}
}

func TestConcurrentUse(t *testing.T) {
	x := completer.NewIndex(manyNames(2000))
	want := x.Find("gblock", 20)
	done := make(chan bool)
	const users = 4
	for range users {
		go func() { done <- slices.Equal(x.Find("gblock", 20), want) }()
	}
	for range users {
		if !<-done {
			t.Error("a concurrent Find found something else")
		}
	}
}
