package answer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"rpcsh/rpcconn"
	"rpcsh/shell/glob"
)

// Rules is all that is served, in order: of the rules that fit a request the first answers it. It may be used by any
// number of goroutines.
type Rules struct {
	order reorder

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

// Set adds rule, in the place of one for the same requests where there is one; those with Times are for others until
// they are used up, so that several are a sequence. Else it comes behind those that are as narrow as it is or narrower:
// methods go before globs, and of those that are the same a rule for some requests before one for all. rule is not
// changed afterwards. What a rule that is none any more has answered with is closed where it is an io.Closer, here and
// by all that remove rules.
func (r *Rules) Set(rule *Rule) {
	if replaced := r.set(rule); replaced != nil {
		release(replaced)
	}
}

// set is Set but for closing what it replaces, which it returns.
func (r *Rules) set(rule *Rule) (replaced *Rule) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range r.rules {
		if e.rule.Pattern == rule.Pattern && e.rule.narrowed() == rule.narrowed() && !e.hasTimesLeft() {
			replaced = e.rule
			e.rule, e.used = rule, 0
			return replaced
		}
	}
	r.insertLocked(&entry{rule: rule})
	return nil
}

// release closes what rules have answered with.
func release(rules ...*Rule) {
	for _, rule := range rules {
		if c, ok := rule.Answerer.(io.Closer); ok {
			_ = c.Close() // there is nobody to tell
		}
	}
}

// Close removes all rules.
func (r *Rules) Close() {
	release(r.remove(func(*entry) bool { return true })...)
}

// Forget removes the rules that go with a peer.
func (r *Rules) Forget(peer int) {
	release(r.remove(func(e *entry) bool { return e.rule.Owner == peer })...)
}

// remove removes the rules that are meant, and returns them.
func (r *Rules) remove(meant func(*entry) bool) []*Rule {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.removeLocked(meant)
}

func (r *Rules) removeLocked(meant func(*entry) bool) (removed []*Rule) {
	r.rules = slices.DeleteFunc(r.rules, func(e *entry) bool {
		if meant(e) {
			removed = append(removed, e.rule)
			return true
		}
		return false
	})
	return removed
}

func (r *Rules) insertLocked(e *entry) {
	rank := e.rule.rank()
	place := 0
	for i, other := range r.rules {
		if other.rule.rank() <= rank {
			place = i + 1
		}
	}
	r.rules = slices.Insert(r.rules, place, e)
}

// Renew makes rules those that come from file, in the places of new ones; there is no moment at which file serves
// nothing.
func (r *Rules) Renew(file string, rules []*Rule) {
	release(r.renew(file, rules)...)
}

func (r *Rules) renew(file string, rules []*Rule) (replaced []*Rule) {
	r.mu.Lock()
	defer r.mu.Unlock()
	replaced = r.removeLocked(func(e *entry) bool { return e.rule.File == file })
	for _, rule := range rules {
		r.insertLocked(&entry{rule: rule})
	}
	return replaced
}

// Replace makes rules, none of them twice, those that come from file. What it served before and does again keeps its
// place, and how often it was used.
func (r *Rules) Replace(file string, rules []*Rule) {
	release(r.replace(file, rules)...)
}

func (r *Rules) replace(file string, rules []*Rule) (replaced []*Rule) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var added []*entry
	kept := make(map[*entry]bool)
	for _, rule := range rules {
		i := slices.IndexFunc(r.rules, func(e *entry) bool { return e.rule.File == file && e.rule.Pattern == rule.Pattern })
		if i < 0 {
			added = append(added, &entry{rule: rule})
			continue
		}
		replaced = append(replaced, r.rules[i].rule)
		r.rules[i].rule = rule
		kept[r.rules[i]] = true
	}
	replaced = append(replaced, r.removeLocked(func(e *entry) bool { return e.rule.File == file && !kept[e] })...)
	for _, e := range added {
		r.insertLocked(e)
	}
	return replaced
}

// Remove removes the rules with this pattern, or from this file, and reports whether there were any.
func (r *Rules) Remove(name string) bool {
	removed := r.remove(func(e *entry) bool {
		return e.rule.Pattern == name || e.rule.File != "" && e.rule.File == name
	})
	release(removed...)
	return len(removed) > 0
}

