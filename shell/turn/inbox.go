package turn

import (
	"context"
	"sync"
)

// What waits in an inbox at most; what comes then is left out, and said to be.
const (
	MaxTasks = 10_000
	MaxBytes = 64 << 20
)

// An Inbox does what a peer's coming, notifications and going ask for, in that order, one after the other, and not on
// the goroutine that reads from the peer, since it may wait for the peer's answers. What the peer sends after that can
// wait behind it.
type Inbox struct {
	Missed  func(n int)     // is told how many tasks had no room
	Start   func(f func())  // runs f in a goroutine of the session
	Context context.Context // with which work ends

	mu      sync.Mutex // protects what follows
	tasks   []task
	bytes   int // of tasks
	running bool
	full    int      // tasks for which there was no room
	last    uint64   // the number of the task that was put last, from 1
	waits   int      // what the task that runs waits for now: answers, a person, time
	behind  []behind // those who wait behind tasks, in order
}

// A behind is one who waits behind the tasks up to a number.
type behind struct {
	last uint64
	free chan struct{} // closed when they have been done, or the one that runs waits itself
}

type task struct {
	run   func()
	bytes int // that it holds on to
}

// Put has run called once all that was put before has been done. bytes is how much memory it holds on to; where nothing
// waits, it may be any number.
func (in *Inbox) Put(bytes int, run func()) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if n := len(in.tasks); n >= MaxTasks || n > 0 && in.bytes+bytes > MaxBytes {
		in.full++
		return
	}
	in.putLocked(task{run, bytes})
}

// PutAlways is Put for what is never left out, and comes seldom: that the peer comes and goes.
func (in *Inbox) PutAlways(run func()) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.putLocked(task{run, 0})
}

func (in *Inbox) putLocked(t task) {
	in.tasks = append(in.tasks, t)
	in.bytes += t.bytes
	in.last++
	if !in.running {
		in.running = true
		in.Start(in.work)
	}
}

// Busy reports whether something is being done, or has to be.
func (in *Inbox) Busy() bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.running
}

// work does what is in the inbox until nothing is left, or the session ends.
func (in *Inbox) work() {
	for {
		t, full, ok := in.next()
		if full > 0 {
			in.Missed(full)
		}
		if !ok {
			return
		}
		t.run()
	}
}

// Within returns a context for what a task does, so that nobody waits behind it while it waits itself.
func (in *Inbox) Within(ctx context.Context) context.Context { return With(ctx, in.wait) }

// wait has nobody wait behind the task that runs until goOn is called.
func (in *Inbox) wait() (goOn func()) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.waits++
	in.freeLocked(in.last)
	return func() {
		in.mu.Lock()
		defer in.mu.Unlock()
		in.waits--
	}
}

// Behind returns a channel that is closed when all that was put so far has been done, or when the task that runs begins
// to wait; nil: there is nothing to wait for.
func (in *Inbox) Behind() <-chan struct{} {
	in.mu.Lock()
	defer in.mu.Unlock()
	if !in.running || in.waits > 0 {
		return nil
	}
	if n := len(in.behind); n > 0 && in.behind[n-1].last == in.last {
		return in.behind[n-1].free
	}
	b := behind{in.last, make(chan struct{})}
	in.behind = append(in.behind, b)
	return b.free
}

// freeLocked frees those who wait behind the tasks up to a number.
func (in *Inbox) freeLocked(last uint64) {
	for len(in.behind) > 0 && in.behind[0].last <= last {
		close(in.behind[0].free)
		in.behind = in.behind[1:]
	}
}

// next takes the next task out, and says how many had no room since the one before.
func (in *Inbox) next() (t task, full int, ok bool) {
	in.mu.Lock()
	defer in.mu.Unlock()
	full, in.full = in.full, 0
	if len(in.tasks) == 0 || in.Context.Err() != nil {
		in.tasks, in.bytes, in.running = nil, 0, false
		in.freeLocked(in.last)
		return task{}, full, false
	}
	in.freeLocked(in.last - uint64(len(in.tasks))) // what was taken out earlier has been done
	t = in.tasks[0]
	in.tasks[0] = task{}
	in.tasks = in.tasks[1:]
	in.bytes -= t.bytes
	return t, full, true
}
