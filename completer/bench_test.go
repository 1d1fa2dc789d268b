package completer_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"rpcsh/completer"
)

// manyNames returns n different names in the styles of several kinds of peers.
func manyNames(n int) []completer.Candidate {
	random := rand.New(rand.NewPCG(3, 4))
	words := []string{"get", "set", "block", "transaction", "subscribe", "progress", "add", "text", "document",
		"window", "buffer",
		"list", "number", "by", "hash", "notify", "report", "session", "target", "create", "delete", "update", "name",
		"value"}
	pick := func() string { return words[random.IntN(len(words))] }
	title := func() string { w := pick(); return string(w[0]-'a'+'A') + w[1:] }
	cs := make([]completer.Candidate, n)
	for i := range cs {
		var name string
		switch i % 3 {
		case 0:
			name = fmt.Sprintf("%s_%s_%s_%d", pick(), pick(), pick(), i)
		case 1:
			name = fmt.Sprintf("eth_%s%s%s%d", pick(), title(), title(), i)
		case 2:
			name = fmt.Sprintf("%s%s.%s%s%d", title(), title(), pick(), title(), i)
		}
		cs[i] = completer.Candidate{Text: name}
	}
	return cs
}

func BenchmarkFind(b *testing.B) {
	for _, size := range []int{10_000, 100_000} {
		x := completer.NewIndex(manyNames(size))
		for _, bb := range []struct{ name, typed string }{
			{"nothing", ""},
			{"common-prefix", "eth_"},
			{"other-case", "ETH_"},
			{"word-start", "ebl"},
			{"initials", "egbn"},
			{"two-letters", "ot"},
			{"fuzzy", "rgeb"},
			{"fuzzy-scattered", "tnokb"},
			{"fuzzy-miss", "getblokc"},
			{"fuzzy-miss-worst", "tttttttt"},
			{"no-match", "zqx"},
		} {
			b.Run(fmt.Sprintf("%d/%s", size, bb.name), func(b *testing.B) {
				b.ReportAllocs()
				found := 0
				for b.Loop() {
					found = len(x.Find(bb.typed, 50))
				}
				b.ReportMetric(float64(found), "found")
			})
		}
	}
}

// BenchmarkFindAlike is BenchmarkFind for names of which nearly all have what is typed, as generated ones have.
func BenchmarkFindAlike(b *testing.B) {
	names := make([]completer.Candidate, 100_000)
	for i := range names {
		names[i].Text = fmt.Sprintf("group%d.method_%d", i%100, i)
	}
	x := completer.NewIndex(names)
	for _, typed := range []string{"group7.method_7", "group7.method_70", "gm707", "o", "grup7", "p7m7"} {
		b.Run(typed, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				x.Find(typed, 50)
			}
		})
	}
}

func BenchmarkNewIndex(b *testing.B) {
	names := manyNames(100_000)
	b.ReportAllocs()
	for b.Loop() {
		completer.NewIndex(names)
	}
}
