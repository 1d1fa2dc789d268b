package answer

import (
	"context"
	"encoding/json"
	"slices"
	"sync"

	"rpcsh/rpcconn"
	"rpcsh/shell/glob"
)

// Rules is all that is served. It may be used by any number of goroutines.
type Rules struct {
	mu    sync.Mutex // protects what follows
	rules []*entry
}

type entry struct {
	rule *Rule
	used int
}

// A Listed rule is one with how often it was used.
type Listed struct {
	*Rule
	Used int
}

// Set adds rule, in the place of one with the same pattern where there is one. rule is not changed afterwards.
func (r *Rules) Set(rule *Rule) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range r.rules {
		if e.rule.Pattern == rule.Pattern {
			e.rule, e.used = rule, 0
			return
		}
	}
	r.rules = append(r.rules, &entry{rule: rule})
}

// Remove removes the rule with this pattern and reports whether there was one.
func (r *Rules) Remove(pattern string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := len(r.rules)
	r.rules = slices.DeleteFunc(r.rules, func(e *entry) bool { return e.rule.Pattern == pattern })
	return len(r.rules) < n
}

// List returns the rules in the order in which they were set.
func (r *Rules) List() []Listed {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []Listed
	for _, e := range r.rules {
		list = append(list, Listed{e.rule, e.used})
	}
	return list
}

// find returns the rule for method, and counts its use: the one that names it, else the first whose glob matches.
func (r *Rules) find(method string) *Rule {
	r.mu.Lock()
	defer r.mu.Unlock()
	var found *entry
	for _, e := range r.rules {
		if e.rule.Pattern == method {
			found = e
			break
		}
		if found == nil && glob.Match(e.rule.Pattern, method) {
			found = e
		}
	}
	if found == nil {
		return nil
	}
	found.used++
	return found.rule
}

// Serves reports whether there is a rule for method.
func (r *Rules) Serves(method string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.ContainsFunc(r.rules, func(e *entry) bool {
		return glob.Match(e.rule.Pattern, method)
	})
}

// Answer returns the answer to a request of the peer of this number, as an rpcconn.Handler does.
func (r *Rules) Answer(ctx context.Context, c *rpcconn.Conn, req *rpcconn.Request, peer int) (json.RawMessage, error) {
	rule := r.find(req.Method)
	if rule == nil {
		return nil, &rpcconn.Error{Code: rpcconn.CodeMethodNotFound, Message: rpcconn.StandardMessage(rpcconn.CodeMethodNotFound)}
	}
	return rule.answer(ctx, c, req, peer)
}
