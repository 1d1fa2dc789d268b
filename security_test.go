package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestPromisesHaveTests looks for the tests that SECURITY.md and the pages in docs name: a promise whose test is gone
// is none. Each promise of docs/reliability.md names one, and each of its sections has promises.
func TestPromisesHaveTests(t *testing.T) {
	known := make(map[string]bool)
	for _, files := range sources(t) {
		for _, f := range files {
			for _, m := range regexp.MustCompile(`(?m)^func (Test\w+)\(`).FindAllStringSubmatch(f.text, -1) {
				known[m[1]] = true
			}
		}
	}
	pages, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range append(pages, "SECURITY.md") {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		named := regexp.MustCompile("`(Test\\w+)`").FindAllStringSubmatch(string(text), -1)
		for _, m := range named {
			if !known[m[1]] {
				t.Errorf("%s names %s, and there is no such test", page, m[1])
			}
		}
		switch {
		case strings.HasSuffix(page, "reliability.md"):
			checkPromises(t, string(text))
		case strings.HasSuffix(page, "SECURITY.md") && len(named) == 0:
			t.Errorf("%s names no tests", page)
		}
	}
}

// checkPromises looks for promises without a test in the list of docs/reliability.md, and compares its sections with
// those that follow it.
func checkPromises(t *testing.T, page string) {
	list, rest, _ := strings.Cut(page, "\n## A. ")
	_, list, _ = strings.Cut(list, "\n| --- |") // behind the heading
	var listed, sections []string
	for _, row := range regexp.MustCompile(`(?m)^\| ([A-Z]?) *\| (.*) \| (.*) \|$`).FindAllStringSubmatch(list, -1) {
		if row[1] != "" {
			listed = append(listed, row[1])
		}
		if !regexp.MustCompile("^`Test\\w+`(, `Test\\w+`)*$").MatchString(row[3]) {
			t.Errorf("no test holds the promise %q", row[2])
		}
	}
	for _, heading := range regexp.MustCompile(`(?m)^## ([A-Z])\. `).FindAllStringSubmatch("## A. "+rest, -1) {
		sections = append(sections, heading[1])
	}
	if !slices.Equal(listed, sections) {
		t.Errorf("the list of promises has the parts %q, and the page the sections %q", listed, sections)
	}
}
