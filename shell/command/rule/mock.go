package rule

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"rpcsh/shell/answer"
	"rpcsh/shell/arguments"
	"rpcsh/shell/jq"
	"rpcsh/shell/lang"
	"rpcsh/shell/replay"
)

// The ways in which what a recording does not have is answered.
const (
	missError = "error"
	missAsk   = "ask"
	missPass  = "pass"
)

// A Mock is what is said of a recording that is served. The zero Mock is the usual one.
type Mock struct {
	Match string // replay.MatchParams, replay.MatchMethod, or a jq expression over the params
	Order string // one of replay.Orders
	Pace  string // one of MockPaces
	Miss  string // one of Misses; behind pass, the target
}

// MockPaces returns when answers come, the default first.
func MockPaces() []string { return []string{string(replay.Max), string(replay.Recorded)} }

// Misses returns how what a recording does not have is answered, the default first.
func Misses() []string { return []string{missError, missAsk, missPass + " TARGET"} }

// Pass returns the target that answers what a recording does not have, "" where it is none.
func (m Mock) Pass() string {
	if how, target, _ := strings.Cut(m.Miss, " "); how == missPass {
		return strings.TrimSpace(target)
	}
	return ""
}

// Options returns what is said, or what is wrong with it. person answers what is asked of a person.
func (m Mock) Options(person answer.Answerer) (opts replay.MockOptions, err error) {
	for _, word := range []struct {
		flag, value string
		known       []string
	}{{"order", m.Order, replay.Orders()}, {"pace", m.Pace, MockPaces()}, {"miss", m.Miss, Misses()}} {
		if word.flag == "miss" && m.Pass() != "" {
			continue
		}
		if word.value != "" && !slices.Contains(word.known, word.value) {
			return opts, fmt.Errorf("--%s %s: choose one of %s", word.flag, word.value, strings.Join(word.known, ", "))
		}
	}
	opts.Pace, opts.InOrder = replay.Pace(m.Pace), m.Order == string(replay.Recorded)
	if m.Miss == missAsk {
		opts.Miss = person
	}
	switch opts.Match = cmp.Or(m.Match, replay.MatchParams); opts.Match {
	case replay.MatchParams, replay.MatchMethod:
		return opts, nil
	}
	filter, err := jq.Compile(m.Match)
	if err != nil {
		return opts, fmt.Errorf("--match %s is neither %s nor %s, and no jq expression: %w", m.Match,
			replay.MatchParams, replay.MatchMethod, err)
	}
	opts.Key = func(ctx context.Context, params json.RawMessage) (json.RawMessage, error) {
		return filter.First(ctx, params)
	}
	return opts, nil
}

// mockFlags are those that say how a recording answers.
func (r *Reader) mockFlags() []arguments.Flag {
	word := func(flag, usage, summary string, value *string) arguments.Flag {
		return arguments.NewFlag(flag, usage, summary, func(_ lang.Text, a *arguments.Args) error {
			text := a.Quoted()
			if text.Text == "" {
				return arguments.Mistake(text, flag+" needs "+usage)
			}
			*value = arguments.Unquote(text.Text)
			if value == &r.Mock.Miss && *value == missPass {
				*value += " " + a.Word().Text
			}
			if _, err := r.Mock.Options(nil); err != nil {
				return arguments.Mistake(text, err.Error())
			}
			return nil
		})
	}
	return []arguments.Flag{
		word("--match", "params|method|JQ",
			"which request of a recording answers: one of the same params, method, or value of an expression "+
				"(default params)", &r.Mock.Match),
		word("--order", strings.Join(replay.Orders(), "|"),
			"in which order the requests of a recording come (default any)", &r.Mock.Order),
		word("--pace", strings.Join(MockPaces(), "|"),
			"when a recording answers: at once, or after the time it took (default max)", &r.Mock.Pace),
		word("--miss", strings.Join(Misses(), "|"),
			"who answers what a recording does not have: an error that names the nearest request, a person, or "+
				"another peer (default error)", &r.Mock.Miss),
	}
}
