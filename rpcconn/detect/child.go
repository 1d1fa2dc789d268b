package detect

import (
	"context"
	"errors"
)

// probeChild asks a child process. One is started anew only where the one before has ended, or has answered in a way
// in which it cannot be used further: starting it may have effects, and take long. A silent one is waited for.
func (d *detection) probeChild(ctx context.Context, all []probe) (attempt, error) {
	failure := &UnknownError{Target: d.target}
	var a attempt
	for _, p := range all {
		a = d.try(ctx, p, d.settleFor(p, false))
		d.trace("%s: %s", p, a.outcome())
		var connect *connectError
		switch {
		case a.err == nil:
			return a, nil
		case errors.As(a.err, &connect):
			return a, connect.err
		case errors.As(a.err, new(*OtherError)):
			return a, a.err
		}
		failure.Tried = append(failure.Tried, p.String())
		same := failure.Reason == reason(a.err)
		failure.Reason, failure.HungUp = reason(a.err), hungUp(a.err)
		if same || ctx.Err() != nil || errors.Is(a.err, errSilent) {
			break // it ends as it did before: that is not because of what is sent
		}
	}
	a.lines.to(d.Stderr)
	failure.Opened, _ = d.spent.all()
	return attempt{}, failure
}

// reason says what a peer does instead of answering.
func reason(err error) string {
	if errors.Is(err, errSilent) {
		return stillSilent
	}
	return err.Error()
}