// RemoveAt removes the rule at a place in List, from 1, and returns it. The error says that there is none.
func (r *Rules) RemoveAt(place int) (*Rule, error) {
	rule, err := r.removeAt(place)
	if err == nil {
		release(rule)
	}
	return rule, err
}

func (r *Rules) removeAt(place int) (*Rule, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.checkLocked(place); err != nil {
		return nil, err
	}
	rule := r.rules[place-1].rule
	r.rules = slices.Delete(r.rules, place-1, place)
	return rule, nil
}

// Move puts the rule at a place in List, from 1, at another one. The error says that there is none.
func (r *Rules) Move(from, to int) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.checkLocked(from); err != nil {
		return err
	}
	if err := r.checkLocked(to); err != nil {
		return err
	}
	e := r.rules[from-1]
	r.rules = slices.Insert(slices.Delete(r.rules, from-1, from), to-1, e)
	return nil
}

func (r *Rules) checkLocked(place int) error {
	if place < 1 || place > len(r.rules) {
		return fmt.Errorf("there is no rule %d (.serve lists them)", place)
	}
	return nil
}

// List returns the rules in the order in which they are asked.
func (r *Rules) List() []Listed {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []Listed
	for _, e := range r.rules {
		list = append(list, Listed{e.rule, e.used})
	}
	return list
}

// Serves reports whether there is a rule for method, though it may be for some requests only.
func (r *Rules) Serves(method string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.ContainsFunc(r.rules, func(e *entry) bool {
		return glob.Match(e.rule.Pattern, method)
	})
}

// take returns the first rule that fits req, having counted its use, nil where there is none.
func (r *Rules) take(ctx context.Context, req *Request) *Rule {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range slices.Clone(r.rules) {
		if !e.fits(req) {
			continue
		}
		if condition := e.rule.If; condition != nil {
			req.Count = e.used
			r.mu.Unlock() // it may take its time
			holds := condition.holds(ctx, req)
			r.mu.Lock()
			if !holds || !e.fits(req) {
				continue
			}
		}
		req.Count = e.used
		e.used++
		return e.rule
	}
	return nil
}

// fits reports whether e's rule is for req, its condition left out.
func (e *entry) fits(req *Request) bool {
	r := e.rule
	return glob.Match(r.Pattern, req.Method) && (r.Times == 0 || e.used < r.Times) && (r.For == nil || r.For(req.Peer)) &&
		(!req.IsNotification() || r.actsOn())
}

// hasTimesLeft reports whether e's rule is for a number of requests that have not all come.
func (e *entry) hasTimesLeft() bool { return e.used < e.rule.Times }

// Answer returns the answer to a request, as an rpcconn.Handler does, and whether there is a rule for it.
func (r *Rules) Answer(ctx context.Context, req *Request) (result json.RawMessage, served bool, err error) {
	r.order.watch(req)
	rule := r.take(ctx, req)
	if rule == nil {
		return nil, false, nil
	}
	result, err = rule.answer(ctx, req)
	if rule.Faults.Any() && !errors.Is(err, rpcconn.ErrNoAnswer) {
		held := ""
		if rule.Faults.Reorder {
			held = r.order.hold(ctx, req)
		}
		result, err = rule.Faults.apply(ctx, req, result, err, held)
	}
	return result, true, err
}

// Acts reports whether a notification of this method may have to be given to Notify.
func (r *Rules) Acts(method string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.ContainsFunc(r.rules, func(e *entry) bool {
		return e.rule.actsOn() && glob.Match(e.rule.Pattern, method)
	})
}

// Notify has a notification handled by the first rule that fits it and does something beside answering. The error is
// what the peer would be answered if it had asked.
func (r *Rules) Notify(ctx context.Context, req *Request) error {
	rule := r.take(ctx, req)
	if rule == nil {
		return nil
	}
	_, err := rule.answer(ctx, req)
	for _, f := range req.after {
		f()
	}
	if err == rpcconn.ErrNoAnswer {
		return nil
	}
	return err
}
