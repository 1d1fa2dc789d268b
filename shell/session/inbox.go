package session

import (
	"context"
	"sync"
)

// What waits in an inbox at most; what comes then is left out, and said to be.
const (
	maxInboxTasks = 10_000
	maxInboxBytes = 64 << 20
)

// An inbox does what a peer's coming, notifications and going ask for, in that order, one after the other, and not on
// the goroutine that reads from the peer, since it may wait for the peer's answers.
type inbox struct {
	missed func(n int)     // is told how many tasks had no room
	start  func(f func())  // runs f in a goroutine of the session
	done   context.Context // with which work ends

	mu      sync.Mutex // protects what follows
	tasks   []inboxTask
	bytes   int // of tasks
	running bool
	full    int // tasks for which there was no room
}

type inboxTask struct {
	run   func()
	bytes int // that it holds on to
}

// put has run called once all that was put before has been done. bytes is how much memory it holds on to; where nothing
// waits, it may be any number.
func (in *inbox) put(bytes int, run func()) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if n := len(in.tasks); n >= maxInboxTasks || n > 0 && in.bytes+bytes > maxInboxBytes {
		in.full++
		return
	}
	in.putLocked(inboxTask{run, bytes})
}

// putAlways is put for what is never left out, and comes seldom: that the peer comes and goes.
func (in *inbox) putAlways(run func()) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.putLocked(inboxTask{run, 0})
}

func (in *inbox) putLocked(task inboxTask) {
	in.tasks = append(in.tasks, task)
	in.bytes += task.bytes
	if !in.running {
		in.running = true
		in.start(in.work)
	}
}

// busy reports whether something is being done, or has to be.
func (in *inbox) busy() bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.running
}

// work does what is in the inbox until nothing is left, or the session ends.
func (in *inbox) work() {
	for {
		task, full, ok := in.next()
		if full > 0 {
			in.missed(full)
		}
		if !ok {
			return
		}
		task.run()
	}
}

// next takes the next task out, and says how many had no room since the one before.
func (in *inbox) next() (task inboxTask, full int, ok bool) {
	in.mu.Lock()
	defer in.mu.Unlock()
	full, in.full = in.full, 0
	if len(in.tasks) == 0 || in.done.Err() != nil {
		in.tasks, in.bytes, in.running = nil, 0, false
		return inboxTask{}, full, false
	}
	task = in.tasks[0]
	in.tasks[0] = inboxTask{}
	in.tasks = in.tasks[1:]
	in.bytes -= task.bytes
	return task, full, true
}
