package shell

import (
	"context"
	"errors"
	"fmt"

	"rpcsh/completer"
	"rpcsh/rpcconn"
	"rpcsh/rpcconn/dialect"
	"rpcsh/rpcconn/dialect/dialects"
	"rpcsh/shell/lang"
)

func discoverCommand() Command {
	return Command{
		Name: "discover", Group: groupMethods, Usage: "[CONVENTION]",
		Summary:  "ask the peer what it offers, and tell what it answers",
		Help:     conventionHelp(),
		Examples: []string{".discover", ".discover rpc.discover"},
		Complete: func(*Shell, []string) []completer.Candidate {
			var all []completer.Candidate
			for _, c := range dialects.Conventions() {
				all = append(all, completer.Candidate{Text: c.Name, Description: c.Summary})
			}
			return all
		},
		Run: func(ctx context.Context, s *Shell, args lang.Text) error { return s.discoverNow(ctx, args.Text) },
	}
}

// conventionHelp lists the conventions.
func conventionHelp() string {
	text := "Without CONVENTION, those that fit what the peer speaks are tried, one after the other, until one is answered. There are"
	for i, c := range dialects.Conventions() {
		if i > 0 {
			text += ";"
		}
		text += fmt.Sprintf(" %s: %s", c.Name, c.Summary)
	}
	return text + "."
}

// discoverNow asks the current peer what it offers, because the person wants to know.
func (s *Shell) discoverNow(ctx context.Context, name string) error {
	p := s.peers.selected()
	if p == nil {
		return s.notConnected()
	}
	if err := s.gone(p); err != nil {
		return err
	}
	link := p.link.Load()
	w, known := link.Wire()
	if !known {
		return fmt.Errorf("%s has not said anything yet, so nobody knows what it speaks", p.title(s))
	}
	plan := s.fitting(p, link, w)
	if name != "" {
		c := dialects.Find(name)
		if c == nil || c.Learn == nil {
			return fmt.Errorf("there is no convention %s; .help discover lists them", name)
		}
		plan = []*dialect.Dialect{c}
	}
	if len(plan) == 0 {
		return fmt.Errorf("nothing is asked of peers that speak %s; .discover CONVENTION asks all the same", w)
	}
	ctx, cancel := s.untilAsked(ctx)
	defer cancel()
	defer s.showWaiting("asking what " + p.title(s) + " offers …")()
	told := func(c *dialect.Dialect, err error) {
		var refused *rpcconn.Error
		switch {
		case err == nil:
		case errors.As(err, &refused):
			s.remark(fmt.Sprintf("%s: not offered (%s)", c.Name, visible(clip(errorText(refused), 100), false)))
		case errors.Is(err, errTimeout):
			s.remark(fmt.Sprintf("%s: no answer within %s", c.Name, loudTimeout))
		default:
			s.remark(c.Name + ": " + visible(err.Error(), false))
		}
	}
	if s.discover(ctx, p, link, plan, &inquiry{timeout: loudTimeout, loud: true, told: told}) {
		return nil
	}
	if ctx.Err() != nil {
		return interruption(ctx, "given up")
	}
	return &failure{ExitPeerError, fmt.Errorf("%s does not tell what it offers; its methods are learned as you call them, and .learn reads them from a file", p.title(s))}
}
