package main

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// TestUsageColumn holds the summaries of rpcsh -h to one column.
func TestUsageColumn(t *testing.T) {
	lines := strings.Split(usage(), "\n")
	for _, v := range verbs() {
		found := false
		for _, line := range lines {
			before, ok := strings.CutSuffix(line, v.summary)
			if !ok {
				continue
			}
			found = true
			if n := utf8.RuneCountInString(before); n != usageColumn+4 {
				t.Errorf("%s: its summary begins in column %d, want %d", v.line(), n, usageColumn+4)
			}
		}
		if !found {
			t.Errorf("%s: no row ends with its summary %q", v.line(), v.summary)
		}
	}
}
