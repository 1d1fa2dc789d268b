package main

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"strings"

	"github.com/adrg/xdg"

	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/transport"
	"rpcsh/shell"
	"rpcsh/shell/columns"
	"rpcsh/shell/command"
	"rpcsh/shell/config"
	"rpcsh/shell/exit"
	"rpcsh/shell/redact"
	"rpcsh/shell/term"
	"rpcsh/shell/view"
)

// loadConfig reads what is configured. terminal is where a person is asked whether to use the project's file; nil:
// there is none.
func (p *program) loadConfig(ctx context.Context, terminal shell.Terminal) *config.Config {
	l := config.Loader{
		User:    filepath.Join(xdg.ConfigHome, "rpcsh", config.UserFile),
		Project: config.FindProject(workingFolder()),
		Trust:   config.Trust{File: filepath.Join(stateDir(), "trusted.json")},
		All:     p.trustProject,
	}
	if terminal != nil {
		l.Confirm = func(path string, data []byte, summary string, changed bool) bool {
			return confirm(ctx, terminal, path, data, summary, changed)
		}
	}
	return l.Load()
}

// confirm asks the person whether to use a project's file.
func confirm(
	ctx context.Context, terminal shell.Terminal, path string, data []byte, summary string, changed bool,
) bool {
	is := "is new"
	if changed {
		is = "has changed"
	}
	question := fmt.Sprintf("%s %s: %s. Use it (y, n, or s to see it)? ", view.Visible(path), is, view.Visible(summary))
	nothing := func(string, int) []term.Suggestion { return nil }
	for {
		answer, err := terminal.Ask(ctx, question, nothing)
		if err != nil {
			return false
		}
		switch strings.ToLower(strings.TrimSpace(answer)) {
		case "y", "yes":
			return true
		case "n", "no":
			return false
		case "s":
			_, _ = fmt.Fprintln(terminal, strings.TrimRight(view.VisibleLines(string(data)), "\n"))
		}
	}
}

// configure puts the defaults of settings in force, and tells what is wrong with the files. A flag says the same as the
// setting of its name, and wins. So does what turns colours off.
func (p *program) configure() {
	c := p.named
	for _, set := range c.Settings() {
		if p.given(set.Name) || set.Name == command.SettingTheme && !p.colored() {
			continue
		}
		if err := p.shell.Set(set.Name, set.Value); err != nil {
			c.Reject(set, err.Error())
		}
	}
	for _, remark := range c.Remarks() {
		if p.interactive() {
			p.shell.Greet(view.Visible(remark))
		} else {
			p.say("%s", remark)
		}
	}
}

// withoutSecret returns what is configured, without a secret that is written out there.
func withoutSecret(r config.Row) string {
	named := r.Key[strings.LastIndexByte(r.Key, '.')+1:] + ": "
	if !redact.InLine(named + r.Value) {
		return r.Value
	}
	return strings.TrimPrefix(redact.New(redact.Rules{}).Text(named+r.Value), named)
}

// printConfig prints what is configured: --config.
func (p *program) printConfig() int {
	for _, f := range p.named.Files() {
		is := "in force"
		if f.Passed != "" {
			is = f.Passed
		}
		p.print(f.Path + ": " + is)
	}
	var rows columns.Table
	for _, r := range p.named.Rows() {
		flag, isSetting := strings.CutPrefix(r.Key, "set.")
		if isSetting && p.given(flag) {
			r.From += ", but --" + flag + " is given"
		}
		rows.Row(view.Visible(r.Key), view.Visible(withoutSecret(r)), view.Visible(r.From))
	}
	_ = p.printAll(rows.String())
	return exit.Done
}

// namedTarget reads a target, which may be @NAME.
func (p *program) namedTarget(text string) (transport.Target, error) {
	name, is := strings.CutPrefix(text, command.TargetMark)
	if !is {
		return transport.ParseTarget(text)
	}
	t, err := p.named.Target(name)
	if err != nil {
		return transport.Target{}, err
	}
	return t.Target()
}

// over returns how a named target is dialled where flags say something else.
func (o *options) over(cfg dial.Config) dial.Config {
	if o.given("protocol") {
		cfg.Protocol, cfg.Framing = o.wire.Protocol, o.wire.Framing
	}
	for _, f := range []struct {
		flag string
		from string
		to   *string
	}{
		{"framing", o.wire.Framing, &cfg.Framing}, {"ca", o.wire.TLS.CA, &cfg.TLS.CA},
		{"cert", o.wire.TLS.Cert, &cfg.TLS.Cert}, {"key", o.wire.TLS.Key, &cfg.TLS.Key},
	} {
		if o.given(f.flag) {
			*f.to = f.from
		}
	}
	maps.Copy(cfg.Header, o.wire.Header)
	return cfg
}
