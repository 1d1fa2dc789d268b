// Package turn keeps what a peer sends in order: what is done for it one after the other (Inbox), what has not begun to
// be answered (Places), and who waits behind that. Work that others wait behind says when it waits itself, and they go
// on meanwhile. What is done with a peer by one at a time has a Token, and Await waits for what nobody announces.
//
// Whoever has work done in order gives it a context (With). Whatever waits for an answer, a person or time, however
// deep in that work, says so (Waits). So what is behind never waits for what itself waits for it.
package turn

import "context"

type key struct{}

// With returns a context for work. waits is called each time when it begins to wait, by any goroutine; what it returns
// is called, once, when the work goes on.
func With(ctx context.Context, waits func() (goOn func())) context.Context {
	return context.WithValue(ctx, key{}, waits)
}

// Waits says that the work of ctx waits from now on, until goOn is called. Where nobody waits behind it, that does
// nothing.
func Waits(ctx context.Context) (goOn func()) {
	if waits, ok := ctx.Value(key{}).(func() func()); ok {
		return waits()
	}
	return func() {}
}
