package shell

import (
	"context"
	"encoding/json"
	"strconv"

	"rpcsh/shell/answer"
)

// An occasion is what a line of .on is run for. It is in the line's context.
type occasion struct {
	peer      *peer
	variables map[string]json.RawMessage // that the line has beside the shell's
}

type occasionKey struct{}

func (o *occasion) in(ctx context.Context) context.Context {
	return context.WithValue(ctx, occasionKey{}, o)
}

// occasionOf returns what a line is run for, nil where it was typed, or piped.
func occasionOf(ctx context.Context) *occasion {
	o, _ := ctx.Value(occasionKey{}).(*occasion)
	return o
}

// current returns the peer that a line means where it names none, nil where there is none: in a line of .on it is the one that it is run for.
func (s *Shell) current(ctx context.Context) *peer {
	if o := occasionOf(ctx); o != nil {
		return o.peer
	}
	return s.peers.selected()
}

// allVariables returns the variables that a line may use.
func (s *Shell) allVariables(ctx context.Context) map[string]json.RawMessage {
	all := make(map[string]json.RawMessage)
	s.mu.Lock()
	for name, v := range s.variables {
		all[name] = v
	}
	s.mu.Unlock()
	if o := occasionOf(ctx); o != nil {
		for name, v := range o.variables {
			all[name] = v
		}
	}
	return all
}

// narrow makes rule one for the occasion's peer alone. It goes with a peer that cannot be dialled again.
func (o *occasion) narrow(rule *answer.Rule) {
	number := o.peer.number
	rule.ForText = strconv.Itoa(number)
	rule.For = func(p answer.Peer) bool { return p.Number() == number }
	rule.Text = "--peer " + rule.ForText + " " + rule.Text
	if o.peer.accepted {
		rule.Owner = number
	}
}
