package script

import (
	"errors"
	"fmt"

	"go.starlark.net/starlark"

	"rpcsh/shell/answer"
)

// An rpcValue is the first argument of a function whose first parameter is called rpc: the request, and the peer that
// has sent it.
type rpcValue struct {
	req   *answer.Request
	state *State
	over  bool // the function has ended; who has the turn may use it
}

// Hash implements starlark.Value.
func (*rpcValue) Hash() (uint32, error) { return 0, errors.New("unhashable type: rpc") }

// Freeze implements starlark.Value.
func (*rpcValue) Freeze() {}

// Truth implements starlark.Value.
func (*rpcValue) Truth() starlark.Bool { return true }

// Type implements starlark.Value.
func (*rpcValue) Type() string { return "rpc" }

func (v *rpcValue) String() string {
	return fmt.Sprintf("rpc %s of %s", v.req.Method, peerValue{v.req.Peer, v.state})
}

// AttrNames implements starlark.HasAttrs.
func (v *rpcValue) AttrNames() []string {
	return []string{
		"abort", "batch", "call", "close_after_response", "id", "method", "notification", "notify", "peer", "peers",
		"state", "try_call",
	}
}

// Attr implements starlark.HasAttrs.
func (v *rpcValue) Attr(name string) (starlark.Value, error) {
	peer := peerValue{v.req.Peer, v.state}
	switch name {
	case "call", "try_call", "notify", "batch", "state":
		return peer.Attr(name)
	case "peer":
		return peer, nil
	case "peers":
		return starlark.NewBuiltin(name, v.peers), nil
	case "close_after_response":
		return starlark.NewBuiltin(name, v.closeAfterResponse), nil
	case "abort":
		return starlark.NewBuiltin(name, v.abort), nil
	case "method":
		return starlark.String(v.req.Method), nil
	case "notification":
		return starlark.Bool(v.req.IsNotification()), nil
	case "id":
		if v.req.IsNotification() {
			return starlark.None, nil
		}
		return decode(v.req.ID.Append(nil))
	}
	return nil, nil
}

// peers is peers(), all connected peers but the one that has sent the request.
func (v *rpcValue) peers(
	_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple,
) (starlark.Value, error) {
	if err := starlark.UnpackArgs(b.Name(), args, kwargs); err != nil {
		return nil, err
	}
	return v.state.others(v.req.Peer), nil
}

// closeAfterResponse is close_after_response().
func (v *rpcValue) closeAfterResponse(
	_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple,
) (starlark.Value, error) {
	if err := starlark.UnpackArgs(b.Name(), args, kwargs); err != nil {
		return nil, err
	}
	return starlark.None, v.closeAfter()
}

// abort is abort(), which ends the function.
func (v *rpcValue) abort(
	_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple,
) (starlark.Value, error) {
	if err := starlark.UnpackArgs(b.Name(), args, kwargs); err != nil {
		return nil, err
	}
	if err := v.closeAfter(); err != nil {
		return nil, err
	}
	return nil, errAborted
}

func (v *rpcValue) closeAfter() error {
	if v.over {
		return errors.New("the request has been answered already")
	}
	v.req.After(func() { _ = v.req.Peer.Close() }) // the end of the connection is reported like any other
	return nil
}
