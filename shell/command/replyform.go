package command

import (
	"context"
	"fmt"

	"rpcsh/shell/methods"
	"rpcsh/shell/session"
	"rpcsh/shell/view"
)

// explain runs .reply N ?: it tells what is known of what answers request n, and puts an answer that fits into the
// line. While that is typed, as much of it as the window has room for stands above.
func (r *replier) explain(ctx context.Context, n uint64) error {
	w := r.session.PendingRequests().Find(n)
	if w == nil {
		return fmt.Errorf("no request %d waits for you (.pending lists those that do)", n)
	}
	x := session.Expects(w.Request)
	line := fmt.Sprintf(".reply %d ", n)
	switch {
	case w.Suggested != nil:
		line += view.Compact(w.Suggested)
	case x.Result() != nil:
		line += view.Compact(x.Definitions.Sample(x.Result()))
	}
	if !r.view.Interactive() {
		r.view.Say("%s", view.Visible(line))
		return nil
	}
	if x.Result() == nil {
		r.view.Remark("what answers " + view.Visible(w.Method) + " is not known: any value may")
	} else {
		page := methods.Page{Width: r.view.ListWidth(), Colors: r.view.Colors()}
		whole := page.Answer(x.Method, x.Definitions)
		if err := r.view.Page(ctx, whole); err != nil {
			return err
		}
		if brief := page.AnswerInBrief(x.Method, x.Definitions); !r.view.Fits(whole) && r.view.Fits(brief) {
			if err := r.view.Page(ctx, brief); err != nil { // what was paged is gone
				return err
			}
		}
	}
	r.lines.Prefill(line)
	return nil
}
