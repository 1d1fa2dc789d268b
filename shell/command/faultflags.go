package command

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"rpcsh/shell/answer"
	"rpcsh/shell/lang"
)

// faultFlags are those that say what is wrong with an answer, on purpose.
func (r *ruleReader) faultFlags() []flag {
	return []flag{
		{
			"--error-rate", "N%",
			"answer so many of the requests with an error: that of --error, else -32000", r.readErrorRate,
		},
		{"--drop", "", "no answer; the connection stays", sets(func() { r.rule.Faults.Drop = true })},
		{"--wrong-id", "", "answer an id that was not asked", sets(func() { r.rule.Faults.WrongID = true })},
		{"--duplicate", "", "answer twice", sets(func() { r.rule.Faults.Duplicate = true })},
		{"--both", "", "answer with a result and an error", sets(func() { r.rule.Faults.Both = true })},
		{"--malformed", "", "answer with what is no message", sets(func() { r.rule.Faults.Malformed = true })},
		{"--truncate", "N", "send the first N bytes of the answer only, those of the framing included", r.readTruncate},
		{
			"--slow", "BYTES/S",
			"write the answer at so many bytes a second, such as 100 or 1K/s; what is sent to the peer meanwhile " +
				"comes behind it",
			r.readSlow,
		},
		{
			"--reorder", "", "hold the answer back until a later one to the same peer has gone out, one second at most",
			sets(func() { r.rule.Faults.Reorder = true }),
		},
	}
}

// clashing returns the one of the flags given before that makes no sense beside flag, "" where there is none.
func clashing(flag string, given []string) string {
	answered := []string{
		"--error-rate", "--wrong-id", "--duplicate", "--both", "--malformed", "--truncate", "--slow", "--reorder",
	}
	clashes := map[string][]string{
		"--abort":     append([]string{"--drop"}, answered...),
		"--drop":      answered,
		"--malformed": {"--wrong-id", "--both", "--truncate"},
		"--truncate":  {"--duplicate"},
	}
	for _, other := range given {
		if slices.Contains(clashes[flag], other) || slices.Contains(clashes[other], flag) {
			return other
		}
	}
	return ""
}

// readErrorRate reads N%. An --error beside it says what the rule fails with, and not what it answers.
func (r *ruleReader) readErrorRate(_ lang.Text, a *arguments) error {
	value := a.word()
	number, isPercent := strings.CutSuffix(value.Text, "%")
	n, err := strconv.ParseFloat(number, 64)
	if err != nil || !isPercent || !(n > 0 && n <= 100) {
		return mistake(value, "a part of the requests belongs here, such as 10%")
	}
	r.rule.Faults.ErrorRate = n / 100
	if e, ok := r.rule.Answerer.(answer.Error); ok {
		r.rule.Faults.Error, r.rule.Answerer = e.Err, nil
	}
	return nil
}

func (r *ruleReader) readTruncate(_ lang.Text, a *arguments) error {
	value := a.word()
	n, err := strconv.Atoi(value.Text)
	if err != nil || n < 1 {
		return mistake(value, "a number of bytes belongs here, such as 10 (--drop sends none)")
	}
	r.rule.Faults.Truncate = n
	return nil
}

func (r *ruleReader) readSlow(_ lang.Text, a *arguments) error {
	value := a.word()
	n, ok := parseRate(value.Text)
	if !ok {
		return mistake(value, "a number of bytes a second belongs here, such as 100, 100B/s or 1K/s")
	}
	r.rule.Faults.Slow = n
	return nil
}

// parseRate reads a number of bytes a second: 100, 100B/s, 1K/s, 1KB/s, 2M/s.
func parseRate(text string) (rate int, ok bool) {
	text = strings.TrimSuffix(strings.TrimSuffix(strings.ToUpper(text), "/S"), "B")
	unit := 1
	for letter, size := range map[string]int{"K": 1 << 10, "M": 1 << 20} {
		if number, found := strings.CutSuffix(text, letter); found {
			text, unit = number, size
		}
	}
	n, err := strconv.Atoi(text)
	return n * unit, err == nil && n > 0 && n <= math.MaxInt32/unit
}
