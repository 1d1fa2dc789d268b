package command

import (
	"context"
	"fmt"
	"slices"

	"rpcsh/rpcconn/transport"
	"rpcsh/shell/advice"
	"rpcsh/shell/arguments"
	"rpcsh/shell/human"
	"rpcsh/shell/lang"
	"rpcsh/shell/view"
)

// runDetect runs .detect [-v] [TARGET].
func (c *connections) runDetect(ctx context.Context, args lang.Text) error {
	var trace func(string)
	show := func() { trace = func(step string) { c.view.Say("  %s", view.Visible(step)) } }
	verbose := arguments.Switch("-v", "show each step", show)
	a := arguments.Read(args)
	if err := (arguments.Flags{Command: ".detect", All: []arguments.Flag{verbose}}).Leading(a); err != nil {
		return err
	}
	words := a.Words()
	ours := words // but not those of a command
	if i := slices.Index(words, arguments.CommandMark); i >= 0 {
		ours = words[:i]
	}
	if i := slices.Index(ours, verbose.Name); i >= 0 {
		show()
		words = slices.Delete(words, i, i+1)
	}
	if len(words) > 0 {
		t, err := readTarget(words)
		if err != nil {
			return err
		}
		return c.detect(ctx, t, trace)
	}
	p := c.session.Peers().Current()
	if p == nil || p.Accepted() {
		return fmt.Errorf("which target? write host:port")
	}
	return c.detect(ctx, p.Target(), trace)
}

// Detect finds out what target speaks and shows that as a result, as .detect does; trace is told each step, nil:
// nobody is.
func (t *Table) Detect(ctx context.Context, target transport.Target, trace func(string)) error {
	return t.connections.detect(ctx, target, trace)
}

func (c *connections) detect(ctx context.Context, t transport.Target, trace func(string)) error {
	_, stop := c.view.Working("finding out what " + t.String() + " speaks …")
	defer stop()
	found, err := c.session.Detect(ctx, t, trace)
	if err != nil {
		return err
	}
	if c.view.AskedForJSON() {
		c.view.Say("%s", found.JSON())
	} else {
		c.view.Say("%s · found in %s", advice.Found(found), human.Took(found.Took))
	}
	return nil
}
