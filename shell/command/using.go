package command

import (
	"context"
	"fmt"
	"strconv"

	"rpcsh/shell/arguments"
	"rpcsh/shell/lang"
	"rpcsh/shell/session"
)

// use runs .use PEER; in a line of .on, the peer that it is run for may be left out.
func (c *connections) use(ctx context.Context, args lang.Text) error {
	if args.Text == "" && session.HookOf(ctx) == nil {
		return fmt.Errorf("which peer? .peers lists them")
	}
	if args.Text == "" {
		args.Text = strconv.Itoa(c.session.CurrentFor(ctx).Number())
	}
	p, err := c.session.Peers().Find(args.Text)
	if err != nil {
		return err
	}
	c.session.Peers().Use(p)
	c.prompt.UpdatePrompt()
	return nil
}

// name runs .name PEER [NAME]; in a line of .on, where the peer is known, a single word is the name.
func (c *connections) name(ctx context.Context, args lang.Text) error {
	a := arguments.Read(args)
	first, second := a.Word(), a.Rest
	p, name := c.session.CurrentFor(ctx), first
	if second.Text != "" || session.HookOf(ctx) == nil {
		var err error
		if p, err = c.session.Peers().Find(first.Text); err != nil {
			return located(err, first.Column)
		}
		name = second
	}
	var err error
	if name.Text != "" {
		err = session.CheckName(name.Text)
	}
	if err == nil {
		err = c.session.Peers().Rename(p, name.Text)
	}
	if err != nil {
		return arguments.Mistake(name, err.Error())
	}
	c.prompt.UpdatePrompt()
	return nil
}

// close closes the connections to the peers that args name, or to the current one. For all it stops listening, too.
func (c *connections) close(ctx context.Context, args lang.Text) error {
	switch args.Text {
	case "":
		p := c.session.CurrentFor(ctx)
		if p == nil {
			return c.session.NotConnected()
		}
		if err := c.session.Usable(p); err != nil {
			return err
		}
		c.session.ClosePeers(ctx, []*session.Peer{p})
		return nil
	case session.AllPeers:
		c.session.StopListening()
		c.session.ClosePeers(ctx, c.session.Peers().List())
		return nil
	}
	sel, err := session.ParseSelector(args.Text)
	if err != nil {
		return err
	}
	found, err := c.session.Peers().Choose(sel)
	c.session.ClosePeers(ctx, found)
	return err
}
