package jq

import (
	"slices"
	"testing"
)

func TestHeadings(t *testing.T) {
	for expression, want := range map[string][]string{
		`.[] | [.name, .address.city]`: {"name", "address.city"},
		`map([.a, .b*2])`:              {"a", "b * 2"},
		`[.[] | [.a[0], ."x y"]]`:      {"a[0]", `."x y"`},
		`.users[] | [.id]`:             {"id"},
		`[.a, .b]`:                     {"a", "b"},
		`.[] | {a}`:                    nil,
		`.[]`:                          nil,
		`[]`:                           nil,
		`. as [$a] | [$a, 1]`:          {"$a", "1"},
		`[.a, .b] | .[0]`:              nil,
		`[.a, .b][0]`:                  nil,
		`.a |`:                         nil,
	} {
		if got := Headings(expression); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", expression, got, want)
		}
	}
}
