package shell

import (
	"fmt"
	"sync"
)

// What waits in an inbox at most; what comes then is left out, and said to be.
const (
	maxInboxTasks = 10_000
	maxInboxBytes = 64 << 20
)

// An inbox does what a peer's coming, notifications and going ask for, in that order, one after the other, and not on the goroutine that
// reads from the peer, since it may wait for the peer's answers.
type inbox struct {
	mu      sync.Mutex // protects what follows
	tasks   []inboxTask
	bytes   int // of tasks
	running bool
	missed  int // tasks for which there was no room
}

type inboxTask struct {
	run   func()
	bytes int // that it holds on to
}

// put has run called once all that was put before has been done. bytes is how much memory it holds on to.
func (in *inbox) put(s *Shell, p *peer, bytes int, run func()) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if len(in.tasks) >= maxInboxTasks || in.bytes+bytes > maxInboxBytes {
		in.missed++
		return
	}
	in.putLocked(s, p, bytes, run)
}

// putAlways is put for what is never left out, and comes seldom: that p comes and goes.
func (in *inbox) putAlways(s *Shell, p *peer, run func()) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.putLocked(s, p, 0, run)
}

func (in *inbox) putLocked(s *Shell, p *peer, bytes int, run func()) {
	in.tasks = append(in.tasks, inboxTask{run, bytes})
	in.bytes += bytes
	if !in.running {
		in.running = true
		s.tasks.Go(func() { in.work(s, p) })
	}
}

// busy reports whether something is being done, or has to be.
func (in *inbox) busy() bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.running
}

// work does what is in the inbox until nothing is left, or the session ends.
func (in *inbox) work(s *Shell, p *peer) {
	for {
		in.mu.Lock()
		missed := in.missed
		in.missed = 0
		if len(in.tasks) == 0 || s.done.Err() != nil {
			in.tasks, in.bytes, in.running = nil, 0, false
			in.mu.Unlock()
			s.sayMissed(p, missed)
			return
		}
		task := in.tasks[0]
		in.tasks[0] = inboxTask{}
		in.tasks = in.tasks[1:]
		in.bytes -= task.bytes
		in.mu.Unlock()
		s.sayMissed(p, missed)
		task.run()
	}
}

func (s *Shell) sayMissed(p *peer, n int) {
	if n > 0 {
		s.note(fmt.Sprintf("%s: %s not handled, they came faster than what is served for them could take", p.title(s), plural(n, "notification")))
	}
}
