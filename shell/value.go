package shell

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	"rpcsh/shell/lang"
	"rpcsh/shell/view"
)

// value makes a call whose result is an argument of a line: $(CALL). It is not shown, and not kept.
func (r *runner) value(ctx context.Context, st *lang.Statement) (json.RawMessage, error) {
	j, err := r.job(ctx, st)
	if err != nil {
		return nil, err
	}
	if j.silent() {
		return nil, &lang.Error{Column: st.Calls[0].Column, Reason: "a notification has no result"}
	}
	peers, err := r.ready(ctx, j)
	if err != nil {
		return nil, err
	}
	_, stop := r.view.Working("waiting for " + j.title() + " …")
	defer stop()
	ctx, cancel := r.prompter.untilAsked(ctx)
	defer cancel()
	outcomes := make([]*peerOutcome, len(peers))
	var asking sync.WaitGroup
	for i, p := range peers {
		asking.Go(func() {
			o := r.ask(ctx, p, j, j.origin, nil)
			r.view.Drop(o.Event)
			if o.Err == nil {
				var values []json.RawMessage
				values, o.Err = j.filtered(ctx, o.Result)
				o.Result = view.OneValue(values)
			}
			outcomes[i] = o
		})
	}
	asking.Wait()
	switch err := outcomes[0].Err; {
	case ctx.Err() != nil:
		return nil, interruption(ctx, j.title())
	case j.several:
		return gather(outcomes), nil
	case err != nil && !strings.HasPrefix(err.Error(), j.title()+":"):
		return nil, fmt.Errorf("%s: %w", j.title(), err)
	default:
		return outcomes[0].Result, err
	}
}
