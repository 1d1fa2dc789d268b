package command

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"rpcsh/completer"
	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/transport"
	"rpcsh/shell/arguments"
	"rpcsh/shell/columns"
	"rpcsh/shell/config"
	"rpcsh/shell/exit"
	"rpcsh/shell/lang"
	"rpcsh/shell/session"
	"rpcsh/shell/view"
)

// TargetMark is what the name of a target begins with, where a target is wanted.
const TargetMark = "@"

// targetCommand is about the targets that files give names to.
func (t *Table) targetCommand() Command {
	return Command{
		Name: "target", Group: groupConnections, Usage: "[save NAME [--force]]",
		Summary: "list the targets that have names, or give the current peer's one",
		Help: "save writes where the peer is and what it speaks into your " + config.UserFile + ", whose other lines " +
			"stay as they are. Headers and passwords are not written. .connect @NAME and rpcsh @NAME dial it then.",
		Examples: []string{".target", ".target save staging"},
		Complete: func(words []string) []completer.Candidate {
			if len(words) == 0 {
				return []completer.Candidate{{Text: "save", Description: "write down where the current peer is"}}
			}
			return nil
		},
		Run: func(ctx context.Context, args lang.Text) error {
			if args.Text == "" {
				t.listTargets()
				return nil
			}
			return t.saveTarget(ctx, args)
		},
	}
}

func (t *Table) listTargets() {
	var rows columns.Table
	rows.Row("TARGET", "URL", "FROM")
	for _, target := range t.config.Targets() {
		at, _ := target.Target() // what cannot be read is no target
		rows.Row(TargetMark+target.Name, view.Visible(at.String()), view.Visible(target.Place.String()))
	}
	t.view.Say("%s", rows.Within(t.view.ListWidth()))
}

// saveTarget runs .target save NAME [--force].
func (t *Table) saveTarget(ctx context.Context, args lang.Text) error {
	force := false
	overwrite := arguments.Switch("--force", "", func() { force = true })
	flags := arguments.Flags{Command: ".target", All: []arguments.Flag{overwrite}}
	words, err := flags.Exactly(arguments.Read(args), 2)
	if err != nil {
		return err
	}
	verb, name := words[0], words[1]
	switch {
	case verb.Text != "save":
		return arguments.Mistake(verb, "write .target, or .target save NAME")
	case name.Text == "":
		return arguments.Mistake(name, "a name is missing: .target save NAME")
	}
	p := t.connections.session.CurrentFor(ctx)
	switch {
	case p == nil:
		return t.connections.session.NotConnected()
	case p.Accepted():
		return errors.New(p.At() + " has come by itself: there is nothing to dial")
	}
	target, remark, err := t.targetOf(p, name.Text)
	if err == nil {
		err = t.config.Save(target, force)
	}
	if err != nil {
		return arguments.Mistake(name, err.Error())
	}
	t.view.Say("%s%s is in %s%s", TargetMark, target.Name, view.Visible(t.config.UserFile()), remark)
	return nil
}

// targetOf returns where p is and what it speaks, as a target; remark says what is left out.
func (t *Table) targetOf(p *session.Peer, name string) (target *config.Target, remark string, err error) {
	at, cfg := p.Link().Target, session.WireOf(p) // as it was found, a WebSocket perhaps
	target = &config.Target{Name: name}
	switch {
	case at.IsCommand():
		target.Command = append(append(target.Command, at.Env...), at.Command...)
	case at.Scheme == transport.SchemeUnix: // which is to be found from any folder
		if at.Address, err = filepath.Abs(at.Address); err != nil {
			return nil, "", err
		}
		fallthrough
	default:
		target.URL = at.String()
	}
	if w, known := p.Link().Wire(); known {
		target.Protocol = w.Protocol.Name
		if at.IsStream() && !w.Protocol.OwnOnly {
			target.Framing = w.Framing
		}
	}
	for _, f := range []struct {
		from string
		to   *string
	}{{cfg.TLS.CA, &target.CA}, {cfg.TLS.Cert, &target.Cert}, {cfg.TLS.Key, &target.Key}} {
		if f.from == "" {
			continue
		}
		if *f.to, err = filepath.Abs(f.from); err != nil {
			return nil, "", err
		}
	}
	if len(cfg.Header) > 0 || cfg.Credentials.User != nil || cfg.Credentials.Token != "" ||
		strings.Contains(at.User, ":") {
		remark = `; what it is let in by is not written: add headers = { NAME = "${VARIABLE}" }`
	}
	return target, remark, nil
}

// completeTarget completes TARGET [PROTOCOL] [FRAMING].
func (t *Table) completeTarget(words []string) []completer.Candidate {
	if len(words) > 0 {
		return completeWire(words)
	}
	var all []completer.Candidate
	for _, target := range t.config.Targets() {
		at, _ := target.Target() // what cannot be read is no target
		all = append(all, completer.Candidate{Text: TargetMark + target.Name, Description: at.String()})
	}
	return all
}

// connectNamed runs .connect @NAME [PROTOCOL] [FRAMING], whose words are given.
func (t *Table) connectNamed(ctx context.Context, words []string) error {
	if len(words) == 0 {
		return fmt.Errorf("a name is missing after %s", TargetMark)
	}
	return t.ConnectNamed(ctx, words[0], func(cfg dial.Config) dial.Config { return wired(cfg, words[1:]) })
}

// ConnectNamed dials the target of that name, with all that goes with it. adjust changes how it is dialled.
func (t *Table) ConnectNamed(ctx context.Context, name string, adjust func(dial.Config) dial.Config) error {
	target, err := t.config.Target(name)
	if err != nil {
		return exit.Usagef("%w", err)
	}
	at, err := target.Target()
	if err != nil {
		return exit.Usagef("%w", err)
	}
	cfg, err := target.Wire(t.connections.session.Wire())
	if err != nil {
		return exit.Usagef("%w", err)
	}
	for _, path := range target.Schema {
		if err := t.Learn(ctx, path); err != nil {
			return err
		}
	}
	for _, path := range target.Serve {
		if err := t.connections.session.Scripts().Serve(ctx, path, nil, ""); err != nil {
			return err
		}
	}
	p, err := t.connections.connect(ctx, at, adjust(cfg))
	if err != nil {
		return err
	}
	if session.CheckName(name) == nil {
		_ = t.connections.session.Peers().Rename(p, name) // another that has the name keeps it
	}
	t.lines.Desk().SetPromptColor(p, target.Color)
	t.connections.prompt.UpdatePrompt()
	if len(target.OnConnect) == 0 {
		return nil
	}
	return t.lines.RunLines(ctx, fmt.Sprintf("on-connect of %s%s", TargetMark, name), target.OnConnect)
}

// Aliases returns the aliases as completion shows them.
func (t *Table) Aliases() []completer.Candidate {
	var all []completer.Candidate
	for name, line := range t.config.Aliases() {
		all = append(all, completer.Candidate{Text: name, Description: "alias of " + line})
	}
	return all
}
