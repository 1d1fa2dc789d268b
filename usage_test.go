package main

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"rpcsh/shell/columns"
)

// TestUsageFits: what -h prints fits into a window, and says the same.
func TestUsageFits(t *testing.T) {
	for _, verb := range []string{"", verbExport, "replay", "show", "tap"} {
		o := &options{verb: verb}
		whole := strings.Fields(o.helpText(unbounded))
		for _, width := range []int{60, 79, 100} {
			text := o.helpText(width)
			for line := range strings.Lines(text) {
				words := strings.Fields(line)
				if n := columns.Width(strings.TrimRight(line, "\n")); n > width && len(words) > 1 {
					t.Errorf("%s: %d columns, more than %d: %s", verb, n, width, line)
				}
			}
			if !slices.Equal(strings.Fields(text), whole) {
				t.Errorf("%s: in %d columns it says something else", verb, width)
			}
		}
	}
}

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

// What would say nothing to a verb is refused: who writes --record behind replay thinks that something is recorded.
func TestStrangers(t *testing.T) {
	for _, verb := range []string{"show", "stat", "export", "replay", "verify"} {
		for _, flag := range []string{
			"--listen=:1", "--execute=x", "--notify", "--linger=1s", "--serve=x", "--record=x", "--append",
			"--record-max=1K",
		} {
			_, err := parseFlags([]string{verb, "x", flag})
			name, _, _ := strings.Cut(flag, "=")
			if err == nil || !strings.Contains(err.Error(), name+" does not go with rpcsh "+verb) {
				t.Errorf("%s %s: %v", verb, flag, err)
			}
		}
	}
	for _, args := range [][]string{
		{"replay", "x", "h:1", "-o", "json"}, {"tap", "-l", ":1", "h:1", "--record", "x"},
		{"-e", ".peers", "attach", "x"},
	} {
		if _, err := parseFlags(args); err != nil {
			t.Errorf("%q: %v", args, err)
		}
	}
}
