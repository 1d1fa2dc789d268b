package script

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"rpcsh/shell/answer"
	"rpcsh/shell/human"
)

// A Served script is one that answers peers, hears of them, and has its timers run, and that may become another one
// meanwhile. Any number of goroutines may call its methods.
type Served struct {
	limit time.Duration
	run   func(f func())

	served     context.Context // ends with Stop
	stop       context.CancelFunc
	timed      context.Context // in which timers do their work
	stopTimers context.CancelFunc

	mu        sync.Mutex // protects what follows
	current   *Script
	stopTicks context.CancelFunc // of the timers of current
}

// Serve has a script served until ctx ends. What it does of its own accord takes limit at most; 0: there is none. run
// runs a timer in a goroutine.
func Serve(ctx context.Context, s *Script, limit time.Duration, run func(f func())) *Served {
	v := &Served{limit: limit, run: run}
	v.served, v.stop = context.WithCancel(ctx)
	v.timed, v.stopTimers = context.WithCancel(v.served)
	v.Become(s)
	return v
}

// Become puts s in the place of what was served. What timers of that do just now goes on.
func (v *Served) Become(s *Script) {
	ticks, stop := context.WithCancel(v.timed)
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.stopTicks != nil {
		v.stopTicks()
	}
	v.current, v.stopTicks = s, stop
	for _, t := range s.Timers {
		v.run(func() { t.Run(ticks, v.timed, v.limit) })
	}
}

// Now returns what is served now.
func (v *Served) Now() *Script {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.current
}

// Context returns a context that ends with Stop.
func (v *Served) Context() context.Context { return v.served }

// Stop ends what the script does.
func (v *Served) Stop() { v.stop() }

// StopTimers ends the timers, and what they do just now.
func (v *Served) StopTimers() { v.stopTimers() }

// Connected is that of the script; ctx is one of Context.
func (v *Served) Connected(ctx context.Context, p answer.Peer) {
	ctx, cancel := answer.Limited(ctx, v.limit)
	defer cancel()
	v.Now().Connected(ctx, p)
}

// Closed is that of the script; ctx is one of Context.
func (v *Served) Closed(ctx context.Context, p answer.Peer) {
	ctx, cancel := answer.Limited(ctx, v.limit)
	defer cancel()
	v.Now().Closed(ctx, p)
}

// Summary says in a line what a script serves, and what it does of its own accord.
func (s *Script) Summary() string {
	var all []string
	for _, fn := range s.Functions {
		all = append(all, fn.Signature())
	}
	return s.summary(": " + human.Clip(strings.Join(all, ", "), 600))
}

// Changes says the same of a script that was another one before.
func (s *Script) Changes(before *Script) string {
	return s.summary(without(s.Functions, before.Functions, "new") + without(before.Functions, s.Functions, "gone"))
}

// summary is Summary with what there is to say of the functions beside their number.
func (s *Script) summary(functions string) string {
	text := human.Plural(len(s.Functions), "method") + " served" + functions
	if len(s.Functions) == 0 {
		text = "no methods"
	}
	if own := s.OwnAccord(); len(own) > 0 {
		text += "; " + human.Clip(strings.Join(own, ", "), 600)
	}
	return text
}

// without says how many functions a has that b has not.
func without(a, b []*Function, what string) string {
	n := 0
	for _, fn := range a {
		if !slices.ContainsFunc(b, func(other *Function) bool { return other.Name == fn.Name }) {
			n++
		}
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(", %s %s", human.Grouped(n), what)
}
