package turn

import "context"

// A Token has one thing at a time be done that takes as long as a peer does: unlike a mutex, it is waited for only
// until a context ends. It has an element while somebody has it.
type Token chan struct{}

// NewToken returns a Token that nobody has.
func NewToken() Token { return make(Token, 1) }

// Take waits for t. The error is ctx's cause: then whoever called it does not have t.
func (t Token) Take(ctx context.Context) error {
	select {
	case t <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Put gives t back.
func (t Token) Put() { <-t }
