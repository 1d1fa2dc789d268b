package shell

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/plain"
	"rpcsh/shell/answer"
	"rpcsh/shell/document"
	"rpcsh/shell/event"
	"rpcsh/shell/exit"
	"rpcsh/shell/glob"
	"rpcsh/shell/script"
	"rpcsh/shell/session"
	"rpcsh/shell/view"
)

// runScript runs a script in Starlark that calls the current peer, and shows its result.
func (s *Shell) runScript(ctx context.Context, file string, args []string) error {
	p := s.session.CurrentFor(ctx)
	if p == nil {
		return s.session.NotConnected()
	}
	source, err := document.ReadFile(file, script.MaxSource)
	if err != nil {
		return exit.Usagef("%s: %w", file, plain.Reason(err))
	}
	h := &heard{news: s.session.Events().Subscribe(event.Options{
		Filter: event.OfKind(event.Request, event.Notification, event.Close),
		Wanted: func(e *event.Event) bool { return e.Peer.Number == p.Number() && !e.Out },
	})}
	defer h.news.Close()
	client := script.Client{
		Peer: p, Wait: h.wait, Log: func(text string) { s.view.Say("%s", view.VisibleLines(text)) },
	}
	state := script.NewState(func() (all []answer.Peer) {
		for _, q := range s.session.Peers().List() {
			all = append(all, q)
		}
		return all
	})
	ctx, cancel := s.prompter.untilAsked(ctx)
	defer cancel()
	result, err := client.Run(ctx, file, source, args, state)
	switch {
	case err != nil && ctx.Err() != nil:
		return interruption(ctx, file)
	case err != nil || result == nil:
		return err
	}
	if session.HookOf(ctx) == nil {
		s.runner.keep(file, result, s.runner.turns.next())
	}
	return s.view.Result(&view.Result{Values: []json.RawMessage{result}}, false)
}

// maxHeard is how many messages a script that waits for others has kept for it at most; the oldest ones go.
const maxHeard = 10_000

// A heard is what a peer has sent since a script began, and the script has not waited for. Only the script uses it.
type heard struct {
	news *event.Subscription
	kept []*event.Event
	gone bool // the connection has ended
}

// wait is that of script.Client.
func (h *heard) wait(ctx context.Context, pattern string) (json.RawMessage, error) {
	if err := glob.Check(pattern); err != nil {
		return nil, err
	}
	fits := func(e *event.Event) bool { return glob.Match(pattern, e.Method) }
	if i := slices.IndexFunc(h.kept, fits); i >= 0 {
		e := h.kept[i]
		h.kept = slices.Delete(h.kept, i, i+1)
		return e.Params, nil
	}
	for !h.gone {
		e, err := h.news.Next(ctx)
		switch {
		case errors.Is(err, io.EOF), err == nil && e.Kind == event.Close:
			h.gone = true
			continue
		case err != nil:
			return nil, context.Cause(ctx)
		case fits(e):
			return e.Params, nil
		}
		if h.kept = append(h.kept, e); len(h.kept) > maxHeard {
			h.kept = slices.Delete(h.kept, 0, 1)
		}
	}
	return nil, fmt.Errorf("%w: no %s has come", rpcconn.ErrClosed, pattern)
}
