package main

import (
	"cmp"
	"maps"
	"os"
	"slices"
	"testing"
)

// bars are how large ratios may be, by their names. They are of time or memory: the smaller, the better.
type bars map[string]float64

// hold measures ratios and reports the medians. With RPCSH_BARS set, one that is more than one and a half times its bar
// fails, if it is so again and again: other programs may be at work.
func (bars bars) hold(b *testing.B, measure func() map[string]float64) {
	const turns, tries = 3, 4
	all := make(map[string][]float64)
	turn := func() {
		for name, ratio := range measure() {
			all[name] = append(all[name], ratio)
		}
	}
	for b.Loop() {
		turn()
	}
	for try := 1; os.Getenv("RPCSH_BARS") != ""; try++ {
		clear(all)
		for range turns {
			turn()
		}
		worst := bars.worst(all)
		if median(all[worst]) <= bars[worst]*1.5 {
			break
		}
		if try == tries {
			b.Errorf("%s is %.2f, more than one and a half times %.2f", worst, median(all[worst]), bars[worst])
			break
		}
	}
	for name, ratios := range all {
		b.ReportMetric(median(ratios), name)
	}
}

// worst returns the name of the ratio that is farthest above its bar.
func (bars bars) worst(all map[string][]float64) string {
	return slices.MaxFunc(slices.Sorted(maps.Keys(all)), func(a, b string) int {
		return cmp.Compare(median(all[a])/bars[a], median(all[b])/bars[b])
	})
}

func median(ratios []float64) float64 {
	slices.Sort(ratios)
	return ratios[len(ratios)/2]
}
