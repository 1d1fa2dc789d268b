package rule

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"rpcsh/shell/answer"
	"rpcsh/shell/arguments"
	"rpcsh/shell/lang"
)

// faultFlags are those that say what is wrong with an answer, on purpose.
func (r *Reader) faultFlags() []arguments.Flag {
	return []arguments.Flag{
		arguments.NewFlag(
			"--error-rate", "N%",
			"answer so many of the requests with an error: that of --error, else -32000", r.readErrorRate,
		),
		arguments.Switch("--drop", "no answer; the connection stays", func() { r.Rule.Faults.Drop = true }),
		arguments.Switch("--wrong-id", "answer an id that was not asked", func() { r.Rule.Faults.WrongID = true }),
		arguments.Switch("--duplicate", "answer twice", func() { r.Rule.Faults.Duplicate = true }),
		arguments.Switch("--both", "answer with a result and an error", func() { r.Rule.Faults.Both = true }),
		arguments.Switch("--malformed", "answer with what is no message", func() { r.Rule.Faults.Malformed = true }),
		arguments.NewFlag(
			"--truncate", "N", "send the first N bytes of the answer only, those of the framing included",
			r.readTruncate,
		),
		arguments.NewFlag(
			"--slow", "BYTES/S",
			"write the answer at so many bytes a second, such as 100 or 1K/s; what is sent to the peer meanwhile "+
				"comes behind it",
			r.readSlow,
		),
		arguments.Switch(
			"--reorder", "hold the answer back until a later one to the same peer has gone out, one second at most",
			func() { r.Rule.Faults.Reorder = true },
		),
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
func (r *Reader) readErrorRate(_ lang.Text, a *arguments.Args) error {
	value := a.Word()
	number, isPercent := strings.CutSuffix(value.Text, "%")
	n, err := strconv.ParseFloat(number, 64)
	if err != nil || !isPercent || !(n > 0 && n <= 100) {
		return arguments.Mistake(value, "a part of the requests belongs here, such as 10%")
	}
	r.Rule.Faults.ErrorRate = n / 100
	if e, ok := r.Rule.Answerer.(answer.FixedError); ok {
		r.Rule.Faults.Error, r.Rule.Answerer = e.Err, nil
	}
	return nil
}

func (r *Reader) readTruncate(_ lang.Text, a *arguments.Args) error {
	value := a.Word()
	n, err := strconv.Atoi(value.Text)
	if err != nil || n < 1 {
		return arguments.Mistake(value, "a number of bytes belongs here, such as 10 (--drop sends none)")
	}
	r.Rule.Faults.Truncate = n
	return nil
}

func (r *Reader) readSlow(flag lang.Text, a *arguments.Args) error {
	if r.Other != nil {
		return arguments.Mistake(flag,
			"a tap sends an answer at once, so that nothing gets into it (--delay sends it later)")
	}
	value := a.Word()
	n, ok := parseRate(value.Text)
	if !ok {
		return arguments.Mistake(value, "a number of bytes a second belongs here, such as 100, 100B/s or 1K/s")
	}
	r.Rule.Faults.Slow = n
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
