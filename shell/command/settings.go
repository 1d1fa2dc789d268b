package command

import (
	"fmt"
	"slices"
	"strings"

	"rpcsh/shell/arguments"

	"rpcsh/completer"
	"rpcsh/rpcconn/dial"
	"rpcsh/shell/lang"
	"rpcsh/shell/session"
	"rpcsh/shell/view"
)

// A Setting is an element of the table that .set, its help and its completion use.
type Setting struct {
	Name, Help string
	Values     []string // those there are, or examples
	Get        func() string
	Set        func(value string) error
}

// settingTable returns all settings, in order of name.
func settingTable(s *session.Session, v *view.View, lines stopper) []Setting {
	framings := dial.FramingNames()[1:]
	noParams := []string{session.NoParamsOmit, session.NoParamsArray, session.NoParamsObject}
	orders := []string{session.OrderOldest, session.OrderNewest}
	validate := []string{session.ValidateOff, session.ValidateParams, session.ValidateResults}
	return []Setting{
		oneOf(s, "fallback", "the framing in which a peer is spoken to that has connected and said nothing; for "+
			"those who .listen later",
			framings, func(set *session.Settings) *string { return &set.Fallback }),
		oneOf(s, "noparams", "what a call without arguments sends as params: nothing, [] or {}",
			noParams, func(set *session.Settings) *string { return &set.NoParams }),
		oneOf(s, "order", "which of the requests that wait for you is next: in the prompt, in .pending, and for "+
			".reply next",
			orders, func(set *session.Settings) *string { return &set.Order }),
		{
			"output", "how results are printed: for a person, as JSON on one line, or text without its quotes",
			view.Outputs(),
			func() string { return v.Output() },
			func(value string) error {
				err := isOneOf(value, view.Outputs())
				if err == nil {
					v.SetOutput(value)
				}
				return err
			},
		},
		{
			"stop", "whether a run of several lines stops at the first that fails", []string{"on", "off"},
			func() string {
				if lines.Stops() {
					return "on"
				}
				return "off"
			},
			func(value string) error {
				err := isOneOf(value, []string{"on", "off"})
				if err == nil {
					lines.SetStops(value == "on")
				}
				return err
			},
		},
		{
			"timeout", "how long a call waits for its answer; 0 is for ever", []string{"5s", "30s", "2m", "0"},
			func() string { return s.Settings().Timeout.String() },
			func(value string) error {
				d, err := arguments.ParseDuration(value)
				if err == nil {
					set := s.Settings()
					set.Timeout = d
					s.Set(set)
				}
				return err
			},
		},
		oneOf(s, "validate", "what is checked against what the peer says of its methods: params before they are "+
			"sent, results too, or nothing",
			validate, func(set *session.Settings) *string { return &set.Validate }),
	}
}

// oneOf returns a setting of the session that is one of some values, and lies where field says.
func oneOf(s *session.Session, name, help string, values []string, field func(*session.Settings) *string) Setting {
	return Setting{
		name, help, values,
		func() string {
			set := s.Settings()
			return *field(&set)
		},
		func(value string) error {
			err := isOneOf(value, values)
			if err == nil {
				set := s.Settings()
				*field(&set) = value
				s.Set(set)
			}
			return err
		},
	}
}

func isOneOf(value string, values []string) error {
	if !slices.Contains(values, value) {
		return fmt.Errorf("%q is none of %s", value, strings.Join(values, ", "))
	}
	return nil
}

// settingHelp lists the settings.
func (t *Table) settingHelp() string {
	var lines []string
	for _, st := range t.settings {
		lines = append(lines, fmt.Sprintf("%s (%s): %s.", st.Name, strings.Join(st.Values, ", "), st.Help))
	}
	return strings.Join(lines, " ")
}

// set runs .set [NAME [VALUE]].
func (t *Table) set(v *view.View, args lang.Text) error {
	a := arguments.Read(args)
	name, value := a.Word(), a.Rest
	if name.Text == "" {
		var rows view.Table
		for _, st := range t.settings {
			rows.Row(st.Name, st.Get(), st.Help)
		}
		v.Say("%s", rows.Within(v.ListWidth()))
		return nil
	}
	i := slices.IndexFunc(t.settings, func(st Setting) bool { return st.Name == name.Text })
	switch {
	case i < 0:
		return arguments.Mistake(name, "there is no such setting: there are "+t.settingNames())
	case value.Text == "":
		v.Say("%s", t.settings[i].Get())
		return nil
	}
	if err := t.settings[i].Set(value.Text); err != nil {
		return arguments.Mistake(value, err.Error())
	}
	return nil
}

func (t *Table) settingNames() string {
	var names []string
	for _, st := range t.settings {
		names = append(names, st.Name)
	}
	return strings.Join(names, ", ")
}

// completeSetting completes names of settings, and their values.
func (t *Table) completeSetting(words []string) []completer.Candidate {
	var all []completer.Candidate
	for _, st := range t.settings {
		switch {
		case len(words) == 0:
			all = append(all, completer.Candidate{Text: st.Name, Description: st.Help})
		case words[0] == st.Name:
			for _, v := range st.Values {
				all = append(all, completer.Candidate{Text: v})
			}
		}
	}
	return all
}
