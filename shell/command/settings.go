package command

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"time"

	"rpcsh/completer"
	"rpcsh/rpcconn/dial"
	"rpcsh/shell/arguments"
	"rpcsh/shell/columns"
	"rpcsh/shell/human"
	"rpcsh/shell/lang"
	"rpcsh/shell/ring"
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

// SettingTheme is the name of the setting that chooses colours.
const SettingTheme = "theme"

// settingTable returns all settings, in order of name.
func settingTable(s *session.Session, v *view.View, lines settable, kept *ring.Ring) []Setting {
	framings := dial.FramingNames()[1:]
	noParams := []string{session.NoParamsOmit, session.NoParamsArray, session.NoParamsObject}
	orders := []string{session.OrderOldest, session.OrderNewest}
	validate := []string{session.ValidateOff, session.ValidateParams, session.ValidateResults}
	all := []Setting{
		oneOf(s, "detect", "how it is found out what a peer speaks, for those who .connect later: by asking it, or "+
			"by what it says by itself, with nothing sent",
			session.Detects(), func(set *session.Settings) *string { return &set.Detect }),
		timeOf(s, "detect-timeout", "how long that may take; 0 is 3s, or as long as a call where nothing is sent, or "+
			"to a child", []string{"3s", "10s", "0"},
			func(set *session.Settings) *time.Duration { return &set.DetectLimit }),
		onOff("escapes", `whether characters that the peer has escaped in JSON, such as \u00fc, are shown so`,
			func() bool { return v.Escapes() }, func(on bool) { v.SetEscapes(on) }),
		oneOf(s, "fallback", "the framing in which a peer is spoken to that has connected and said nothing; for "+
			"those who .listen later",
			framings, func(set *session.Settings) *string { return &set.Fallback }),
		timeOf(s, "handshake-timeout", "how long a peer has for its answer to a handshake; 0 is as long as for a call",
			[]string{"10s", "1m", "0"}, func(set *session.Settings) *time.Duration { return &set.Handshake }),
		oneOf(s, "ids", "which ids answers may have: those of the requests, or also others that can be meant for one "+
			"request only, such as \"1\" for 1",
			session.IDs(), func(set *session.Settings) *string { return &set.IDs }),
		keepSetting(kept),
		oneOf(s, "noparams", "what a call without arguments sends as params: nothing, [] or {}",
			noParams, func(set *session.Settings) *string { return &set.NoParams }),
		onOff("numbers", "whether all that happens is shown with its number, or only what can be named by it at once",
			func() bool { return v.Numbers() }, func(on bool) { v.SetNumbers(on) }),
		oneOf(s, "order", "which of the requests that wait for you is next: in the prompt, in .pending, and for "+
			".reply next",
			orders, func(set *session.Settings) *string { return &set.Order }),
		choice("output", "how results are printed: for a person, as JSON on one line, or text without its quotes",
			view.Outputs(), func() string { return v.Output() }, func(output string) { v.SetOutput(output) }),
		{
			"pager", "what shows texts that do not fit on the screen: the shell's own pager, nothing, or a command " +
				"such as less -R",
			[]string{view.PagerOn, view.PagerOff},
			func() string { return v.Pager() },
			func(value string) error { return setPager(v, value) },
		},
		timeOf(s, "settle", "how long a peer has before anything is sent to it, in the framings of py-bson-rpc and "+
			"where what it speaks is found out", []string{"50ms", "200ms", "0"},
			func(set *session.Settings) *time.Duration { return &set.Settle }),
		onOff("stop", "whether a run of several lines stops at the first that fails",
			func() bool { return lines.Stops() }, func(on bool) { lines.SetStops(on) }),
		{
			SettingTheme, "the colours: those for a light or a dark background, as the terminal says its own is, or " +
				"none; config.toml may have others",
			themes(v), func() string { return v.Theme() },
			func(value string) error { return v.SetTheme(value) },
		},
		timeOf(s, "timeout", "how long a call waits for its answer; 0 is for ever",
			[]string{"5s", "30s", "2m", "0"}, func(set *session.Settings) *time.Duration { return &set.Timeout }),
		oneOf(s, "validate", "what is checked against what the peer says of its methods: params before they are "+
			"sent, results too, or nothing",
			validate, func(set *session.Settings) *string { return &set.Validate }),
		choice("view", "how results are laid out: as JSON, a table or a tree, or as a table where it shows all that "+
			"JSON would and it is no larger than 16 MiB (auto)",
			view.Shapes(), func() string { return v.Shape() }, func(shape string) { v.SetShape(shape) }),
	}
	all = append(all, deskSettings(lines)...)
	slices.SortFunc(all, func(a, b Setting) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// themes returns the names of the themes: of the usual ones where there is no view.
func themes(v *view.View) []string {
	if v == nil {
		return view.Themes()
	}
	return v.Themes()
}

// keepSetting is how much of what happens is kept.
func keepSetting(kept *ring.Ring) Setting {
	return Setting{
		"keep", "how much of what has happened is kept for .show, in bytes or as 64M; 0 is nothing",
		[]string{"64M", "1G", "0"},
		func() string { return human.SpellSize(kept.Limit()) },
		func(value string) error {
			n, err := human.ParseSize(value)
			if err == nil {
				kept.SetLimit(n)
			}
			return err
		},
	}
}

// timeOf returns a setting of the session that is a duration, and lies where field says.
func timeOf(
	s *session.Session, name, help string, examples []string, field func(*session.Settings) *time.Duration,
) Setting {
	return Setting{
		name, help, examples,
		func() string {
			set := s.Settings()
			return field(&set).String()
		},
		func(value string) error {
			d, err := lang.ParseDuration(value)
			if err == nil {
				set := s.Settings()
				*field(&set) = d
				s.Set(set)
			}
			return err
		},
	}
}

// oneOf returns a setting of the session that is one of some values, and lies where field says.
func oneOf(s *session.Session, name, help string, values []string, field func(*session.Settings) *string) Setting {
	return choice(name, help, values,
		func() string {
			set := s.Settings()
			return *field(&set)
		}, func(value string) {
			set := s.Settings()
			*field(&set) = value
			s.Set(set)
		})
}

// choice returns a setting that is one of some values, which get and set read and change.
func choice(name, help string, values []string, get func() string, set func(value string)) Setting {
	return Setting{name, help, values, get, func(value string) error {
		err := view.OneOf(value, values)
		if err == nil {
			set(value)
		}
		return err
	}}
}

// onOff returns a setting that is on or off.
func onOff(name, help string, get func() bool, set func(on bool)) Setting {
	return choice(name, help, []string{"on", "off"}, func() string {
		if get() {
			return "on"
		}
		return "off"
	}, func(value string) { set(value == "on") })
}

// setPager sets what shows long texts. A command has to be there.
func setPager(v *view.View, pager string) error {
	if pager != view.PagerOn && pager != view.PagerOff {
		program, _, _ := strings.Cut(pager, " ")
		if _, err := exec.LookPath(program); err != nil {
			return fmt.Errorf("%q is neither on nor off, nor a program that can be found", program)
		}
	}
	v.SetPager(pager)
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
func (t *Table) set(ctx context.Context, v *view.View, args lang.Text) error {
	a := arguments.Read(args)
	name, value := a.Word(), a.Rest
	if name.Text == "" {
		var rows columns.Table
		for _, st := range t.settings {
			rows.Row(st.Name, st.Get(), st.Help)
		}
		return v.PageList(ctx, rows.Within)
	}
	i := slices.IndexFunc(t.settings, func(st Setting) bool { return st.Name == name.Text })
	switch {
	case i < 0:
		return arguments.Mistake(name, t.noSetting(name.Text, value.Text))
	case value.Text == "":
		v.Say("%s", t.settings[i].Get())
		return nil
	}
	text := value.Text
	if whole := arguments.Read(value); whole.Quoted().Text == text { // quotes around all of it are none of it
		text = arguments.Unquote(text)
	}
	if err := t.settings[i].Set(text); err != nil {
		return arguments.Mistake(value, err.Error())
	}
	return nil
}

// Set changes a setting.
func (t *Table) Set(name, value string) error {
	i := slices.IndexFunc(t.settings, func(st Setting) bool { return st.Name == name })
	if i < 0 {
		return errors.New(t.noSetting(name, value))
	}
	return t.settings[i].Set(value)
}

// noSetting says that no setting has a name, and which may have been meant: those whose names are near, or else the one
// that has a value which was given.
func (t *Table) noSetting(name, value string) string {
	var names, meant []string
	for _, st := range t.settings {
		names = append(names, st.Name)
		for _, word := range []string{name, value} {
			if slices.Contains(st.Values, word) {
				meant = append(meant, st.Name+" "+word)
			}
		}
	}
	if near := completer.Nearest(name, names); len(near) > 0 || len(meant) > 1 { // several settings are on or off
		meant = near
	}
	if len(meant) == 0 {
		return "there is no such setting: there are " + strings.Join(names, ", ")
	}
	return "there is no such setting: did you mean " + strings.Join(meant, " or ") + "?"
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
