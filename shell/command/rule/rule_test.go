package rule_test

import (
	"fmt"
	"strings"
	"testing"

	"rpcsh/shell/answer"
	"rpcsh/shell/arguments"
	"rpcsh/shell/command/rule"
	"rpcsh/shell/lang"
)

// TestReader: what is said of a rule is in it, and a mistake is told.
func TestReader(t *testing.T) {
	for text, want := range map[string]string{
		".[0]*2":                  "by *answer.Expression",
		"--error 7 'no luck' {}":  "by answer.FixedError error 7: no luck",
		"--exec 'jq add'":         "by *answer.Command acts",
		"--exec-loop cat":         "by *answer.Loop acts",
		"--ask":                   "by *answer.PendingRequests",
		"--close 1":               "by *answer.Expression close",
		"--abort":                 "abort",
		"--delay 1s..2s 1":        "by *answer.Expression delay 1s..2s",
		"--limit 5s 1":            "by *answer.Expression limit 5s",
		"--times 3 1":             "by *answer.Expression times 3",
		"--if '.[0] > 5' 1":       "by *answer.Expression if .[0] > 5",
		"--peer 1,web* 1":         "by *answer.Expression for 1,web*",
		"--drop":                  "drop",
		"--error-rate 10% 1":      "by *answer.Expression errors 0.1",
		"--slow 1K/s 1":           "by *answer.Expression slow 1024",
		"--ask 1":                 "answer is given already",
		"--ask --exec x":          "answer is given already",
		"--wrong-id --drop":       "--drop does not go with --wrong-id",
		"":                        "an answer is missing",
		"2*.[0] --delay 1s":       "--delay belongs before the answer",
		"2*.[0] --nosuch":         "jq: ",
		"--slow 9999999999999/s ": "a number of bytes a second belongs here",
	} {
		r := new(answer.Rule)
		reader := &rule.Reader{Rule: r, Person: new(answer.PendingRequests)}
		a := arguments.Read(lang.Text{Text: text})
		err := reader.Flags().Leading(a)
		if err == nil {
			err = reader.Answer(a.Rest)
		}
		got := strings.TrimSpace(describe(r))
		if err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, want) {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}

// describe says what is in a rule.
func describe(r *answer.Rule) string {
	var b strings.Builder
	add := func(is bool, format string, args ...any) {
		if is {
			fmt.Fprintf(&b, " "+format, args...)
		}
	}
	add(r.Answerer != nil, "by %T", r.Answerer)
	if e, ok := r.Answerer.(answer.FixedError); ok {
		add(true, "error %d: %s", e.Err.Code, e.Err.Message)
	}
	add(r.Acts, "acts")
	add(r.Close, "close")
	add(r.Abort, "abort")
	add(r.Delay.Max > 0, "delay %s..%s", r.Delay.Min, r.Delay.Max)
	add(r.Limit > 0, "limit %s", r.Limit)
	add(r.Times > 0, "times %d", r.Times)
	if r.If != nil {
		add(true, "if %s", r.If.Text)
	}
	add(r.For != nil, "for %s", r.ForText)
	add(r.Faults.Drop, "drop")
	add(r.Faults.ErrorRate > 0, "errors %g", r.Faults.ErrorRate)
	add(r.Faults.Slow > 0, "slow %d", r.Faults.Slow)
	return b.String()
}
