package shell

import (
	"context"
	"io"

	"rpcsh/shell/event"
	"rpcsh/shell/exit"
	"rpcsh/shell/intercept"
)

// Attach has s look at and control the tap at the other end of a stream. quiet has it show no messages: somebody else
// shows what passes.
func Attach(ctx context.Context, s *Shell, stream io.ReadWriteCloser, quiet bool) error {
	if quiet {
		s.view.AddMute(event.Filter{})
	}
	t, err := intercept.Attach(ctx, s.session, stream)
	if err != nil {
		return &exit.Failure{Code: exit.Connection, Err: err}
	}
	s.tapped.Store(t)
	s.session.Go(func() {
		t.Linger(s.session.Context())
		if s.session.Context().Err() == nil && s.left.Err() == nil {
			s.session.Note("the tap has ended")
		}
	})
	return nil
}
