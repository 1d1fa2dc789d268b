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
	"rpcsh/rpcconn/catalog"
	"rpcsh/shell/glob"
)

// Rules are all rules in their order. The first rule that fits a request answers it. Any number of goroutines may use
// them.
type Rules struct {
	order reorder

	mu      sync.Mutex // protects what follows
	rules   []*entry
	changed func() // nil: nobody wants to know
}

// OnChange has f called when there are other rules than before. It must not wait for who changes them.
func (r *Rules) OnChange(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.changed = f
}

// changedLocked tells that there are other rules.
func (r *Rules) changedLocked() {
	if r.changed != nil {
		r.changed()
	}
}

type entry struct {
	rule *Rule
	used int
}

// A Listed rule comes with the number of times it was used.
type Listed struct {
	*Rule
	Used int
}

// Set adds rule. It replaces a rule for the same requests; but a rule with Times replaces none that is not used up, so
// that several are a sequence. Otherwise rule comes after those that are at least as narrow: methods before globs, and
// with the same pattern, rules with further conditions before rules without. rule is not changed afterwards. When a
// rule is removed, here or by another method, its Answerer is closed if it is an io.Closer.
func (r *Rules) Set(rule *Rule) {
	if replaced := r.set(rule); replaced != nil {
		release(replaced)
	}
}

// set is Set, but returns the rule that it replaces instead of closing its Answerer.
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

// release closes the Answerers of rules, if they are io.Closers.
func release(rules ...*Rule) {
	for _, rule := range rules {
		if c, ok := rule.Answerer.(io.Closer); ok {
			_ = c.Close() // nobody is there to be told
		}
	}
}

// Close removes all rules.
func (r *Rules) Close() {
	release(r.remove(func(*entry) bool { return true })...)
}

// Forget removes the rules of which the peer is the Owner.
func (r *Rules) Forget(peer int) {
	release(r.remove(func(e *entry) bool { return e.rule.Owner == peer })...)
}

// remove removes the rules that meant chooses, and returns them.
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
	if len(removed) > 0 {
		r.changedLocked()
	}
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
	r.changedLocked()
}

// Renew replaces the rules from file by rules, which are put where new rules belong. There is no moment at which file
// serves nothing.
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

// Replace replaces the rules from file by rules, none of which is there twice. A rule with the pattern of an earlier
// one keeps its place, and its count of uses.
func (r *Rules) Replace(file string, rules []*Rule) {
	release(r.replace(file, rules)...)
}

func (r *Rules) replace(file string, rules []*Rule) (replaced []*Rule) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var added []*entry
	kept := make(map[*entry]bool)
	for _, rule := range rules {
		i := slices.IndexFunc(r.rules, func(e *entry) bool {
			return e.rule.File == file && e.rule.Pattern == rule.Pattern
		})
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

// RemoveAt removes the rule at a place in List, from 1, and returns it. The error says that there is no such rule.
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
	r.changedLocked()
	return rule, nil
}

// Move moves the rule at a place in List, from 1, to another place. The error says that there is no such rule or place.
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

// List returns the rules in their order.
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

// use returns the first rule that fits req, or nil if there is none, and counts its use.
func (r *Rules) use(ctx context.Context, req *Request) *Rule {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range slices.Clone(r.rules) {
		if !e.fits(req) {
			continue
		}
		if condition := e.rule.If; condition != nil {
			req.Count = e.used
			r.mu.Unlock() // a condition may take its time
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

// fits reports whether e's rule is for req, its jq condition aside.
func (e *entry) fits(req *Request) bool {
	r := e.rule
	return glob.Match(r.Pattern, req.Method) &&
		(r.Times == 0 || e.used < r.Times) &&
		(r.For == nil || r.For(req.Peer)) &&
		r.takes(req.IsNotification())
}

// hasTimesLeft reports whether e's rule is for a number of requests, and not all of them have come.
func (e *entry) hasTimesLeft() bool { return e.used < e.rule.Times }

// Answer returns the answer to a request, as an rpcconn.Handler does, and whether there is a rule for it.
func (r *Rules) Answer(ctx context.Context, req *Request) (result json.RawMessage, served bool, err error) {
	r.order.watch(req)
	rule := r.use(ctx, req)
	if rule == nil {
		return nil, false, nil
	}
	result, err = rule.answer(ctx, req)
	req.Enter()
	if rule.Faults.Any() && !errors.Is(err, rpcconn.ErrNoAnswer) {
		held := ""
		if rule.Faults.Reorder {
			held = r.order.hold(ctx, req)
		}
		result, err = rule.Faults.apply(ctx, req, result, err, held)
	}
	return result, true, err
}

// Acts reports whether Notify may have something to do for a notification of this method.
func (r *Rules) Acts(method string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.ContainsFunc(r.rules, func(e *entry) bool {
		return e.rule.takes(true) && glob.Match(e.rule.Pattern, method)
	})
}

// Kind returns the kind of messages for which alone the rules for method are; KindEither: there are others, or none.
func (r *Rules) Kind(method string) catalog.Kind {
	r.mu.Lock()
	defer r.mu.Unlock()
	var kinds []catalog.Kind
	for _, e := range r.rules {
		if glob.Match(e.rule.Pattern, method) {
			kinds = append(kinds, e.rule.Kind)
		}
	}
	if kinds = slices.Compact(kinds); len(kinds) == 1 {
		return kinds[0]
	}
	return catalog.KindEither
}

// Notify has the first rule that fits a notification, and does something beside answering, handle it. The error is the
// answer that a request would get.
func (r *Rules) Notify(ctx context.Context, req *Request) error {
	rule := r.use(ctx, req)
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
