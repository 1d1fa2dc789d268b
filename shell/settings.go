package shell

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"rpcsh/rpcconn/dial"
)

// What a call without arguments sends as params.
const (
	noParamsOmit   = "omit"
	noParamsArray  = "array"
	noParamsObject = "object"
)

// Which request that waits for a person is next.
const (
	orderOldest = "oldest"
	orderNewest = "newest"
)

// What is checked.
const (
	validateOff     = "off"
	validateParams  = "params"
	validateResults = "results" // and params
)

var emptyParams = map[string]string{noParamsArray: "[]", noParamsObject: "{}"}

// settings is what .set changes. A call keeps those that were in force when it was made.
type settings struct {
	timeout  time.Duration // of calls; 0: none
	noParams string
	output   string
	fallback string // the framing for an accepted peer that is spoken to before it has said anything
	validate string // what is checked against what the peer says of its methods
	order    string // which of the requests that wait for a person is next
	stop     bool   // a run of several lines stops at the first that fails
}

// A setting is an element of the table that .set, its help and its completion use.
type setting struct {
	name, help string
	values     []string // those there are, or examples
	get        func(*settings) string
	put        func(s *settings, value string) error
}

// DefaultTimeout is how long a call waits for its answer where nothing else is set.
const DefaultTimeout = 30 * time.Second

// initialSettings returns the settings of a new shell; output is "" where cfg does not say it.
func initialSettings(cfg Config) settings {
	return settings{
		timeout: cfg.Timeout, noParams: noParamsOmit, fallback: dial.Protocols()[0].Framing, output: cfg.Output,
		order: orderOldest, stop: true, validate: validateParams,
	}
}

// A Setting is what .set can change, for documentation.
type Setting struct {
	Name, Help string
	Values     []string // those there are, or examples
	Default    string
}

// Settings returns the table of settings, in alphabetical order.
func Settings() []Setting {
	initial := initialSettings(Config{Timeout: DefaultTimeout})
	var all []Setting
	for _, st := range settingTable() {
		all = append(all, Setting{Name: st.name, Help: st.help, Values: st.values, Default: st.get(&initial)})
	}
	return all
}

func settingTable() []setting {
	return []setting{
		{
			"fallback", "the framing in which a peer is spoken to that has connected and said nothing; for those who .listen later", dial.FramingNames()[1:],
			func(s *settings) string { return s.fallback },
			func(s *settings, v string) error { return oneOf(&s.fallback, v, dial.FramingNames()[1:]...) },
		},
		{
			"noparams", "what a call without arguments sends as params: nothing, [] or {}", []string{noParamsOmit, noParamsArray, noParamsObject},
			func(s *settings) string { return s.noParams },
			func(s *settings, v string) error {
				return oneOf(&s.noParams, v, noParamsOmit, noParamsArray, noParamsObject)
			},
		},
		{
			"order", "which of the requests that wait for you is next: in the prompt, in .pending, and for .reply next", []string{orderOldest, orderNewest},
			func(s *settings) string { return s.order },
			func(s *settings, v string) error { return oneOf(&s.order, v, orderOldest, orderNewest) },
		},
		{
			"output", "how results are printed: for a person, as JSON on one line, or text without its quotes", Outputs(),
			func(s *settings) string { return s.output },
			func(s *settings, v string) error { return oneOf(&s.output, v, Outputs()...) },
		},
		{
			"stop", "whether a run of several lines stops at the first that fails", []string{"on", "off"},
			func(s *settings) string {
				if s.stop {
					return "on"
				}
				return "off"
			},
			func(s *settings, v string) error {
				var word string
				err := oneOf(&word, v, "on", "off")
				if err == nil {
					s.stop = word == "on"
				}
				return err
			},
		},
		{
			"timeout", "how long a call waits for its answer; 0 is for ever", []string{"5s", "30s", "2m", "0"},
			func(s *settings) string { return s.timeout.String() },
			func(s *settings, v string) error {
				d, err := ParseDuration(v)
				if err == nil {
					s.timeout = d
				}
				return err
			},
		},
		{
			"validate", "what is checked against what the peer says of its methods: params before they are sent, results too, or nothing", []string{validateOff, validateParams, validateResults},
			func(s *settings) string { return s.validate },
			func(s *settings, v string) error {
				return oneOf(&s.validate, v, validateOff, validateParams, validateResults)
			},
		},
	}
}

// ParseDuration reads a duration that is not negative: 1.5s, 200ms, 2m, or a number of seconds.
func ParseDuration(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil {
		d, err = time.ParseDuration(text + "s")
	}
	if err != nil || d < 0 {
		return 0, fmt.Errorf("%q is no duration: write 500ms, 2s or 1m", text)
	}
	return d, nil
}

func oneOf(to *string, v string, values ...string) error {
	if !slices.Contains(values, v) {
		return fmt.Errorf("%q is none of %s", v, strings.Join(values, ", "))
	}
	*to = v
	return nil
}
