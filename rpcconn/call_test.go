package rpcconn_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsonrpc"
	"rpcsh/rpcconn/rpctest"
)

// A failingChannel fails to send, and receives nothing.
type failingChannel struct {
	rpcconn.Channel
	err error
}

func (c failingChannel) Send(context.Context, []byte) error { return c.err }

// aloneError is an error that concerns one frame, whatever it wraps.
type aloneError struct{ error }

func (e aloneError) Unwrap() error { return e.error }
func (aloneError) EndsNothing()    {}

// A send that fails because nobody reads waits for the end of the connection, which says why, where it has one.
func TestSendToNobody(t *testing.T) {
	for _, test := range []struct {
		err  error
		want time.Duration
	}{
		{rpctest.ErrReset, time.Second},
		{aloneError{rpctest.ErrReset}, 0},
	} {
		rpctest.Bubble(t, func(t *testing.T) {
			near, _ := rpctest.Pipe()
			c := rpcconn.New(failingChannel{near, test.err}, jsonrpc.New(), nil)
			begun := time.Now() // of a clock that goes on when all wait
			if _, err := c.Call(t.Context(), "m", nil); !errors.Is(err, test.err) {
				t.Errorf("got %v, want %v", err, test.err)
			}
			if waited := time.Since(begun); waited != test.want {
				t.Errorf("%v waits for the end for %v", test.err, waited)
			}
			_ = c.Close()
			c.Wait()
		})
	}
}
