package shell

import (
	"context"
	"fmt"
	"strings"

	"rpcsh/completer"
	"rpcsh/shell/lang"
)

func shellCommands() []Command {
	return []Command{
		{
			Name: "set", Group: groupShell, Usage: "[NAME [VALUE]]",
			Summary:  "show or change a setting",
			Help:     settingHelp(),
			Examples: []string{".set", ".set timeout 5s", ".set noparams array"},
			Complete: completeSetting,
			Run:      func(_ context.Context, s *Shell, args lang.Text) error { return s.setting(args) },
		},
		{
			Name: "history", Group: groupShell, Usage: "[PATTERN]",
			Summary:  "list the lines that were typed, or those that contain PATTERN",
			Help:     "Lines are kept across runs; one that begins with a blank is not.",
			Examples: []string{".history my_add"},
			Run: func(_ context.Context, s *Shell, args lang.Text) error {
				if s.cfg.History == nil {
					return fmt.Errorf("no lines are kept in this run")
				}
				for _, line := range s.cfg.History.Find(args.Text) {
					s.say("%s", visible(line, false))
				}
				return nil
			},
		},
		{
			Name: "help", Aliases: []string{"?"}, Group: groupShell, Usage: "[COMMAND]",
			Summary:  "list the commands, or tell all of one",
			Examples: []string{".help serve"},
			Complete: func(s *Shell, _ []string) []completer.Candidate {
				all := commandCandidates()
				for i := range all {
					all[i].Text = strings.TrimPrefix(all[i].Text, ".")
				}
				return all
			},
			Run: func(_ context.Context, s *Shell, args lang.Text) error { return s.help(args) },
		},
		{
			Name: "quit", Aliases: []string{"exit"}, Group: groupShell,
			Summary: "leave; Ctrl-D on an empty line does the same",
			Run: func(_ context.Context, s *Shell, args lang.Text) error {
				if err := noArguments(args); err != nil {
					return err
				}
				s.leave()
				return nil
			},
		},
	}
}

// listWidth is how wide the lines of a list may be; for a pipe there is no limit.
func (s *Shell) listWidth() int {
	if s.interactive() {
		return s.width() - 1
	}
	return 1 << 20
}

func settingHelp() string {
	var lines []string
	for _, st := range settingTable() {
		lines = append(lines, fmt.Sprintf("%s (%s): %s.", st.name, strings.Join(st.values, ", "), st.help))
	}
	return strings.Join(lines, " ")
}

func (s *Shell) setting(args lang.Text) error {
	name, value := word(args)
	set := s.settings()
	if name.Text == "" {
		var t table
		for _, st := range settingTable() {
			t.row(st.name, st.get(&set), st.help)
		}
		s.say("%s", t.within(s.listWidth()))
		return nil
	}
	var names []string
	for _, st := range settingTable() {
		if st.name != name.Text {
			names = append(names, st.name)
			continue
		}
		if value.Text == "" {
			s.say("%s", st.get(&set))
			return nil
		}
		if err := st.put(&set, value.Text); err != nil {
			return &lang.Error{Column: value.Column, Reason: err.Error()}
		}
		s.mu.Lock()
		s.set = set
		s.mu.Unlock()
		return nil
	}
	return &lang.Error{Column: name.Column, Reason: "there is no such setting: there are " + strings.Join(names, ", ")}
}

func completeSetting(_ *Shell, words []string) []completer.Candidate {
	var all []completer.Candidate
	for _, st := range settingTable() {
		switch {
		case len(words) == 0:
			all = append(all, completer.Candidate{Text: st.name, Description: st.help})
		case words[0] == st.name:
			for _, v := range st.values {
				all = append(all, completer.Candidate{Text: v})
			}
		}
	}
	return all
}

func (s *Shell) help(args lang.Text) error {
	if args.Text != "" {
		c, err := findCommand(strings.TrimPrefix(args.Text, "."))
		if err != nil {
			return &lang.Error{Column: args.Column, Reason: err.Error()}
		}
		s.say("%s", c.help())
		return nil
	}
	width := min(s.listWidth(), widestText)
	var t table
	t.row("METHOD ARG …", "call; !METHOD notifies, @2 or @all before it names a peer")
	t.row("NAME = CALL", "keep the result in $NAME; CALL | JQ filters it; CALL & does not wait")
	t.row("ARG", "JSON or text, or all of them as name=value")
	for _, g := range Groups() {
		t.row("")
		t.row(s.colors.bold(g))
		for _, c := range Commands() {
			if c.Group == g {
				t.row("  ."+c.Name, c.Summary)
			}
		}
	}
	s.say("%s\n%s", t.within(width), wrap(".help COMMAND tells more. Tab completes, Ctrl-R searches what was typed, Ctrl-C gives up a call.", width, ""))
	return nil
}

// widestText is how wide lines of text are at the most, in columns.
const widestText = 100

// help returns all that there is to say about c.
func (c Command) help() string {
	var b strings.Builder
	b.WriteString(strings.TrimSpace("."+c.Name+" "+c.Usage) + "\n  " + c.Summary + "\n")
	if c.Help != "" {
		b.WriteString("\n" + wrap(c.Help, 76, "  ") + "\n")
	}
	if len(c.Terms) > 0 {
		var t table
		for _, term := range c.Terms {
			t.row("  "+term.Name, term.Meaning)
		}
		b.WriteString("\n" + t.within(78))
	}
	if len(c.Aliases) > 0 {
		b.WriteString("\n  also: ." + strings.Join(c.Aliases, ", .") + "\n")
	}
	if len(c.Examples) > 0 {
		b.WriteString("\n")
		for _, e := range c.Examples {
			b.WriteString("  " + e + "\n")
		}
	}
	return b.String()
}
