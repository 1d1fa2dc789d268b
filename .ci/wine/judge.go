// judge reads what go test -json says of a run under Wine, and tells what Wine cannot do from what fails. It prints the
// tests that fail, and a summary; its exit code is 1 if one fails that Wine's limits do not explain.
package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
)

// A limit is what Wine cannot do, and Windows can.
type limit struct {
	why  string
	test string // the tests that it concerns, as a regular expression; "": all
	text string // what such a test says, as a regular expression; "": anything
}

// limits are those of Wine 8, which Debian 12 has.
var limits = []limit{
	{
		why:  "no POSIX deletion, so that no temporary folder is removed",
		text: `(TempDir RemoveAll cleanup|cannot delete temporary directory): .*Invalid function`,
	},
	{why: "no AF_UNIX, which Windows has since 10", text: `winapi error #10047`},
	{why: "a pipe's name is taken twice, and its first instance", test: `^TestListenPipe$`, text: `a second listener`},
	{why: "links are not made, and no error says so", test: `^(TestUpdateKeepsLinks|TestLink)$`},
	{why: "now and then a program is not started", text: `fork/exec .*: Internal error`},
	{why: "NUL cannot be truncated", text: `writing to NUL: Invalid handle`},
	{why: "programs of Linux are not in PATH", text: `executable file not found in %PATH%`}, // of tests that are skipped
	{why: "its connections are slow", test: `^TestFloodIsSampled$`, text: `no prompt came`},
}

// An event is a line of go test -json.
type event struct {
	Action, Package, Test, Output string
}

// A result is what has become of a test, or of a package, whose Test is "".
type result struct {
	event
	output []string
}

func main() {
	results := make(map[[2]string]*result)
	var order []*result
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var e event
		if json.Unmarshal(lines.Bytes(), &e) != nil || e.Action == "build-output" {
			fmt.Print(cmp.Or(e.Output, lines.Text()+"\n"))
			continue
		}
		key := [2]string{e.Package, e.Test}
		r := results[key]
		if r == nil {
			r = &result{}
			results[key] = r
			order = append(order, r)
		}
		switch e.Action {
		case "output":
			r.output = append(r.output, e.Output)
		case "pass", "fail", "skip":
			r.event = e
		}
	}
	passed, skipped, failed := 0, 0, 0
	excused := make(map[string]int)
	for _, r := range order {
		switch {
		case r.Test != "" && r.Action == "pass":
			passed++
		case r.Test != "" && r.Action == "skip":
			skipped++
		case r.Action == "fail" && !hasFailedPart(r, order):
			if why := excuse(r); why != "" {
				excused[why]++
				continue
			}
			failed++
			fmt.Printf("%s %s\n%s\n", r.Package, r.Test, strings.Join(r.output, ""))
		}
	}
	for _, l := range limits {
		if n := excused[l.why]; n > 0 {
			fmt.Printf("%d by a limit of Wine: %s\n", n, l.why)
		}
	}
	fmt.Printf("%d pass, %d fail, %d are skipped\n", passed, failed, skipped)
	if failed > 0 || passed+len(excused) == 0 {
		os.Exit(1)
	}
}

// hasFailedPart reports whether a part of r has failed, which tells more: a test of a package, or one within a test.
func hasFailedPart(r *result, all []*result) bool {
	return slices.ContainsFunc(all, func(part *result) bool {
		within := r.Test == "" && part.Test != "" || r.Test != "" && strings.HasPrefix(part.Test, r.Test+"/")
		return part.Action == "fail" && part.Package == r.Package && within
	})
}

// entry begins what a test says at a line of its source.
var entry = regexp.MustCompile(`^ {4,}[A-Za-z0-9_]+\.go:\d+: `)

// aside is what go test says of a test, or Wine of itself, and not the test.
var aside = regexp.MustCompile(`^(=== | *--- |PASS\n|FAIL\b|exit status |wine client error:)`)

// excuse returns why r fails under Wine; "": no limit explains all that it says.
func excuse(r *result) (why string) {
	var said []string
	for _, line := range r.output {
		switch {
		case aside.MatchString(line):
		case entry.MatchString(line) || len(said) == 0:
			said = append(said, line)
		default:
			said[len(said)-1] += line
		}
	}
	for _, text := range said {
		i := slices.IndexFunc(limits, func(l limit) bool {
			return regexp.MustCompile(l.test).MatchString(r.Test) && regexp.MustCompile(l.text).MatchString(text)
		})
		if i < 0 {
			return ""
		}
		if why == "" || i > 0 {
			why = limits[i].why
		}
	}
	return why
}
